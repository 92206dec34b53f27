"""UMPA's import path: the very objects of umpa_sniffing under their old names."""

from umit.umpa import _packets, protocols, sniffing, utils
from umpa_sniffing import Packet

__all__ = ["Packet", "_packets", "protocols", "sniffing", "utils"]
