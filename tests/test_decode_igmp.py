"""IGMP, versions 1 to 3."""

from __future__ import annotations

import socket
import struct

import frames
import pytest

from umpa_sniffing import Packet

GROUP, GROUP_TEXT = socket.inet_aton("224.0.0.251"), "224.0.0.251"
SOURCES = [socket.inet_aton("192.0.2.1"), socket.inet_aton("192.0.2.2")]
SOURCE_TEXTS = ["192.0.2.1", "192.0.2.2"]


def frame(message: bytes) -> Packet:
    return Packet(frames.ethernet(frames.ipv4(message, 2) + bytes(18)))


def igmp(message: bytes):
    return frame(message).igmp


def header(message_type: int, max_resp: int = 0, rest: bytes = GROUP) -> bytes:
    return struct.pack("!BBH", message_type, max_resp, 0x4242) + rest


def query(max_resp: int, source_count: int, rest: bytes = b"") -> bytes:
    return header(0x11, max_resp) + struct.pack("!BBH", 0x0A, 125, source_count) + rest


def report(record_count: int, rest: bytes) -> bytes:
    return header(0x22, 0, struct.pack("!HH", 0, record_count)) + rest


@pytest.mark.parametrize(
    ("message", "version", "fields"),
    [
        (header(0x11), 1, {"maddr": GROUP_TEXT}),
        (header(0x11, 100), 2, {"max_resp": 100, "maddr": GROUP_TEXT}),
        (header(0x11, 100) + bytes(3), 2, {"max_resp": 100, "maddr": GROUP_TEXT}),
        (header(0x12, 7), 1, {"maddr": GROUP_TEXT}),
        (header(0x16, 7), 2, {"max_resp": 7, "maddr": GROUP_TEXT}),
        (header(0x17), 2, {"max_resp": 0, "maddr": GROUP_TEXT}),
        (
            query(0, 0),
            3,
            {
                "max_resp": 0,
                "maddr": GROUP_TEXT,
                "s": 1,
                "qrv": 2,
                "qqic": 125,
                "num_src": 0,
                "saddr": [],
            },
        ),
        (
            query(130, 2, b"".join(SOURCES) + b"more"),
            3,
            {
                "max_resp": 144,
                "maddr": GROUP_TEXT,
                "s": 1,
                "qrv": 2,
                "qqic": 125,
                "num_src": 2,
                "saddr": SOURCE_TEXTS,
            },
        ),
        (
            report(2, b"\4\1\0\2" + GROUP + b"".join(SOURCES) + b"auxd" + b"\1\0\0\0" + GROUP + b"more"),
            3,
            {
                "num_grp_recs": 2,
                "record_list": [
                    (
                        4,
                        "change_to_exclude_mode",
                        b"".join(SOURCES) + b"auxd",
                        {
                            "aux_data_len": 1,
                            "num_src": 2,
                            "maddr": GROUP_TEXT,
                            "saddr": SOURCE_TEXTS,
                            "aux_data": b"auxd",
                        },
                    ),
                    (
                        1,
                        "mode_is_include",
                        b"",
                        {
                            "aux_data_len": 0,
                            "num_src": 0,
                            "maddr": GROUP_TEXT,
                            "saddr": [],
                        },
                    ),
                ],
            },
        ),
    ],
)
def test_fields_of_each_version(message, version, fields):
    packet = frame(message)
    expected = {"type": message[0], "_checksum": 0x4242, **fields}
    assert dict(packet.igmp.get_fields()) == expected
    assert packet.igmp.version == version
    assert packet.stopped is None


@pytest.mark.parametrize("message_type", [1, 0x13, 0x14, 0x30, 200])
def test_of_other_types_the_type_is_known(message_type):
    layer = igmp(header(message_type, 1))
    assert dict(layer.get_fields()) == {"type": message_type, "_checksum": 0x4242}
    assert not hasattr(layer, "version")
    assert len(bytes(layer)) == 8


@pytest.mark.parametrize("message_type", [0x1E, 0x1F])
def test_a_traceroute_is_of_a_group(message_type):
    assert igmp(header(message_type)).maddr == GROUP_TEXT


@pytest.mark.parametrize(
    ("message_type", "name"),
    [(0x11, "membership_query"), (0x22, "membership_report_v3"), (0x13, "dvmrp"), (200, None)],
)
def test_names_of_types(message_type, name):
    assert igmp(header(message_type)).type_name == name


def test_lists_are_contents():
    assert [layer.name for layer in frame(header(0x16)).protos] == ["Ethernet", "IP", "IGMP"]
    assert [layer.name for layer in frame(query(0, 0)).protos] == ["Ethernet", "IP", "IGMP"]
    assert frame(query(0, 2, b"".join(SOURCES))).payload.data == b"".join(SOURCES)
    assert frame(report(1, b"\1\0\0\0" + GROUP)).payload.data == b"\1\0\0\0" + GROUP


@pytest.mark.parametrize("message_type", [0x31, 0x32])
def test_a_router_solicitation_is_four_bytes(message_type):
    packet = frame(header(message_type, 0, b""))
    assert [layer.name for layer in packet.protos] == ["Ethernet", "IP", "IGMP"]
    assert packet.stopped is None


@pytest.mark.parametrize(("message_type", "length"), [(0x31, 3), (0x11, 7), (0x22, 7)])
def test_a_message_too_short_for_its_type_is_payload(message_type, length):
    packet = frame(header(message_type)[:length])
    assert [layer.name for layer in packet.protos] == ["Ethernet", "IP", "Payload"]
    assert packet.stopped == ("IGMP", "header truncated")


@pytest.mark.parametrize(
    ("count", "body", "found"),
    [
        (2, bytes(8), 2),
        (2, bytes(7), 1),
        (0xFFFF, bytes(4), 1),
        (1, bytes(8), 1),
        (1, b"", 0),
        (0, bytes(4), 0),
    ],
)
def test_as_many_sources_as_are_told_and_there(count, body, found):
    assert len(igmp(query(0, count, body)).saddr) == found


@pytest.mark.parametrize(
    ("count", "body", "found"),
    [
        (1, b"\1\0\0\0" + GROUP, 1),
        (0, b"\1\0\0\0" + GROUP, 0),
        (0xFFFF, (b"\1\0\0\0" + GROUP) * 100, 100),
        (2, b"\1\0\0\0" + GROUP + b"\1\0\0\1" + GROUP, 1),
        (1, b"\1\1\0\0" + GROUP, 0),
        (1, b"\1\xff\xff\xff" + GROUP, 0),
        (1, b"\1\0\0\0" + GROUP[:3], 0),
        (1, b"", 0),
    ],
)
def test_as_many_records_as_are_told_and_there(count, body, found):
    assert len(igmp(report(count, body)).record_list) == found


def test_a_report_that_is_cut_shows_what_is_there():
    whole = frames.ethernet(frames.ipv4(report(2, (b"\1\0\0\0" + GROUP) * 2), 2))
    packet = Packet(whole[:-3], wire_len=len(whole))
    assert len(packet.igmp.record_list) == 1
    assert packet.stopped == ("IP", "cut by snaplen")
    assert packet.igmp.checksum_ok is None


def test_a_record_of_an_unknown_type_is_kept():
    (record,) = igmp(report(1, b"\x63\0\0\0" + GROUP)).record_list
    assert (record.kind, record.name, record.maddr) == (0x63, None, GROUP_TEXT)


def test_the_checksum_is_of_the_whole_message():
    message = bytes.fromhex("16000904e00000fb")
    assert igmp(message).checksum_ok is True
    assert igmp(message + b"\1\2").checksum_ok is False


@pytest.mark.parametrize(("code", "value"), [(127, 127), (128, 16 << 3), (0xC8, 24 << 7), (255, 31 << 10)])
def test_a_long_response_time_of_version_3_is_a_float(code, value):
    assert igmp(query(code, 0)).max_resp == value
    assert igmp(header(0x11, code)).max_resp == code
