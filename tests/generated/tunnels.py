"""Tunnels: IP in IP, GRE, MPLS, VXLAN, GENEVE, GTP-U."""

from __future__ import annotations

import struct
from itertools import product

from scapy.contrib.mpls import MPLS
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Packet, Raw
from scapy.utils import checksum

from .build import DATAGRAM, IP4, IP6, LINK, MAC, PEER_MAC, SEGMENT, Case, group, ip4, ip6

INNER4 = IP(src="10.0.0.1", dst="10.0.0.2", id=0x5678, ttl=5)
INNER6 = IPv6(src="fd00::1", dst="fd00::2", hlim=6, fl=7)
INNER_FRAME = Ether(dst="a2:00:00:00:00:22", src="a2:00:00:00:00:11") / INNER4 / DATAGRAM
GRE_PROTOCOL, FRAME, PPP_IN_GRE = 47, 0x6558, 0x880B


def ip_in_ip() -> list[Case]:
    inner = {"4": INNER4 / SEGMENT, "6": INNER6 / SEGMENT}
    deep = INNER4 / INNER6 / INNER4 / DATAGRAM
    found = group("ip", {"in-ip": inner["4"], "four-deep": deep}, LINK / IP4)
    found += group("ipv6", {"in-ip": inner["6"]}, LINK / IP4)
    found += group("ip", {"in-ipv6": inner["4"]}, LINK / IP6)
    return found + group("ipv6", {"in-ipv6": inner["6"], "four-deep": INNER6 / deep}, LINK / IP6)


def gre_header(protocol: int, body: bytes, fields: str = "", version: int = 0, extra: bytes = b"") -> bytes:
    """RFC 2784 and 2890: `fields` tells which of checksum, key and sequence are there."""
    bits = {"c": 0x8000, "r": 0x4000, "k": 0x2000, "s": 0x1000}
    head = struct.pack("!HH", sum(bits[each] for each in fields) | version, protocol)
    tail = (
        struct.pack("!I", 0xAABBCCDD) * ("k" in fields)
        + struct.pack("!I", 0x01020304) * ("s" in fields)
        + extra
    )
    if "c" not in fields:
        return head + bytes(4) * ("r" in fields) + tail + body
    offset_and_rest = b"\0\0" + tail + body
    return head + struct.pack("!H", checksum(head + b"\0\0" + offset_and_rest)) + offset_and_rest


def pptp(flags: int, body: bytes, *numbers: int) -> bytes:
    """RFC 2637 4.1: the key is a length and a call."""
    head = struct.pack("!HHHH", 0x2001 | flags, PPP_IN_GRE, len(body), 0x1234)
    return head + b"".join(struct.pack("!I", number) for number in numbers) + body


def gre() -> list[Case]:
    ip, ipv6 = bytes(INNER4 / SEGMENT), bytes(INNER6 / SEGMENT)
    choices = ["".join(each) for each in product(("", "c"), ("", "k"), ("", "s"))]
    packets = {f"fields-{fields or 'none'}": gre_header(0x0800, ip, fields) for fields in choices}
    ppp = b"\xff\x03\x00\x21" + ip
    route = struct.pack("!HBB", 0x0800, 0, 8) + bytes([192, 0, 2, 8, 192, 0, 2, 9]) + bytes(4)
    packets |= {
        "ipv6": gre_header(0x86DD, ipv6),
        "ethernet": gre_header(FRAME, bytes(INNER_FRAME), "k"),
        "mpls": gre_header(0x8847, bytes(MPLS(label=100, s=1, ttl=7) / INNER4 / DATAGRAM)),
        "ppp": gre_header(PPP_IN_GRE, ppp),
        "vlan": gre_header(0x8100, bytes(Dot1Q(vlan=5) / INNER4 / DATAGRAM)),
        "keepalive": gre_header(
            0x0800, bytes(IP(src="10.0.0.1", dst="10.0.0.2", proto=GRE_PROTOCOL) / Raw(gre_header(0, b"")))
        ),
        "no-payload": gre_header(0, b""),
        "unknown-protocol": gre_header(0x88B5, b"local experiment"),
        "routing": gre_header(0x0800, ip, "cr", extra=route),
        "erspan-1": gre_header(0x88BE, bytes(INNER_FRAME)),
        "erspan-2": gre_header(0x88BE, struct.pack("!HHI", 0x1064, 0x0001, 7) + bytes(INNER_FRAME), "s"),
        "erspan-3": gre_header(
            0x22EB, struct.pack("!HHIHH", 0x2064, 1, 0x1234, 0, 0) + bytes(INNER_FRAME), "s"
        ),
        "pptp-data": pptp(0x1000, ppp, 5),
        "pptp-data-and-acknowledgment": pptp(0x1080, ppp, 5, 4),
        "pptp-acknowledgment": pptp(0x0080, b"", 4),
        "pptp-data-compressed": pptp(0x1000, b"\x21" + ip, 6),
    }
    found = group("gre", packets, LINK / ip4(proto=GRE_PROTOCOL))
    six = {f"ipv6-{name}": packets[name] for name in ("fields-none", "fields-cks", "ethernet")}
    return found + group("gre", six, LINK / ip6(nh=GRE_PROTOCOL))


def mpls() -> list[Case]:
    def stack(*labels: int) -> Packet:
        layers = [MPLS(label=label, cos=at % 8, s=0, ttl=64 - at) for at, label in enumerate(labels)]
        layers[-1].s = 1
        packet = layers[0]
        for layer in layers[1:]:
            packet = packet / layer
        return packet

    inner4, inner6 = INNER4 / SEGMENT, INNER6 / DATAGRAM
    packets = {
        "one": stack(16) / inner4,
        "two": stack(1000, 1001) / inner4,
        "three": stack(16, 2**20 - 1, 17) / inner6,
        "eight": stack(*range(100, 108)) / inner4,
        "explicit-null": stack(0) / inner4,
        "router-alert": stack(1, 500) / inner4,
        "ipv6-explicit-null": stack(2) / inner6,
        "implicit-null": stack(3) / inner4,
        "entropy-label": stack(600, 7, 0xABCDE) / inner4,
        "pseudowire": stack(700) / Raw(bytes(INNER_FRAME)),
        "pseudowire-control-word": stack(700) / Raw(bytes(4) + bytes(INNER_FRAME)),
        "associated-channel": stack(700, 13) / Raw(bytes.fromhex("1000 7ff8") + b"channel"),
        "unknown-payload": stack(800) / Raw(b"\xf0 unknown"),
    }
    multicast = Ether(dst="01:00:5e:80:00:01", src=MAC, type=0x8848)
    return [
        *group("mpls", packets, Ether(dst=PEER_MAC, src=MAC, type=0x8847)),
        *group("mpls", {"multicast": stack(16, 17) / inner4}, multicast),
        *group("mpls", {"in-ip": stack(16) / inner4}, LINK / ip4(proto=137)),
    ]


def over_udp(port: int, lower: Packet = IP4) -> Packet:
    return LINK / lower / UDP(sport=50000, dport=port)


def vxlan() -> list[Case]:
    def header(flags: int, identifier: int, reserved: int = 0, middle: int = 0) -> bytes:
        return struct.pack("!BBHI", flags, middle >> 16, middle & 0xFFFF, identifier << 8 | reserved)

    frame = bytes(INNER_FRAME)
    tagged = bytes(Ether(dst=PEER_MAC, src=MAC) / Dot1Q(vlan=6) / INNER6 / SEGMENT)
    outer = Ether(dst=PEER_MAC, src=MAC) / INNER4 / UDP(sport=50001, dport=4789)
    packets = {
        "frame": header(0x08, 0x123456) + frame,
        "vlan-in-frame": header(0x08, 0xFFFFFF) + tagged,
        "no-identifier": header(0x00, 0) + frame,
        "reserved-bits": header(0xF7, 5, 0xAB) + frame,
        "group-policy": header(0x88, 6, 0, 0x481234) + frame,
        "in-vxlan": header(0x08, 7) + bytes(outer / header(0x08, 8) / Raw(frame)),
    }
    unchecked = {"no-checksum": UDP(sport=50000, dport=4789, chksum=0) / Raw(packets["frame"])}
    found = group("vxlan", packets, over_udp(4789)) + group("vxlan", unchecked, LINK / IP4)
    return found + group("vxlan", {"ipv6": packets["frame"]}, over_udp(4789, IP6))


def geneve() -> list[Case]:
    def option(option_class: int, kind: int, data: bytes = b"", reserved: int = 0) -> bytes:
        return struct.pack("!HBB", option_class, kind, reserved << 5 | len(data) // 4) + data

    def header(
        options: bytes = b"", protocol: int = FRAME, flags: int = 0, identifier: int = 0x123456
    ) -> bytes:
        return struct.pack("!BBHI", len(options) // 4, flags, protocol, identifier << 8) + options

    frame = bytes(INNER_FRAME)
    longest = option(0x0102, 1, bytes(124)) + option(0x0102, 2, bytes(120))
    packets = {
        "frame": header() + frame,
        "ip": header(protocol=0x0800) + bytes(INNER4 / SEGMENT),
        "ipv6": header(protocol=0x86DD) + bytes(INNER6 / SEGMENT),
        "unknown-protocol": header(protocol=0x88B5) + b"local experiment",
        "oam": header(flags=0x80) + frame,
        "option-without-data": header(option(0x0102, 0x01)) + frame,
        "option-critical": header(option(0x0103, 0x80, b"data"), flags=0x40) + frame,
        "option-experiment": header(option(0xFF00, 0x7F, bytes(range(16)))) + frame,
        "option-reserved-bits": header(option(0x0104, 0x05, b"data", reserved=7)) + frame,
        "options-three": header(option(0x0102, 1, b"data") + option(0, 2) + option(0xFFFF, 3, bytes(8)))
        + frame,
        "options-longest": header(longest) + frame,
        "identifier-ffffff": header(identifier=0xFFFFFF, flags=0x3F) + frame,
    }
    return group("geneve", packets, over_udp(6081)) + group(
        "geneve", {"in-ipv6": packets["frame"]}, over_udp(6081, IP6)
    )


def gtp_u() -> list[Case]:
    def header(
        kind: int, body: bytes, flags: int = 0, sequence: int = 0x1234, pdu: int = 0, following: int = 0
    ) -> bytes:
        """TS 29.281 5.1: four more bytes when any of E, S and PN is set."""
        more = struct.pack("!HBB", sequence, pdu, following) if flags else b""
        return struct.pack("!BBHI", 0x30 | flags, kind, len(more) + len(body), 0x01020304) + more + body

    def extension(content: bytes, following: int = 0) -> bytes:
        """The length counts units of 4 bytes, all of the header."""
        assert (len(content) + 2) % 4 == 0
        return bytes([(len(content) + 2) // 4]) + content + bytes([following])

    data, ip = 255, bytes(INNER4 / SEGMENT)
    extensions = {
        "service-class": (0x20, b"\x05\x00"),
        "udp-port": (0x40, b"\x9c\x40"),
        "ran-container": (0x81, bytes(6)),
        "long-pdcp": (0x82, bytes.fromhex("012345 000000")),
        "long-pdcp-03": (0x03, bytes.fromhex("012345 000000")),
        "nr-ran-container": (0x84, b"\x10\x00" + bytes(4)),
        "pdu-session-downlink": (0x85, b"\x00\x09"),
        "pdu-session-uplink": (0x85, b"\x10\x09"),
        "pdcp-number": (0xC0, b"\x12\x34"),
        "unknown": (0x60, b"ab"),
    }
    chain = extension(b"\x12\x34", 0x85) + extension(b"\x00\x09", 0x40) + extension(b"\x9c\x40")
    packets = {
        "data": header(data, ip),
        "data-ipv6": header(data, bytes(INNER6 / SEGMENT)),
        "data-sequence": header(data, ip, flags=2),
        "data-pdu-number": header(data, ip, flags=1, pdu=7),
        "data-sequence-and-pdu-number": header(data, ip, flags=3, pdu=7),
        "data-extension-flag-without-extension": header(data, ip, flags=4),
        "data-no-ip": header(data, b"\x01unstructured"),
        "echo-request": header(1, b"", flags=2),
        "echo-response": header(2, b"\x0e\x05", flags=2),
        "error-indication": header(26, b"\x10\x01\x02\x03\x04" + b"\x85\0\4\xc0\0\2\1", flags=2),
        "supported-extensions": header(31, b"\x8d\x03\xc0\x40\x85", flags=2),
        "end-marker": header(254, b""),
        **{
            f"extension-{name}": header(data, extension(content) + ip, flags=4, following=kind)
            for name, (kind, content) in extensions.items()
        },
        "extension-chain": header(data, chain + ip, flags=7, following=0xC0),
    }
    return group("gtp", packets, over_udp(2152)) + group(
        "gtp", {"in-ipv6": packets["data"]}, over_udp(2152, IP6)
    )


def cases() -> list[Case]:
    return [*ip_in_ip(), *gre(), *mpls(), *vxlan(), *geneve(), *gtp_u()]
