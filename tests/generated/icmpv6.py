"""ICMPv6: every type of IANA's registry, neighbour discovery with its options, MLD 1 and 2."""

from __future__ import annotations

import struct
from socket import AF_INET6, inet_aton, inet_pton

from scapy.layers.inet6 import IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop, PadN, RouterAlert
from scapy.packet import Packet

from .build import (
    DATAGRAM,
    EXTENSIONS,
    IP6,
    LINK,
    Case,
    extension_structure,
    group,
    ip6,
    message6,
    quoted6,
    tlv,
)

UNREACHABLE, TOO_BIG, TIME_EXCEEDED, PARAMETER_PROBLEM, ECHO, ECHO_REPLY = 1, 2, 3, 4, 128, 129
MLD_QUERY, MLD_REPORT, MLD_DONE, MLD2_REPORT = 130, 131, 132, 143
ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT, NEIGHBOR_SOLICITATION, NEIGHBOR_ADVERTISEMENT, REDIRECT = range(
    133, 138
)
RENUMBERING, NODE_QUERY, NODE_REPLY, INVERSE_SOLICITATION, INVERSE_ADVERTISEMENT = range(138, 143)

MAC = bytes.fromhex("020000000001")
TARGET = inet_pton(AF_INET6, "2001:db8::7")
OTHER = inet_pton(AF_INET6, "fe80::9")
GROUP = inet_pton(AF_INET6, "ff02::1:ff00:7")
IDENT = struct.pack("!HH", 0x1234, 0x0005)


def extended(rest: bytes, structure: bytes) -> bytes:
    """The length stands in the fifth byte and counts 8 bytes (RFC 4884 4.4)."""
    original = quoted6(128)
    return bytes([len(original) // 8]) + rest[1:] + original + structure


def errors() -> dict[str, Packet]:
    original = quoted6()
    found = {f"unreachable-code-{code}": message6(UNREACHABLE, code, bytes(4) + original)
             for code in (*range(9), 255)}  # fmt: skip
    found |= {
        f"time-exceeded-code-{code}": message6(TIME_EXCEEDED, code, bytes(4) + original) for code in range(2)
    }
    at_40 = struct.pack("!I", 40) + original
    found |= {
        f"parameter-problem-code-{code}": message6(PARAMETER_PROBLEM, code, at_40) for code in range(12)
    }
    extended_header = bytes(IP6 / IPv6ExtHdrDestOpt() / DATAGRAM)
    found["unreachable-quoting-destination-options"] = message6(UNREACHABLE, 1, bytes(4) + extended_header)
    found["packet-too-big"] = message6(TOO_BIG, 0, struct.pack("!I", 1280) + original)
    found["unreachable-quoting-1000-bytes"] = message6(UNREACHABLE, 4, bytes(4) + quoted6(300))
    found["unreachable-quoting-40-bytes"] = message6(UNREACHABLE, 4, bytes(4) + quoted6(40))
    for name, objects in EXTENSIONS.items():
        structure = extension_structure(*objects)
        found[f"unreachable-extension-{name}"] = message6(UNREACHABLE, 0, extended(bytes(4), structure))
        found[f"time-exceeded-extension-{name}"] = message6(TIME_EXCEEDED, 0, extended(bytes(4), structure))
    return found


def echoes() -> dict[str, Packet]:
    data = struct.pack("<QQ", 1_249_423_424, 123_456) + bytes(range(0x10, 0x38))
    return {
        "echo": message6(ECHO, 0, IDENT + data),
        "echo-reply": message6(ECHO_REPLY, 0, IDENT + data),
        "echo-without-data": message6(ECHO, 0, IDENT),
        "echo-odd-length": message6(ECHO, 0, IDENT + b"odd"),
        "extended-echo": message6(160, 0, IDENT[:2] + b"\5\1" + extension_structure((3, 1, b"eth0"))),
        **{
            f"extended-echo-reply-code-{code}": message6(161, code, IDENT[:2] + b"\5\x47")
            for code in range(5)
        },
    }


def listeners() -> dict[str, Packet]:
    def query(address: bytes, *sources: bytes, flags: int = 0x0A) -> Packet:
        tail = struct.pack("!BBH", flags, 125, len(sources)) + b"".join(sources)
        return message6(MLD_QUERY, 0, struct.pack("!HH", 10000, 0) + address + tail)

    def record(kind: int, *sources: bytes, auxiliary: bytes = b"") -> bytes:
        head = struct.pack("!BBH", kind, len(auxiliary) // 4, len(sources))
        return head + GROUP + b"".join(sources) + auxiliary

    def report(*records: bytes) -> Packet:
        return message6(MLD2_REPORT, 0, struct.pack("!HH", 0, len(records)) + b"".join(records))

    changes = ("is-in", "is-ex", "to-in", "to-ex", "allow", "block")
    return {
        "mld1-general-query": message6(MLD_QUERY, 0, struct.pack("!HH", 10000, 0) + bytes(16)),
        "mld1-query": message6(MLD_QUERY, 0, struct.pack("!HH", 1000, 0) + GROUP),
        "mld1-report": message6(MLD_REPORT, 0, bytes(4) + GROUP),
        "mld1-done": message6(MLD_DONE, 0, bytes(4) + GROUP),
        "mld2-general-query": query(bytes(16)),
        "mld2-query-floating-code": message6(
            MLD_QUERY, 0, struct.pack("!HH", 0x8ABC, 0) + GROUP + struct.pack("!BBH", 2, 0x8A, 0)
        ),
        "mld2-group-query": query(GROUP),
        "mld2-source-query": query(GROUP, TARGET, OTHER),
        "mld2-report-no-record": report(),
        **{
            f"mld2-report-{name}": report(record(kind, TARGET, OTHER)) for kind, name in enumerate(changes, 1)
        },
        "mld2-report-no-source": report(record(4)),
        "mld2-report-auxiliary-data": report(record(1, TARGET, auxiliary=b"auxiliar")),
        "mld2-report-unknown-record": report(record(99, TARGET)),
        "mld2-report-many": report(*(record(kind, *[TARGET] * (kind % 3)) for kind in range(1, 7))),
        "router-advertisement-of-multicast": message6(151, 20, struct.pack("!HH", 125, 2)),
        "router-solicitation-of-multicast": message6(152, 0),
        "router-termination-of-multicast": message6(153, 0),
    }


def nd_option(kind: int, value: bytes) -> bytes:
    """The length counts 8 bytes, its own two among them."""
    value += bytes(-(len(value) + 2) % 8)
    return bytes([kind, (2 + len(value)) // 8]) + value


PUBLIC_KEY = bytes.fromhex("301a300d06092a864886f70d01010105000309003006020101020103")
ND_OPTIONS = {
    "source-link-layer-address": nd_option(1, MAC),
    "source-link-layer-address-of-8-bytes": nd_option(1, bytes(range(8))),
    "target-link-layer-address": nd_option(2, MAC),
    "prefix-information": nd_option(3, struct.pack("!BBIII", 64, 0xC0, 86400, 14400, 0) + TARGET),
    "prefix-information-router-address": nd_option(
        3, struct.pack("!BBIII", 48, 0xE0, 2**32 - 1, 2**32 - 1, 0) + TARGET
    ),
    "redirected-header": nd_option(4, bytes(6) + quoted6(80)),
    "mtu": nd_option(5, bytes(2) + struct.pack("!I", 1500)),
    "nbma-shortcut-limit": nd_option(6, struct.pack("!BBI", 5, 0, 0)),
    "advertisement-interval": nd_option(7, bytes(2) + struct.pack("!I", 5000)),
    "home-agent-information": nd_option(8, struct.pack("!HHH", 0x8000, 5, 1800)),
    "source-address-list": nd_option(9, bytes(6) + TARGET + OTHER),
    "target-address-list": nd_option(10, bytes(6) + TARGET),
    "cga": nd_option(11, b"\7\0" + bytes(range(25)) + PUBLIC_KEY),
    "rsa-signature": nd_option(12, bytes(2) + bytes(range(16)) + bytes(range(20))),
    "timestamp": nd_option(13, bytes(6) + struct.pack("!Q", 1_249_423_424 << 16)),
    "nonce": nd_option(14, b"nonce!"),
    "trust-anchor": nd_option(15, b"\x02\x00" + b"\x04root\x00"),
    "ip-address": nd_option(17, struct.pack("!BBI", 1, 64, 0) + TARGET),
    "link-layer-address": nd_option(19, b"\1" + MAC),
    "neighbor-advertisement-acknowledgment": nd_option(20, struct.pack("!BBI", 0, 1, 0)),
    "map": nd_option(23, struct.pack("!BBI", 0x1F, 0x80, 600) + TARGET),
    "route-information": nd_option(24, struct.pack("!BBI", 64, 0x08, 1800) + TARGET[:8]),
    "route-information-default": nd_option(24, struct.pack("!BBI", 0, 0x18, 1800)),
    "recursive-dns-server": nd_option(25, struct.pack("!HI", 0, 3600) + TARGET + OTHER),
    "flags-extension": nd_option(26, bytes.fromhex("800000000000")),
    "dns-search-list": nd_option(31, struct.pack("!HI", 0, 3600) + b"\7example\3com\0\3lan\0"),
    "proxy-signature": nd_option(32, bytes(2) + bytes(range(16)) + bytes(range(20))),
    "address-registration": nd_option(33, struct.pack("!BBHH", 0, 0, 0, 60) + bytes(range(8))),
    "6lowpan-context": nd_option(34, struct.pack("!BBHH", 64, 0x15, 0, 600) + TARGET[:8]),
    "authoritative-border-router": nd_option(35, struct.pack("!HHH", 1, 2, 600) + TARGET),
    "captive-portal": nd_option(37, b"https://example.com/p"),
    "pref64": nd_option(38, struct.pack("!H", 600 << 3) + bytes.fromhex("0064ff9b0000000000000000")),
    "encrypted-dns": nd_option(144, struct.pack("!HIH", 1, 3600, 5) + b"\3dot\0" + bytes(4)),
    "unknown": nd_option(200, b"unknown"),
    "experiment-253": nd_option(253, b"experiment"),
    "longest": nd_option(254, bytes(2038)),
}


def neighbors() -> dict[str, Packet]:
    source, target = ND_OPTIONS["source-link-layer-address"], ND_OPTIONS["target-link-layer-address"]
    router = struct.pack("!BBHII", 64, 0xC8, 1800, 30000, 1000)
    several = b"".join(ND_OPTIONS[name] for name in ("mtu", "prefix-information", "unknown"))
    packets = {
        "router-solicitation": message6(ROUTER_SOLICITATION, 0, bytes(4) + source),
        "router-solicitation-no-option": message6(ROUTER_SOLICITATION, 0, bytes(4)),
        "router-advertisement": message6(ROUTER_ADVERTISEMENT, 0, router + source + several),
        "router-advertisement-no-option": message6(
            ROUTER_ADVERTISEMENT, 0, struct.pack("!BBHII", 0, 0x38, 0, 0, 0)
        ),
        "neighbor-solicitation": message6(NEIGHBOR_SOLICITATION, 0, bytes(4) + TARGET + source),
        "neighbor-solicitation-no-option": message6(NEIGHBOR_SOLICITATION, 0, bytes(4) + TARGET),
        "neighbor-advertisement": message6(NEIGHBOR_ADVERTISEMENT, 0, b"\xa0\0\0\0" + TARGET + target),
        "neighbor-advertisement-solicited": message6(NEIGHBOR_ADVERTISEMENT, 0, b"\x40\0\0\0" + TARGET),
        "redirect": message6(
            REDIRECT, 0, bytes(4) + OTHER + TARGET + target + ND_OPTIONS["redirected-header"]
        ),
        "redirect-no-option": message6(REDIRECT, 0, bytes(4) + OTHER + TARGET),
        "inverse-solicitation": message6(INVERSE_SOLICITATION, 0, bytes(4) + source + target),
        "inverse-advertisement": message6(
            INVERSE_ADVERTISEMENT, 0, bytes(4) + source + target + ND_OPTIONS["target-address-list"]
        ),
    }
    return packets | {
        f"nd-option-{name}": message6(ROUTER_ADVERTISEMENT, 0, router + option)
        for name, option in ND_OPTIONS.items()
    }


def rest_of_the_registry() -> dict[str, Packet]:
    nonce = bytes(range(8))
    dio = struct.pack("!BBHBBBB", 1, 2, 256, 0x88, 3, 0, 0) + TARGET
    prefix_control = tlv(1, bytes.fromhex("07 40 00 80 0000") + bytes(6) + TARGET)[:24]
    found = {
        "router-renumbering-command": message6(
            RENUMBERING, 0, struct.pack("!IBBHI", 7, 0, 0x60, 1000, 0) + prefix_control
        ),
        "router-renumbering-result": message6(
            RENUMBERING, 1, struct.pack("!IBBHI", 7, 0, 0, 0, 0) + struct.pack("!HBBI", 0, 1, 64, 3) + TARGET
        ),
        "router-renumbering-reset": message6(RENUMBERING, 255, struct.pack("!IBBHI", 8, 0, 0, 0, 0)),
        "node-query-noop": message6(NODE_QUERY, 1, struct.pack("!HH", 0, 0) + nonce),
        "node-query-name": message6(NODE_QUERY, 0, struct.pack("!HH", 2, 0) + nonce + TARGET),
        "node-query-ipv6-addresses": message6(NODE_QUERY, 0, struct.pack("!HH", 3, 0x3E) + nonce + TARGET),
        "node-query-ipv4-addresses": message6(
            NODE_QUERY, 2, struct.pack("!HH", 4, 2) + nonce + inet_aton("192.0.2.1")
        ),
        "node-reply-name": message6(NODE_REPLY, 0, struct.pack("!HHQI", 2, 0, 5, 60) + b"\4host\0\0"),
        "node-reply-refused": message6(NODE_REPLY, 1, struct.pack("!HH", 3, 0) + nonce),
        "home-agent-discovery-request": message6(144, 0, struct.pack("!HH", 0x1234, 0)),
        "home-agent-discovery-reply": message6(145, 0, struct.pack("!HH", 0x1234, 0) + TARGET),
        "mobile-prefix-solicitation": message6(146, 0, struct.pack("!HH", 0x1234, 0)),
        "mobile-prefix-advertisement": message6(
            147, 0, struct.pack("!HH", 0x1234, 0xC000) + ND_OPTIONS["prefix-information"]
        ),
        "certification-path-solicitation": message6(
            148, 0, struct.pack("!HH", 0x1234, 65535) + ND_OPTIONS["trust-anchor"]
        ),
        "certification-path-advertisement": message6(149, 0, struct.pack("!HHHH", 0x1234, 1, 0, 0)),
        "seamoby": message6(150, 0, b"\0\0\0\0"),
        "fast-handover-proxy-solicitation": message6(154, 0, struct.pack("!BBH", 2, 0, 0x1234)),
        "fast-handover-proxy-advertisement": message6(154, 0, struct.pack("!BBH", 3, 0, 0x1234)),
        "rpl-dis": message6(155, 0, bytes(2)),
        "rpl-dio": message6(155, 1, dio),
        "rpl-dao": message6(155, 2, struct.pack("!BBBB", 1, 0x40, 0, 5) + TARGET),
        "rpl-dao-ack": message6(155, 3, struct.pack("!BBBB", 1, 0x80, 5, 0) + TARGET),
        "locator-update": message6(
            156, 0, struct.pack("!BBH", 1, 0, 0) + TARGET[:8] + struct.pack("!HHI", 1, 2, 0)
        ),
        "duplicate-address-request": message6(
            157, 0, struct.pack("!BBH", 0, 0, 60) + bytes(range(8)) + TARGET
        ),
        "duplicate-address-confirmation": message6(
            158, 0, struct.pack("!BBH", 1, 0, 60) + bytes(range(8)) + TARGET
        ),
        "mpl-control": message6(159, 0, bytes.fromhex("0505 1234 c0")),
    }
    others = (0, 5, 99, 100, 101, 126, 127, 162, 199, 200, 201, 254, 255)
    return found | {f"type-{kind}": message6(kind, 0, b"rest of a type  ") for kind in others}


def cases() -> list[Case]:
    """A hop limit of 255, without which neighbour discovery is ignored."""
    packets = errors() | echoes() | listeners() | neighbors() | rest_of_the_registry()
    hop_by_hop = IPv6ExtHdrHopByHop(options=[RouterAlert(), PadN(otype=1)])
    behind = {name: listeners()[name] for name in ("mld1-report", "mld2-general-query", "mld2-report-many")}
    alerted = {f"{name}-router-alert": hop_by_hop / packet for name, packet in behind.items()}
    return group("icmpv6", packets, LINK / ip6(hlim=255)) + group("icmpv6", alerted, LINK / ip6(hlim=1))
