"""Frames built byte by byte with struct, for tests of the decoders: no code of ours takes part."""

from __future__ import annotations

import socket
import struct

# Link types, by libpcap's numbers.
NULL, ETHERNET, PPP, RAW_BSD, RAW_OPENBSD, PPP_SERIAL, PPPOE = 0, 1, 9, 12, 14, 50, 51
RAW, IEEE802_11, LOOP, SLL, USER0, IPV4_ONLY, IPV6_ONLY, SLL2 = 101, 105, 108, 113, 147, 228, 229, 276

MACS = bytes.fromhex("020000000001020000000002")


def checksum(data: bytes) -> int:
    """RFC 1071."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


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
    identification: int = 0x1234,
    ttl: int = 63,
    header_checksum: int = 0xBEEF,
    addresses: tuple[str, str] = ("192.0.2.1", "198.51.100.200"),
) -> bytes:
    ihl = 5 + len(options) // 4 if ihl is None else ihl
    length = 20 + len(options) + len(payload) if total_length is None else total_length
    return (
        struct.pack(
            "!BBHHHBBH4s4s",
            version << 4 | ihl,
            tos,
            length,
            identification,
            flags << 13 | fragment_offset,
            ttl,
            protocol,
            header_checksum,
            *map(socket.inet_aton, addresses),
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


def udp(
    payload: bytes = b"",
    *,
    length: int | None = None,
    ports: tuple[int, int] = (5353, 53),
    sum_of_all: int = 0xABCD,
) -> bytes:
    return struct.pack("!HHHH", *ports, 8 + len(payload) if length is None else length, sum_of_all) + payload


def arp() -> bytes:
    return (
        struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2)
        + MACS[6:]
        + socket.inet_aton("192.0.2.1")
        + MACS[:6]
        + socket.inet_aton("192.0.2.2")
    )
