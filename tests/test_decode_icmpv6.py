"""ICMPv6: the fields that each type has, and the packets that errors quote."""

from __future__ import annotations

import struct

import frames
import pytest
from layer_fields import newer_fields

from umpa_sniffing import Packet

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


def frame(message: bytes) -> Packet:
    return Packet(frames.ethernet(frames.ipv6(message, 58), 0x86DD))


def icmpv6(message: bytes):
    return frame(message).icmpv6


def header(message_type: int, code: int = 0, rest: bytes = bytes(4)) -> bytes:
    return struct.pack("!BBH", message_type, code, 0) + rest


GROUP = bytes.fromhex("ff02000000000000000000000000fb01")
SOURCES = [bytes.fromhex("20010db8" + "00" * 11 + last) for last in ("01", "02")]
SOURCE_TEXTS = ["2001:db8::1", "2001:db8::2"]
NONCE = bytes([14, 1]) + b"nonces"
NONCE_OPTION = (14, "nonce", b"nonces", {"nonce": b"nonces"})


@pytest.mark.parametrize("message_type", [2, 4, 100, 128, 129, 150, 155, 159, 200])
def test_types_of_which_nothing_more_is_known(message_type):
    assert set(newer_fields(icmpv6(header(message_type)))) <= {"subtype"}


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (header(1, 4, b"\2\0\0\0"), {"_length": 2}),
        (header(3, 0, b"\0\1\0\0"), {"_length": 0}),
        (header(133) + NONCE, {"option_list": [NONCE_OPTION]}),
        (
            header(134, 0, bytes.fromhex("40ac0708")) + bytes(8) + NONCE,
            {"h": True, "prf": 1, "p": True, "option_list": [NONCE_OPTION]},
        ),
        (header(135) + SOURCES[0] + NONCE, {"option_list": [NONCE_OPTION]}),
        (header(136) + SOURCES[0] + NONCE, {"option_list": [NONCE_OPTION]}),
        (header(137) + SOURCES[0] + SOURCES[1] + NONCE, {"option_list": [NONCE_OPTION]}),
        (header(141) + NONCE, {"option_list": [NONCE_OPTION]}),
        (header(142) + NONCE, {"option_list": [NONCE_OPTION]}),
        (
            header(130, 0, b"\x03\xe8\0\0") + GROUP,
            {"mld_version": 1, "max_resp": 1000, "maddr": "ff02::fb01"},
        ),
        (
            header(131) + GROUP + bytes(20),
            {"mld_version": 1, "max_resp": 0, "maddr": "ff02::fb01"},
        ),
        (header(132) + GROUP, {"mld_version": 1, "max_resp": 0, "maddr": "ff02::fb01"}),
        (
            header(130, 0, b"\x80\x01\0\0") + GROUP + b"\x0a\x7d\0\2" + b"".join(SOURCES) + b"more",
            {
                "mld_version": 2,
                "max_resp": 0x1001 << 3,
                "maddr": "ff02::fb01",
                "mld_s": True,
                "qrv": 2,
                "qqi": 125,
                "num_src": 2,
                "saddr": SOURCE_TEXTS,
            },
        ),
        (
            header(143, 0, b"\0\0\0\2")
            + b"\4\1\0\1"
            + GROUP
            + SOURCES[0]
            + b"auxd"
            + b"\1\0\0\0"
            + GROUP
            + b"more",
            {
                "mld_version": 2,
                "num_records": 2,
                "record_list": [
                    (
                        4,
                        "change_to_exclude_mode",
                        SOURCES[0] + b"auxd",
                        {
                            "aux_data_len": 1,
                            "num_src": 1,
                            "maddr": "ff02::fb01",
                            "saddr": SOURCE_TEXTS[:1],
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
                            "maddr": "ff02::fb01",
                            "saddr": [],
                        },
                    ),
                ],
            },
        ),
        (
            header(138, 0, struct.pack("!I", 9)) + struct.pack("!BBHI", 2, 0xF8, 30, 0) + b"operations",
            {
                "rr_seq": 9,
                "rr_segment": 2,
                "rr_flags": 0xF8,
                "rr_maxdelay": 30,
                "rr_body": b"operations",
            },
        ),
        (
            header(139, 0, struct.pack("!HH", 3, 2)) + struct.pack("!Q", 2**63) + SOURCES[0],
            {"qtype": 3, "ni_flags": 2, "ni_nonce": 2**63, "ni_data": SOURCES[0]},
        ),
        (
            header(140, 1, struct.pack("!HH", 2, 0)) + struct.pack("!Q", 5),
            {"qtype": 2, "ni_flags": 0, "ni_nonce": 5, "ni_data": b""},
        ),
        (header(144, 0, b"\0\7\0\0"), {"ext_ident": 7}),
        (
            header(145, 0, b"\0\7\0\0") + b"".join(SOURCES),
            {"ext_ident": 7, "home_agents": SOURCE_TEXTS},
        ),
        (header(146, 0, b"\0\7\0\0"), {"ext_ident": 7}),
        (
            header(147, 0, b"\0\7\x80\0") + NONCE,
            {"ext_ident": 7, "mip6_m": True, "mip6_o": False, "option_list": [NONCE_OPTION]},
        ),
        (
            header(148, 0, b"\0\7\xff\xff") + NONCE,
            {"ext_ident": 7, "component": 0xFFFF, "option_list": [NONCE_OPTION]},
        ),
        (
            header(149, 0, b"\0\7\0\3") + b"\0\2\0\0" + NONCE,
            {"ext_ident": 7, "all_components": 3, "component": 2, "option_list": [NONCE_OPTION]},
        ),
        (header(150, 0, b"\5\0\0\0"), {"subtype": 5}),
        (header(151, 20, b"\0\x7d\0\2"), {"query_interval": 125, "robustness": 2}),
        (header(154, 0, b"\2\0\0\7") + NONCE, {"subtype": 2, "ext_ident": 7, "option_list": [NONCE_OPTION]}),
        (
            header(156, 0, b"\1\0\0\0") + struct.pack("!QHH", 2**64 - 1, 10, 60) * 2,
            {
                "num_locs": 1,
                "locator_list": [
                    (
                        0,
                        "locator",
                        struct.pack("!QHH", 2**64 - 1, 10, 60),
                        {"locator": 2**64 - 1, "preference": 10, "lifetime": 60},
                    )
                ],
            },
        ),
        (
            header(157, 0, b"\1\0\0\x3c") + bytes(range(8)) + SOURCES[0],
            {"status": 1, "reg_lifetime": 60, "eui64": bytes(range(8)), "reg_addr": "2001:db8::1"},
        ),
        (header(158, 0, b"\1\0\0\x3c"), {"status": 1, "reg_lifetime": 60}),
        (
            header(160, 0, bytes.fromhex("12340501")),
            {"ext_ident": 0x1234, "ext_seq": 5, "ext_echo_local": True},
        ),
        (
            header(161, 0, bytes.fromhex("12340585")),
            {
                "ext_ident": 0x1234,
                "ext_seq": 5,
                "ext_echo_state": 4,
                "ext_echo_active": True,
                "ext_echo_ipv4": False,
                "ext_echo_ipv6": True,
            },
        ),
    ],
)
def test_what_newer_fields_say(message, fields):
    assert newer_fields(icmpv6(message)) == fields


@pytest.mark.parametrize("message_type", range(256))
def test_four_bytes_are_unused_where_the_type_has_no_fields_there(message_type):
    used = {2, 4, 128, 129, 130, 131, 132, 134, 135, 136, 137, 138, 139, 140, 143, 144, 145, 146, 147}
    used |= {148, 149, 150, 151, 154, 156, 157, 158, 160, 161}
    without_more = {152, 153}  # messages of four bytes
    layer = icmpv6(bytes([message_type]) + bytes(47))
    assert ("unused" in layer.get_fields_keys()) == (message_type not in used | without_more)
    assert len(layer.get_fields_keys()) > 3 or message_type in without_more


@pytest.mark.parametrize(
    ("message_type", "code", "names"),
    [
        (1, 4, ("destination_unreachable", "port_unreachable")),
        (2, 0, ("packet_too_big", None)),
        (4, 2, ("parameter_problem", "unknown_option")),
        (143, 0, ("multicast_listener_report_v2", None)),
        (155, 0x81, ("rpl_control", "secure_dio")),
        (180, 1, (None, None)),
    ],
)
def test_names_of_types_and_codes(message_type, code, names):
    layer = icmpv6(header(message_type, code))
    assert (layer.type_name, layer.code_name) == names


def test_names_of_other_values():
    assert icmpv6(header(134, 0, b"\0\x18\0\0") + bytes(8)).prf_name == "low"
    assert icmpv6(header(139, 0, b"\0\2\0\0")).qtype_name == "node_name"


@pytest.mark.parametrize("message_type", [152, 153])
def test_a_router_solicitation_of_multicast_is_four_bytes(message_type):
    packet = frame(header(message_type, 0, b""))
    assert [layer.name for layer in packet.protos] == ["Ethernet", "IPV6", "ICMPV6"]
    assert packet.icmpv6.get_fields_keys() == ["type", "code", "_checksum"]
    assert packet.stopped is None


@pytest.mark.parametrize(("message_type", "length"), [(128, 7), (135, 23), (134, 15), (137, 39)])
def test_a_message_too_short_for_its_type_is_payload(message_type, length):
    packet = frame((header(message_type) + bytes(40))[:length])
    assert [layer.name for layer in packet.protos] == ["Ethernet", "IPV6", "Payload"]
    assert packet.stopped == ("ICMPV6", "header truncated")


@pytest.mark.parametrize(("body", "count"), [(bytes(32), 2), (bytes(31), 1), (bytes(16), 1), (b"", 0)])
def test_as_many_sources_as_are_told_and_there(body, count):
    assert len(icmpv6(header(130) + GROUP + b"\0\0\0\2" + body).saddr) == count
    assert icmpv6(header(130) + GROUP + bytes(4) + body).saddr == []


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b"\1\0\0\0" + GROUP, 1),
        (b"\1\0\0\1" + GROUP, 0),
        (b"\1\1\0\0" + GROUP, 0),
        (b"\1\xff\xff\xff" + GROUP, 0),
        ((b"\1\0\0\0" + GROUP) * 300, 255),
        (b"\1\0\0\0" + GROUP[:15], 0),
    ],
)
def test_as_many_records_as_are_told_and_there(body, count):
    assert len(icmpv6(header(143, 0, b"\0\0\0\xff") + body).record_list) == count


@pytest.mark.parametrize("message_type", [1, 2, 3, 4])
def test_an_error_quotes_a_packet(message_type):
    quoted = frames.ipv6(frames.udp(b"what"))
    packet = frame(header(message_type) + quoted)
    assert bytes(packet.icmpv6.quoted) == quoted
    assert [layer.name for layer in packet.icmpv6.quoted.protos] == ["IPV6", "UDP", "Payload"]
    assert [layer.name for layer in packet.protos] == ["Ethernet", "IPV6", "ICMPV6", "Payload"]


def test_a_redirect_quotes_a_packet_in_an_option():
    quoted = frames.ipv6(frames.udp())
    option = bytes([4, 1 + len(quoted) // 8]) + bytes(6) + quoted
    redirect = header(137) + SOURCES[0] + SOURCES[1]
    layer = icmpv6(redirect + NONCE + option + NONCE)
    assert bytes(layer.quoted) == quoted
    assert layer.quoted.udp.srcport == 5353
    assert layer.option_list[1] == (4, "redirected_header", bytes(6) + quoted, {"packet": quoted})


@pytest.mark.parametrize("options", [b"", NONCE, b"\4\1" + bytes(6), b"\4\0", b"\4\7" + bytes(20)])
def test_a_redirect_need_not_quote(options):
    assert "quoted" not in newer_fields(icmpv6(header(137) + bytes(32) + options))


def test_the_checksum_has_the_addresses():
    message = header(128) + b"x"
    words = frames.ipv6(message, 58)[8:40] + struct.pack("!II", len(message), 58) + message + b"\0"
    total = sum(struct.unpack(f"!{len(words) // 2}H", words))
    total = (total & 0xFFFF) + (total >> 16)
    good = header(128)[:2] + struct.pack("!H", 0xFFFF - total) + bytes(4)
    assert icmpv6(good + b"x").checksum_ok is True
    assert icmpv6(good + b"y").checksum_ok is False


@pytest.mark.parametrize(
    ("code", "value"),
    [(0x7FFF, 0x7FFF), (0x8000, 0x1000 << 3), (0xF123, 0x1123 << 10), (0xFFFF, 0x1FFF << 10)],
)
def test_a_long_response_delay_is_a_float(code, value):
    query = header(130, 0, struct.pack("!HH", code, 0)) + GROUP
    assert icmpv6(query + bytes(4)).max_resp == value
    assert icmpv6(query).max_resp == code


@pytest.mark.parametrize(("code", "value"), [(127, 127), (128, 16 << 3), (0xC8, 24 << 7), (255, 31 << 10)])
def test_a_long_query_interval_is_a_float(code, value):
    assert icmpv6(header(130) + GROUP + bytes([0, code, 0, 0])).qqi == value
