"""Links: Ethernet II and 802.3, VLAN tags, Linux's cooked captures, BSD's loopbacks, raw IP, PPP, PPPoE."""

from __future__ import annotations

import struct

from frames import (
    IEEE802_11,
    IPV4_ONLY,
    IPV6_ONLY,
    LOOP,
    NULL,
    PPP,
    PPP_SERIAL,
    PPPOE,
    RAW,
    RAW_BSD,
    RAW_OPENBSD,
    SLL,
    SLL2,
    USER0,
)
from scapy.contrib.mpls import MPLS
from scapy.layers.l2 import ARP, LLC, SNAP, STP, CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Dot3, Ether
from scapy.layers.ppp import PPPoE, PPPoED
from scapy.packet import Packet, Raw

from .build import DATAGRAM, IP4, IP6, LINK, MAC, PEER_MAC, SEGMENT, Case, group

UDP4, UDP6 = IP4 / DATAGRAM, IP6 / DATAGRAM
WHO_HAS = ARP(hwsrc=MAC, psrc="192.0.2.1", hwdst="00:00:00:00:00:00", pdst="192.0.2.2", op=1)
DOT3 = Dot3(dst=PEER_MAC, src=MAC)
AF_INET6 = {"linux": 10, "netbsd": 24, "freebsd": 28, "darwin": 30}


XNS = bytes.fromhex("ffff001e0004").ljust(46, b"\0")


def snap(oui: int, code: int) -> Packet:
    return LLC(dsap=0xAA, ssap=0xAA, ctrl=3) / SNAP(OUI=oui, code=code)


def ethernet() -> list[Case]:
    packets = {
        "ip": LINK / UDP4,
        "ipv6": LINK / UDP6,
        "arp": LINK / WHO_HAS,
        "broadcast": Ether(dst="ff:ff:ff:ff:ff:ff", src=MAC) / WHO_HAS,
        "multicast": Ether(dst="01:00:5e:00:00:01", src=MAC) / UDP4,
        "padding": bytes(LINK / IP4 / DATAGRAM).ljust(60, b"\0"),
        "trailer": bytes(LINK / UDP6) + b"trailer!",
        "unknown-ethertype": Ether(dst=PEER_MAC, src=MAC, type=0x88B5) / Raw(b"local experiment"),
        "ethertype-1536": Ether(dst=PEER_MAC, src=MAC, type=0x0600) / Raw(XNS),
        "ethertype-ffff": Ether(dst=PEER_MAC, src=MAC, type=0xFFFF) / Raw(bytes(46)),
        "configuration-test": Ether(dst=PEER_MAC, src=MAC, type=0x9000) / Raw(bytes.fromhex("000001000000")),
    }
    return group("eth", packets)


def llc() -> list[Case]:
    ui = 3  # unnumbered information
    bridge = STP(rootmac=MAC, bridgemac=PEER_MAC, portid=0x8001)
    packets = {
        "spanning-tree": LLC(dsap=0x42, ssap=0x42, ctrl=ui) / bridge,
        "ip-sap": LLC(dsap=6, ssap=6, ctrl=ui) / UDP4,
        "test-command": LLC(dsap=0, ssap=2, ctrl=0xF3) / Raw(b"test"),
        "test-response": LLC(dsap=2, ssap=1, ctrl=0xE3) / Raw(b"test"),
        "xid-command": LLC(dsap=0, ssap=2, ctrl=0xBF) / Raw(b"\x81\x01\x00"),
        "xid-response": LLC(dsap=2, ssap=1, ctrl=0xAF) / Raw(b"\x81\x01\x00"),
        "sabme": bytes.fromhex("f0f07f"),
        "disc": bytes.fromhex("f0f053"),
        "unnumbered-acknowledgement": bytes.fromhex("f0f173"),
        "disconnected-mode": bytes.fromhex("f0f11f"),
        "frame-reject": bytes.fromhex("f0f197 0000000001"),
        "information": bytes.fromhex("0404 0402") + b"information",
        "receive-ready": bytes.fromhex("0404 0103"),
        "receive-not-ready": bytes.fromhex("0405 0503"),
        "reject": bytes.fromhex("0404 0902"),
        "group-dsap": bytes.fromhex("c5c403") + b"group",
        "iso-clns": bytes.fromhex("fefe03 00"),
        "unknown-sap": bytes.fromhex("888803") + b"unknown",
        "snap-ip": snap(0, 0x0800) / UDP4,
        "snap-ipv6": snap(0, 0x86DD) / UDP6,
        "snap-arp": snap(0, 0x0806) / WHO_HAS,
        "snap-bridge-tunnel-encapsulation": snap(0xF8, 0x0800) / UDP4,
        "snap-unknown-ethertype": snap(0, 0x88B5) / Raw(b"local experiment"),
        "snap-unknown-oui": snap(0x00AABB, 0x1234) / Raw(b"private"),
        "snap-bridged-ethernet": snap(0x0080C2, 7) / Raw(bytes(LINK / UDP4)),
    }
    padded = bytes(DOT3 / packets["spanning-tree"]).ljust(60, b"\0")
    tagged = Dot1Q(vlan=7, type=39) / packets["ip-sap"]  # 39 bytes of it
    in_vlan = Ether(dst=PEER_MAC, src=MAC, type=0x8100) / tagged
    return [
        *group("llc", packets, DOT3),
        *group("llc", {"spanning-tree-padded": padded, "in-vlan": in_vlan}),
        *group("ipx", {"novell-raw-802.3": bytes.fromhex("ffff 001e 0000") + bytes(24)}, DOT3),
    ]


def vlan() -> list[Case]:
    tags = {
        "priority-7": Dot1Q(prio=7, vlan=100) / UDP4,
        "priority-tag": Dot1Q(prio=5, vlan=0) / UDP4,
        "drop-eligible": Dot1Q(dei=1, vlan=0xABC) / UDP6,
        "id-4095": Dot1Q(vlan=4095) / UDP4,
        "arp": Dot1Q(vlan=1) / WHO_HAS,
        "mpls": Dot1Q(vlan=2) / MPLS(label=16, s=1, ttl=64) / UDP4,
        "pppoe": Dot1Q(vlan=3, type=0x8864) / PPPoE(sessionid=5) / Raw(b"\x00\x21") / UDP4,
        "unknown-ethertype": Dot1Q(vlan=4, type=0x88B5) / Raw(b"local experiment"),
        "two": Dot1Q(vlan=10) / Dot1Q(vlan=11) / UDP4,
        "three": Dot1Q(vlan=10) / Dot1Q(vlan=11) / Dot1Q(vlan=12) / UDP6,
        "four": Dot1Q(vlan=10) / Dot1Q(vlan=11) / Dot1Q(vlan=12) / Dot1Q(vlan=13) / IP4 / SEGMENT,
    }
    provider = {
        "alone": Dot1AD(prio=3, dei=1, vlan=200) / UDP4,
        "qinq": Dot1AD(vlan=200) / Dot1Q(vlan=20) / UDP4,
        "three": Dot1AD(vlan=200) / Dot1AD(vlan=201) / Dot1Q(vlan=20) / IP6 / SEGMENT,
        "four": Dot1AD(vlan=200) / Dot1AD(vlan=201) / Dot1AD(vlan=202) / Dot1Q(vlan=20) / UDP4,
    }
    old = Ether(dst=PEER_MAC, src=MAC, type=0x9100) / Dot1Q(vlan=300)
    return [
        *group("vlan", tags, LINK),
        *group("ieee8021ad", provider, LINK),
        *group("vlan", {"tpid-9100": UDP4, "tpid-9100-qinq": Dot1Q(vlan=30) / UDP4}, old),
    ]


def cooked() -> list[Case]:
    types = {"to-us": 0, "broadcast": 1, "multicast": 2, "to-others": 3, "from-us": 4}
    devices = {
        "no-address": (772, b""), "infiniband": (32, bytes(range(20))), "eight-bytes": (24, bytes(range(8))),
        "tunnel": (768, bytes([192, 0, 2, 1])), "ppp": (512, b""), "none": (0xFFFE, b""),
    }  # fmt: skip
    protocols = {
        "ipv6": (0x86DD, UDP6), "arp": (0x0806, WHO_HAS), "rarp": (0x8035, WHO_HAS),
        "vlan": (0x8100, Dot1Q(vlan=9) / UDP4), "mpls": (0x8847, MPLS(label=77, s=1) / UDP4),
        "unknown-protocol": (0x88B5, Raw(b"local experiment")),
        "802.2": (4, LLC(dsap=0x42, ssap=0x42, ctrl=3) / STP(rootmac=MAC, bridgemac=PEER_MAC)),
    }  # fmt: skip
    address = bytes.fromhex("020000000001")
    heads = {name: (number, 1, address, 0x0800, UDP4) for name, number in types.items()}
    heads |= {name: (0, kind, source, 0x0800, UDP4) for name, (kind, source) in devices.items()}
    heads |= {name: (0, 1, address, *each) for name, each in protocols.items()}
    first, second = {}, {}
    for name, (packet_type, device, source, protocol, upper) in heads.items():
        fields = {"pkttype": packet_type, "lladdrtype": device, "lladdrlen": len(source), "proto": protocol}
        fields["src"] = source[:8].ljust(8, b"\0")
        first[name] = CookedLinux(**fields) / upper
        second[f"2-{name}"] = CookedLinuxV2(**fields, ifindex=0x01020304) / upper
    return group("sll", first, None, SLL) + group("sll", second, None, SLL2)


def loopback() -> list[Case]:
    found = []
    for order, mark in (("little", "<I"), ("big", ">I")):
        packets = {f"ip-{order}-endian": struct.pack(mark, 2) + bytes(UDP4)}
        for system, family in AF_INET6.items():
            packets[f"ipv6-{system}-{order}-endian"] = struct.pack(mark, family) + bytes(UDP6)
        packets[f"unknown-family-{order}-endian"] = struct.pack(mark, 99) + b"unknown"
        found += group("null", packets, None, NULL)
    packets = {"loop-ip": struct.pack(">I", 2) + bytes(IP4 / SEGMENT)}
    packets |= {
        f"loop-ipv6-{name}": struct.pack(">I", family) + bytes(UDP6) for name, family in AF_INET6.items()
    }
    packets["loop-unknown-family"] = struct.pack(">I", 99) + b"unknown"
    return found + group("null", packets, None, LOOP)


def raw() -> list[Case]:
    found = []
    for name, link_type in {"12": RAW_BSD, "14": RAW_OPENBSD, "101": RAW}.items():
        found += group("raw", {f"{name}-ip": UDP4, f"{name}-ipv6": IP6 / SEGMENT}, None, link_type)
    found += group("ip", {"link-type-228": IP4 / SEGMENT}, None, IPV4_ONLY)
    found += group("ipv6", {"link-type-229": UDP6}, None, IPV6_ONLY)
    acknowledgment = bytes.fromhex("d4000000 020000000001")
    found += group("wlan", {"unknown-link-type": acknowledgment}, None, IEEE802_11)
    return found + group("user_dlt", {"unknown-link-type": b"private link"}, None, USER0)


def ppp() -> list[Case]:
    ip, ipv6 = bytes(UDP4), bytes(UDP6)
    frames = {
        "ip": b"\x00\x21" + ip,
        "ipv6": b"\x00\x57" + ipv6,
        "ip-compressed-protocol": b"\x21" + ip,
        "ipv6-compressed-protocol": b"\x57" + ipv6,
        "mpls": bytes.fromhex("0281") + bytes(MPLS(label=1000, s=1, ttl=9) / UDP4),
        "mpls-multicast": bytes.fromhex("0283") + bytes(MPLS(label=1001, s=1, ttl=9) / UDP4),
        "lcp-configure-request": bytes.fromhex("c021 01010012 010405dc 0506deadbeef 0702 0802"),
        "lcp-echo-request": bytes.fromhex("c021 09020008 deadbeef"),
        "ipcp-configure-request": bytes.fromhex("8021 0101000a 0306c0000201"),
        "ipv6cp-configure-request": bytes.fromhex("8057 0101000e 010a0102030405060708"),
        "pap-request": bytes.fromhex("c023 0101000b 026d65 03707764"),
        "chap-challenge": bytes.fromhex("c223 0101000b 04aabbccdd 6d65"),
        "unknown-protocol": bytes.fromhex("00fb") + b"unknown",
    }
    addressed = {f"{name}-address-control": b"\xff\x03" + frame for name, frame in frames.items()}
    found = group("ppp", frames | addressed, None, PPP)
    serial = {f"serial-{name}": frame for name, frame in addressed.items() if name.startswith("ip")}
    found += group("ppp", serial, None, PPP_SERIAL)
    return found


def pppoe() -> list[Case]:
    ip = b"\x00\x21" + bytes(UDP4)
    sessions = {
        "ip": ip, "ipv6": b"\x00\x57" + bytes(UDP6), "ip-compressed-protocol": ip[1:],
        "lcp-echo-reply": bytes.fromhex("c021 0a020008 deadbeef"), "unknown-protocol": b"\x00\xfbunknown",
    }  # fmt: skip
    tags = (
        (0x0101, b"service"), (0x0102, b"concentrator"), (0x0103, b"\x01\x02\x03\x04"), (0x0104, bytes(16)),
        (0x0105, bytes.fromhex("00000de9 0107") + b"circuit"), (0x0110, b"relay"),
        (0x0120, b"\x05\xdc"), (0x0201, b"no such service"), (0x0202, b"busy"), (0x0203, b"why not"),
        (0x7FFF, b"unknown"), (0x0101, b""), (0x0000, b""),
    )  # fmt: skip
    wire = [struct.pack("!HH", kind, len(value)) + value for kind, value in tags]
    codes = {"padi": 0x09, "pado": 0x07, "padr": 0x19, "pads": 0x65, "padt": 0xA7}
    discovery = {name: PPPoED(code=code) / Raw(wire[0] + wire[2]) for name, code in codes.items()}
    discovery |= {f"tag-{kind:04x}-{len(value)}": PPPoED(code=9) / Raw(each)
                  for (kind, value), each in zip(tags, wire, strict=True)}  # fmt: skip
    discovery["every-tag"] = PPPoED(code=7, sessionid=0x1234) / Raw(b"".join(wire))
    discovery["no-tag"] = PPPoED(code=0xA7, sessionid=0x1234)
    session = {name: PPPoE(sessionid=0x0102) / Raw(each) for name, each in sessions.items()}
    padded = {"padding": bytes(LINK / session["lcp-echo-reply"]).ljust(60, b"\0")}
    found = group("pppoes", session, LINK) + group("pppoes", padded) + group("pppoed", discovery, LINK)
    over_51 = {"link-type-51": session["ip"]}
    return found + group("pppoes", over_51, None, PPPOE)


def cases() -> list[Case]:
    return [*ethernet(), *llc(), *vlan(), *cooked(), *loopback(), *raw(), *ppp(), *pppoe()]
