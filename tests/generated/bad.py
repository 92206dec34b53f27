"""Bad packets: cut within a header, with a wrong length, count or version, and with too many layers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple

from frames import PPP
from scapy.contrib.mpls import MPLS
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
from scapy.packet import Packet

from .build import DATAGRAM, IP4, IP6, LINK, MAC, PEER_MAC, Case, group, ip4, ip6, tlv
from .ipv6 import DSTOPTS, HOPOPTS, NO_NEXT, with_options
from .ipv6 import UDP as UDP_PROTOCOL
from .tunnels import gre_header


class Header(NamedTuple):
    case: str
    offset: int
    length: int
    numbers: dict[str, tuple[int, int]]  # those that a decoder might believe: first bit in the header, bits


IN_ETHERNET, IN_IP, IN_IPV6, IN_UDP = 14, 34, 54, 42
OPTION_LENGTH = {"option-length": (8, 8)}

HEADERS = [
    # Links
    Header("eth/ip", 0, 14, {}),
    Header("llc/snap-ip", 0, 22, {"length": (96, 16)}),
    Header("llc/ip-sap", 0, 17, {"length": (96, 16)}),
    Header("llc/receive-ready", 0, 18, {"length": (96, 16)}),
    Header("vlan/two", IN_ETHERNET, 8, {}),
    Header("ieee8021ad/qinq", IN_ETHERNET, 8, {}),
    Header("sll/to-us", 0, 16, {"address-length": (32, 16)}),
    Header("sll/2-to-us", 0, 20, {"address-length": (88, 8)}),
    Header("null/ip-little-endian", 0, 4, {}),
    Header("null/ipv6-darwin-big-endian", 0, 4, {}),
    Header("null/loop-ip", 0, 4, {}),
    Header("raw/101-ip", 0, 20, {"version": (0, 4)}),
    Header("raw/12-ipv6", 0, 40, {"version": (0, 4)}),
    Header("ppp/ip-address-control", 0, 4, {}),
    Header("ppp/ip-compressed-protocol", 0, 1, {}),
    Header("ppp/serial-ipv6-address-control", 0, 4, {}),
    Header("pppoes/ip", IN_ETHERNET, 8, {"version": (0, 4), "type": (4, 4), "length": (32, 16)}),
    Header("pppoed/every-tag", IN_ETHERNET, 10, {"length": (32, 16), "tag-length": (64, 16)}),
    # Network
    Header("arp/operation-1", IN_ETHERNET, 28, {"hardware-size": (32, 8), "protocol-size": (40, 8)}),
    Header("ip/do-not-fragment", IN_ETHERNET, 20,
           {"version": (0, 4), "ihl": (4, 4), "total-length": (16, 16)}),
    Header("ip/option-record-route", IN_IP, 15, OPTION_LENGTH | {"pointer": (16, 8)}),
    Header("ip/option-timestamp-with-addresses", IN_IP, 20,
           OPTION_LENGTH | {"pointer": (16, 8), "overflow": (24, 4), "flag": (28, 4)}),
    Header("ip/option-loose-source-route", IN_IP, 15, OPTION_LENGTH | {"pointer": (16, 8)}),
    Header("ip/option-router-alert", IN_IP, 4, OPTION_LENGTH),
    Header("ip/option-security", IN_IP, 11, OPTION_LENGTH),
    Header("ip/option-unknown-longest", IN_IP, 40, OPTION_LENGTH),
    Header("ip/in-ip", IN_IP, 20, {"version": (0, 4), "ihl": (4, 4), "total-length": (16, 16)}),
    Header("igmp/v2-report", IN_IP, 8, {}),
    Header("igmp/v3-source-query", IN_IP, 24, {"sources": (80, 16)}),
    Header("igmp/v3-report-many", IN_IP, 16,
           {"records": (48, 16), "auxiliary": (72, 8), "sources": (80, 16)}),
    # IPv6
    Header("ipv6/udp", IN_ETHERNET, 40, {"version": (0, 4), "payload-length": (32, 16)}),
    Header("ipv6/in-ip", IN_IP, 40, {"version": (0, 4), "payload-length": (32, 16)}),
    Header("ipv6.hopopts/option-several", IN_IPV6, 16, {"length": (8, 8), "option-length": (32, 8)}),
    Header("ipv6.dstopts/option-home-address", IN_IPV6, 24, {"length": (8, 8), "option-length": (24, 8)}),
    Header("ipv6.routing/type-0", IN_IPV6, 40, {"length": (8, 8), "segments-left": (24, 8)}),
    Header("ipv6.routing/type-3-rpl", IN_IPV6, 16,
           {"length": (8, 8), "segments-left": (24, 8), "cmpr-i": (32, 4), "cmpr-e": (36, 4),
            "pad": (40, 4)}),
    Header("ipv6.routing/type-4-three-segments", IN_IPV6, 56,
           {"length": (8, 8), "segments-left": (24, 8), "last-entry": (32, 8)}),
    Header("ipv6.routing/type-4-tlv-hmac", IN_IPV6, 80, {"tlv-length": (328, 8)}),
    Header("ipv6.fraghdr/atomic", IN_IPV6, 8, {}),
    Header("ah/tcp-icv-12", IN_IP, 24, {"length": (8, 8)}),
    Header("ah/ipv6-udp", IN_IPV6, 24, {"length": (8, 8)}),
    Header("esp/payload", IN_IP, 8, {}),
    Header("mipv6/option-alternate-care-of", IN_IPV6, 32, {"length": (8, 8), "option-length": (104, 8)}),
    # ICMP
    Header("icmp/echo", IN_IP, 8, {}),
    Header("icmp/unreachable-extension-three-objects", IN_IP, 144,
           {"length": (40, 8), "version": (1088, 4), "object-length": (1120, 16)}),
    Header("icmp/router-advertisement-two", IN_IP, 24, {"addresses": (32, 8), "entry-size": (40, 8)}),
    Header("icmp/timestamp-reply", IN_IP, 20, {}),
    Header("icmp/extended-echo-address", IN_IP, 24, {"object-length": (96, 16), "address-length": (144, 8)}),
    Header("icmpv6/echo", IN_IPV6, 8, {}),
    Header("icmpv6/unreachable-extension-mpls", IN_IPV6, 144,
           {"length": (32, 8), "object-length": (1120, 16)}),
    Header("icmpv6/nd-option-prefix-information", IN_IPV6, 48,
           {"option-length": (136, 8), "prefix": (144, 8)}),
    Header("icmpv6/nd-option-recursive-dns-server", IN_IPV6, 56, {"option-length": (136, 8)}),
    Header("icmpv6/nd-option-dns-search-list", IN_IPV6, 48,
           {"option-length": (136, 8), "label-length": (192, 8)}),
    Header("icmpv6/neighbor-advertisement", IN_IPV6, 32, {"option-length": (200, 8)}),
    Header("icmpv6/redirect", IN_IPV6, 48, {"option-length": (328, 8)}),
    Header("icmpv6/mld2-source-query", IN_IPV6, 60, {"sources": (208, 16)}),
    Header("icmpv6/mld2-report-many", IN_IPV6, 28,
           {"records": (48, 16), "auxiliary": (72, 8), "sources": (80, 16)}),
    # Transport
    Header("tcp/odd-length", IN_IP, 20, {"data-offset": (96, 4)}),
    Header("tcp/option-maximum-segment-size", IN_IP, 24, {"data-offset": (96, 4), "option-length": (168, 8)}),
    Header("tcp/option-sack-3", IN_IP, 48, {"option-length": (184, 8)}),
    Header("tcp/option-timestamps", IN_IP, 32, {"option-length": (184, 8)}),
    Header("tcp/option-fast-open-cookie", IN_IP, 32, {"option-length": (168, 8)}),
    Header("tcp/option-ao-12", IN_IP, 36, {"option-length": (168, 8)}),
    Header("tcp/mptcp-mp_capable-v1-data-checksum", IN_IP, 44,
           {"option-length": (168, 8), "version": (180, 4)}),
    Header("tcp/mptcp-dss-ack8-map8-checksum", IN_IP, 48, {"option-length": (168, 8), "flags": (184, 8)}),
    Header("tcp/mptcp-add_addr-ipv6-port", IN_IP, 52, {"option-length": (168, 8)}),
    Header("udp/data", IN_IP, 8, {"length": (32, 16)}),
    Header("udp/ipv6-data", IN_IPV6, 8, {"length": (32, 16)}),
    Header("udplite/coverage-12", IN_IP, 8, {"coverage": (32, 16)}),
    Header("udplite/ipv6-coverage-12", IN_IPV6, 8, {"coverage": (32, 16)}),
    Header("sctp/chunk-data", IN_IP, 28, {"chunk-length": (112, 16)}),
    Header("sctp/chunk-init-parameters", IN_IP, 40,
           {"chunk-length": (112, 16), "parameter-length": (272, 16)}),
    Header("sctp/chunk-sack-gaps", IN_IP, 40, {"gaps": (192, 16), "duplicates": (208, 16)}),
    Header("sctp/bundle-sack-and-three-data", IN_IP, 36,
           {"chunk-length": (112, 16), "second-length": (240, 16)}),
    # Tunnels
    Header("gre/fields-none", IN_IP, 4, {"version": (13, 3)}),
    Header("gre/fields-cks", IN_IP, 16, {"version": (13, 3)}),
    Header("gre/routing", IN_IP, 16, {"offset": (48, 16), "record-length": (88, 8)}),
    Header("gre/pptp-data-and-acknowledgment", IN_IP, 16, {"version": (13, 3), "payload-length": (32, 16)}),
    Header("mpls/three", IN_ETHERNET, 12, {}),
    Header("vxlan/frame", IN_UDP, 8, {}),
    Header("geneve/options-three", IN_UDP, 32,
           {"version": (0, 2), "options-length": (2, 6), "option-length": (91, 5)}),
    Header("gtp/data", IN_UDP, 8, {"version": (0, 3), "protocol-type": (3, 1), "length": (16, 16)}),
    Header("gtp/extension-chain", IN_UDP, 24, {"length": (16, 16), "extension-length": (96, 8)}),
]  # fmt: skip


def cuts(header: Header, good: Case) -> Iterator[Case]:
    for kept in sorted({0, 1, header.length // 2, header.length - 1}):
        yield Case(f"{good.name}/cut-at-{kept}", good.link_type, good.data[: header.offset + kept])


def wrong_numbers(header: Header, good: Case) -> Iterator[Case]:
    whole = int.from_bytes(good.data, "big")
    for name, (first_bit, bits) in header.numbers.items():
        highest = (1 << bits) - 1
        shift = 8 * (len(good.data) - header.offset) - first_bit - bits
        right = whole >> shift & highest
        for value in sorted({0, 1, right - 1, right + 1, highest} - {right, -1, highest + 1}):
            data = (whole & ~(highest << shift) | value << shift).to_bytes(len(good.data), "big")
            yield Case(f"{good.name}/{name}-{value}", good.link_type, data)


def pile(layer: Packet, count: int) -> Packet:
    return reduce(lambda lower, upper: lower / upper, [layer] * count)


def piles() -> list[Case]:
    """More layers than anyone sends."""
    in_gre = bytes(IP4 / DATAGRAM)
    for _ in range(20):
        in_gre = bytes(ip4(proto=47) / gre_header(0x0800, in_gre))
    labels = pile(MPLS(label=16, s=0, ttl=64), 19) / MPLS(label=17, s=1, ttl=64)
    frame = Ether(dst=PEER_MAC, src=MAC) / IP4 / DATAGRAM
    vxlan = Ether(dst=PEER_MAC, src=MAC) / IP4 / UDP(sport=50000, dport=4789) / b"\x08\0\0\0\0\0\7\0"
    never_last = Ether(dst=PEER_MAC, src=MAC, type=0x8847) / pile(MPLS(label=16, s=0, ttl=64), 20)
    return [
        *group("vlan", {"twenty-tags": pile(Dot1Q(vlan=7), 20) / IP4 / DATAGRAM}, LINK),
        *group("vlan", {"twenty-tags-and-no-more": LINK / pile(Dot1Q(vlan=7, type=0x8100), 20)}),
        *group("ieee8021ad", {"twenty-tags": pile(Dot1AD(vlan=7), 20) / IP4 / DATAGRAM}, LINK),
        *group(
            "mpls", {"twenty-labels": LINK / labels / IP4 / DATAGRAM, "twenty-labels-never-last": never_last}
        ),
        *group("ip", {"twenty-deep": pile(IP4, 20) / DATAGRAM}, LINK),
        *group("ipv6", {"twenty-deep": pile(IP6, 20) / DATAGRAM}, LINK),
        *group("gre", {"twenty-deep": LINK / IP(in_gre)}),
        *group("vxlan", {"ten-deep": pile(vxlan, 10) / frame}),
        *group("ipv6.dstopts", {"twenty-headers": with_options(DSTOPTS, b"") * 20}, LINK / ip6(nh=DSTOPTS)),
        *group("ipv6.hopopts", {"twenty-headers": with_options(HOPOPTS, b"") * 20}, LINK / ip6(nh=HOPOPTS)),
    ]


def odd_ones() -> list[Case]:
    """What no single number of a good packet makes."""

    def jumbogram(length: int, payload_length: int = 0) -> Packet:
        option = with_options(NO_NEXT, tlv(0xC2, length.to_bytes(4, "big")))
        return LINK / ip6(nh=HOPOPTS, plen=payload_length) / option / bytes(16)

    beyond = bytes.fromhex("1eff00000000")
    datagram = bytes(IP6 / DATAGRAM)[40:]
    return [
        *group("eth", {f"length-{size}": Ether(dst=PEER_MAC, src=MAC, type=size) / bytes(46)
                       for size in (0, 47, 1500, 1501, 1535)}),
        *group("ipv6.hopopts", {f"jumbo-length-{size}": jumbogram(size)
                                for size in (0, 1, 23, 24, 25, 65535, 65536, 2**32 - 1)}),
        *group("ipv6.hopopts", {"jumbo-beside-a-length": jumbogram(24, 24)}),
        *group("ipv6.hopopts", {"not-first": with_options(HOPOPTS, b"") * 2}, LINK / ip6(nh=DSTOPTS)),
        *group("ipv6.hopopts", {"option-beyond-the-header": with_options(UDP_PROTOCOL, beyond) + datagram},
               LINK / ip6(nh=HOPOPTS)),
        *group("ppp", {"even-protocol": b"\x00\x20" + bytes(IP4), "odd-first-byte": b"\x01\x21" + bytes(IP4)},
               None, PPP),
    ]  # fmt: skip


def cases(good: dict[str, Case]) -> list[Case]:
    made = [
        case
        for header in HEADERS
        for make in (cuts, wrong_numbers)
        for case in make(header, good[header.case])
    ]
    return made + piles() + odd_ones()
