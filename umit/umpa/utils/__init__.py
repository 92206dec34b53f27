"""UMPA's helpers, as far as sniffing needs them."""

from umit.umpa.utils import exceptions

__all__ = ["exceptions"]
