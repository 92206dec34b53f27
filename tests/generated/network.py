"""ARP and RARP of any sizes, IPv4 with its options and fragments, IGMP 1 to 3."""

from __future__ import annotations

import struct
from socket import inet_aton, inet_ntoa

from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

from .build import DATAGRAM, IP4, LINK, MAC, SEGMENT, UDP_IN_TWO, Case, group, ip4, message, padded

BROADCAST = "ff:ff:ff:ff:ff:ff"
ARP_REPLY, RARP_REQUEST, IN_ARP_REQUEST = 2, 3, 8


def arp_packet(
    operation: int, sizes: tuple[int, int] = (6, 4), hardware: int = 1, protocol: int = 0x0800
) -> bytes:
    """The four addresses are numbered bytes, so that no two are alike."""
    head = struct.pack("!HHBBH", hardware, protocol, *sizes, operation)
    return head + bytes(number % 251 + 1 for number in range(2 * sum(sizes)))


def arp() -> list[Case]:
    operations = {f"operation-{number}": arp_packet(number) for number in (*range(26), 65535)}
    others = {
        "ieee-802": arp_packet(1, hardware=6),
        "frame-relay": arp_packet(IN_ARP_REQUEST, (2, 4), hardware=15),
        "infiniband": arp_packet(1, (20, 4), hardware=32),
        "eui-64": arp_packet(1, (8, 4), hardware=27),
        "unknown-hardware": arp_packet(1, (6, 4), hardware=999),
        "unknown-protocol": arp_packet(1, (6, 2), protocol=0x88B5),
        "ipv6-addresses": arp_packet(1, (6, 16), protocol=0x86DD),
        "no-addresses": arp_packet(1, (0, 0)),
        "no-hardware-address": arp_packet(1, (0, 4)),
        "no-protocol-address": arp_packet(1, (6, 0)),
        "sizes-1-1": arp_packet(1, (1, 1)),
        "sizes-7-5": arp_packet(1, (7, 5)),
        "sizes-255-255": arp_packet(1, (255, 255)),
        "padded": padded(arp_packet(ARP_REPLY), 46),
    }
    rarp = {f"rarp-operation-{number}": arp_packet(number) for number in range(RARP_REQUEST, 8)}
    rarp["rarp-sizes-8-4"] = arp_packet(RARP_REQUEST, (8, 4), hardware=27)
    found = group("arp", operations | others, Ether(dst=BROADCAST, src=MAC, type=0x0806))
    return found + group("arp", rarp, Ether(dst=BROADCAST, src=MAC, type=0x8035))


def ip_headers() -> list[Case]:
    packets: dict[str, Packet] = {
        "tos-ff": ip4(tos=0xFF) / DATAGRAM,
        "id-ffff-ttl-0": ip4(id=0xFFFF, ttl=0) / DATAGRAM,
        "do-not-fragment": ip4(flags="DF") / SEGMENT,
        "evil-bit": ip4(flags="evil") / SEGMENT,
        "unknown-protocol": ip4(proto=253) / Raw(b"experiment"),
        "protocol-255": ip4(proto=255) / Raw(b"reserved"),
        "no-payload": ip4(proto=253),
        "broadcast": ip4(dst="255.255.255.255") / DATAGRAM,
        "first-fragment": ip4(flags="MF", proto=17) / Raw(bytes(IP4 / UDP_IN_TWO)[20:44]),
        "middle-fragment": ip4(flags="MF", frag=3, proto=17) / Raw(bytes(range(24))),
        "last-fragment": ip4(frag=6, proto=17) / Raw(bytes(range(20))),
        "last-possible-fragment": ip4(frag=8189, proto=6) / Raw(b"1234567"),
        "reserved-and-df-and-mf": ip4(flags=7, frag=1, proto=17) / Raw(bytes(8)),
    }
    return group("ip", packets, LINK)


def route(*addresses: str) -> bytes:
    return b"".join(map(inet_aton, addresses))


def option(kind: int, value: bytes = b"") -> bytes:
    """An IPv4 option, whose length counts its first two bytes as well."""
    return bytes([kind, 2 + len(value)]) + value


HOPS = route("192.0.2.9", "192.0.2.10", "192.0.2.11")
STAMPS = struct.pack("!II", 0x00112233, 0x80445566)
OPTIONS = {
    "end-of-list": b"\0",
    "no-operation": b"\1\1\1\1",
    "end-of-list-then-bytes": b"\1\0\7\7",
    "record-route-empty": option(7, b"\x04" + bytes(12)),
    "record-route": option(7, b"\x0c" + HOPS),
    "record-route-full": option(7, b"\x10" + HOPS),
    "record-route-longest": option(7, b"\x28" + HOPS * 3),
    "zsu": option(10, b"ab"),
    "mtu-probe": option(11, b"\x05\xdc"),
    "mtu-reply": option(12, b"\x05\xdc"),
    "encode": option(15, b"ab"),
    "quick-start-request": option(25, bytes.fromhex("0840 01020304")),
    "quick-start-report": option(25, bytes.fromhex("8800 01020304")),
    "experiment-30": option(30, b"ab"),
    "timestamp-alone": option(68, b"\x0d\x00" + STAMPS),
    "timestamp-empty": option(68, b"\x05\x00" + bytes(8)),
    "timestamp-overflow": option(68, b"\x0d\xf0" + STAMPS),
    "timestamp-with-addresses": option(68, b"\x0d\x11" + HOPS[:4] + STAMPS[:4] + HOPS[4:8] + bytes(4)),
    "timestamp-prespecified": option(68, b"\x05\x03" + HOPS[:4] + bytes(4) + HOPS[4:8] + bytes(4)),
    "timestamp-full": option(68, b"\x15\x01" + HOPS[:4] + STAMPS[:4] + HOPS[4:8] + STAMPS[4:]),
    "traceroute": option(82, struct.pack("!HHH", 0x1234, 2, 3) + inet_aton("192.0.2.1")),
    "experiment-94": option(94, b"ab"),
    "security": option(130, bytes.fromhex("6bc5 0001 0002 000003")),
    "security-basic": option(130, b"\xab\x80"),
    "security-shortest": option(130, b"\xab"),
    "loose-source-route": option(131, b"\x04" + HOPS),
    "loose-source-route-followed": option(131, b"\x08" + HOPS),
    "loose-source-route-done": option(131, b"\x10" + HOPS),
    "extended-security": option(133, b"\x01\x02\x03"),
    "commercial-security": option(134, struct.pack("!I", 5) + bytes.fromhex("0104 0003")),
    "stream-id": option(136, b"\x12\x34"),
    "strict-source-route": option(137, b"\x04" + HOPS),
    "strict-source-route-done": option(137, b"\x10" + HOPS),
    "experimental-access-control": option(142, b"ab"),
    "imi-traffic-descriptor": option(144, b"ab"),
    "extended-ip": option(145, b"ab"),
    "address-extension": option(147, route("192.0.2.1", "192.0.2.2")),
    "router-alert": option(148, b"\0\0"),
    "router-alert-reserved": option(148, b"\x12\x34"),
    "selective-broadcast": option(149, HOPS),
    "dynamic-packet-state": option(151, b"abcdef"),
    "upstream-multicast": option(152, b"ab"),
    "experiment-158": option(158, b"ab"),
    "finn": option(205, b"ab"),
    "experiment-222": option(222, b"ab"),
    "unknown-without-value": option(99),
    "unknown-longest": option(99, bytes(38)),
    "several": option(148, b"\0\0") + b"\1" + option(7, b"\x04" + bytes(4)) + option(99, b"ab"),
}


# Where a source route is still to be followed, the checksum of UDP holds for its end (RFC 1122 4.1.3.4).
FOLLOWED = ("loose-source-route", "loose-source-route-followed", "strict-source-route")


def ip_options() -> list[Case]:
    packets = {}
    for name, options in OPTIONS.items():
        end = inet_ntoa(HOPS[-4:]) if name in FOLLOWED else IP4.dst
        datagram = bytes(ip4(dst=end) / DATAGRAM)[20:]
        packets[f"option-{name}"] = ip4(options=[Raw(options)], proto=17) / Raw(datagram)
    return group("ip", packets, LINK)


def record(kind: int, group_address: str, sources: bytes = b"", auxiliary: bytes = b"") -> bytes:
    head = struct.pack("!BBH", kind, len(auxiliary) // 4, len(sources) // 4)
    return head + inet_aton(group_address) + sources + auxiliary


def report(*records: bytes) -> bytes:
    return message(0x22, 0, struct.pack("!HH", 0, len(records)) + b"".join(records))


def igmp() -> list[Case]:
    any_group, ours = inet_aton("0.0.0.0"), inet_aton("233.252.0.1")
    changes = ("is-in", "is-ex", "to-in", "to-ex", "allow", "block")
    packets = {
        "v1-query": message(0x11, 0, any_group),
        "v1-report": message(0x12, 0, ours),
        "v2-general-query": message(0x11, 100, any_group),
        "v2-group-query": message(0x11, 10, ours),
        "v2-report": message(0x16, 0, ours),
        "v2-leave": message(0x17, 0, ours),
        "v3-general-query": message(0x11, 100, any_group + bytes.fromhex("027d 0000")),
        "v3-group-query": message(0x11, 127, ours + bytes.fromhex("0a80 0000")),
        "v3-source-query": message(0x11, 128, ours + bytes.fromhex("0fff 0003") + HOPS),
        "v3-report-no-record": report(),
        **{
            f"v3-report-{name}": report(record(kind, "233.252.0.1", HOPS))
            for kind, name in enumerate(changes, 1)
        },
        "v3-report-no-source": report(record(4, "233.252.0.1")),
        "v3-report-auxiliary-data": report(record(1, "233.252.0.1", HOPS[:4], b"auxiliar")),
        "v3-report-unknown-record": report(record(99, "233.252.0.1", HOPS[:4])),
        "v3-report-many": report(
            *(record(kind, f"233.252.0.{kind}", HOPS[: 4 * (kind % 4)]) for kind in range(1, 7))
        ),
        "router-advertisement": message(0x30, 20, struct.pack("!HH", 125, 2)),
        "router-solicitation": message(0x31, 0),
        "router-termination": message(0x32, 0),
        "unknown-type": message(0x7F, 0, b"data"),
    }
    found = group("igmp", packets, LINK / ip4(proto=2, ttl=1, dst="233.252.0.1"))
    alert = {"router-alert": packets["v3-report-is-in"]}
    return found + group("igmp", alert, LINK / ip4(proto=2, ttl=1, options=[Raw(OPTIONS["router-alert"])]))


def cases() -> list[Case]:
    return [*arp(), *ip_headers(), *ip_options(), *igmp()]
