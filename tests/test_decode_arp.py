"""ARP and RARP: addresses of any size."""

from __future__ import annotations

import struct

import frames
import pytest

from umpa_sniffing import Packet

MAC_1, MAC_2 = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
IPV4_1, IPV4_2 = bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])


def arp(sender: tuple[bytes, bytes], target: tuple[bytes, bytes], opcode: int = 1, hwtype: int = 1) -> bytes:
    head = struct.pack("!HHBBH", hwtype, 0x0800, len(sender[0]), len(sender[1]), opcode)
    return head + b"".join(sender + target)


@pytest.mark.parametrize(
    ("sender", "target", "addresses"),
    [
        (
            (MAC_1, IPV4_1),
            (MAC_2, IPV4_2),
            {"srchw_mac": "02:00:00:00:00:01", "srcproto_ipv4": "192.0.2.1"}
            | {"dsthw_mac": "02:00:00:00:00:02", "dstproto_ipv4": "192.0.2.2"},
        ),
        (
            (bytes(range(20)), IPV4_1),
            (bytes(range(20, 40)), IPV4_2),
            {"srchw": bytes(range(20)), "srcproto_ipv4": "192.0.2.1"}
            | {"dsthw": bytes(range(20, 40)), "dstproto_ipv4": "192.0.2.2"},
        ),
        (
            (MAC_1, b"sixteen bytes 01"),
            (MAC_2, b"sixteen bytes 02"),
            {"srchw_mac": "02:00:00:00:00:01", "srcproto": b"sixteen bytes 01"}
            | {"dsthw_mac": "02:00:00:00:00:02", "dstproto": b"sixteen bytes 02"},
        ),
        (
            (b"\7", b"\1\2"),
            (b"\x08", b"\3\4"),
            {"srchw": b"\7", "srcproto": b"\1\2"} | {"dsthw": b"\x08", "dstproto": b"\3\4"},
        ),
        ((b"", IPV4_1), (b"", IPV4_2), {"srcproto_ipv4": "192.0.2.1", "dstproto_ipv4": "192.0.2.2"}),
        ((b"\7", b""), (b"\x08", b""), {"srchw": b"\7", "dsthw": b"\x08"}),
        ((b"", b""), (b"", b""), {}),
        (
            (bytes(255), b"x" * 255),
            (bytes(255), b"y" * 255),
            {"srchw": bytes(255), "srcproto": b"x" * 255, "dsthw": bytes(255), "dstproto": b"y" * 255},
        ),
    ],
)
def test_each_size_decides_what_its_addresses_are(sender, target, addresses):
    message = arp(sender, target)
    packet = Packet(frames.ethernet(message + b"padding", 0x0806))
    head = {"hwtype": 1, "prototype": 0x0800, "_hwsize": len(sender[0]), "_protosize": len(sender[1])}
    assert list(packet.arp.get_fields()) == list((head | {"opcode": 1} | addresses).items())
    assert bytes(packet.arp) == message
    assert packet.arp.payload is None
    assert packet.trailer == b"padding"
    assert packet.stopped is None


def test_numbers_have_names():
    reply = Packet(frames.ethernet(frames.arp(), 0x0806)).arp
    assert (reply.hwtype_name, reply.prototype_name, reply.opcode_name) == ("ethernet", "ipv4", "reply")
    infiniband = arp((bytes(20), IPV4_1), (bytes(20), IPV4_2), opcode=26, hwtype=32)
    packet = Packet(frames.ethernet(infiniband, 0x0806))
    assert packet.arp.hwtype_name == "infiniband"
    assert packet.arp.opcode_name is None


def test_rarp_is_the_same_layer():
    packet = Packet(frames.ethernet(arp((MAC_1, bytes(4)), (MAC_1, bytes(4)), opcode=3), 0x8035))
    assert [layer.name for layer in packet.protos] == ["Ethernet", "ARP"]
    assert packet.arp.opcode_name == "reverse_request"


@pytest.mark.parametrize("kept", [0, 7, 8, 27])
def test_a_cut_header_is_payload(kept):
    whole = frames.ethernet(frames.arp(), 0x0806)
    assert Packet(whole[: 14 + kept]).stopped == ("ARP", "header truncated")
    cut = Packet(whole[: 14 + kept], wire_len=len(whole))
    assert cut.stopped == ("ARP", "cut by snaplen")
    assert "ARP" not in [layer.name for layer in cut.protos]
