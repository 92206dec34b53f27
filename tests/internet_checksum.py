"""The Internet checksum (RFC 1071) and the pseudo-headers it begins with, to fill in headers of tests."""

from __future__ import annotations

import ipaddress
import struct

MOBILITY = 135  # a header of few bytes, with a checksum that covers the addresses


def internet_checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo_header(source: str, destination: str, protocol: int, length: int) -> bytes:
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
    return addresses + struct.pack("!II", length, protocol)


def mobility_between(source: str, destination: str) -> bytes:
    """A mobility header that asks for a binding update, its checksum right between these two."""
    head = bytes.fromhex("3b000000")
    checksum = internet_checksum(pseudo_header(source, destination, MOBILITY, 8) + head + bytes(4))
    return head + checksum.to_bytes(2, "big") + bytes(2)
