"""What the decode loop makes of lengths, versions, cuts and unknown numbers."""

from __future__ import annotations

import frames
import pytest
from layer_fields import names

from umpa_sniffing import Packet


def test_payload_ends_where_ip_says_and_the_rest_is_trailer():
    packet = Packet(frames.ethernet(frames.ipv4(frames.udp(b"data"))) + b"padding")
    assert names(packet) == ["Ethernet", "IP", "UDP", "Payload"]
    assert packet.payload.data == b"data"
    assert packet.trailer == b"padding"
    assert packet.stopped is None


def test_payload_ends_where_udp_says():
    packet = Packet(frames.ethernet(frames.ipv4(frames.udp(b"datasurplus", length=12))))
    assert packet.payload.data == b"data"
    assert packet.trailer == b"surplus"


def test_no_payload_layer_when_nothing_is_left():
    packet = Packet(frames.ethernet(frames.ipv4(frames.tcp(), 6)) + bytes(6))
    assert names(packet) == ["Ethernet", "IP", "TCP"]
    assert packet.trailer == bytes(6)
    assert packet.tcp.payload is None


def test_a_length_beyond_the_bytes_is_told_and_what_is_there_decoded():
    packet = Packet(frames.ethernet(frames.ipv4(frames.udp(b"data"), total_length=1500)))
    assert packet.payload.data == b"data"
    assert packet.stopped == ("IP", "length field beyond the bytes")


def test_bytes_that_the_snaplen_cut_are_told_apart_from_a_lying_length():
    whole = frames.ethernet(frames.ipv4(frames.udp(bytes(1000))))
    packet = Packet(whole[:96], wire_len=len(whole))
    assert names(packet) == ["Ethernet", "IP", "UDP", "Payload"]
    assert packet.stopped == ("IP", "cut by snaplen")
    assert len(packet.payload.data) == 96 - 42
    assert packet.trailer == b""


@pytest.mark.parametrize(
    ("kept", "layers", "stopped"),
    [
        (13, ["Payload"], "Ethernet"),
        (14, ["Ethernet"], "IP"),
        (33, ["Ethernet", "Payload"], "IP"),
    ],
)
def test_a_header_that_is_cut_is_payload(kept, layers, stopped):
    whole = frames.ethernet(frames.ipv4(frames.udp(b"data")))
    cut = Packet(whole[:kept], wire_len=len(whole))
    assert names(cut) == layers
    assert cut.stopped == (stopped, "cut by snaplen")
    missing = Packet(whole[:kept])
    assert names(missing) == layers
    assert missing.stopped == (stopped, "header truncated")


def test_a_first_problem_is_the_one_that_is_told():
    whole = frames.ethernet(frames.ipv4(frames.udp(b"data")))
    packet = Packet(whole[:40], wire_len=len(whole))
    assert names(packet) == ["Ethernet", "IP", "Payload"]
    assert packet.stopped == ("IP", "cut by snaplen")


@pytest.mark.parametrize("ihl", range(5))
def test_ip_header_length_below_the_fixed_header(ihl):
    packet = Packet(frames.ethernet(frames.ipv4(frames.udp(b"data"), ihl=ihl)))
    assert names(packet) == ["Ethernet", "Payload"]
    assert packet.stopped == ("IP", "length field too short")


@pytest.mark.parametrize("offset", range(5))
def test_tcp_data_offset_below_the_fixed_header(offset):
    packet = Packet(frames.ethernet(frames.ipv4(frames.tcp(b"data", offset=offset), 6)))
    assert names(packet) == ["Ethernet", "IP", "Payload"]
    assert packet.stopped == ("TCP", "length field too short")


def test_tcp_data_offset_beyond_the_segment():
    packet = Packet(frames.ethernet(frames.ipv4(frames.tcp(b"data", offset=15), 6)) + bytes(100))
    assert names(packet) == ["Ethernet", "IP", "Payload"]
    assert packet.stopped == ("TCP", "header truncated")


@pytest.mark.parametrize("length", [1, 19])
def test_ip_total_length_below_its_header(length):
    packet = Packet(frames.ethernet(frames.ipv4(frames.udp(), total_length=length)))
    assert names(packet) == ["Ethernet", "Payload"]
    assert packet.stopped == ("IP", "length field too short")


def test_ip_total_length_zero_is_left_to_the_network_card():
    packet = Packet(frames.ethernet(frames.ipv4(frames.tcp(b"big segment"), 6, total_length=0)))
    assert packet.payload.data == b"big segment"
    assert packet.ip.len == 0
    assert packet.stopped is None


@pytest.mark.parametrize("length", [0, 1, 7])
def test_udp_length_below_its_header(length):
    packet = Packet(frames.ethernet(frames.ipv4(frames.udp(b"data", length=length))))
    assert names(packet) == ["Ethernet", "IP", "Payload"]
    assert packet.stopped == ("UDP", "length field too short")


def test_udp_length_zero_of_a_jumbogram():
    packet = Packet(frames.ethernet(frames.ipv6(frames.udp(b"data", length=0), length=0), 0x86DD))
    assert packet.payload.data == b"data"
    assert packet.stopped is None


@pytest.mark.parametrize(
    ("ethertype", "datagram", "protocol"),
    [(0x0800, frames.ipv6(b"x"), "IP"), (0x86DD, frames.ipv4(frames.udp(bytes(40))), "IPV6")],
)
def test_a_version_that_contradicts_the_ethertype(ethertype, datagram, protocol):
    packet = Packet(frames.ethernet(datagram, ethertype))
    assert names(packet) == ["Ethernet", "Payload"]
    assert packet.stopped == (protocol, "wrong version number")


def test_fragments_that_do_not_begin_a_datagram_are_payload():
    first = Packet(frames.ethernet(frames.ipv4(frames.udp(b"first"), flags=1)))
    later = Packet(frames.ethernet(frames.ipv4(frames.udp(b"later"), fragment_offset=1)))
    assert names(first) == ["Ethernet", "IP", "UDP", "Payload"]
    assert names(later) == ["Ethernet", "IP", "Payload"]
    assert later.ip.frag_offset == 1
    assert later.stopped is None


def test_a_first_fragment_holds_but_the_beginning_of_what_its_udp_header_measures():
    first = Packet(frames.ethernet(frames.ipv4(frames.udp(b"first", length=5700), flags=1)))
    assert first.payload.data == b"first"
    assert first.stopped is None
    cut = Packet(bytes(first)[:-2], wire_len=first.wire_len)
    assert cut.stopped == ("IP", "cut by snaplen")
    tiny = Packet(frames.ethernet(frames.ipv4(bytes(8), 6, flags=1)))
    assert tiny.stopped == ("TCP", "header truncated")


def test_a_snaplen_cut_is_told_where_no_length_field_bounds_the_contents():
    unknown = frames.ethernet(bytes(100), 0x88B5)
    assert Packet(unknown[:60], wire_len=114).stopped == ("Payload", "cut by snaplen")
    assert Packet(unknown[:60], 147, wire_len=114).stopped == ("Payload", "cut by snaplen")
    jumbogram = frames.ipv6(frames.udp(bytes(100), length=0), length=0)
    assert Packet(jumbogram[:60], frames.RAW, wire_len=148).stopped == ("Payload", "cut by snaplen")
    padded = frames.ethernet(frames.ipv4(frames.udp(b"data")))
    assert Packet(padded, wire_len=len(padded) + 20).stopped is None


def test_a_snaplen_cut_is_no_excuse_for_a_length_beyond_that_of_the_layer_around_it():
    lies = frames.ethernet(frames.ipv4(frames.udp(b"data", length=500)))
    assert Packet(lies + bytes(14), wire_len=1514).stopped == ("UDP", "length field beyond the bytes")
    tiny = frames.ethernet(frames.ipv4(bytes(8), 6))
    assert Packet(tiny + bytes(4), wire_len=1514).stopped == ("TCP", "header truncated")


def test_802_3_length_frames_end_where_the_length_says():
    packet = Packet(frames.ethernet(b"\x42\x42\x03" + b"stp and more", 6))
    assert names(packet) == ["Ethernet", "LLC", "Payload"]
    assert packet.payload.data == b"stp"
    assert packet.trailer == b" and more"
    assert packet.stopped is None


@pytest.mark.parametrize("ethertype", [0, 1501, 1535, 0x88B5, 0xFFFF])
def test_unknown_ethertypes_are_payload_and_no_problem(ethertype):
    packet = Packet(frames.ethernet(b"whatever", ethertype))
    assert names(packet) == ["Ethernet", "Payload"]
    assert packet.payload.data == b"whatever"
    assert packet.stopped is None


def test_unknown_ip_protocols_are_payload_and_no_problem():
    packet = Packet(frames.ethernet(frames.ipv4(b"whatever", 253)))
    assert names(packet) == ["Ethernet", "IP", "Payload"]
    assert packet.stopped is None


def test_ethernet_padding_behind_arp_is_trailer():
    packet = Packet(frames.ethernet(frames.arp(), 0x0806) + bytes(18))
    assert names(packet) == ["Ethernet", "ARP"]
    assert packet.trailer == bytes(18)


@pytest.mark.parametrize("link_type", [12, 14, frames.RAW])
def test_raw_ip_goes_by_the_version(link_type):
    assert names(Packet(frames.ipv4(frames.udp()), link_type)) == ["IP", "UDP"]
    assert names(Packet(frames.ipv6(frames.udp()), link_type)) == ["IPV6", "UDP"]
    neither = Packet(b"\x50" + bytes(40), link_type)
    assert names(neither) == ["Payload"]
    assert neither.stopped == ("Payload", "wrong version number")
    assert Packet(b"", link_type, wire_len=60).stopped == ("Payload", "cut by snaplen")


def test_link_types_of_one_ip_version():
    assert names(Packet(frames.ipv4(frames.udp()), frames.IPV4_ONLY)) == ["IP", "UDP"]
    assert names(Packet(frames.ipv6(frames.udp()), frames.IPV6_ONLY)) == ["IPV6", "UDP"]
    assert Packet(frames.ipv6(frames.udp()), frames.IPV4_ONLY).stopped is not None


def test_linux_cooked():
    packet = Packet(frames.sll(frames.ipv4(frames.udp(b"data"))), frames.SLL)
    assert names(packet) == ["SLL", "IP", "UDP", "Payload"]
    assert packet.sll.get_fields() == [
        ("_pkttype", 4),
        ("_hatype", 1),
        ("_halen", 6),
        ("src", "02:00:00:00:00:ff"),
        ("_blank", 0x0708),
        ("_etype", 0x0800),
    ]


@pytest.mark.parametrize("link_type", [105, 147, 511, 512, 0x300001, 0xFFFFFFFF])
def test_other_link_types_are_one_payload(link_type):
    packet = Packet(b"any bytes", link_type)
    assert names(packet) == ["Payload"]
    assert packet.payload.data == b"any bytes"
    assert packet.datalink == link_type


def test_an_empty_packet_has_no_layers():
    packet = Packet(b"", frames.RAW + 1000)
    assert packet.protos == ()
    assert packet.trailer == b""


def test_a_payload_longer_than_any_header():
    data = bytes(range(256)) * 1024
    packet = Packet(frames.ethernet(data, 0x88B5))
    assert packet.payload.data == data
    assert bytes(packet.payload) == data


def test_layers_of_a_whole_tcp_packet():
    options = bytes.fromhex("0101080a008b93d7008b8953")
    packet = Packet(
        frames.ethernet(
            frames.ipv4(frames.tcp(b"this is\n", options=options), 6, options=b"\x94\x04\0\0", tos=0xB8)
        )
    )
    assert packet.ip.get_fields() == [
        ("_version", 4),
        ("_hdr_len", 6),
        ("tos", 0xB8),
        ("_len", 64),
        ("_id", 0x1234),
        ("flags", 0),
        ("_frag_offset", 0),
        ("ttl", 63),
        ("_proto", 6),
        ("_checksum", 0xBEEF),
        ("src", "192.0.2.1"),
        ("dst", "198.51.100.200"),
        ("options", 0x94040000),
        ("_padding", 0),
    ]
    assert packet.tcp.get_fields() == [
        ("srcport", 40551),
        ("dstport", 80),
        ("_seq", 4002535750),
        ("_ack", 4004130011),
        ("_hdr_len", 8),
        ("_reserved", 0),
        ("flags", 0x18),
        ("_window_size", 513),
        ("_checksum", 65072),
        ("_urgent_pointer", 7),
        ("options", 310731899079550965555890515),
        ("_padding", 0),
    ]


def test_ipv6_fields():
    packet = Packet(frames.ethernet(frames.ipv6(frames.udp(b"data")), 0x86DD))
    assert packet.ipv6.get_fields() == [
        ("_version", 6),
        ("dscp", 0b101010),
        ("ds", 0b11),
        ("_flow_label", 0xABCDE),
        ("_payload", 12),
        ("_nxt_hdr", 17),
        ("_hop_limit", 64),
        ("src", "2001:db8::1"),
        ("dst", "fe80::2:0:0:1"),
    ]
    assert packet.ipv6.payload == packet.udp
