"""ICMP and ICMPv6: the fields that each type has."""

from __future__ import annotations

import struct

import frames
import pytest

from umpa_sniffing import Packet

ICMP_REST = bytes.fromhex("8899aabb00000001000000020000000300000004")


@pytest.mark.parametrize(
    ("message_type", "fields", "header_length"),
    [
        (0, {"ident": 0x8899, "seq": 0xAABB}, 8),
        (3, {"unused": 0x8899AABB}, 8),
        (5, {"redir_gw": "136.153.170.187"}, 8),
        (8, {"ident": 0x8899, "seq": 0xAABB}, 8),
        (11, {"unused": 0x8899AABB}, 8),
        (12, {"pointer": 0x88, "pointer_unused": 0x99AABB}, 8),
        (13, {"ident": 0x8899, "seq": 0xAABB, "originate": 1, "receive": 2, "transmit": 3}, 20),
        (16, {"ident": 0x8899, "seq": 0xAABB}, 8),
        (18, {"ident": 0x8899, "seq": 0xAABB, "addressmask": "0.0.0.1"}, 12),
        (200, {"unused": 0x8899AABB}, 8),
    ],
)
def test_icmp_has_the_fields_of_its_type(message_type, fields, header_length):
    message = struct.pack("!BBH", message_type, 1, 0x4242) + ICMP_REST
    packet = Packet(frames.ethernet(frames.ipv4(message, 1)))
    expected = {"type": message_type, "code": 1, "_checksum": 0x4242, **fields}
    assert dict(packet.icmp.get_fields()) == expected
    assert bytes(packet.icmp) == message[:header_length]
    assert packet.payload.data == message[header_length:]


ICMPV6_REST = bytes.fromhex("40c0070800000005000000060011223344556677") + bytes(range(40))


@pytest.mark.parametrize(
    ("message_type", "fields", "header_length"),
    [
        (1, {"unused": 0x40C00708}, 8),
        (2, {"mtu": 0x40C00708}, 8),
        (4, {"pointer": 0x40C00708}, 8),
        (128, {"ident": 0x40C0, "seq": 0x0708}, 8),
        (129, {"ident": 0x40C0, "seq": 0x0708}, 8),
        (133, {"unused": 0x40C00708}, 8),
        (
            134,
            {"cur_limit": 0x40, "m": 1, "o": 1, "life_time": 0x0708}
            | {"reachable_time": 5, "retrans_time": 6},
            16,
        ),
        (135, {"target_addr": "0:5:0:6:11:2233:4455:6677"}, 24),
        (136, {"r": 0, "s": 1, "o_na": 0, "target_addr": "0:5:0:6:11:2233:4455:6677"}, 24),
        (
            137,
            {
                "target_addr": "0:5:0:6:11:2233:4455:6677",
                "dest_addr": "1:203:405:607:809:a0b:c0d:e0f",
            },
            40,
        ),
    ],
)
def test_icmpv6_has_the_fields_of_its_type(message_type, fields, header_length):
    message = struct.pack("!BBH", message_type, 0, 0x4242) + ICMPV6_REST
    packet = Packet(frames.ethernet(frames.ipv6(message, 58), 0x86DD))
    expected = {"type": message_type, "code": 0, "_checksum": 0x4242, **fields}
    assert dict(packet.icmpv6.get_fields()) == expected
    assert bytes(packet.icmpv6) == message[:header_length]
    assert packet.payload.data == message[header_length:]


def test_a_message_too_short_for_its_type_is_payload():
    message = struct.pack("!BBH", 13, 0, 0) + bytes(12)
    packet = Packet(frames.ethernet(frames.ipv4(message, 1)))
    assert [layer.name for layer in packet.protos] == ["Ethernet", "IP", "Payload"]
    assert packet.stopped == ("ICMP", "header truncated")
