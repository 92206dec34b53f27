"""What a case is, and what stands below the layer that it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from frames import ETHERNET
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6Unknown, IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw
from scapy.utils import checksum

MAC, PEER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"

# Both addresses stand everywhere, so that scapy never asks the machine for its own.
LINK = Ether(dst=PEER_MAC, src=MAC)
ip4 = partial(IP, src="192.0.2.1", dst="198.51.100.200", id=0x1234, ttl=63)
ip6 = partial(IPv6, src="2001:db8::1", dst="2001:db8::2:1", tc=0xAB, fl=0xABCDE, hlim=62)
IP4, IP6 = ip4(), ip6()
DATAGRAM = UDP(sport=40551, dport=40000) / Raw(b"datagram")
SEGMENT = TCP(sport=40551, dport=40001, seq=0xEE91D946, ack=0xEEAA2CDB, flags="PA", window=513) / Raw(
    b"segment"
)
UDP_IN_TWO = UDP(sport=40551, dport=40000) / Raw(bytes(range(40)))  # what fragments are cut from


@dataclass(frozen=True)
class Case:
    name: str  # tshark's name of the protocol, and what the packet shows of it
    link_type: int
    data: bytes


def group(
    protocol: str,
    packets: Mapping[str, Packet | bytes],
    lower: Packet | None = None,
    link_type: int = ETHERNET,
) -> list[Case]:
    """The cases of one protocol, each standing on the same lower layers."""
    return [
        Case(f"{protocol}/{name}", link_type, bytes(packet if lower is None else lower / packet))
        for name, packet in packets.items()
    ]


def message(kind: int, code: int, body: bytes = b"") -> bytes:
    """Of ICMP or IGMP: a type, a byte, the checksum, and the rest."""
    head = bytes([kind, code])
    return head + checksum(head + bytes(2) + body).to_bytes(2, "big") + body


def message6(kind: int, code: int, body: bytes = b"") -> Packet:
    """Of ICMPv6, whose checksum takes in the addresses."""
    return ICMPv6Unknown(type=kind, code=code, msgbody=body)


def tlv(kind: int, value: bytes = b"") -> bytes:
    """An option whose length counts its value alone, as in IPv6."""
    return bytes([kind, len(value)]) + value


def padded(data: bytes, unit: int, fill: bytes = b"\0") -> bytes:
    return data + fill * (-len(data) % unit)


def quoted(size: int = 28) -> bytes:
    """The start of an IPv4 packet, as errors of ICMP bring it back."""
    return bytes(IP4 / UDP(sport=40551, dport=40000) / Raw(bytes(range(256))))[:size]


def quoted6(size: int = 56) -> bytes:
    return bytes(IP6 / UDP(sport=40551, dport=40000) / Raw(bytes(range(256))))[:size]


def extension_structure(*objects: tuple[int, int, bytes]) -> bytes:
    """RFC 4884 7: a header with its checksum, and objects of a class, a class type and data."""
    body = b"".join(
        (4 + len(data)).to_bytes(2, "big") + bytes([number, subtype]) + data
        for number, subtype, data in objects
    )
    return b"\x20\x00" + checksum(b"\x20\x00\x00\x00" + body).to_bytes(2, "big") + body


MPLS_LABELS = (1, 1, bytes.fromhex("05dc0340 003e9101"))  # RFC 4950 3
INTERFACE = (2, 0x0E, bytes.fromhex("00000007 00010000c0000201 0865746830000000"))  # RFC 5837 4
UNKNOWN_OBJECT = (247, 9, b"data")
EXTENSIONS = {
    "mpls": [MPLS_LABELS],
    "interface": [INTERFACE],
    "unknown": [UNKNOWN_OBJECT],
    "three-objects": [MPLS_LABELS, INTERFACE, UNKNOWN_OBJECT],
    "no-object": [],
}
