"""IPv6 and every extension header: options, segments, fragments, AH, ESP, mobility, jumbograms."""

from __future__ import annotations

import struct
from socket import AF_INET6, inet_ntop, inet_pton

from scapy.layers.inet6 import IPv6ExtHdrFragment, in6_chksum
from scapy.packet import Packet, Raw

from .build import DATAGRAM, IP4, IP6, LINK, SEGMENT, UDP_IN_TWO, Case, group, ip4, ip6, padded, tlv

TCP, UDP, ESP, AH = 6, 17, 50, 51
HOPOPTS, ROUTING, FRAGMENT, NO_NEXT, DSTOPTS, MOBILITY = 0, 43, 44, 59, 60, 135
HOPS = [inet_pton(AF_INET6, f"2001:db8::a:{number}") for number in range(1, 4)]


def end_of(packet: Packet) -> bytes:
    """What follows IPv6's fixed header, with a checksum that holds."""
    return bytes(packet)[40:]


DATAGRAM6, SEGMENT6 = end_of(IP6 / DATAGRAM), end_of(IP6 / SEGMENT)


def extension(next_header: int, body: bytes) -> bytes:
    """The length counts units of 8 bytes beyond the first."""
    body += bytes(-(len(body) + 2) % 8)
    return bytes([next_header, (len(body) + 2) // 8 - 1]) + body


def with_options(next_header: int, options: bytes) -> bytes:
    """Options filled up with Pad1 or PadN."""
    room = -(len(options) + 2) % 8
    fill = b"" if room == 0 else b"\0" if room == 1 else tlv(1, bytes(room - 2))
    return extension(next_header, options + fill)


def headers() -> list[Case]:
    packets: dict[str, Packet] = {
        "udp": IP6 / DATAGRAM,
        "tcp": IP6 / SEGMENT,
        "traffic-class-0": ip6(tc=0, fl=0) / DATAGRAM,
        "flow-label-fffff": ip6(tc=0xFF, fl=0xFFFFF, hlim=0) / DATAGRAM,
        "no-next-header": ip6(nh=NO_NEXT),
        "no-next-header-then-bytes": ip6(nh=NO_NEXT) / Raw(b"ignored"),
        "unknown-next-header": ip6(nh=253) / Raw(b"experiment"),
        "reserved-next-header": ip6(nh=255) / Raw(b"reserved"),
        "v4-mapped": ip6(src="::ffff:192.0.2.1", dst="::ffff:192.0.2.2") / DATAGRAM,
        "unspecified-to-multicast": ip6(src="::", dst="ff02::1") / DATAGRAM,
    }
    return group("ipv6", packets, LINK)


OPTIONS = {
    "pad1": b"\0" * 6,
    "padn": tlv(1, bytes(4)),
    "padn-0": tlv(1) + tlv(1, bytes(2)),
    "padn-longest": tlv(1, bytes(255)) + tlv(1, bytes(1)),
    "tunnel-encapsulation-limit": tlv(0x04, b"\x05"),
    "router-alert-mld": tlv(0x05, b"\0\0"),
    "router-alert-rsvp": tlv(0x05, b"\0\1"),
    "router-alert-unknown": tlv(0x05, b"\xff\xff"),
    "calipso": tlv(0x07, struct.pack("!IBBHI", 1, 1, 5, 0, 0xF0000000)),
    "smf-identifier": tlv(0x08, bytes.fromhex("0001 0203")),
    "smf-hash": tlv(0x08, bytes.fromhex("81020304")),
    "pdm": tlv(0x0F, bytes.fromhex("1213 0001 0002 0003 0004")),
    "alternate-marking": tlv(0x12, bytes.fromhex("12345678")),
    "quick-start": tlv(0x26, bytes.fromhex("0840 01020304")),
    "minimum-mtu": tlv(0x30, bytes.fromhex("05dc 0501")),
    "ioam": tlv(0x31, bytes.fromhex("0000 0001 0801 800000 00 00000000")),
    "rpl": tlv(0x63, bytes.fromhex("8001 0203")),
    "rpl-new": tlv(0x23, bytes.fromhex("8001 0203")),
    "mpl": tlv(0x6D, bytes.fromhex("4007 1234")),
    "ilnp-nonce": tlv(0x8B, bytes.fromhex("01020304")),
    "line-identification": tlv(0x8C, b"\x04line"),
    "endpoint-identification": tlv(0x8A, b"ab"),
    "unknown-skip": tlv(0x1E, b"skip"),
    "unknown-discard": tlv(0x5E, b"drop"),
    "unknown-report": tlv(0x9E, b"report"),
    "unknown-changing": tlv(0xFE),
    "several": b"\0" + tlv(5, b"\0\0") + tlv(1) + tlv(0x1E, b"ab") + tlv(4, b"\x01"),
}


ROUTERS_ONLY = {"router-alert-mld", "router-alert-rsvp", "router-alert-unknown", "ioam"}


def options() -> list[Case]:
    hop, destination = {}, {}
    for name, wire in OPTIONS.items():
        hop[f"option-{name}"] = with_options(UDP, wire) + DATAGRAM6
        if name not in ROUTERS_ONLY:
            destination[f"option-{name}"] = with_options(UDP, wire) + DATAGRAM6
    # For the checksum it is the home address that sends (RFC 6275 11.3.1).
    at_home = end_of(ip6(src=inet_ntop(AF_INET6, HOPS[0])) / DATAGRAM)
    destination["option-home-address"] = with_options(UDP, tlv(0xC9, HOPS[0])) + at_home
    hop["unknown-next-header"] = with_options(253, b"") + b"experiment"
    hop["no-next-header"] = with_options(NO_NEXT, b"")
    return group("ipv6.hopopts", hop, LINK / ip6(nh=HOPOPTS)) + group(
        "ipv6.dstopts", destination, LINK / ip6(nh=DSTOPTS)
    )


def jumbograms() -> list[Case]:
    """RFC 2675: the length is in the option, and UDP's is 0."""
    size = 65536
    found = {}
    for name, protocol in {"udp": UDP, "tcp": TCP}.items():
        body = DATAGRAM6[:4] + bytes(4) if protocol == UDP else SEGMENT6[:16] + bytes(2) + SEGMENT6[18:20]
        body += bytes(size - len(body))
        at = 6 if protocol == UDP else 16
        body = body[:at] + struct.pack("!H", in6_chksum(protocol, ip6(nh=protocol), body)) + body[at + 2 :]
        option = tlv(0xC2, struct.pack("!I", 8 + size))
        found[f"jumbogram-{name}"] = ip6(nh=HOPOPTS, plen=0) / Raw(with_options(protocol, option) + body)
    return group("ipv6.hopopts", found, LINK)


def segments(count: int, left: int, flags: int = 0, tag: int = 0, tlvs: bytes = b"") -> bytes:
    """RFC 8754 2: the list stands backwards."""
    return struct.pack("!BBBBH", 4, left, count - 1, flags, tag) + b"".join(HOPS[:count]) + padded(tlvs, 8)


SEGMENT_TLVS = {
    "pad1": b"\0" * 8,
    "padn": tlv(4, bytes(6)),
    "ingress-node": tlv(1, bytes(2) + HOPS[0]) + tlv(4, bytes(2)),
    "egress-node": tlv(2, bytes(2) + HOPS[0]) + tlv(4, bytes(2)),
    "opaque": tlv(3, bytes(2) + HOPS[0]) + tlv(4, bytes(2)),
    "hmac": tlv(5, bytes.fromhex("8000 00000007") + bytes(range(32))),
    "nsh-carrier": tlv(6, bytes(6)),
    "unknown": tlv(0xF0, b"unknown") + b"\0" * 7,
    "several": tlv(0xF0, b"ab") + tlv(4, bytes(2)) + tlv(5, bytes.fromhex("0000 00000007") + bytes(range(8))),
}


def routing() -> list[Case]:
    """The checksum holds for the route's end, which stands first in a list of segments."""
    type_0 = struct.pack("!BBI", 0, 2, 0) + HOPS[0] + HOPS[1]
    rpl = struct.pack("!BBBBH", 3, 2, 0xEE, 0x40, 0) + bytes([0xA, 1, 0xA, 2])
    bodies: dict[str, tuple[bytes, bytes | None]] = {
        "type-0": (type_0, HOPS[1]),
        "type-0-done": (struct.pack("!BBI", 0, 0, 0) + HOPS[0] + HOPS[1], None),
        "type-0-no-address": (struct.pack("!BBI", 0, 0, 0), None),
        "type-1-nimrod": (struct.pack("!BBI", 1, 0, 0), None),
        "type-2-mobility": (struct.pack("!BBI", 2, 1, 0) + HOPS[2], HOPS[2]),
        "type-3-rpl": (rpl, inet_pton(AF_INET6, "2001:db8::2:1")[:14] + b"\x0a\x02"),
        "type-4-one-segment": (segments(1, 0), None),
        "type-4-three-segments": (segments(3, 2, 0xFF, 0xABCD), HOPS[0]),
        "type-5-compact": (struct.pack("!BBI", 5, 0, 0), None),
        "type-253": (struct.pack("!BBI", 253, 0, 0) + b"datadata", None),
        **{f"type-4-tlv-{name}": (segments(2, 1, tlvs=each), HOPS[0]) for name, each in SEGMENT_TLVS.items()},
    }
    packets = {}
    for name, (body, end) in bodies.items():
        datagram = DATAGRAM6 if end is None else end_of(ip6(dst=inet_ntop(AF_INET6, end)) / DATAGRAM)
        packets[name] = extension(UDP, body) + datagram
    return group("ipv6.routing", packets, LINK / ip6(nh=ROUTING))


def fragments() -> list[Case]:
    under = LINK / ip6(nh=FRAGMENT)
    packets = {
        "atomic": IPv6ExtHdrFragment(nh=UDP, id=0x01020304) / Raw(DATAGRAM6),
        "first": IPv6ExtHdrFragment(nh=UDP, m=1, id=0xFFFFFFFF) / Raw(end_of(IP6 / UDP_IN_TWO)[:24]),
        "first-of-options": IPv6ExtHdrFragment(nh=DSTOPTS, m=1, id=5)
        / Raw(with_options(UDP, b"") + DATAGRAM6),
        "middle": IPv6ExtHdrFragment(nh=UDP, m=1, offset=2, id=5) / Raw(bytes(range(24))),
        "last": IPv6ExtHdrFragment(nh=UDP, offset=5, id=5) / Raw(bytes(range(13))),
        "last-possible": IPv6ExtHdrFragment(nh=TCP, offset=8191, id=5) / Raw(bytes(7)),
        "reserved-bits": IPv6ExtHdrFragment(nh=UDP, res1=0xFF, res2=3, m=0, id=5) / Raw(DATAGRAM6),
        "unknown-next-header": IPv6ExtHdrFragment(nh=253, id=5) / Raw(b"experiment"),
    }
    return group("ipv6.fraghdr", packets, under)


def ah_header(next_header: int, icv: bytes) -> bytes:
    """RFC 4302 2.2: the length counts words, less two."""
    return struct.pack("!BBHII", next_header, (12 + len(icv)) // 4 - 2, 0, 0x01020304, 5) + icv


def security() -> list[Case]:
    icvs = {"icv-12": bytes(range(12)), "icv-16": bytes(range(16)), "icv-64": bytes(range(64)), "no-icv": b""}
    segment4 = bytes(IP4 / SEGMENT)[20:]
    found = group(
        "ah",
        {f"tcp-{name}": ah_header(TCP, icv) + segment4 for name, icv in icvs.items()},
        LINK / ip4(proto=AH),
    )
    six = {
        "ipv6-udp": ah_header(UDP, icvs["icv-12"]) + DATAGRAM6,
        "ipv6-esp": ah_header(ESP, icvs["icv-12"]) + struct.pack("!II", 7, 8) + bytes(range(24)),
        "ipv6-no-next-header": ah_header(NO_NEXT, icvs["icv-12"]),
        "ipv6-tunnel": ah_header(41, icvs["icv-12"]) + bytes(IP6 / DATAGRAM),
        "ipv6-unknown-next-header": ah_header(253, icvs["icv-12"]) + b"experiment",
    }
    found += group("ah", six, LINK / ip6(nh=AH))
    secret = {
        "payload": struct.pack("!II", 0x01020304, 5) + bytes(range(40)),
        "no-payload": struct.pack("!II", 1, 2),
    }
    secret["sequence-ffffffff"] = struct.pack("!II", 0xFFFFFFFF, 0xFFFFFFFF) + bytes(range(16))
    found += group("esp", secret, LINK / ip4(proto=ESP))
    return found + group("esp", {f"ipv6-{name}": each for name, each in secret.items()}, LINK / ip6(nh=ESP))


def mobile(kind: int, body: bytes) -> bytes:
    room = -(len(body) + 6) % 8
    body += b"" if room == 0 else b"\0" if room == 1 else tlv(1, bytes(room - 2))
    head = struct.pack("!BBBB", NO_NEXT, (len(body) + 6) // 8 - 1, kind, 0)
    value = in6_chksum(MOBILITY, ip6(nh=MOBILITY), head + bytes(2) + body)
    return head + struct.pack("!H", value) + body


MOBILITY_OPTIONS = {
    "pad1": b"\0",
    "padn": tlv(1, bytes(3)),
    "refresh-advice": tlv(2, b"\x12\x34"),
    "alternate-care-of": tlv(3, HOPS[0]),
    "nonce-indices": tlv(4, b"\0\1\0\2"),
    "authorization": tlv(5, bytes(range(12))),
    "network-prefix": tlv(6, b"\0\x40" + HOPS[0]),
    "link-layer-address": tlv(7, b"\2" + bytes(6)),
    "mobile-node-identifier": tlv(8, b"\1me@example"),
    "message-authentication": tlv(9, b"\1" + bytes(4) + bytes(12)),
    "replay-protection": tlv(10, bytes(range(8))),
    "home-network-prefix": tlv(22, b"\0\x40" + HOPS[0]),
    "handoff-indicator": tlv(23, b"\0\3"),
    "access-technology": tlv(24, b"\0\4"),
    "timestamp": tlv(27, bytes(range(8))),
    "ipv4-home-address": tlv(29, b"\x80\0" + bytes([192, 0, 2, 1])),
    "unknown": tlv(200, b"unknown"),
}


def mobility() -> list[Case]:
    cookie, update = bytes(range(8)), struct.pack("!HHH", 0x1234, 0xF000, 60)
    kinds = {
        "0-refresh-request": mobile(0, bytes(2)),
        "1-home-test-init": mobile(1, bytes(2) + cookie),
        "2-care-of-test-init": mobile(2, bytes(2) + cookie),
        "3-home-test": mobile(3, b"\0\7" + cookie + cookie[::-1]),
        "4-care-of-test": mobile(4, b"\0\7" + cookie + cookie[::-1]),
        "5-binding-update": mobile(5, update),
        "6-binding-acknowledgement": mobile(6, struct.pack("!BBHH", 0, 0x80, 0x1234, 60)),
        "7-binding-error": mobile(7, b"\1\0" + HOPS[0]),
        "8-fast-binding-update": mobile(8, update + tlv(3, HOPS[0])),
        "9-fast-binding-acknowledgement": mobile(9, struct.pack("!BBHH", 0, 0x80, 0x1234, 60)),
        "11-experimental": mobile(11, bytes(2)),
        "12-home-agent-switch": mobile(12, b"\1\0" + HOPS[0]),
        "13-heartbeat": mobile(13, bytes(2) + b"\0\0\0\5"),
        "16-binding-revocation": mobile(16, b"\1\2" + b"\0\5\x80\0"),
        "99-unknown": mobile(99, bytes(2) + b"unknown."),
    }
    kinds |= {f"option-{name}": mobile(5, update + each) for name, each in MOBILITY_OPTIONS.items()}
    return group("mipv6", kinds, LINK / ip6(nh=MOBILITY))


def chains() -> list[Case]:
    """RFC 8200 4.1's order, and one that no host sends."""
    last = IPv6ExtHdrFragment(nh=DSTOPTS, id=9) / Raw(with_options(UDP, b"") + DATAGRAM6)
    ordered = (
        with_options(DSTOPTS, b"")
        + with_options(ROUTING, b"")
        + extension(FRAGMENT, segments(1, 0))
        + bytes(last)
    )
    repeated = b"".join(with_options(DSTOPTS, b"") for _ in range(5)) + with_options(TCP, b"") + SEGMENT6
    return group("ipv6.hopopts", {"every-header": ordered}, LINK / ip6(nh=HOPOPTS)) + group(
        "ipv6.dstopts", {"six-in-a-row": repeated}, LINK / ip6(nh=DSTOPTS)
    )


def cases() -> list[Case]:
    parts = (headers, options, jumbograms, routing, fragments, security, mobility, chains)
    return [case for part in parts for case in part()]
