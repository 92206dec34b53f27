"""The layer types: umpa_sniffing.protocols."""

from umpa_sniffing.protocols import *  # noqa: F403
