"""UDP, UDP-Lite and what goes by their ports: VXLAN, GENEVE and GTP-U."""

from __future__ import annotations

import socket
import struct

import frames
import pytest
from layer_fields import names

from umpa_sniffing import Option, Packet

INNER = frames.ethernet(frames.ipv4(frames.udp(b"inner")))
VXLAN = bytes.fromhex("0800000000123400")
PSEUDO_HEADER = socket.inet_aton("192.0.2.1") + socket.inet_aton("198.51.100.200")


def udp(payload, srcport=50000, dstport=2152, *, length=None, checksum=0):
    length = 8 + len(payload) if length is None else length
    return struct.pack("!HHHH", srcport, dstport, length, checksum) + payload


def over_ipv4(segment, protocol=17):
    return Packet(frames.ethernet(frames.ipv4(segment, protocol)))


def over_udp(payload, dstport, **kwargs):
    return over_ipv4(udp(payload, dstport=dstport, **kwargs))


def checksum(protocol, segment, covered):
    data = PSEUDO_HEADER + struct.pack("!HH", protocol, len(segment)) + segment[:covered]
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


@pytest.mark.parametrize(
    ("srcport", "dstport", "above"),
    [
        (50000, 4789, "VXLAN"),
        (4789, 50000, "VXLAN"),
        (53, 4789, "VXLAN"),
        (4789, 6081, "VXLAN"),
        (6081, 4789, "VXLAN"),
        (0, 4789, "VXLAN"),
        (4789, 0, "VXLAN"),
        (1, 2, "Payload"),
        (0, 0, "Payload"),
    ],
)
@pytest.mark.parametrize("protocol", [17, 136])
def test_the_lower_port_that_is_bound_says_what_follows(protocol, srcport, dstport, above):
    packet = over_ipv4(udp(VXLAN + INNER, srcport, dstport), protocol)
    assert names(packet)[3] == above


@pytest.mark.parametrize("ethertype", [0x0800, 0x86DD])
def test_a_length_of_0_is_right_in_ipv6(ethertype):
    datagram = frames.udp(b"data", length=0)
    inner = {0x0800: frames.ipv4(datagram), 0x86DD: frames.ipv6(datagram)}[ethertype]
    outer = {0x0800: frames.ipv6(VXLAN), 0x86DD: frames.ipv4(VXLAN)}[ethertype][:-8]
    assert len(outer) in (20, 40)
    for packet in [
        Packet(frames.ethernet(inner, ethertype)),
        over_udp(VXLAN + frames.ethernet(inner, ethertype), 4789),
        Packet(frames.ipv6(udp(VXLAN + frames.ethernet(inner, ethertype), dstport=4789)), frames.RAW),
    ]:
        if ethertype == 0x0800:
            assert packet.stopped == ("UDP", "length field too short")
            assert packet.payload.data == datagram
        else:
            assert packet.stopped is None
            assert packet.payload.data == b"data"


def test_a_length_of_0_is_right_where_ip_leaves_its_own_out():
    """As Linux has it in what the card is left to segment, and does above 65,535 bytes."""
    packet = Packet(frames.ipv4(udp(VXLAN + INNER, dstport=4789, length=0), total_length=0), frames.RAW)
    assert names(packet)[:5] == ["IP", "UDP", "VXLAN", "Ethernet", "IP"]
    assert packet.stopped is None
    alone = Packet(frames.udp(b"data", length=0), 147, decode_as={("link_type", 147): "udp"})
    assert alone.stopped == ("UDP", "length field too short")


def test_udp_checksum():
    good = checksum(17, udp(b"odd", 1, 2), 11)
    assert over_ipv4(udp(b"odd", 1, 2, checksum=good)).udp.checksum_ok is True
    assert over_ipv4(udp(b"odd", 1, 2, checksum=good ^ 1)).udp.checksum_ok is False
    assert over_ipv4(udp(b"odd", 1, 2)).udp.checksum_ok is None


def udplite(coverage, payload=b"insensitive", checksum=0):
    return struct.pack("!HHHH", 1000, 2000, coverage, checksum) + payload


def test_udplite():
    packet = over_ipv4(udplite(8, checksum=0xABCD), 136)
    assert names(packet) == ["Ethernet", "IP", "UDPLITE", "Payload"]
    assert dict(packet.udplite.get_fields()) == {
        "srcport": 1000,
        "dstport": 2000,
        "_coverage": 8,
        "_checksum": 0xABCD,
    }
    assert packet.payload.data == b"insensitive"
    assert over_ipv4(udplite(8)[:7], 136).stopped == ("UDPLITE", "header truncated")


@pytest.mark.parametrize(("coverage", "covered"), [(0, 19), (8, 8), (9, 9), (19, 19)])
def test_udplite_checksum_covers_what_it_says(coverage, covered):
    good = checksum(136, udplite(coverage), covered)
    segment = udplite(coverage, checksum=good)
    assert over_ipv4(segment, 136).udplite.checksum_ok is True
    damaged_behind = segment[:-1] + b"?"
    assert over_ipv4(damaged_behind, 136).udplite.checksum_ok is (covered < len(segment))
    damaged_before = b"?" + segment[1:]
    assert over_ipv4(damaged_before, 136).udplite.checksum_ok is False


@pytest.mark.parametrize("coverage", [1, 7, 20, 65535])
def test_udplite_coverage_that_is_illegal(coverage):
    packet = over_ipv4(udplite(coverage, checksum=1), 136)
    assert packet.udplite.checksum_ok is None
    assert packet.stopped is None


def test_vxlan():
    packet = over_udp(bytes.fromhex("8848001600123456") + INNER, 4789)
    assert names(packet) == ["Ethernet", "IP", "UDP", "VXLAN", "Ethernet", "IP", "UDP", "Payload"]
    assert dict(packet.vxlan.get_fields()) == {
        "flags": 0x8848,
        "gbp": 22,
        "vni": 0x1234,
        "reserved8": 0x56,
    }
    set_flags = [flag for flag in ("flag_g", "flag_i", "flag_d", "flag_a") if getattr(packet.vxlan, flag)]
    assert set_flags == ["flag_g", "flag_i", "flag_d", "flag_a"]
    assert packet.payload.data == b"inner"
    assert not over_udp(VXLAN + INNER, 4789).vxlan.flag_g
    assert over_udp(VXLAN[:7], 4789).stopped == ("VXLAN", "header truncated")


OPTION = "0102 80 01 0a0b0c0d"
OPTION_FIELDS = {"option_class": 0x0102, "type": 0x80, "critical": True, "flags": 0, "length": 1}


def geneve(first, ethertype=0x6558, options=""):
    return struct.pack("!BBHI", first, 0x80, ethertype, 0x123456) + bytes.fromhex(options)


def test_geneve():
    packet = over_udp(geneve(2, options=OPTION) + INNER, 6081)
    assert names(packet) == ["Ethernet", "IP", "UDP", "GENEVE", "Ethernet", "IP", "UDP", "Payload"]
    assert dict(packet.geneve.get_fields()) == {
        "_version": 0,
        "_opt_len": 2,
        "flags": 0x80,
        "_proto_type": 0x6558,
        "vni": 0x1234,
        "reserved": 0x56,
        "options": [Option(0x010280, None, b"\x0a\x0b\x0c\x0d", OPTION_FIELDS)],
    }
    assert packet.geneve.oam
    assert not packet.geneve.critical
    assert packet.payload.data == b"inner"


def test_geneve_without_options():
    packet = over_udp(geneve(0, 0x0800) + frames.ipv4(frames.udp(b"inner")), 6081)
    assert names(packet)[3:] == ["GENEVE", "IP", "UDP", "Payload"]
    assert "options" not in dict(packet.geneve.get_fields())


@pytest.mark.parametrize(
    ("options", "count"),
    [("01028000 01020100", 2), ("01028000 01028001", 1), ("0102801f 01020100", 0), ("010280e0 01028020", 2)],
)
def test_geneve_options_end_where_one_does_not_fit(options, count):
    packet = over_udp(geneve(2, 0x0800, options) + frames.ipv4(frames.udp()), 6081)
    assert len(packet.geneve.options) == count
    assert names(packet)[4:] == ["IP", "UDP"]


def test_geneve_of_another_version_or_cut():
    assert over_udp(geneve(0x40) + INNER, 6081).stopped == ("GENEVE", "wrong version number")
    assert over_udp(geneve(0)[:7], 6081).stopped == ("GENEVE", "header truncated")
    assert over_udp(geneve(63, 0x88B5) + bytes(251), 6081).stopped == ("GENEVE", "header truncated")
    assert over_udp(geneve(63, 0x88B5) + bytes(252), 6081).stopped is None


USER_PACKET = frames.ipv4(frames.udp(b"inner"))


def gtp(flags, rest, message=255, length=None):
    return struct.pack("!BBHI", flags, message, len(rest) if length is None else length, 0x11223344) + rest


BASIC = {"_version": 1, "message": 255, "teid": 0x11223344}


@pytest.mark.parametrize(
    ("flags", "optional", "fields"),
    [
        (0x30, "", {}),
        (0x38, "", {}),
        (0x32, "00050785", {"seq_number": 5}),
        (0x31, "00050785", {"npdu_number": 7}),
        (0x34, "00050700", {"_ext_hdr_next": 0, "ext_hdrs": []}),
        (0x37, "00050700", {"seq_number": 5, "npdu_number": 7, "_ext_hdr_next": 0, "ext_hdrs": []}),
    ],
)
def test_gtp_has_the_fields_that_its_flags_tell(flags, optional, fields):
    rest = bytes.fromhex(optional) + USER_PACKET
    packet = over_udp(gtp(flags, rest), 2152)
    assert names(packet)[3:] == ["GTP", "IP", "UDP", "Payload"]
    told = {"flags": flags & 0x1F, "_length": len(rest)}
    assert dict(packet.gtp.get_fields()) == BASIC | told | fields
    assert packet.gtp.message_name == "t_pdu"
    assert packet.payload.data == b"inner"
    assert packet.stopped is None


@pytest.mark.parametrize(
    ("kind", "content", "name", "fields"),
    [
        (0x03, "0123450000000000"[:12], "long_pdcp_pdu_number_x2", {"length": 2, "long_pdcp_sn": 0x12345}),
        (0x20, "0500", "service_class_indicator", {"length": 1, "service_class": 5}),
        (0x40, "0868", "udp_port", {"length": 1, "udp_port": 2152}),
        (0x81, "0102", "ran_container", {"length": 1}),
        (0x82, "fd2345000000", "long_pdcp_pdu_number", {"length": 2, "long_pdcp_sn": 0x12345}),
        (0x83, "0102", "xw_ran_container", {"length": 1}),
        (0x84, "0102", "nr_ran_container", {"length": 1}),
        (0x85, "1009", "pdu_session_container", {"length": 1, "pdu_type": 1, "qos_flow_id": 9}),
        (
            0x85,
            "0049",
            "pdu_session_container",
            {"length": 1, "pdu_type": 0, "ppp": False, "rqi": True, "qos_flow_id": 9},
        ),
        (
            0x85,
            "0089a0000000",
            "pdu_session_container",
            {"length": 2, "pdu_type": 0, "ppp": True, "rqi": False, "qos_flow_id": 9, "ppi": 5},
        ),
        (0xC0, "1234", "pdcp_pdu_number", {"length": 1, "pdcp_sn": 0x1234}),
        (0xC1, "0000", None, {"length": 1}),
    ],
)
def test_each_extension_header_has_its_fields(kind, content, name, fields):
    value = bytes.fromhex(content)
    units = (len(value) + 2) // 4
    header = bytes([units]) + value + b"\x40" + b"\x01\x08\x68\x00"
    packet = over_udp(gtp(0x34, bytes([0, 0, 0, kind]) + header + USER_PACKET), 2152)
    port = Option(0x40, "udp_port", b"\x08\x68", {"length": 1, "udp_port": 2152})
    assert packet.gtp.ext_hdrs == [Option(kind, name, value, fields), port]
    assert packet.gtp.ext_hdr_next == kind
    assert packet.payload.data == b"inner"


def test_gtp_messages_other_than_packets_are_payload():
    packet = over_udp(gtp(0x32, bytes.fromhex("000500000e00"), message=2), 2152)
    assert packet.gtp.message_name == "echo_response"
    assert packet.payload.data == b"\x0e\x00"
    assert packet.stopped is None
    assert over_udp(gtp(0x30, USER_PACKET, message=254), 2152).payload.data == USER_PACKET


def test_gtp_carries_ipv6_and_what_is_no_ip():
    inner = frames.ipv6(frames.udp(b"inner"))
    assert names(over_udp(gtp(0x30, inner), 2152))[4:] == ["IPV6", "UDP", "Payload"]
    assert names(over_udp(gtp(0x30, b"\xff\x03\x00\x21" + USER_PACKET), 2152))[4:] == ["Payload"]
    assert names(over_udp(gtp(0x30, b""), 2152))[3:] == ["GTP"]


@pytest.mark.parametrize("flags", [0x10, 0x20, 0x48, 0x50, 0xF0])
def test_other_versions_of_gtp_and_gtp_prime_are_payload(flags):
    packet = over_udp(gtp(flags, USER_PACKET), 2152)
    assert names(packet) == ["Ethernet", "IP", "UDP", "Payload"]
    assert packet.stopped is None


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (gtp(0x30, b"")[:7], "header truncated"),
        (gtp(0x32, b"\0\0\0", length=100), "header truncated"),
        (gtp(0x34, b"\0\0\0\x40", length=100), "header truncated"),
        (gtp(0x34, b"\0\0\0\x40\1\x08\x68", length=100), "header truncated"),
        (gtp(0x34, b"\0\0\0\x40\xff\x08\x68\0", length=10_000), "header truncated"),
        (gtp(0x34, b"\0\0\0\x40\1\x08\x68\x40", length=100), "header truncated"),
        (gtp(0x34, b"\0\0\0\x40\0\x08\x68\0"), "length field too short"),
        (gtp(0x32, b"\0\0\0\0", length=3), "length field too short"),
        (gtp(0x34, b"\0\0\0\x40\1\x08\x68\0", length=4), "length field too short"),
    ],
)
def test_gtp_headers_that_cannot_be(message, reason):
    packet = over_udp(message, 2152)
    assert names(packet) == ["Ethernet", "IP", "UDP", "Payload"]
    assert packet.stopped == ("GTP", reason)


def test_gtp_length_ends_the_contents():
    packet = over_udp(gtp(0x30, USER_PACKET + b"behind", length=len(USER_PACKET)), 2152)
    assert packet.trailer == b"behind"
    beyond = over_udp(gtp(0x30, USER_PACKET, length=1000), 2152)
    assert beyond.stopped == ("GTP", "length field beyond the bytes")
    assert beyond.payload.data == b"inner"


def test_a_chain_of_extension_headers_is_walked_in_one_go():
    chain = b"\0\0\0\x40" + b"\1\0\0\x40" * 10_000 + b"\1\0\0\0"
    packet = over_udp(gtp(0x34, chain + USER_PACKET), 2152)
    assert len(packet.gtp.ext_hdrs) == 10_001
    assert packet.payload.data == b"inner"
