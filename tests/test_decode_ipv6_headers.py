"""IPv6's extension headers, each a layer of its own: hop-by-hop, destination, routing, fragment, AH, ESP."""

from __future__ import annotations

import socket

import frames
import pytest
from layer_fields import names
from pseudo_headers import MOBILITY, mobility_between

from umpa_sniffing import Option, Packet

HOPOPTS, ROUTING, FRAGHDR, ESP, AH, NOTHING, DSTOPTS = 0, 43, 44, 50, 51, 59, 60
UDP = 17
SOURCE, DESTINATION = "2001:db8::1", "fe80::2:0:0:1"  # of frames.ipv6


def address(last: int) -> bytes:
    return socket.inet_pton(socket.AF_INET6, f"2001:db8::{last:x}")


def header(next_header: int, rest: str | bytes) -> bytes:
    """Next header, length, and the rest, filled up with zeros: for a list of options they are Pad1."""
    data = rest if isinstance(rest, bytes) else bytes.fromhex(rest)
    data += bytes(-(2 + len(data)) % 8)
    return bytes([next_header, (2 + len(data)) // 8 - 1]) + data


def decode(number: int, rest: str | bytes, contents: bytes | None = None, next_header: int = UDP) -> Packet:
    contents = frames.udp(b"data") if contents is None else contents
    return Packet(frames.ipv6(header(next_header, rest) + contents, number), frames.RAW)


@pytest.mark.parametrize(("number", "attribute"), [(HOPOPTS, "hopopts"), (DSTOPTS, "dstopts")])
def test_headers_of_options(number, attribute):
    packet = decode(number, "0102 aabb 00 05020001 00 00 7e01ff")
    layer = getattr(packet, attribute)
    assert names(packet) == ["IPV6", attribute.upper(), "UDP", "Payload"]
    assert (layer.nxt, layer.nxt_name, layer.len, packet.ipv6.nxt_hdr) == (17, "udp", 1, number)
    assert layer.option_list[:5] == [
        Option(1, "padn", b"\xaa\xbb", {}),
        Option(0, "pad1", b"", {}),
        Option(5, "router_alert", b"\0\x01", {"router_alert": 1, "router_alert_name": "rsvp"}),
        Option(0, "pad1", b"", {}),
        Option(0, "pad1", b"", {}),
    ]
    assert layer.option_list[5:] == [Option(0x7E, "experiment_7e", b"\xff", {})]
    assert packet.stopped is None
    assert "padn(2 bytes), pad1, router_alert(router_alert=1), pad1" in str(layer)


QUICK_START = {"qs_rate": 8, "qs_nonce": 0x286CB0F5, "qs_reserved": 3}
TRACE = {"trace_ns": 1, "trace_nodelen": 2, "trace_flags": 5, "trace_remlen": 0x61, "trace_type": 0xC00001}


@pytest.mark.parametrize(
    ("option", "name", "fields"),
    [
        ("040103", "tunnel_encapsulation_limit", {"tel": 3}),
        (
            "070c 00000001 01 05 abcd 61626364",
            "calipso",
            {
                "doi": 1,
                "cmpt_length": 1,
                "sens_level": 5,
                "checksum": 0xABCD,
                "cmpt_bitmap": b"abcd",
            },
        ),
        ("0804 12345678", "smf_dpd", {}),
        (
            "0f0a 0102 0003 0004 0005 0006",
            "pdm",
            {"scale_dtlr": 1, "scale_dtls": 2, "psn_this_pkt": 3, "psn_last_recv": 4}
            | {"delta_last_recv": 5, "delta_last_sent": 6},
        ),
        ("2306 e0 05 1234 aabb", "rpl", {"rpl_flag": 7, "rpl_instance_id": 5, "rpl_sender_rank": 0x1234}),
        ("6304 80 05 1234", "rpl_old", {"rpl_flag": 4, "rpl_instance_id": 5, "rpl_sender_rank": 0x1234}),
        (
            "2606 0811 a1b2c3d7",
            "quick_start",
            QUICK_START | {"qs_func": 0, "qs_func_name": "rate_request", "qs_ttl": 17},
        ),
        (
            "2606 8811 a1b2c3d7",
            "quick_start",
            QUICK_START | {"qs_func": 8, "qs_func_name": "rate_report", "qs_unused": 17},
        ),
        ("3004 05dc 05dd", "path_mtu", {"pmtu_min": 1500, "pmtu_rtn": 1500, "pmtu_r_flag": True}),
        ("3004 05dc 05dc", "path_mtu", {"pmtu_min": 1500, "pmtu_rtn": 1500, "pmtu_r_flag": False}),
        (
            "310a 00 01 0001 12e1 c00001 00",
            "ioam",
            {"opt_type": 1, "opt_type_name": "incremental_trace", **TRACE, "trace_data": b""},
        ),
        (
            "110c 00 00 0001 12e1 c00001 00 aabb",
            "ioam_destination",
            {"opt_type": 0, "opt_type_name": "preallocated_trace", **TRACE, "trace_data": b"\xaa\xbb"},
        ),
        ("1106 00 03 0001 12e1", "ioam_destination", {"opt_type": 3, "opt_type_name": "edge_to_edge"}),
        (
            "6d04 7f 09 1234",
            "mpl",
            {"mpl_seed_length": 1, "mpl_flag": 3, "mpl_sequence": 9, "mpl_seed_id": b"\x12\x34"},
        ),
        ("8b02 1122", "ilnp_nonce", {"ilnp_nonce": b"\x11\x22"}),
        ("8c05 03 61626300", "line_identification", {"lio_length": 3, "lio_line_id": b"abc"}),
        ("8c03 03 6162", "line_identification", {"lio_length": 3}),
        ("8c02 00 00", "line_identification", {"lio_length": 0}),
        ("c204 00010000", "jumbo_payload", {"jumbo": 65536}),
        ("c910 20010db8 00000000 00000000 00000009", "home_address", {"home_address": "2001:db8::9"}),
        ("ee03 61 0005", "ip_dff", {"dff_ver": 1, "dff_flags": 2, "dff_sequence": 5}),
        ("ab02 1234", None, {}),
        ("ab00", None, {}),
        ("0501 00", "router_alert", {}),  # too short for its field
    ],
)
def test_option(option, name, fields):
    data = bytes.fromhex(option)
    option_list = decode(DSTOPTS, option).dstopts.option_list
    assert option_list[0] == Option(data[0], name, data[2:], fields)
    assert {each.name for each in option_list[1:]} <= {"pad1"}


@pytest.mark.parametrize("broken", ["05", "0501", "05ff0000"])
def test_options_end_at_a_length_beyond_the_header(broken):
    data = bytes.fromhex(broken)
    packet = decode(HOPOPTS, bytes(6 - len(data)) + data)
    assert {option.name for option in packet.hopopts.option_list} == {"pad1"}
    assert len(packet.hopopts.option_list) == 6 - len(data)
    assert packet.payload.data == b"data"


@pytest.mark.parametrize(
    ("option", "length", "payload", "trailer", "stopped"),
    [
        ("c204 00011180", 0, 70000, 0, None),
        ("c204 00010da0", 0, 69008, 992, None),
        ("c204 00011181", 0, 70000, 0, ("HOPOPTS", "length field beyond the bytes")),
        ("c204 ffffffff", 0, 70000, 0, ("HOPOPTS", "length field beyond the bytes")),
        ("c204 00011180", 1016, 1000, 69000, ("HOPOPTS", "length field beyond the bytes")),
        ("c204 0000ffff", 0, 70000, 0, None),
        ("c203 ffffff 00", 0, 70000, 0, None),
        ("c20a 00011180 00000000 0000", 0, 70000, 0, None),
    ],
    ids=["exact", "trailer", "beyond", "far beyond", "both", "no jumbogram", "short", "long"],
)
def test_a_jumbogram_is_as_long_as_its_option_says(option, length, payload, trailer, stopped):
    contents = header(UDP, option) + frames.udp(bytes(70000), length=0)
    packet = Packet(frames.ipv6(contents, HOPOPTS, length=length), frames.RAW)
    assert names(packet) == ["IPV6", "HOPOPTS", "UDP", "Payload"]
    assert (len(packet.payload.data), len(packet.trailer)) == (payload, trailer)
    assert packet.stopped == stopped


def test_a_jumbogram_that_is_cut():
    contents = header(UDP, "c204 00011180") + frames.udp(bytes(70000), length=0)
    data = frames.ipv6(contents, HOPOPTS, length=0)
    packet = Packet(data[:100], frames.RAW, wire_len=len(data))
    assert packet.hopopts.option_list[0].jumbo == 70016
    assert packet.stopped == ("HOPOPTS", "cut by snaplen")
    assert packet.udp.checksum_ok is None


def test_source_route():
    packet = decode(ROUTING, b"\0\x01" + bytes(4) + address(5) + address(6))
    routing = packet.routing
    assert (routing.nxt, routing.len, routing.type, routing.type_name) == (17, 4, 0, "source_route")
    assert (routing.segleft, routing.reserved) == (1, 0)
    assert routing.addr == ["2001:db8::5", "2001:db8::6"]
    assert not hasattr(routing, "last_entry") and not hasattr(routing, "unknown_data")
    assert names(packet) == ["IPV6", "ROUTING", "UDP", "Payload"]


def test_mobile_route():
    routing = decode(ROUTING, b"\x02\x01" + bytes(4) + address(9)).routing
    assert (routing.type_name, routing.segleft, routing.addr) == ("mobile_ipv6", 1, ["2001:db8::9"])


def test_rpl_source_route():
    routing = decode(ROUTING, bytes.fromhex("0302 fe50000a 0102 03040506")).routing
    assert (routing.type_name, routing.segleft) == ("rpl_source_route", 2)
    assert (routing.cmpri, routing.cmpre, routing.pad, routing.rpl_reserved) == (15, 14, 5, 10)
    assert routing.rpl_addresses == bytes.fromhex("010203040506") + bytes(2)
    assert not hasattr(routing, "addr") and not hasattr(routing, "unknown_data")


def test_segment_routing():
    hmac = "050e 8000 00000001 0102030405060708"
    head = bytes.fromhex("0401 01 80 abcd")
    packet = decode(ROUTING, head + address(5) + address(6) + bytes.fromhex(hmac + "00 0403 111213 7c00"))
    routing = packet.routing
    assert (routing.type_name, routing.segleft, routing.last_entry) == ("segment_routing", 1, 1)
    assert (routing.flags, routing.tag) == (0x80, 0xABCD)
    assert routing.addr == ["2001:db8::5", "2001:db8::6"]
    assert routing.tlvs == [
        Option(5, "hmac", bytes.fromhex(hmac)[2:], {"d": True, "key_id": 1, "hmac": bytes(range(1, 9))}),
        Option(0, "pad1", b"", {}),
        Option(4, "padn", b"\x11\x12\x13", {}),
        Option(0x7C, None, b"", {}),
    ]
    assert packet.payload.data == b"data"


def test_segments_beyond_the_header_are_not_read():
    routing = decode(ROUTING, bytes.fromhex("0400 01 00 0000") + address(5)).routing
    assert routing.last_entry == 1
    assert not hasattr(routing, "addr")
    assert not hasattr(routing, "tlvs")


def test_compact_routing():
    sixteen = decode(ROUTING, bytes.fromhex("0502 0001 0002 0003")).routing
    assert (sixteen.type_name, sixteen.crh16_sid) == ("compact_16", [1, 2, 3, 0, 0, 0])
    thirty_two = decode(ROUTING, bytes.fromhex("0602 00000001 00000002 00000003")).routing
    assert (thirty_two.type_name, thirty_two.crh32_sid) == ("compact_32", [1, 2, 3])
    assert not any(hasattr(each, "unknown_data") for each in (sixteen, thirty_two))


def test_another_type_of_routing():
    routing = decode(ROUTING, bytes.fromhex("0901 01020304")).routing
    assert (routing.type, routing.type_name, routing.unknown_data) == (9, None, b"\x01\x02\x03\x04")


ROUTE = bytes(4) + address(5) + address(6)
SEGMENTS = bytes.fromhex("01 00 0000") + address(5) + address(6)


@pytest.mark.parametrize(
    ("rest", "destination"),
    [
        (b"\0\x02" + ROUTE, "2001:db8::6"),
        (b"\0\x01" + ROUTE, "2001:db8::6"),
        (b"\0\0" + ROUTE, DESTINATION),
        (b"\x02\x01" + bytes(4) + address(9), "2001:db8::9"),
        (b"\x04\x01" + SEGMENTS, "2001:db8::5"),
        (b"\x04\0" + SEGMENTS, DESTINATION),
        (b"\x03\0" + bytes(4), DESTINATION),
    ],
)
def test_the_destination_in_the_end(rest, destination):
    packet = decode(ROUTING, rest, mobility_between(SOURCE, destination), MOBILITY)
    assert names(packet) == ["IPV6", "ROUTING", "MIPV6"]
    assert packet.mipv6.checksum_ok is True
    assert packet.ipv6.dst == DESTINATION


@pytest.mark.parametrize(
    "rest",
    [
        b"\x03\x01" + bytes(12),
        b"\x09\x01" + bytes(4),
        b"\0\x01" + bytes(4),
        b"\x04\x01" + SEGMENTS[:20],
    ],
)
def test_a_destination_that_cannot_be_told_leaves_checksums_unknown(rest):
    packet = decode(ROUTING, rest, mobility_between(SOURCE, DESTINATION), MOBILITY)
    assert packet.mipv6.checksum_ok is None


def test_the_home_address_is_the_source():
    home = bytes.fromhex("c910") + address(9)
    packet = decode(DSTOPTS, home, mobility_between("2001:db8::9", DESTINATION), MOBILITY)
    assert packet.mipv6.checksum_ok is True
    assert packet.ipv6.src == SOURCE
    short = decode(DSTOPTS, "c902 2001", mobility_between(SOURCE, DESTINATION), MOBILITY)
    assert short.mipv6.checksum_ok is True
    hop_by_hop = decode(HOPOPTS, home, mobility_between(SOURCE, DESTINATION), MOBILITY)
    assert hop_by_hop.mipv6.checksum_ok is True


def test_headers_in_any_order_each_as_often_as_it_comes():
    contents = header(FRAGHDR, "") + bytes([DSTOPTS, 0, 0, 0, 0, 0, 0, 1])
    contents += header(ROUTING, "") + header(DSTOPTS, b"\0\0" + bytes(4)) + header(UDP, "")
    packet = Packet(frames.ipv6(contents + frames.udp(b"data"), HOPOPTS), frames.RAW)
    expected = ["IPV6", "HOPOPTS", "FRAGHDR", "DSTOPTS", "ROUTING", "DSTOPTS", "UDP", "Payload"]
    assert names(packet) == expected
    assert packet.stopped is None


def test_no_next_header():
    packet = decode(DSTOPTS, "", b"ignored", NOTHING)
    assert names(packet) == ["IPV6", "DSTOPTS", "Payload"]
    assert packet.dstopts.nxt_name == "none"
    assert names(decode(DSTOPTS, "", b"", NOTHING)) == ["IPV6", "DSTOPTS"]


def test_a_chain_that_does_not_end():
    packet = Packet(frames.ipv6(header(DSTOPTS, "") * 100, DSTOPTS), frames.RAW)
    assert packet.stopped == ("DSTOPTS", "too many layers")
    assert names(packet)[-1] == "Payload"


@pytest.mark.parametrize(
    ("number", "name", "whole"),
    [
        (HOPOPTS, "HOPOPTS", header(UDP, bytes(30))),
        (DSTOPTS, "DSTOPTS", header(UDP, bytes(30))),
        (ROUTING, "ROUTING", header(UDP, b"\0\x01" + ROUTE)),
        (FRAGHDR, "FRAGHDR", bytes([UDP]) + bytes(7)),
        (AH, "AH", bytes([UDP, 4]) + bytes(22)),
        (ESP, "ESP", bytes(8)),
    ],
)
def test_headers_that_are_cut(number, name, whole):
    packet = frames.ipv6(whole, number)
    for kept in range(1, len(whole)):
        cut = Packet(packet[: 40 + kept], frames.RAW, wire_len=len(packet))
        assert cut.stopped == ("IPV6", "cut by snaplen")
        assert names(cut) == ["IPV6", "Payload"]
        short = Packet(frames.ipv6(whole[:kept], number), frames.RAW)
        assert short.stopped == (name, "header truncated")
        assert names(short) == ["IPV6", "Payload"]
    assert Packet(frames.ipv6(whole, number), frames.RAW).protos[1].name == name


def test_lengths_that_lie():
    for number, name in [(HOPOPTS, "HOPOPTS"), (DSTOPTS, "DSTOPTS"), (ROUTING, "ROUTING"), (AH, "AH")]:
        packet = Packet(frames.ipv6(bytes([UDP, 255]) + bytes(62), number), frames.RAW)
        assert packet.stopped == (name, "header truncated")
    packet = Packet(frames.ipv6(bytes([UDP, 0]) + bytes(62), AH), frames.RAW)
    assert packet.stopped == ("AH", "length field too short")


def test_ecn():
    ipv6 = Packet(frames.ipv6(b""), frames.RAW).ipv6
    assert (ipv6.dscp, ipv6.ecn) == (0b101010, 3)
    assert "ECN" not in str(ipv6)
