"""PPP, and PPP over Ethernet."""

from __future__ import annotations

import struct

import frames
import pytest
from layer_fields import names

from umpa_sniffing import Packet
from umpa_sniffing.records import Option

PPP, PPP_SERIAL, PPP_ETHER = 9, 50, 51
DISCOVERY, SESSION = 0x8863, 0x8864
DATAGRAM = frames.ipv4(frames.udp())
DATAGRAM_6 = frames.ipv6(frames.udp())
FRAMED = {"address": 0xFF, "control": 3}


def pppoe(code: int, contents: bytes, length: int | None = None) -> bytes:
    return struct.pack("!BBHH", 0x11, code, 5, len(contents) if length is None else length) + contents


def tag(kind: int, value: bytes, length: int | None = None) -> bytes:
    return struct.pack("!HH", kind, len(value) if length is None else length) + value


@pytest.mark.parametrize("link_type", [PPP, PPP_SERIAL])
@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("ff030021", FRAMED | {"_protocol": 0x21}),
        ("ff0321", FRAMED | {"_protocol": 0x21}),
        ("0021", {"_protocol": 0x21}),
        ("21", {"_protocol": 0x21}),
    ],
)
def test_framing_and_protocol_may_be_compressed(link_type, header, fields):
    packet = Packet(bytes.fromhex(header) + DATAGRAM, link_type)
    assert names(packet) == ["PPP", "IP", "UDP"]
    assert packet.ppp.get_fields() == list(fields.items())
    assert packet.ppp.protocol_name == "ipv4"
    assert bytes(packet.ppp).hex() == header
    assert packet.stopped is None


def test_ipv6_in_ppp():
    assert names(Packet(b"\xff\x03\x00\x57" + DATAGRAM_6, PPP)) == ["PPP", "IPV6", "UDP"]


@pytest.mark.parametrize(("number", "name"), [(0xC021, "lcp"), (0x8057, "ipv6cp"), (0x0204, None)])
def test_other_protocols_are_payload(number, name):
    packet = Packet(struct.pack("!H", number) + b"data", PPP)
    assert names(packet) == ["PPP", "Payload"]
    assert (packet.ppp.protocol, packet.ppp.protocol_name) == (number, name)
    assert packet.payload.data == b"data"
    assert packet.stopped is None


@pytest.mark.parametrize("address", [0x0F, 0x8F])
def test_ciscos_hdlc_is_payload(address):
    packet = Packet(bytes([address]) + b"\x00\x08\x00" + DATAGRAM, PPP_SERIAL)
    assert names(packet) == ["Payload"]
    assert packet.stopped is None


@pytest.mark.parametrize("header", ["", "00", "ff", "ff03", "ff0300"])
def test_a_cut_ppp_header_is_payload(header):
    cut = bytes.fromhex(header)
    assert Packet(cut, PPP).stopped == ("PPP", "header truncated")
    assert Packet(cut, PPP, wire_len=40).stopped == ("PPP", "cut by snaplen")


@pytest.mark.parametrize("ethertype", [SESSION, DISCOVERY])
def test_a_session_carries_ppp(ethertype):
    contents = b"\x00\x21" + DATAGRAM
    packet = Packet(frames.ethernet(pppoe(0, contents) + b"padding", ethertype))
    assert names(packet) == ["Ethernet", "PPPOE", "PPP", "IP", "UDP"]
    assert packet.pppoe.get_fields() == [
        ("_version", 1),
        ("_type", 1),
        ("code", 0),
        ("session_id", 5),
        ("_payload_length", len(contents)),
    ]
    assert packet.pppoe.code_name == "session"
    assert packet.trailer == b"padding"
    assert packet.stopped is None


def test_a_capture_without_ethernet():
    packet = Packet(pppoe(0, b"\x00\x57" + DATAGRAM_6), PPP_ETHER)
    assert names(packet) == ["PPPOE", "PPP", "IPV6", "UDP"]


TAGS = [
    (0x0101, b"", "service_name", {}),
    (0x0102, b"concentrator", "ac_name", {}),
    (0x0103, b"\x00\xff", "host_uniq", {}),
    (0x0104, b"cookie", "ac_cookie", {}),
    (0x0105, b"\x00\x00\x0d\xe9rest", "vendor_specific", {"vendor_id": 3561}),
    (0x0106, b"\x01\x02\x03\x04", "credits", {"fcn": 0x0102, "bcn": 0x0304}),
    (
        0x0107,
        bytes.fromhex("000d 63 32 000a 0064 03e8"),
        "metrics",
        {"mdr_units": 1, "cdr_units": 2, "r": 1, "rlq": 99, "resource": 50}
        | {"latency": 10, "curr_drate": 100, "max_drate": 1000},
    ),
    (0x0108, b"\x12\x34", "sequence_number", {"seq_num": 0x1234}),
    (0x0109, b"\x00\x40", "credit_scale_factor", {"credit_scale": 64}),
    (0x0110, b"relay", "relay_session_id", {}),
    (0x0111, b"http://192.0.2.1", "hurl", {}),
    (0x0112, b"hello", "motm", {}),
    (0x0120, b"\x05\xdc", "ppp_max_payload", {"max_payload": 1500}),
    (0x0121, b"route", "ip_route_add", {}),
    (0x0201, b"no", "service_name_error", {}),
    (0x0202, b"busy", "ac_system_error", {}),
    (0x0203, b"odd", "generic_error", {}),
    (0xABCD, b"unknown", None, {}),
]


@pytest.mark.parametrize(("kind", "value", "name", "fields"), TAGS)
def test_a_tag(kind, value, name, fields):
    packet = Packet(frames.ethernet(pppoe(0x09, tag(kind, value) + tag(0x0101, b"all")), DISCOVERY))
    assert names(packet) == ["Ethernet", "PPPOE", "Payload"]
    assert packet.pppoe.tags == [
        Option(kind, name, value, fields),
        Option(0x0101, "service_name", b"all", {}),
    ]
    assert packet.stopped is None


@pytest.mark.parametrize(
    ("code", "name"),
    [(0x07, "pado"), (0x09, "padi"), (0x19, "padr"), (0x65, "pads"), (0xA7, "padt"), (0x42, None)],
)
def test_the_stages_of_discovery(code, name):
    packet = Packet(frames.ethernet(pppoe(code, tag(0x0101, b"")) + bytes(30), DISCOVERY))
    assert (packet.pppoe.code, packet.pppoe.code_name) == (code, name)
    assert [each.name for each in packet.pppoe.tags] == ["service_name"]
    assert packet.trailer == bytes(30)


def test_a_packet_without_tags():
    packet = Packet(frames.ethernet(pppoe(0xA7, b""), DISCOVERY))
    assert names(packet) == ["Ethernet", "PPPOE"]
    assert packet.pppoe.tags == []


@pytest.mark.parametrize(
    "hostile",
    [
        tag(0, b""),
        tag(0x0102, b"abc", length=4),
        tag(0x0102, b"abc", length=0xFFFF),
        b"\x01",
        b"\x01\x02",
        b"\x01\x02\x00",
    ],
)
def test_the_list_ends_at_its_end_and_where_a_length_lies(hostile):
    packet = Packet(frames.ethernet(pppoe(0x09, tag(0x0101, b"all") + hostile) + bytes(30), DISCOVERY))
    assert [each.name for each in packet.pppoe.tags] == ["service_name"]
    assert len(packet.pppoe.tags) == 1


def test_a_tag_too_short_for_its_fields_has_none():
    packet = Packet(frames.ethernet(pppoe(0x09, tag(0x0106, b"\x01\x02") + tag(0x0120, b"\x05")), DISCOVERY))
    assert [each.fields for each in packet.pppoe.tags] == [{"fcn": 0x0102}, {}]


def test_lengths_of_pppoe():
    longer = Packet(frames.ethernet(pppoe(0, b"\x00\x21" + DATAGRAM, length=1000), SESSION))
    assert names(longer) == ["Ethernet", "PPPOE", "PPP", "IP", "UDP"]
    assert longer.stopped == ("PPPOE", "length field beyond the bytes")
    nothing = Packet(frames.ethernet(pppoe(0, b"\x00\x21" + DATAGRAM, length=0), SESSION))
    assert names(nothing) == ["Ethernet", "PPPOE"]
    assert nothing.stopped == ("PPP", "header truncated")
    short = Packet(frames.ethernet(pppoe(0, b"")[:5], SESSION))
    assert names(short) == ["Ethernet", "Payload"]
    assert short.stopped == ("PPPOE", "header truncated")


@pytest.mark.parametrize("version_and_type", [0x01, 0x10, 0x12, 0x21])
def test_another_version_of_pppoe(version_and_type):
    other = bytes([version_and_type]) + pppoe(0, b"\x00\x21" + DATAGRAM)[1:]
    packet = Packet(frames.ethernet(other, SESSION))
    assert packet.stopped == ("PPPOE", "wrong version number")
    assert names(packet) == ["Ethernet", "Payload"]
