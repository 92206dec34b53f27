"""Packet, where the printed trees say that it is."""

from umpa_sniffing import Packet

__all__ = ["Packet"]
