"""Tags of virtual LANs, and LLC behind the lengths of IEEE 802.3."""

from __future__ import annotations

import struct

import frames
import pytest
from layer_fields import names

from umpa_sniffing import Packet

DATAGRAM = frames.ipv4(frames.udp(b"data"))
DATAGRAM_6 = frames.ipv6(frames.udp(b"data"))
IP_UDP = ["IP", "UDP", "Payload"]


def tag(payload: bytes, ethertype: int = 0x0800, control: int = 0xB064) -> bytes:
    return struct.pack("!HH", control, ethertype) + payload


def frame_802_3(contents: bytes) -> bytes:
    return frames.ethernet(contents, len(contents))


def snap(payload: bytes, oui: int = 0, pid: int = 0x0800, control: str = "03") -> bytes:
    return (
        b"\xaa\xaa" + bytes.fromhex(control) + struct.pack("!I", oui)[1:] + struct.pack("!H", pid) + payload
    )


@pytest.mark.parametrize("ethertype", [0x8100, 0x88A8, 0x9100])
def test_a_tag(ethertype):
    packet = Packet(frames.ethernet(tag(DATAGRAM), ethertype))
    assert names(packet) == ["Ethernet", "VLAN", *IP_UDP]
    assert packet.vlan.get_fields() == [("priority", 5), ("dei", 1), ("id", 100), ("_etype", 0x0800)]
    assert packet.vlan.etype_name == "ipv4"
    assert packet.stopped is None


def test_tags_within_tags():
    inner = tag(tag(DATAGRAM_6, 0x86DD, 5), 0x8100, 7)
    packet = Packet(frames.ethernet(tag(inner, 0x8100), 0x88A8))
    assert names(packet) == ["Ethernet", "VLAN", "VLAN", "VLAN", "IPV6", "UDP", "Payload"]
    assert [layer.id for layer in packet.protos[1:4]] == [100, 7, 5]
    assert packet.vlan.id == 100


def test_more_tags_than_layers():
    packet = Packet(frames.ethernet(tag(b"", 0x8100) * 1000, 0x8100))
    assert names(packet) == ["Ethernet", *["VLAN"] * 14, "Payload"]
    assert len(packet.payload.data) == 4 * (1000 - 14)
    assert packet.stopped == ("VLAN", "too many layers")


def test_a_tag_may_end_with_a_length():
    contents = snap(DATAGRAM)
    packet = Packet(frames.ethernet(tag(contents + b"padding", len(contents)), 0x8100))
    assert names(packet) == ["Ethernet", "VLAN", "LLC", *IP_UDP]
    assert packet.trailer == b"padding"


@pytest.mark.parametrize("kept", [0, 3])
def test_a_cut_tag_is_payload(kept):
    whole = frames.ethernet(tag(DATAGRAM), 0x8100)
    assert Packet(whole[: 14 + kept]).stopped == ("VLAN", "header truncated")
    assert Packet(whole[: 14 + kept], wire_len=len(whole)).stopped == ("VLAN", "cut by snaplen")


@pytest.mark.parametrize("ethertype", [0, 1501, 1535])
def test_a_tag_with_neither_type_nor_length(ethertype):
    packet = Packet(frames.ethernet(tag(DATAGRAM, ethertype), 0x8100))
    assert names(packet) == ["Ethernet", "VLAN", "Payload"]
    assert packet.vlan.etype == ethertype
    assert packet.stopped is None


@pytest.mark.parametrize(
    ("header", "control"),
    [
        ("4242 03", 0x03),
        ("4242 bf", 0xBF),
        ("4242 01aa", 0xAA01),
        ("4242 0204", 0x0402),
    ],
)
def test_the_control_field_has_one_byte_in_unnumbered_frames_and_two_in_others(header, control):
    packet = Packet(frame_802_3(bytes.fromhex(header) + b"data") + b"padding")
    assert names(packet) == ["Ethernet", "LLC", "Payload"]
    assert packet.llc.get_fields() == [("dsap", 0x42), ("ssap", 0x42), ("control", control)]
    assert packet.llc.dsap_name == packet.llc.ssap_name == "stp"
    assert packet.payload.data == b"data"
    assert packet.trailer == b"padding"
    assert packet.stopped is None


def test_snap():
    packet = Packet(frame_802_3(snap(DATAGRAM)))
    assert names(packet) == ["Ethernet", "LLC", *IP_UDP]
    expected = {"dsap": 0xAA, "ssap": 0xAA, "control": 3, "oui": 0, "pid": 0x0800}
    assert packet.llc.get_fields() == list(expected.items())
    assert (packet.llc.dsap_name, packet.llc.pid_name) == ("snap", "ipv4")
    assert len(bytes(packet.llc)) == 8


@pytest.mark.parametrize(
    ("contents", "layers"),
    [
        (snap(DATAGRAM_6, 0x0000F8, 0x86DD), ["IPV6", "UDP", "Payload"]),
        (snap(tag(DATAGRAM), 0, 0x8100), ["VLAN", *IP_UDP]),
        (snap(DATAGRAM, control="0204"), IP_UDP),
        (bytes.fromhex("060603") + DATAGRAM, IP_UDP),
        (bytes.fromhex("06060204") + DATAGRAM, IP_UDP),
        (snap(DATAGRAM, 0x123456), ["Payload"]),
        (snap(b"\x06\x06\x03" + DATAGRAM, 0, 4), ["Payload"]),
        (snap(DATAGRAM, control="13"), ["Payload"]),
        (snap(DATAGRAM, control="010a"), ["Payload"]),
        (bytes.fromhex("aaab03") + DATAGRAM, ["Payload"]),
        (bytes.fromhex("0606af") + DATAGRAM, ["Payload"]),
        (bytes.fromhex("060601aa") + DATAGRAM, ["Payload"]),
        (bytes.fromhex("070703") + DATAGRAM, ["Payload"]),
    ],
)
def test_what_follows_llc(contents, layers):
    packet = Packet(frame_802_3(contents))
    assert names(packet) == ["Ethernet", "LLC", *layers]
    assert packet.stopped is None


def test_novells_raw_frames_have_no_llc():
    contents = b"\xff\xff\x00\x22" + bytes(30)
    packet = Packet(frame_802_3(contents))
    assert names(packet) == ["Ethernet", "Payload"]
    assert packet.payload.data == contents
    assert names(Packet(frames.ethernet(tag(contents, len(contents)), 0x8100))) == [
        "Ethernet",
        "VLAN",
        "Payload",
    ]


@pytest.mark.parametrize("contents", ["aa", "aaaa", "aaaa03", "aaaa0300000008", "424201"])
def test_a_cut_llc_header_is_payload(contents):
    short = bytes.fromhex(contents)
    packet = Packet(frame_802_3(short))
    assert names(packet) == ["Ethernet", "Payload"]
    assert packet.stopped == ("LLC", "header truncated")
    longer = frames.ethernet(short, len(short) + 40)
    assert Packet(longer, wire_len=len(longer) + 40).stopped == ("Ethernet", "cut by snaplen")


@pytest.mark.parametrize(
    "frame",
    [
        frames.ethernet(frames.ipv4(frames.udp()), 0x0600),
        frames.ethernet(bytes.fromhex("aaaa03 000000 0600") + frames.ipv4(frames.udp()), 36),
        frames.ethernet(bytes.fromhex("0000 0600") + frames.ipv4(frames.udp()), 0x8100),
    ],
)
def test_0x0600_is_the_first_ethertype(frame):
    packet = Packet(frame, decode_as={("ethertype", 0x0600): "ip"})
    assert [layer.name for layer in packet.protos][-2:] == ["IP", "UDP"]
    assert "payload" in Packet(frame)
