"""The loopback of the BSDs and of macOS."""

from __future__ import annotations

import struct

import frames
import pytest

from umpa_sniffing import Packet

NULL, LOOP = 0, 108
DATAGRAM = {"IP": frames.ipv4(frames.udp()), "IPV6": frames.ipv6(frames.udp())}


@pytest.mark.parametrize("link_type", [NULL, LOOP])
@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize(
    ("family", "name", "follows"),
    [
        (2, "ip", "IP"),
        (10, "ipv6_linux", "IPV6"),
        (24, "ipv6_netbsd", "IPV6"),
        (28, "ipv6_freebsd", "IPV6"),
        (30, "ipv6_darwin", "IPV6"),
    ],
)
def test_families_in_either_byte_order(link_type, byte_order, family, name, follows):
    packet = Packet(struct.pack(byte_order + "I", family) + DATAGRAM[follows], link_type)
    assert [layer.name for layer in packet.protos] == ["NULL", follows, "UDP"]
    assert packet.null.get_fields() == [("family", family)]
    assert packet.null.family_name == name
    assert packet.stopped is None


@pytest.mark.parametrize(
    ("header", "family", "name"),
    [
        ("00000007", 7, "osi"),
        ("17000000", 23, "ipx"),
        ("00000063", 99, None),
        ("0000ffff", 0xFFFF, None),
        ("00010000", 0x100, None),
        ("01020304", 0x04030201, None),
    ],
)
def test_other_families_are_payload(header, family, name):
    packet = Packet(bytes.fromhex(header) + DATAGRAM["IP"], NULL)
    assert [layer.name for layer in packet.protos] == ["NULL", "Payload"]
    assert packet.null.family == family
    assert packet.null.family_name == name
    assert packet.stopped is None


def test_a_family_that_contradicts_the_version():
    packet = Packet(b"\x00\x00\x00\x02" + DATAGRAM["IPV6"], NULL)
    assert [layer.name for layer in packet.protos] == ["NULL", "Payload"]
    assert packet.stopped == ("IP", "wrong version number")


def test_a_cut_header_is_payload():
    assert Packet(b"\x02\x00\x00", NULL).stopped == ("NULL", "header truncated")
    assert Packet(b"\x02\x00\x00", NULL, wire_len=24).stopped == ("NULL", "cut by snaplen")
