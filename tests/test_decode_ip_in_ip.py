"""IP in IP: both versions in both; and Ethernet in either."""

from __future__ import annotations

import frames
import pytest
from pseudo_headers import MOBILITY, mobility_between

from umpa_sniffing import Packet

ADDRESSES = {"IP": ("192.0.2.1", "198.51.100.200"), "IPV6": ("2001:db8::1", "fe80::2:0:0:1")}
BUILD = {"IP": frames.ipv4, "IPV6": frames.ipv6}
PROTOCOL = {"IP": 4, "IPV6": 41}


@pytest.mark.parametrize("outer", ["IP", "IPV6"])
@pytest.mark.parametrize("inner", ["IP", "IPV6"])
def test_ip_in_ip(outer, inner):
    contents = BUILD[inner](mobility_between(*ADDRESSES[inner]), MOBILITY)
    packet = Packet(BUILD[outer](contents, PROTOCOL[inner]) + b"trailer", frames.RAW)
    assert [layer.name for layer in packet.protos] == [outer, inner, "MIPV6"]
    assert packet.trailer == b"trailer"
    assert packet.mipv6.checksum_ok is True
    assert packet.protos[0].get_field("_proto" if outer == "IP" else "_nxt_hdr") == PROTOCOL[inner]
    assert packet.stopped is None


@pytest.mark.parametrize("outer", ["IP", "IPV6"])
def test_ethernet_in_ip(outer):
    packet = Packet(BUILD[outer](frames.ethernet(frames.ipv4(frames.udp())), 143), frames.RAW)
    assert [layer.name for layer in packet.protos] == [outer, "Ethernet", "IP", "UDP"]
    assert packet.stopped is None


def test_a_version_that_contradicts_the_number():
    packet = Packet(frames.ipv4(frames.ipv6(bytes(20)), 4), frames.RAW)
    assert packet.stopped == ("IP", "wrong version number")
    assert [layer.name for layer in packet.protos] == ["IP", "Payload"]


def test_an_inner_length_beyond_the_outer():
    packet = Packet(
        frames.ipv4(frames.ipv4(frames.udp(b"data"), total_length=1500), 4) + bytes(9), frames.RAW
    )
    assert packet.payload.data == b"data"
    assert packet.stopped == ("IP", "length field beyond the bytes")
    assert packet.trailer == bytes(9)


def test_lengths_in_a_fragment_reach_beyond_it_at_every_depth():
    inner = frames.ipv4(frames.udp(b"begin", length=1000), total_length=1020)
    packet = Packet(frames.ipv4(inner, 4, flags=1), frames.RAW)
    assert [layer.name for layer in packet.protos] == ["IP", "IP", "UDP", "Payload"]
    assert packet.payload.data == b"begin"
    assert packet.stopped is None
    whole = Packet(frames.ipv4(inner, 4), frames.RAW)
    assert whole.stopped == ("IP", "length field beyond the bytes")
