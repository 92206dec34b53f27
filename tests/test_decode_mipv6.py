"""IPv6's mobility header: the fields of each message, its options, its checksum."""

from __future__ import annotations

import frames
import pytest
from pseudo_headers import MOBILITY, mobility_between

from umpa_sniffing import Option, Packet

COMMON = ["_proto", "_hlen", "mhtype", "_reserved", "_csum"]
HOME = "20010db8 00000000 00000000 00000009"


def decode(kind: int, rest: str, behind: bytes = b"") -> Packet:
    """The message from its checksum on, filled up with zeros, which are Pad1."""
    data = bytes.fromhex(rest)
    data += bytes(-(6 + len(data)) % 8)
    head = bytes([59, (6 + len(data)) // 8 - 1, kind, 0xEE, 0x12, 0x34])
    return Packet(frames.ipv6(head + data + behind, MOBILITY), frames.RAW)


COOKIE = {"cookie": 0x0102030405060708}
TEST = COOKIE | {"nindex": 5, "token": 0x1112131415161718}


@pytest.mark.parametrize(
    ("kind", "name", "rest", "fields"),
    [
        (0, "binding_refresh_request", "0000", {}),
        (1, "home_test_init", "0000 0102030405060708", COOKIE),
        (2, "care_of_test_init", "0000 0102030405060708", COOKIE),
        (3, "home_test", "0005 0102030405060708 1112131415161718", TEST),
        (4, "care_of_test", "0005 0102030405060708 1112131415161718", TEST),
        (5, "binding_update", "0005 8040 0010", {"seqnr": 5, "bu_flags": 0x201, "lifetime": 16}),
        (6, "binding_ack", "0588 0006 0010", {"status": 5, "ba_flags": 17, "seqnr": 6, "lifetime": 16}),
        (7, "binding_error", "0100" + HOME, {"status": 1, "haddr": "2001:db8::9"}),
        (8, "fast_binding_update", "0005 f000 0010", {"seqnr": 5, "bu_flags": 0x3C0, "lifetime": 16}),
        (9, "fast_binding_ack", "0580 0006 0010", {"status": 5, "ba_flags": 16, "seqnr": 6, "lifetime": 16}),
        (13, "heartbeat", "0003 00010002", {"hb_flags": 3, "seqnr": 0x10002}),
        (14, "handover_initiate", "0005 8003", {"seqnr": 5, "hi_flags": 2, "code": 3}),
        (15, "handover_ack", "0005 0003", {"seqnr": 5, "code": 3}),
    ],
)
def test_messages(kind, name, rest, fields):
    packet = decode(kind, rest + "0101ff")
    mipv6 = packet.mipv6
    assert (mipv6.proto, mipv6.proto_name, mipv6.hlen) == (59, "none", len(bytes(mipv6)) // 8 - 1)
    assert (mipv6.mhtype, mipv6.mhtype_name, mipv6.reserved, mipv6.csum) == (kind, name, 0xEE, 0x1234)
    assert mipv6.option_list[0] == Option(1, "padn", b"\xff", {})
    assert {option.name for option in mipv6.option_list[1:]} <= {"pad1"}
    present = {key for key in mipv6.get_fields_keys() if hasattr(mipv6, key)}
    assert present == {*COMMON, *fields, "option_list"}
    assert {key: mipv6.get_field(key) for key in fields} == fields
    assert packet.stopped is None
    assert [layer.name for layer in packet.protos] == ["IPV6", "MIPV6"]


@pytest.mark.parametrize("kind", [10, 11, 12, 16, 255])
def test_other_messages(kind):
    mipv6 = decode(kind, "0102 0304").mipv6
    assert mipv6.data == bytes.fromhex("01020304") + bytes(6)
    assert not hasattr(mipv6, "option_list")


def test_flags():
    update = decode(5, "0005 a040 0010").mipv6
    assert (update.a_flag, update.h_flag, update.l_flag, update.b_flag) == (True, False, True, True)
    ack = decode(6, "0080 0006 0010").mipv6
    assert (ack.ba_k_flag, ack.ba_r_flag) == (True, False)
    beat = decode(13, "0001 00000001").mipv6
    assert (beat.hb_u_flag, beat.hb_r_flag) == (False, True)
    handover = decode(14, "0005 4000").mipv6
    assert (handover.hi_s_flag, handover.hi_u_flag) == (False, True)


@pytest.mark.parametrize(
    ("option", "name", "fields"),
    [
        ("0202 0003", "binding_refresh_advice", {"interval": 3}),
        ("0310" + HOME, "alternate_care_of_address", {"acoa": "2001:db8::9"}),
        ("0404 0001 0002", "nonce_indices", {"hni": 1, "cni": 2}),
        ("050c" + "61" * 12, "authorization_data", {"auth": b"a" * 12}),
        ("0612 0040" + HOME, "mobile_network_prefix", {"pfl": 64, "mnp": "2001:db8::9"}),
        ("0703 02 6162", "link_layer_address", {"optcode": 2, "lla": b"ab"}),
        ("0804 01 616263", "mobile_node_identifier", {"subtype": 1, "identifier": b"abc"}),
        (
            "0907 01 00000002 6162",
            "authentication",
            {"subtype": 1, "mobility_spi": 2, "auth_data": b"ab"},
        ),
        ("2104 0000 0007", "gre_key", {}),
        ("c801 ff", None, {}),
    ],
)
def test_option(option, name, fields):
    data = bytes.fromhex(option)
    assert decode(0, "0000" + option).mipv6.option_list[0] == Option(data[0], name, data[2:], fields)


def test_options_end_at_a_length_beyond_the_header():
    assert decode(0, "0000 00 02ff").mipv6.option_list == [Option(0, "pad1", b"", {})]


def test_a_message_without_room_for_its_fields():
    mipv6 = decode(7, "0100").mipv6
    assert mipv6.status == 1
    assert not hasattr(mipv6, "haddr") and not hasattr(mipv6, "option_list")


def test_checksum():
    between = "2001:db8::1", "fe80::2:0:0:1"
    good = Packet(frames.ipv6(mobility_between(*between), MOBILITY), frames.RAW)
    assert good.mipv6.checksum_ok is True
    bad = Packet(frames.ipv6(mobility_between("2001:db8::2", between[1]), MOBILITY), frames.RAW)
    assert bad.mipv6.checksum_ok is False
    followed = Packet(frames.ipv6(mobility_between(*between) + b"more", MOBILITY), frames.RAW)
    assert followed.mipv6.checksum_ok is True
    assert followed.trailer == b"more"


def test_headers_that_are_cut():
    whole = bytes([59, 1]) + bytes(14)
    for kept in range(1, 16):
        packet = Packet(frames.ipv6(whole[:kept], MOBILITY), frames.RAW)
        assert packet.stopped == ("MIPV6", "header truncated")
        assert [layer.name for layer in packet.protos] == ["IPV6", "Payload"]
