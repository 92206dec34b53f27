"""Frames built byte by byte with struct, for tests of the decoders: no code of ours takes part."""

from __future__ import annotations

import socket
import struct

ETHERNET, RAW, SLL, IPV4_ONLY, IPV6_ONLY = 1, 101, 113, 228, 229

MACS = bytes.fromhex("020000000001020000000002")


def ethernet(payload: bytes, ethertype: int = 0x0800) -> bytes:
    return MACS + struct.pack("!H", ethertype) + payload


def sll(payload: bytes, protocol: int = 0x0800, hatype: int = 1) -> bytes:
    return struct.pack("!HHH8sH", 4, hatype, 6, bytes.fromhex("0200000000ff0708"), protocol) + payload


def ipv4(
    payload: bytes,
    protocol: int = 17,
    *,
    options: bytes = b"",
    total_length: int | None = None,
    ihl: int | None = None,
    version: int = 4,
    tos: int = 0,
    flags: int = 0,
    fragment_offset: int = 0,
) -> bytes:
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    length = 20 + len(options) + len(payload) if total_length is None else total_length
    return (
        struct.pack(
            "!BBHHHBBH4s4s",
            version << 4 | ihl,
            tos,
            length,
            0x1234,
            flags << 13 | fragment_offset,
            63,
            protocol,
            0xBEEF,
            socket.inet_aton("192.0.2.1"),
            socket.inet_aton("198.51.100.200"),
        )
        + options
        + payload
    )


def ipv6(payload: bytes, next_header: int = 17, *, length: int | None = None) -> bytes:
    return (
        struct.pack(
            "!IHBB",
            6 << 28 | 0b101010_11 << 20 | 0xABCDE,
            len(payload) if length is None else length,
            next_header,
            64,
        )
        + socket.inet_pton(socket.AF_INET6, "2001:db8::1")
        + socket.inet_pton(socket.AF_INET6, "fe80::2:0:0:1")
        + payload
    )


def tcp(payload: bytes = b"", *, options: bytes = b"", offset: int | None = None, bits: int = 0x018) -> bytes:
    offset = 5 + len(options) // 4 if offset is None else offset
    header = struct.pack("!HHIIHHHH", 40551, 80, 0xEE91D946, 0xEEAA2CDB, offset << 12 | bits, 513, 0xFE30, 7)
    return header + options + payload


def udp(payload: bytes = b"", *, length: int | None = None) -> bytes:
    return struct.pack("!HHHH", 5353, 53, 8 + len(payload) if length is None else length, 0xABCD) + payload


def arp() -> bytes:
    return (
        struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2)
        + MACS[6:]
        + socket.inet_aton("192.0.2.1")
        + MACS[:6]
        + socket.inet_aton("192.0.2.2")
    )
