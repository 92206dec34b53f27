"""TCP: flags and sequence numbers, every option of IANA's registry, MPTCP by subtype."""

from __future__ import annotations

import struct
from functools import partial

from scapy.layers.inet import TCP
from scapy.packet import Raw

from .build import IP4, IP6, LINK, Case, group, padded

NOP = b"\1"
ADDRESS4, ADDRESS6 = bytes([192, 0, 2, 77]), bytes.fromhex("20010db8000000000000000000000077")
KEY, PEER_KEY, HMAC8, HMAC20 = bytes(range(8)), bytes(range(8, 16)), bytes(range(32, 40)), bytes(range(20))


def option(kind: int, value: bytes = b"") -> bytes:
    """The length counts the first two bytes as well."""
    return bytes([kind, 2 + len(value)]) + value


def mptcp(subtype: int, low: int, rest: bytes = b"") -> bytes:
    """RFC 8684 3: the subtype's four bits, and four more of its own."""
    return option(30, bytes([subtype << 4 | low]) + rest)


def blocks(count: int) -> bytes:
    edges = [0xEEAA3000 + 1000 * number for number in range(2 * count)]
    return option(5, struct.pack(f"!{2 * count}I", *edges))


def data_sequence_signals() -> dict[str, bytes]:
    """Every length of the data acknowledgment and of the mapping, with and without a checksum."""
    acknowledgments = {"none": (0, b""), "ack4": (1, bytes.fromhex("01020304")), "ack8": (3, KEY)}
    mappings = {"no-map": (0, b""), "map4": (4, bytes.fromhex("0a0b0c0d")), "map8": (12, PEER_KEY)}
    found = {}
    for ack_name, (ack_bits, ack) in acknowledgments.items():
        for map_name, (map_bits, start) in mappings.items():
            tail = struct.pack("!IH", 1, 7) if start else b""
            name, bits = f"{ack_name}-{map_name}", ack_bits | map_bits
            found[name] = mptcp(2, 0, bytes([bits]) + ack + start + tail)
            if start:
                found[f"{name}-checksum"] = mptcp(2, 0, bytes([bits]) + ack + start + tail + b"\xab\xcd")
    return found | {"data-fin": mptcp(2, 0, b"\x15" + bytes(8) + struct.pack("!IH", 0, 1))}


MPTCP = {
    "mp_capable-v0-syn": mptcp(0, 0, b"\x81" + KEY),
    "mp_capable-v0-ack": mptcp(0, 0, b"\x81" + KEY + PEER_KEY),
    "mp_capable-v1-syn": mptcp(0, 1, b"\x01"),
    "mp_capable-v1-syn-ack": mptcp(0, 1, b"\x01" + KEY),
    "mp_capable-v1-ack": mptcp(0, 1, b"\xe1" + KEY + PEER_KEY),
    "mp_capable-v1-data": mptcp(0, 1, b"\x01" + KEY + PEER_KEY + b"\0\7"),
    "mp_capable-v1-data-checksum": mptcp(0, 1, b"\x81" + KEY + PEER_KEY + b"\0\7\xab\xcd"),
    "mp_join-syn": mptcp(1, 1, b"\x05" + bytes.fromhex("a1a2a3a4 b1b2b3b4")),
    "mp_join-syn-ack": mptcp(1, 0, b"\x05" + HMAC8 + bytes.fromhex("b1b2b3b4")),
    "mp_join-ack": mptcp(1, 0, b"\0" + HMAC20),
    **{f"dss-{name}": each for name, each in data_sequence_signals().items()},
    "add_addr-v0-ipv4": mptcp(3, 4, b"\x03" + ADDRESS4),
    "add_addr-v0-ipv6-port": mptcp(3, 6, b"\x03" + ADDRESS6 + b"\x1f\x90"),
    "add_addr-ipv4": mptcp(3, 0, b"\x03" + ADDRESS4 + HMAC8),
    "add_addr-ipv4-port": mptcp(3, 0, b"\x03" + ADDRESS4 + b"\x1f\x90" + HMAC8),
    "add_addr-ipv6": mptcp(3, 0, b"\x03" + ADDRESS6 + HMAC8),
    "add_addr-ipv6-port": mptcp(3, 0, b"\x03" + ADDRESS6 + b"\x1f\x90" + HMAC8),
    "add_addr-echo": mptcp(3, 1, b"\x03" + ADDRESS4),
    "add_addr-echo-ipv6-port": mptcp(3, 1, b"\x03" + ADDRESS6 + b"\x1f\x90"),
    "remove_addr": mptcp(4, 0, b"\x03"),
    "remove_addr-three": mptcp(4, 0, b"\x03\x04\x05"),
    "mp_prio": mptcp(5, 1),
    "mp_prio-address": mptcp(5, 0, b"\x03"),
    "mp_fail": mptcp(6, 0, b"\0" + KEY),
    "mp_fastclose": mptcp(7, 0, b"\0" + KEY),
    "mp_tcprst": mptcp(8, 1, b"\x02"),
    "mp_experimental": mptcp(15, 0, b"\x80" + bytes(4)),
    "unknown-subtype": mptcp(11, 0, b"\0"),
}

OPTIONS = {
    "end-of-list": b"\0",
    "end-of-list-then-bytes": b"\1\0\7\7",
    "no-operation": NOP * 4,
    "maximum-segment-size": option(2, struct.pack("!H", 1460)),
    "window-scale": option(3, b"\x07"),
    "window-scale-15": option(3, b"\x0f"),
    "sack-permitted": option(4),
    **{f"sack-{count}": NOP * 2 + blocks(count) for count in range(1, 5)},
    "echo": option(6, b"echo"),
    "echo-reply": option(7, b"echo"),
    "timestamps": NOP * 2 + option(8, struct.pack("!II", 0xFFFFFFFE, 1)),
    "partial-order-permitted": option(9),
    "partial-order-profile": option(10, b"\xc0"),
    "cc": option(11, bytes.fromhex("01020304")),
    "cc-new": option(12, bytes.fromhex("01020304")),
    "cc-echo": option(13, bytes.fromhex("01020304")),
    "alternate-checksum-request": option(14, b"\x01"),
    "alternate-checksum-data": option(15, b"data"),
    "skeeter": option(16, b"ab"),
    "bubba": option(17, b"ab"),
    "trailer-checksum": option(18, b"\x07"),
    "md5": NOP * 2 + option(19, bytes(range(16))),
    "scps-capabilities": option(20, b"\xc0\x07"),
    "selective-negative-ack": option(21, bytes.fromhex("0001 0002")),
    "record-boundary": option(22),
    "corruption-experienced": option(23),
    "snap": option(24, b"ab"),
    "compression-filter": option(26, b"ab"),
    "quick-start": option(27, bytes.fromhex("08 40 01020304")),
    "user-timeout-seconds": option(28, struct.pack("!H", 30)),
    "user-timeout-minutes": option(28, struct.pack("!H", 0x8000 | 5)),
    "ao-12": option(29, b"\x05\x06" + bytes(range(12))),
    "ao-16": option(29, b"\x05\x06" + bytes(range(16))),
    "ao-no-mac": option(29, b"\x05\x06"),
    "fast-open-request": option(34),
    "fast-open-cookie": option(34, KEY),
    "fast-open-longest-cookie": option(34, bytes(range(16))),
    "encryption-negotiation": option(69, b"\x21\x22"),
    "accurate-ecn-0": option(172, bytes(range(9))),
    "accurate-ecn-1": option(174, bytes(range(9))),
    "experiment-253": option(253, b"\x12\x34data"),
    "experiment-254-fast-open": option(254, b"\xf9\x89" + KEY),
    "unknown-without-value": option(99),
    "unknown-longest": option(99, bytes(38)),
    "linux-syn": bytes.fromhex("020405b4 0402 080a 0011223344556677 01 030307"),
    "several": option(2, b"\x05\xb4") + NOP + option(3, b"\x09") + option(4) + option(99, b"ab") + option(34),
}

FLAGS = {
    "none": "", "fin": "FA", "syn": "S", "syn-ack": "SA", "reset": "R", "push": "PA", "urgent": "UA",
    "ecn-setup": "SEC", "congestion-window-reduced": "CA", "nonce-sum": "NA", "all": "FSRPAUECN",
}  # fmt: skip
AGAIN_IN_IPV6 = ["flags-syn", "odd-length", "option-linux-syn", "mptcp-mp_capable-v1-data"]

tcp = partial(TCP, sport=40551, dport=40001, seq=0xEE91D946, ack=0xEEAA2CDB, window=513, flags="A")


def with_options(options: bytes) -> TCP:
    """Scapy knows too much of options to keep odd ones: they are its payload, and the offset says more."""
    options = padded(options, 4)
    return tcp(dataofs=5 + len(options) // 4) / Raw(options + b"data")


def cases() -> list[Case]:
    packets = {
        **{f"flags-{name}": tcp(flags=flags) for name, flags in FLAGS.items()},
        "urgent-pointer": tcp(flags="UA", urgptr=3) / Raw(b"urgent"),
        "reserved-bits": tcp(reserved=7),
        "extreme-numbers": tcp(sport=65535, dport=65535, seq=2**32 - 1, ack=2**32 - 1, window=65535),
        "odd-length": tcp() / Raw(b"odd"),
        **{f"option-{name}": with_options(each) for name, each in OPTIONS.items()},
        **{f"mptcp-{name}": with_options(each) for name, each in MPTCP.items()},
    }
    again = {f"ipv6-{name}": packets[name] for name in AGAIN_IN_IPV6}
    return group("tcp", packets, LINK / IP4) + group("tcp", again, LINK / IP6)
