"""GRE: which fields there are by its flags, what it carries, its routes, its checksum."""

from __future__ import annotations

import struct

import frames
import pytest
from layer_fields import names

from umpa_sniffing import Option, Packet

GRE = 47
CHECKSUM, ROUTING, KEY, SEQUENCE, STRICT, ACK = 0x8000, 0x4000, 0x2000, 0x1000, 0x0800, 0x0080
PPP = 0x880B


def decode(flags: int, rest: bytes = b"", protocol: int = 0x0800) -> Packet:
    return Packet(frames.ipv4(struct.pack("!HH", flags, protocol) + rest, GRE), frames.RAW)


DATAGRAM = frames.ipv4(frames.udp(b"data"))
FIXED = {"flags", "recursion", "_version", "_proto"}


@pytest.mark.parametrize("flags", [f << 12 for f in range(16) if not f & 4])
def test_fields_by_flags(flags):
    words, expected = [], {"_reserved": 0}
    if flags & CHECKSUM:
        words.append(0x12340000)
        expected |= {"_checksum": 0x1234, "offset": 0}
    if flags & KEY:
        words.append(0xFFFFFFFE)
        expected |= {"key": 0xFFFFFFFE}
    if flags & SEQUENCE:
        words.append(7)
        expected |= {"sequence_number": 7}
    packet = decode(flags, struct.pack(f"!{len(words)}I", *words) + DATAGRAM)
    gre = packet.gre
    assert names(packet) == ["IP", "GRE", "IP", "UDP", "Payload"]
    assert {key for key in gre.get_fields_keys() if hasattr(gre, key)} == FIXED | set(expected)
    assert {key: gre.get_field(key) for key in expected} == expected
    assert (gre.has_checksum, gre.has_routing) == (bool(flags & CHECKSUM), False)
    assert (gre.has_key, gre.has_sequence) == (bool(flags & KEY), bool(flags & SEQUENCE))
    assert (gre.proto, gre.proto_name, gre.version, gre.recursion) == (0x0800, "ipv4", 0, 0)
    assert packet.stopped is None


def test_bits_of_the_first_two_bytes():
    gre = decode(STRICT | 5 << 8 | 0x1F << 3).gre
    assert (gre.flags, gre.strict_route, gre.recursion, gre.reserved, gre.version) == (1, True, 5, 31, 0)
    assert not hasattr(gre, "has_ack")


def test_routes():
    routes = bytes.fromhex("0800 04 08 c0000201 c0000202 fffe 02 02 fde9 1234 00 01 aa 0000 00 00")
    rest = bytes.fromhex("00000004") + bytes.fromhex("00000007") + routes
    packet = decode(ROUTING | KEY, rest + DATAGRAM)
    gre = packet.gre
    assert (gre.checksum, gre.offset, gre.key, gre.has_routing) == (0, 4, 7, True)
    addresses = bytes([192, 0, 2, 1, 192, 0, 2, 2])
    assert gre.routing == [
        Option(
            0x0800,
            "ip_source_route",
            addresses,
            {"sre_offset": 4, "src_length": 8, "information": addresses},
        ),
        Option(
            0xFFFE,
            "as_source_route",
            b"\xfd\xe9",
            {"sre_offset": 2, "src_length": 2, "information": b"\xfd\xe9"},
        ),
        Option(0x1234, None, b"\xaa", {"sre_offset": 0, "src_length": 1, "information": b"\xaa"}),
    ]
    assert names(packet) == ["IP", "GRE", "IP", "UDP", "Payload"]


@pytest.mark.parametrize("routes", ["", "0800 00", "0800 00 04 aabb", "0800 00 02 aabb", "0000 00 01"])
def test_routes_that_do_not_end(routes):
    packet = decode(ROUTING, bytes(4) + bytes.fromhex(routes))
    assert packet.stopped == ("GRE", "header truncated")
    assert names(packet) == ["IP", "Payload"]


def test_no_routes():
    packet = decode(ROUTING, bytes(8) + DATAGRAM)
    assert packet.gre.routing == []
    assert names(packet) == ["IP", "GRE", "IP", "UDP", "Payload"]


def test_pptp():
    packet = decode(KEY | SEQUENCE | ACK | 0x50 | 1, struct.pack("!HHII", 6, 9, 7, 8) + b"\0\x21data", PPP)
    gre = packet.gre
    assert (gre.version, gre.has_ack, gre.reserved_v1, gre.proto_name) == (1, True, 10, "ppp")
    assert (gre.payload_length, gre.call_id, gre.sequence_number, gre.ack_number) == (6, 9, 7, 8)
    assert not hasattr(gre, "key") and not hasattr(gre, "_reserved")
    assert bytes(gre) == bytes.fromhex("30d1880b 00060009 00000007 00000008")
    assert names(packet)[:3] == ["IP", "GRE", "PPP"]


def test_pptp_that_acknowledges_alone():
    packet = decode(KEY | ACK | 1, struct.pack("!HHI", 0, 9, 8), PPP)
    assert (packet.gre.call_id, packet.gre.ack_number) == (9, 8)
    assert not hasattr(packet.gre, "sequence_number")
    assert names(packet) == ["IP", "GRE"]
    assert packet.stopped is None


def test_a_key_of_ppp_in_version_0():
    assert decode(KEY, struct.pack("!I", 5), PPP).gre.key == 5


@pytest.mark.parametrize(("version", "protocol"), [(1, 0x0800), (2, 0x0800), (2, PPP), (7, PPP)])
def test_other_versions_are_not_decoded(version, protocol):
    packet = decode(KEY | SEQUENCE | version, struct.pack("!II", 5, 6) + DATAGRAM, protocol)
    assert packet.stopped == ("GRE", "wrong version number")
    assert names(packet) == ["IP", "Payload"]


@pytest.mark.parametrize("build", [frames.ipv4, frames.ipv6])
def test_what_it_carries(build):
    def carried(protocol: int, contents: bytes) -> list[str]:
        packet = Packet(build(struct.pack("!HH", 0, protocol) + contents, GRE), frames.RAW)
        assert packet.stopped is None
        return names(packet)[2:]

    assert carried(0x0800, DATAGRAM) == ["IP", "UDP", "Payload"]
    assert carried(0x86DD, frames.ipv6(frames.udp())) == ["IPV6", "UDP"]
    assert carried(0x6558, frames.ethernet(DATAGRAM)) == ["Ethernet", "IP", "UDP", "Payload"]
    assert carried(0x0806, frames.arp()) == ["ARP"]
    assert carried(PPP, b"\xff\x03\x00\x21" + DATAGRAM) == ["PPP", "IP", "UDP", "Payload"]
    assert carried(0, b"") == []
    assert carried(4, b"\x42\x42\x03 no LLC: 4 is no ethertype") == ["Payload"]


@pytest.mark.parametrize(("number", "child"), [(0x05FF, "Payload"), (0x0600, "IP")])
def test_ethertypes_begin_at_0x0600(number, child):
    bindings = {("ethertype", 0x05FF): "ip", ("ethertype", 0x0600): "ip"}
    header = struct.pack("!HH", 0, number)
    packet = Packet(frames.ipv4(header + DATAGRAM, GRE), frames.RAW, decode_as=bindings)
    assert packet.gre.payload.name == child


def test_checksum():
    def gre(flags: int, checksum: int) -> Packet:
        return decode(flags, struct.pack("!HH", checksum, 0) + DATAGRAM)

    good = frames.checksum(struct.pack("!HHI", CHECKSUM, 0x0800, 0) + DATAGRAM)
    assert gre(CHECKSUM, good).gre.checksum_ok is True
    assert gre(CHECKSUM, good ^ 1).gre.checksum_ok is False
    assert gre(0, good).gre.checksum_ok is None
    cut = Packet(bytes(gre(CHECKSUM, good))[:-1], frames.RAW, wire_len=len(gre(CHECKSUM, good)))
    assert cut.gre.checksum_ok is None


@pytest.mark.parametrize(
    ("length", "layers", "stopped"),
    [
        (65535, ["IP", "GRE", "IP", "UDP", "Payload"], None),
        (65536, ["IP", "Payload"], ("GRE", "length field too short")),
    ],
)
def test_a_header_has_no_more_than_65535_bytes(length, layers, stopped):
    def route(information: bytes) -> bytes:
        return struct.pack("!HBB", 0x0800, 0, len(information)) + information

    header = struct.pack("!HHHH", ROUTING, 0x0800, 0, 0) + route(bytes(255)) * 252
    header += route(bytes(length - len(header) - 8)) + bytes(4)
    assert len(header) == length
    packet = Packet(frames.ipv4(header + DATAGRAM, GRE, total_length=0), frames.RAW)
    assert names(packet) == layers
    assert packet.stopped == stopped


def test_headers_that_are_cut():
    whole = struct.pack("!HHIIII", CHECKSUM | KEY | SEQUENCE | ACK | 1, PPP, 1, 2, 3, 4)
    for kept in range(1, len(whole)):
        packet = Packet(frames.ipv4(whole[:kept], GRE), frames.RAW)
        assert packet.stopped == ("GRE", "header truncated")
        assert names(packet) == ["IP", "Payload"]
    assert names(Packet(frames.ipv4(whole, GRE), frames.RAW)) == ["IP", "GRE"]
