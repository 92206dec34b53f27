"""MPLS: one layer a label."""

from __future__ import annotations

import struct

import frames
import pytest
from layer_fields import names

from umpa_sniffing import Packet

DATAGRAM = frames.ipv4(frames.udp())


def label(value: int, bottom: int = 1, exp: int = 5, ttl: int = 64) -> bytes:
    return struct.pack("!I", value << 12 | exp << 9 | bottom << 8 | ttl)


@pytest.mark.parametrize("ethertype", [0x8847, 0x8848])
def test_a_label(ethertype):
    packet = Packet(frames.ethernet(label(0xABCDE) + DATAGRAM, ethertype))
    assert names(packet) == ["Ethernet", "MPLS", "IP", "UDP"]
    assert packet.mpls.get_fields() == [("label", 0xABCDE), ("exp", 5), ("bottom", 1), ("ttl", 64)]
    assert packet.mpls.label_name is None
    assert packet.stopped is None


def test_a_stack_of_labels():
    stack = label(16, 0) + label(1, 0) + label(2)
    packet = Packet(frames.ethernet(stack + frames.ipv6(frames.udp()), 0x8847))
    assert names(packet) == ["Ethernet", "MPLS", "MPLS", "MPLS", "IPV6", "UDP"]
    assert [layer.label for layer in packet.protos[1:4]] == [16, 1, 2]
    assert [layer.label_name for layer in packet.protos[1:4]] == [None, "router_alert", "ipv6_explicit_null"]


@pytest.mark.parametrize("number", [0x0281, 0x0283])
def test_labels_in_ppp(number):
    assert names(Packet(struct.pack("!H", number) + label(16) + DATAGRAM, 9)) == ["PPP", "MPLS", "IP", "UDP"]


def test_labels_in_ip():
    packet = Packet(frames.ipv4(label(16) + DATAGRAM, 137), frames.RAW)
    assert names(packet) == ["IP", "MPLS", "IP", "UDP"]


@pytest.mark.parametrize("contents", [b"\x00\x00\x00\x00", b"\x10\x00\x00\x21", b"\x50" + bytes(20)])
def test_what_tells_no_version_of_ip_is_payload(contents):
    packet = Packet(frames.ethernet(label(16) + contents, 0x8847))
    assert names(packet) == ["Ethernet", "MPLS", "Payload"]
    assert packet.payload.data == contents
    assert packet.stopped is None


def test_a_stack_that_ends_early():
    alone = Packet(frames.ethernet(label(16), 0x8847))
    assert names(alone) == ["Ethernet", "MPLS"]
    assert alone.stopped is None
    cut = Packet(frames.ethernet(label(16, 0) + label(17)[:3], 0x8847))
    assert names(cut) == ["Ethernet", "MPLS", "Payload"]
    assert cut.stopped == ("MPLS", "header truncated")


def test_more_labels_than_layers():
    packet = Packet(frames.ethernet(label(16, 0) * 65000, 0x8847))
    assert names(packet) == ["Ethernet", *["MPLS"] * 14, "Payload"]
    assert packet.stopped == ("MPLS", "too many layers")
