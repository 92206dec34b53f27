"""ICMP: the fields that each type has, and the packets that errors quote."""

from __future__ import annotations

import socket
import struct

import frames
import pytest
from layer_fields import newer_fields

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
        (14, {"ident": 0x8899, "seq": 0xAABB, "originate": 1, "receive": 2, "transmit": 3}, 20),
        (15, {"ident": 0x8899, "seq": 0xAABB}, 8),
        (16, {"ident": 0x8899, "seq": 0xAABB}, 8),
        (17, {"ident": 0x8899, "seq": 0xAABB, "addressmask": "0.0.0.1"}, 12),
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


def test_a_message_too_short_for_its_type_is_payload():
    message = struct.pack("!BBH", 13, 0, 0) + bytes(12)
    packet = Packet(frames.ethernet(frames.ipv4(message, 1)))
    assert [layer.name for layer in packet.protos] == ["Ethernet", "IP", "Payload"]
    assert packet.stopped == ("ICMP", "header truncated")


def icmp(message: bytes):
    return Packet(frames.ethernet(frames.ipv4(message, 1))).icmp


def header(message_type: int, code: int = 0, rest: bytes = bytes(4)) -> bytes:
    return struct.pack("!BBH", message_type, code, 0) + rest


ADDRESSES = [socket.inet_aton("192.0.2.1"), socket.inet_aton("192.0.2.2")]


@pytest.mark.parametrize("message_type", [0, 4, 5, 8, 10, 13, 15, 17, 32, 33, 35, 39, 200])
def test_types_of_which_nothing_more_is_known(message_type):
    layer = icmp(header(message_type, rest=b"\1\2\3\4") + bytes(12))
    assert set(newer_fields(layer)) <= {"quoted"}


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (header(3, 4, bytes.fromhex("000005dc")), {"mtu": 1500, "_length": 0}),
        (header(3, 3, bytes.fromhex("002005dc")), {"_length": 32}),
        (header(11, 4), {"_length": 0}),
        (header(12, 0, b"\x14\x21\0\0"), {"_length": 33}),
        (header(31, 1, bytes.fromhex("00010014")), {"error_pointer": 0x10014}),
        (header(40, 0, bytes.fromhex("00010014")), {"error_pointer": 0x14}),
        (
            header(9, 16, bytes.fromhex("02020708"))
            + ADDRESSES[0]
            + struct.pack("!i", -5)
            + ADDRESSES[1]
            + struct.pack("!i", 2**31 - 1),
            {
                "num_addrs": 2,
                "addr_entry_size": 2,
                "lifetime": 1800,
                "router_list": [
                    (
                        0,
                        "router",
                        ADDRESSES[0] + b"\xff\xff\xff\xfb",
                        {"router_address": "192.0.2.1", "pref_level": -5},
                    ),
                    (
                        0,
                        "router",
                        ADDRESSES[1] + b"\x7f\xff\xff\xff",
                        {"router_address": "192.0.2.2", "pref_level": 2**31 - 1},
                    ),
                ],
                "mip_list": [],
            },
        ),
        (
            header(30, 0, b"\0\7\0\0") + struct.pack("!HHII", 3, 0xFFFF, 125000, 1500),
            {
                "ext_ident": 7,
                "outbound_hops": 3,
                "return_hops": 0xFFFF,
                "link_speed": 125000,
                "link_mtu": 1500,
            },
        ),
        (header(37, 0, bytes.fromhex("12340506")), {"ext_ident": 0x1234, "ext_seq": 0x506}),
        (
            header(38, 0, bytes.fromhex("12340506")) + struct.pack("!i", -1) + b"\4host\0",
            {"ext_ident": 0x1234, "ext_seq": 0x506, "name_ttl": -1, "domain_names": b"\4host\0"},
        ),
        (header(41, 0, b"\5\1\2\3"), {"subtype": 5}),
        (
            header(42, 0, bytes.fromhex("12340501")),
            {"ext_ident": 0x1234, "ext_seq": 5, "ext_echo_local": True},
        ),
        (
            header(43, 0, bytes.fromhex("12340586")),
            {
                "ext_ident": 0x1234,
                "ext_seq": 5,
                "ext_echo_state": 4,
                "ext_echo_active": True,
                "ext_echo_ipv4": True,
                "ext_echo_ipv6": False,
            },
        ),
    ],
)
def test_what_newer_types_have(message, fields):
    layer = icmp(message)
    assert newer_fields(layer) == fields
    assert len(bytes(layer)) == 8


@pytest.mark.parametrize("message_type", range(256))
def test_four_bytes_are_unused_where_the_type_has_no_fields_there(message_type):
    used = {0, 5, 8, 9, 12, 13, 14, 15, 16, 17, 18, 30, 31, 37, 38, 40, 41, 42, 43}
    layer = icmp(bytes([message_type]) + bytes(39))
    assert ("unused" in layer.get_fields_keys()) == (message_type not in used)
    assert len(layer.get_fields_keys()) > 3


def test_fields_that_are_cut_are_not_there():
    traceroute = header(30) + struct.pack("!HHI", 1, 2, 3)
    assert newer_fields(icmp(traceroute[:-1])) == {"ext_ident": 0, "outbound_hops": 1, "return_hops": 2}


@pytest.mark.parametrize(
    ("rest", "body", "count"),
    [
        (b"\2\2\0\1", bytes(15), 1),  # the second is cut
        (b"\1\2\0\1", bytes(16), 1),
        (b"\0\2\0\1", bytes(16), 0),
        (b"\xff\2\0\1", b"", 0),
        (b"\1\3\0\1", bytes(12), 0),  # entries of a size that nobody has defined
    ],
)
def test_as_many_routers_as_are_told_and_there(rest, body, count):
    assert len(icmp(header(9, 0, rest) + body).router_list) == count


def test_a_mobility_agents_extensions():
    agent = bytes([16, 10]) + struct.pack("!HHH4s", 3, 1800, 0xB140, ADDRESSES[0])
    layer = icmp(
        header(9, 16, b"\1\2\0\1") + bytes(8) + agent + b"\0" + bytes([19, 1, 24, 24, 2, 8, 9, 77, 0])
    )
    assert layer.mip_list == [
        (
            16,
            "mobility_agent",
            agent[2:],
            {"seq": 3, "life": 1800, "flags": 0xB140, "coa": ["192.0.2.1"]},
        ),
        (0, "padding", b"", {}),
        (19, "prefix_lengths", b"\x18", {"prefixlength": [24]}),
        (24, "challenge", b"\x08\x09", {}),
        (77, None, b"", {}),
    ]
    assert len(icmp(header(9, 16, b"\0\2\0\1") + bytes([0, 16, 200])).mip_list) == 1
    assert "mip_list" not in newer_fields(icmp(header(9, 16, b"\xff\xff\0\1") + bytes(12)))


@pytest.mark.parametrize("message_type", [3, 4, 5, 11, 12, 31, 40])
def test_an_error_quotes_a_packet(message_type):
    quoted = frames.ipv4(frames.udp(b"what"))
    packet = Packet(frames.ethernet(frames.ipv4(header(message_type) + quoted, 1)), timestamp_ns=7)
    assert [layer.name for layer in packet.icmp.quoted.protos] == ["IP", "UDP", "Payload"]
    assert bytes(packet.icmp.quoted) == quoted
    assert packet.icmp.quoted.udp.dstport == 53
    assert packet.icmp.quoted.timestamp_ns == 7
    assert [layer.name for layer in packet.protos] == ["Ethernet", "IP", "ICMP", "Payload"]
    assert packet.payload.data == quoted


def test_no_packet_is_quoted():
    assert "quoted" not in newer_fields(icmp(header(3)))
    assert "quoted" not in newer_fields(icmp(header(8) + frames.ipv4(b"")))


@pytest.mark.parametrize("cut", [1, 19, 20, 27])
def test_a_quoted_packet_may_be_cut(cut):
    quoted = icmp(header(11) + frames.ipv4(frames.udp(bytes(100)))[:cut]).quoted
    assert len(bytes(quoted)) == cut
    assert quoted.stopped is not None


@pytest.mark.parametrize(
    ("message_type", "code", "names"),
    [
        (3, 4, ("destination_unreachable", "fragmentation_needed")),
        (5, 1, ("redirect", "for_host")),
        (11, 1, ("time_exceeded", "reassembly_time_exceeded")),
        (8, 0, ("echo_request", None)),
        (43, 4, ("extended_echo_reply", "multiple_interfaces")),
        (200, 1, (None, None)),
        (3, 16, ("destination_unreachable", None)),
    ],
)
def test_names_of_types_and_codes(message_type, code, names):
    layer = icmp(header(message_type, code))
    assert (layer.type_name, layer.code_name) == names


def test_the_name_of_a_neighbors_state():
    assert icmp(header(43, 0, bytes.fromhex("12340540"))).ext_echo_state_name == "reachable"


def test_the_checksum_is_of_the_whole_message():
    good = bytes.fromhex("0800f7fb00010002") + b"\0\1"
    assert icmp(good).checksum_ok is True
    assert icmp(good + b"\1").checksum_ok is False
