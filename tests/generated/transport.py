"""UDP and UDP-Lite with every way to check them, SCTP with every chunk."""

from __future__ import annotations

import struct
from socket import AF_INET6, inet_aton, inet_pton

from scapy.layers.inet import UDP
from scapy.layers.sctp import SCTP
from scapy.packet import Packet
from scapy.utils import checksum

from .build import IP4, IP6, LINK, Case, group, ip4, ip6, padded

UDP_LITE = 136


def in_ipv6(packets: dict) -> dict:
    return {f"ipv6-{name}": packet for name, packet in packets.items()}


def udp(lower: Packet) -> dict[str, Packet | bytes]:
    head = UDP(sport=40551, dport=40000)
    # A sum of 0 is sent as ffff (RFC 768): data equal to the checksum over none of it makes it so.
    plain = bytes(lower / head / b"\0\0")[-4:-2]
    return {
        "data": head / b"datagram",
        "odd-length": head / b"odd",
        "no-data": head,
        "port-0": UDP(sport=0, dport=40000) / b"no answer",
        "extreme-ports": UDP(sport=65535, dport=65534) / b"data",
        "sum-of-0": head / plain,
        "no-checksum": UDP(sport=40551, dport=40000, chksum=0) / b"unchecked",
        "behind-the-length": bytes(lower / head / b"data")[-12:] + b"behind",
    }


def udp_lite(addresses: bytes) -> dict[str, bytes]:
    """RFC 3828: the length field says how much the checksum covers, 0 for all."""
    data = b"half of this is covered"
    # The same sum, whether the length has IPv4's 16 bits or IPv6's 32.
    pseudo_header = addresses + struct.pack("!HH", UDP_LITE, 8 + len(data))
    found = {}
    for coverage in (0, 8, 9, 12, 20, 8 + len(data)):
        head = struct.pack("!HHH", 40551, 40000, coverage)
        covered = (head + bytes(2) + data)[: coverage or None]
        found[f"coverage-{coverage}"] = head + struct.pack("!H", checksum(pseudo_header + covered)) + data
    return found


def chunk(kind: int, flags: int = 0, value: bytes = b"") -> bytes:
    """The length counts the value without the padding (RFC 9260 3.2)."""
    return padded(struct.pack("!BBH", kind, flags, 4 + len(value)) + value, 4)


def parameter(kind: int, value: bytes) -> bytes:
    return padded(struct.pack("!HH", kind, 4 + len(value)) + value, 4)


DATA = struct.pack("!IHHI", 0x01020304, 5, 6, 0)
INIT = struct.pack("!IIHHI", 0xCAFEF00D, 65536, 10, 20, 0x01020304)
ADDRESS = parameter(5, bytes([192, 0, 2, 1]))
ADDRESSES = ADDRESS + parameter(6, bytes.fromhex("20010db8" + "00" * 11 + "01"))
INIT_PARAMETERS = ADDRESSES + parameter(12, b"\0\5\0\6") + parameter(0x8000, b"") + parameter(0xC000, b"")

DROPPED = bytes(SCTP(sport=40002, dport=40551, tag=7) / chunk(11))

CHUNKS = {
    "data": chunk(0, 3, DATA + b"data"),
    "data-padded": chunk(0, 3, DATA + b"d"),
    "data-first-fragment": chunk(0, 2, DATA + b"data"),
    "data-unordered-immediate": chunk(0, 0x0F, DATA + b"data"),
    "init": chunk(1, 0, INIT),
    "init-parameters": chunk(1, 0, INIT + INIT_PARAMETERS),
    "init-ack": chunk(2, 0, INIT + parameter(7, b"state cookie")),
    "sack": chunk(3, 0, struct.pack("!IIHH", 0x01020304, 65536, 0, 0)),
    "sack-gaps": chunk(3, 0, struct.pack("!IIHHHHHHI", 0x01020304, 65536, 2, 1, 2, 3, 5, 6, 0x01020305)),
    "heartbeat": chunk(4, 0, parameter(1, b"heartbeat...")),
    "heartbeat-ack": chunk(5, 0, parameter(1, b"heartbeat...")),
    "abort": chunk(6, 1),
    "abort-causes": chunk(6, 0, parameter(12, b"reason")),
    "shutdown": chunk(7, 0, struct.pack("!I", 0x01020304)),
    "shutdown-ack": chunk(8),
    "error": chunk(9, 0, parameter(1, struct.pack("!HH", 7, 0)) + parameter(9, INIT[:4])),
    "cookie-echo": chunk(10, 0, b"state cookie"),
    "cookie-ack": chunk(11),
    "ecn-echo": chunk(12, 0, struct.pack("!I", 0x01020304)),
    "congestion-window-reduced": chunk(13, 0, struct.pack("!I", 0x01020304)),
    "shutdown-complete": chunk(14, 1),
    "authentication": chunk(15, 0, struct.pack("!HH", 1, 1) + bytes(range(20))),
    "i-data": chunk(64, 3, struct.pack("!IHHII", 1, 2, 0, 3, 0) + b"data"),
    "asconf-ack": chunk(128, 0, struct.pack("!I", 5) + parameter(0xC005, struct.pack("!I", 6))),
    "packet-drop": chunk(129, 1, struct.pack("!IIHH", 65536, 100, 0, 0) + DROPPED),
    "re-config": chunk(130, 0, parameter(13, struct.pack("!IIIHH", 1, 2, 3, 4, 5))),
    "pad": chunk(132, 0, bytes(8)),
    "forward-tsn": chunk(192, 0, struct.pack("!IHH", 0x01020304, 5, 6)),
    "asconf": chunk(
        193, 0, struct.pack("!I", 5) + ADDRESS + parameter(0xC001, struct.pack("!I", 6) + ADDRESS)
    ),
    "i-forward-tsn": chunk(194, 0, struct.pack("!IHHI", 0x01020304, 5, 1, 6)),
    "unknown-3f": chunk(0x3F, 0x5A, b"unknown"),
    "unknown-7e": chunk(0x7E, 0x5A, b"unknown"),
    "unknown-fe": chunk(0xFE, 0xA5, b""),
}
BUNDLES = {
    "cookie-echo-and-data": CHUNKS["cookie-echo"] + CHUNKS["data-padded"],
    "sack-and-three-data": CHUNKS["sack"] + CHUNKS["data"] + CHUNKS["data-padded"] + CHUNKS["data"],
    "unknown-and-data": CHUNKS["unknown-fe"] + CHUNKS["data"],
    "no-chunk": b"",
}


def sctp() -> list[Case]:
    common = SCTP(sport=40551, dport=40002, tag=0xDEADBEEF)
    chunks = {f"chunk-{name}": common / each for name, each in CHUNKS.items()}
    bundles = {f"bundle-{name}": common / each for name, each in BUNDLES.items()}
    return group("sctp", chunks | bundles, LINK / IP4) + group("sctp", in_ipv6(bundles), LINK / IP6)


def cases() -> list[Case]:
    four = inet_aton(IP4.src) + inet_aton(IP4.dst)
    six = inet_pton(AF_INET6, IP6.src) + inet_pton(AF_INET6, IP6.dst)
    return [
        *group("udp", udp(IP4), LINK / ip4(proto=17)),
        *group("udp", in_ipv6(udp(IP6)), LINK / ip6(nh=17)),
        *group("udplite", udp_lite(four), LINK / ip4(proto=UDP_LITE)),
        *group("udplite", in_ipv6(udp_lite(six)), LINK / ip6(nh=UDP_LITE)),
        *sctp(),
    ]
