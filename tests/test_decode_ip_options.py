"""IPv4: options one by one, DSCP and ECN, its checksum, and the destination that a source route has."""

from __future__ import annotations

import frames
import pytest
from pseudo_headers import MOBILITY, mobility_between

from umpa_sniffing import Option, Packet

SOURCE, DESTINATION = "192.0.2.1", "198.51.100.200"


def decode(options: str, contents: bytes = mobility_between(SOURCE, DESTINATION)) -> Packet:
    data = bytes.fromhex(options)
    data += bytes(-len(data) % 4)
    return Packet(frames.ipv4(contents, MOBILITY, options=data), frames.RAW)


@pytest.mark.parametrize(
    ("option", "name", "fields"),
    [
        ("01", "nop", {}),
        (
            "070b08 c0000201 00000000",
            "record_route",
            {"ptr": 8, "addr": ["192.0.2.1", "0.0.0.0"]},
        ),
        ("830704 c0000201", "loose_source_route", {"ptr": 4, "addr": ["192.0.2.1"]}),
        ("890904 c0000201 c000", "strict_source_route", {"ptr": 4, "addr": ["192.0.2.1"]}),
        ("0b0405dc", "mtu_probe", {"mtu": 1500}),
        ("0c040240", "mtu_reply", {"mtu": 576}),
        (
            "1908 0811 a1b2c3d7",
            "quick_start",
            {
                "qs_func": 0,
                "qs_func_name": "rate_request",
                "qs_rate": 8,
                "qs_ttl": 17,
                "qs_nonce": 0x286CB0F5,
                "qs_reserved": 3,
            },
        ),
        (
            "1908 8511 a1b2c3d7",
            "quick_start",
            {
                "qs_func": 8,
                "qs_func_name": "rate_report",
                "qs_rate": 5,
                "qs_unused": 17,
                "qs_nonce": 0x286CB0F5,
                "qs_reserved": 3,
            },
        ),
        (
            "520c 0001 0002 ffff c0000201",
            "traceroute",
            {"id_number": 1, "ohc": 2, "rhc": 65535, "originator": "192.0.2.1"},
        ),
        ("8203ab", "security", {"sec_cl": 0xAB, "sec_cl_name": "unclassified", "sec_prot_auth": b""}),
        (
            "82053de140",
            "security",
            {"sec_cl": 0x3D, "sec_cl_name": "top_secret", "sec_prot_auth": b"\xe1\x40"},
        ),
        ("850505aabb", "extended_security", {"ext_sec_format": 5, "ext_sec_info": b"\xaa\xbb"}),
        ("88041234", "stream_id", {"sid": 0x1234}),
        ("94040000", "router_alert", {"ra": 0}),
        ("9e0411ff", "experiment_158", {}),
        ("ab0311", None, {}),
        ("9403ff", "router_alert", {}),  # too short for its field
    ],
)
def test_option(option, name, fields):
    data = bytes.fromhex(option)
    value = data[2:] if len(data) > 1 else b""
    packet = decode("01" + option + "01")
    assert packet.ip.option_list[1] == Option(data[0], name, value, fields)
    assert packet.ip.option_list[2:3] == [Option(1, "nop", b"", {})]
    assert packet.stopped is None


def entries(option: str) -> list[tuple[str | None, dict[str, object]]]:
    (timestamp,) = decode(option).ip.option_list
    return [(entry.name, entry.fields) for entry in timestamp.entries]


def test_timestamp_option():
    (option,) = decode("440c0d30 01020304 80000000").ip.option_list
    assert (option.name, option.ptr, option.overflow, option.flag) == ("timestamp", 13, 3, 0)
    assert [(each.kind, each.value) for each in option.entries] == [
        (0, bytes([1, 2, 3, 4])),
        (0, b"\x80\0\0\0"),
    ]


def test_entries_of_a_timestamp_option_by_its_flag():
    pair = {"addr": "192.0.2.1", "time_stamp": 5}
    assert entries("440c0d00 00000001 00000002") == [
        ("timestamp", {"time_stamp": 1}),
        ("timestamp", {"time_stamp": 2}),
    ]
    assert entries("440c0501 c0000201 00000005") == [("address_and_timestamp", pair)]
    assert entries("440c0503 c0000201 00000005") == [("timestamp_of_address", pair)]
    assert entries("440c0502 c0000201 00000005") == [(None, {})]
    assert entries("440a0501 c0000201 0000") == []
    assert entries("44040500") == []


def test_cipso_option():
    (option,) = decode("86 14 00000007 0108000261626364 0206 0005 0001").ip.option_list
    assert (option.name, option.doi) == ("cipso", 7)
    assert option.tags == [
        Option(1, "bitmap", b"\0\x02abcd", {"sens_level": 2, "categories": b"abcd"}),
        Option(2, "enumerated", bytes.fromhex("00050001"), {"sens_level": 5, "categories": b"\0\x01"}),
    ]


def test_cipso_tags_end_at_a_broken_length():
    for length in (0, 1, 5):
        (option,) = decode(f"86 0a 00000007 01{length:02x} 0002").ip.option_list
        assert option.tags == []


@pytest.mark.parametrize("broken", ["94", "9400", "9401", "9405 0000"])
def test_options_end_at_a_broken_length(broken):
    options = b"\x01" * 3 + bytes.fromhex(broken)
    options = b"\x01" * (-len(options) % 4) + options
    packet = Packet(frames.ipv4(frames.udp(), options=options), frames.RAW)
    assert {option.name for option in packet.ip.option_list} == {"nop"}
    assert packet.ip.options == int.from_bytes(options, "big")


def test_options_end_at_the_end_of_the_list():
    assert decode("01 00 94040000").ip.option_list == [Option(1, "nop", b"", {})]
    assert decode("").ip.option_list == []


def test_dscp_and_ecn():
    ip = Packet(frames.ipv4(b"", tos=0b101110_01), frames.RAW).ip
    assert (ip.dscp, ip.ecn, ip.tos) == (46, 1, 0b101110_01)
    assert "DSCP" not in str(ip)


def test_header_checksum():
    header = frames.ipv4(b"cut or not, the header tells")
    good = (
        header[:10] + frames.checksum(header[:10] + bytes(2) + header[12:20]).to_bytes(2, "big") + header[12:]
    )
    assert Packet(good, frames.RAW).ip.checksum_ok is True
    assert Packet(good[:21], frames.RAW, wire_len=len(good)).ip.checksum_ok is True
    assert Packet(header, frames.RAW).ip.checksum_ok is False
    assert Packet(header[:10] + bytes(2) + header[12:], frames.RAW).ip.checksum_ok is None


LAST = "203.0.113.9"


@pytest.mark.parametrize("kind", ["83", "89"])
@pytest.mark.parametrize(
    ("route", "destination"),
    [
        ("0b 04 c0000202 cb007109", LAST),
        ("0b 08 c0000202 cb007109", LAST),
        ("0b 0c c0000202 cb007109", DESTINATION),  # all hops have been passed
        ("07 04 cb007109", LAST),
        ("07 08 cb007109", DESTINATION),
        ("07 00 cb007109", DESTINATION),  # before the first hop, and amid one
        ("0b 05 c0000202 cb007109", DESTINATION),
        ("03 04", DESTINATION),
        ("06 00 000000", DESTINATION),
    ],
)
def test_the_last_hop_of_a_source_route_is_the_destination_in_the_end(kind, route, destination):
    packet = decode("01" + kind + route, mobility_between(SOURCE, destination))
    assert packet.mipv6.checksum_ok is True
    assert packet.ip.dst == DESTINATION


def test_other_options_leave_the_destination_as_it_is():
    packet = decode("070b04 00000000 cb007109")
    assert packet.mipv6.checksum_ok is True
