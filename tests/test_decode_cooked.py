"""Linux cooked captures, both versions."""

from __future__ import annotations

import socket
import struct

import frames
import pytest
from layer_fields import names
from processes import needs_root
from traffic import Chatter

from umpa_sniffing import Packet, open_live

SLL2 = 276
ADDRESS = bytes.fromhex("0200000000ff0708")
DATAGRAM = frames.ipv4(frames.udp(b"data"))
NETLINK, RADIOTAP, GRE = 824, 803, 778


def sll2(payload: bytes, protocol: int = 0x0800, hatype: int = 1, address_length: int = 6) -> bytes:
    return struct.pack("!HHIHBB8s", protocol, 0, 3, hatype, 4, address_length, ADDRESS) + payload


def test_version_2():
    packet = Packet(sll2(DATAGRAM), SLL2)
    assert names(packet) == ["SLL2", "IP", "UDP", "Payload"]
    assert packet.sll2.get_fields() == [
        ("_etype", 0x0800),
        ("_reserved", 0),
        ("ifindex", 3),
        ("_hatype", 1),
        ("_pkttype", 4),
        ("_halen", 6),
        ("src", "02:00:00:00:00:ff"),
        ("_unused", b"\x07\x08"),
    ]
    assert packet.stopped is None


@pytest.mark.parametrize(
    ("length", "fields"),
    [
        (0, {"_unused": ADDRESS}),
        (1, {"src_other": ADDRESS[:1], "_unused": ADDRESS[1:]}),
        (4, {"src_ipv4": "2.0.0.0", "_unused": ADDRESS[4:]}),
        (7, {"src_other": ADDRESS[:7], "_unused": ADDRESS[7:]}),
        (8, {"src_other": ADDRESS}),
        (255, {"src_other": ADDRESS}),
    ],
)
def test_addresses_of_version_2(length, fields):
    packet = Packet(sll2(DATAGRAM, address_length=length), SLL2)
    assert dict(packet.sll2.get_fields()[6:]) == fields
    assert packet.sll2.halen == length


@pytest.mark.parametrize(("link_type", "head"), [(frames.SLL, frames.sll), (SLL2, sll2)])
def test_numbers_have_names(link_type, head):
    layer = Packet(head(DATAGRAM), link_type).protos[0]
    assert (layer.pkttype_name, layer.hatype_name, layer.etype_name) == ("outgoing", "ethernet", "ipv4")
    layer = Packet(head(DATAGRAM, 1, 65533), link_type).protos[0]
    assert (layer.hatype_name, layer.etype_name) == (None, None)


@pytest.mark.parametrize(
    ("link_type", "head", "name"), [(frames.SLL, frames.sll, "SLL"), (SLL2, sll2, "SLL2")]
)
@pytest.mark.parametrize(
    ("protocol", "hatype", "contents", "layers"),
    [
        (0x86DD, 772, frames.ipv6(frames.udp()), ["IPV6", "UDP"]),
        (0x8100, 1, b"\x00\x07\x08\x00" + DATAGRAM, ["VLAN", "IP", "UDP", "Payload"]),
        (0x0800, GRE, DATAGRAM, ["IP", "UDP", "Payload"]),
        (0x6558, GRE, frames.ethernet(DATAGRAM), ["Ethernet", "IP", "UDP", "Payload"]),
        (4, 1, b"\x06\x06\x03" + DATAGRAM, ["LLC", "IP", "UDP", "Payload"]),
        (1, 1, b"\xff\xff" + bytes(30), ["Payload"]),
        (4, NETLINK, b"\x06\x06\x03" + DATAGRAM, ["Payload"]),
        (4, RADIOTAP, b"\x06\x06\x03" + DATAGRAM, ["Payload"]),
        (12, 280, bytes(16), ["Payload"]),
    ],
)
def test_what_follows(link_type, head, name, protocol, hatype, contents, layers):
    packet = Packet(head(contents, protocol, hatype), link_type)
    assert names(packet) == [name, *layers]
    assert packet.stopped is None


@pytest.mark.parametrize(("link_type", "whole"), [(frames.SLL, frames.sll(DATAGRAM)), (SLL2, sll2(DATAGRAM))])
def test_a_cut_header_is_payload(link_type, whole):
    name = Packet(whole, link_type).protos[0].name
    last = len(whole) - len(DATAGRAM) - 1
    assert Packet(whole[:last], link_type).stopped == (name, "header truncated")
    cut = Packet(whole[:last], link_type, wire_len=len(whole))
    assert names(cut) == ["Payload"]
    assert cut.stopped == (name, "cut by snaplen")


@needs_root
def test_the_any_device_tells_the_interface():
    with Chatter() as chatter, open_live("any", filter=chatter.filter, datalink="LINUX_SLL2") as capture:
        packet = next(capture)
    assert names(packet)[:3] == ["SLL2", "IP", "UDP"]
    assert packet.sll2.ifindex == socket.if_nametoindex("lo")
    assert socket.if_indextoname(packet.sll2.ifindex) == "lo"
    assert packet.sll2.hatype_name == "loopback"
    assert packet.sll2.src == "00:00:00:00:00:00"


@pytest.mark.parametrize(("number", "child"), [(0x05FF, "Payload"), (0x0600, "IP")])
def test_0x0600_is_the_first_ethertype(number, child):
    bindings = {("ethertype", 0x05FF): "ip", ("ethertype", 0x0600): "ip"}
    packet = Packet(frames.sll(frames.ipv4(b""), number), frames.SLL, decode_as=bindings)
    assert packet.sll.payload.name == child
