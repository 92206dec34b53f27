"""The pseudo-headers that checksums of upper layers begin with, and a header that has such a checksum."""

from __future__ import annotations

import ipaddress
import struct

import frames

MOBILITY = 135  # a header of few bytes, with a checksum that covers the addresses


def pseudo_header(source: str, destination: str, protocol: int, length: int) -> bytes:
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
    return addresses + struct.pack("!II", length, protocol)


def mobility_between(source: str, destination: str) -> bytes:
    """A mobility header that asks for a binding update, its checksum right between these two."""
    head = bytes.fromhex("3b000000")
    checksum = frames.checksum(pseudo_header(source, destination, MOBILITY, 8) + head + bytes(4))
    return head + checksum.to_bytes(2, "big") + bytes(2)
