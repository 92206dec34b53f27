"""Layers as Python objects: fields, flags, offsets, options, comparing, pickling."""

from __future__ import annotations

import copy
import pickle

import frames
import pytest

from umpa_sniffing import Layer, Option, Packet, UMPAAttributeException, UMPAException, protocols

OPTIONS = bytes.fromhex("020405b40402080a000000010000ffff01030307")


@pytest.fixture
def packet() -> Packet:
    segment = frames.tcp(b"this is\n", options=OPTIONS, bits=0b0101_1101_0010)
    return Packet(frames.ethernet(frames.ipv4(segment, 6, flags=2)))


def test_field_by_its_name_and_without_the_underscore(packet):
    assert packet.tcp.srcport == 40551
    assert packet.tcp._seq == packet.tcp.seq == 4002535750
    assert packet.ip._len == packet.ip.len
    assert packet.ethernet._type == packet.ethernet.type == 0x0800


def test_a_name_that_collides_keeps_its_underscore(packet):
    assert packet.tcp._ack == 4004130011
    assert packet.tcp.ack is True
    over_ipv6 = Packet(frames.ipv6(frames.udp()), frames.RAW)
    assert over_ipv6.ipv6._payload == 8
    assert over_ipv6.ipv6.payload == over_ipv6.udp


def test_flags(packet):
    assert packet.tcp.flags == 0b010010
    assert packet.tcp.get_flags("flags", "syn", "ack", "fin") == [True, True, False]
    assert packet.tcp.get_flags("flags") == [False, True, False, False, True, False]
    assert packet.tcp.syn is True
    assert packet.tcp.fin is False
    assert packet.ip.get_flags("flags", "df") == [True]
    assert packet.ip.df is True


def test_the_six_bits_between_are_reserved_and_have_names_of_their_own(packet):
    assert packet.tcp._reserved == 0b010111
    assert (packet.tcp.ns, packet.tcp.cwr, packet.tcp.ece) == (True, True, True)
    assert "ns" not in packet.tcp.get_fields_keys()


def test_flags_of_what_has_none(packet):
    with pytest.raises(ValueError, match="'srcport' is not a flags field"):
        packet.tcp.get_flags("srcport")
    with pytest.raises(UMPAAttributeException, match="'foo'"):
        packet.tcp.get_flags("flags", "foo")
    with pytest.raises(UMPAAttributeException, match="3"):
        packet.tcp.get_flags("flags", 3)
    with pytest.raises(TypeError):
        packet.tcp.get_flags()


def test_get_field_and_get_fields(packet):
    assert packet.ip.get_field("src") == "192.0.2.1"
    assert packet.ip.get_field("_len") == packet.ip.get_field("len") == packet.ip.len
    assert packet.ip.get_fields_keys() == [name for name, _ in packet.ip.get_fields()]
    for name, value in packet.ip.get_fields():
        assert getattr(packet.ip, name) == packet.ip.get_field(name) == value


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("srcport", 0),
        ("_seq", 32),
        ("_hdr_len", 96),
        ("_reserved", 100),
        ("flags", 106),
        ("syn", 110),
        ("options", 160),
        ("_padding", 320),
    ],
)
def test_get_offset_counts_bits_from_the_layers_first(packet, name, bits):
    assert packet.tcp.get_offset(name) == bits


def test_option_list(packet):
    assert packet.tcp.option_list == [
        Option(2, "mss", b"\x05\xb4", {"mss": 1460}),
        Option(4, "sack_permitted", b"", {}),
        Option(8, "timestamps", bytes.fromhex("000000010000ffff"), {"tsval": 1, "tsecr": 0xFFFF}),
        Option(1, "nop", b"", {}),
        Option(3, "window_scale", b"\x07", {"shift": 7}),
    ]
    assert packet.tcp.option_list[2].tsecr == 0xFFFF
    with pytest.raises(AttributeError, match="this nop has no tsecr"):
        _ = packet.tcp.option_list[3].tsecr
    assert packet.tcp.options == int.from_bytes(OPTIONS, "big")


@pytest.mark.parametrize("broken", ["0200ffff", "0201ffff", "02ffffff", "fc03ee02"])
def test_option_list_ends_at_an_option_with_a_broken_length(broken):
    segment = frames.tcp(options=b"\x01" * 4 + bytes.fromhex(broken))
    options = Packet(frames.ipv4(segment, 6), frames.RAW).tcp.option_list
    expected = [Option(1, "nop", b"", {})] * 4
    assert options[:4] == expected
    assert options[4:] in ([], [Option(0xFC, None, b"\xee", {})])


def test_dir_lists_the_fields_that_this_layer_has(packet):
    error = Packet(frames.ipv4(b"\x0b" + bytes(7) + frames.ipv4(frames.udp(b"x")), 1), frames.RAW).icmp
    assert {"type", "type_name", "code", "_checksum", "checksum", "unused", "quoted", "get_field"} < set(
        dir(error)
    )
    assert not {"addressmask", "originate", "ident", "router_list", "ext_echo_state_name"} & set(dir(error))
    for layer in [error, *packet.protos]:
        for name in dir(layer):
            getattr(layer, name)
    assert set(dir(packet.tcp)) == set(object.__dir__(packet.tcp))


def test_a_field_that_a_layer_lacks(packet):
    for access in (
        lambda: packet.tcp.ttl,
        lambda: packet.tcp.get_field("ttl"),
        lambda: packet.tcp.get_offset("ttl"),
    ):
        with pytest.raises(UMPAAttributeException, match="TCP layer has no field 'ttl'") as caught:
            access()
        assert isinstance(caught.value, AttributeError)
        assert isinstance(caught.value, UMPAException)
    with pytest.raises(TypeError, match="not int"):
        packet.tcp.get_field(1)


def test_a_field_that_this_type_of_message_lacks():
    echo = Packet(frames.ipv4(bytes([8, 0, 0, 0, 0, 1, 0, 2]), 1), frames.RAW).icmp
    assert echo.ident == 1
    with pytest.raises(UMPAAttributeException, match="'unused'"):
        echo.unused  # noqa: B018
    assert not hasattr(echo, "redir_gw")


def test_layers_cannot_be_changed_or_made(packet):
    with pytest.raises(AttributeError):
        packet.tcp.srcport = 1
    with pytest.raises(AttributeError):
        packet.tcp.anything = 1
    with pytest.raises(TypeError):
        Layer()
    with pytest.raises(TypeError):
        protocols.TCP()
    with pytest.raises(TypeError):
        protocols.TCP.srcport = 1


def test_name_layer_payload_packet(packet):
    assert [(layer.name, layer.layer) for layer in packet.protos] == [
        ("Ethernet", 2),
        ("IP", 3),
        ("TCP", 4),
        ("Payload", 5),
    ]
    assert packet.ethernet.payload == packet.ip
    assert packet.protos[-1].payload is None
    assert packet.ip.packet is packet


def test_bytes_are_the_header(packet):
    assert b"".join(bytes(layer) for layer in packet.protos) == bytes(packet)
    assert bytes(packet.payload) == packet.payload.data == b"this is\n"


def test_types(packet):
    assert isinstance(packet.tcp, protocols.TCP)
    assert isinstance(packet.tcp, Layer)
    assert type(packet.tcp).__name__ == "TCP"
    assert type(packet.tcp).__module__ == "umpa_sniffing.protocols"


def test_equality_and_hash_go_by_packet_and_place(packet):
    same = Packet(bytes(packet))
    assert packet.tcp == packet.tcp == same.tcp
    assert hash(packet.tcp) == hash(same.tcp)
    assert packet.tcp != packet.ip
    assert packet.tcp != Packet(bytes(packet), timestamp_ns=1).tcp
    assert len({packet.tcp, same.tcp, packet.ip}) == 2


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_and_copy(packet, protocol):
    assert pickle.loads(pickle.dumps(packet.tcp, protocol)) == packet.tcp
    layer = packet.tcp
    assert copy.copy(layer) is layer
    assert copy.deepcopy(layer) is layer


def test_a_layer_keeps_its_packet_alive(packet):
    layer = Packet(bytes(packet)).payload
    assert layer.data == b"this is\n"


def test_help_tells_what_a_field_is():
    assert "RFC 9293" in protocols.TCP.srcport.__doc__
    assert "RFC 9293" in protocols.TCP.__doc__
