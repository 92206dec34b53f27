"""No bytes raise: under every link type they are a packet whose every field can be read."""

from __future__ import annotations

import copy
import pickle

import pytest
from capture_files import parse_pcap
from golden_text import GOLDEN
from hypothesis import example, given, settings
from hypothesis import strategies as st

from umpa_sniffing import Packet

LINK_TYPES = [1, 12, 101, 113, 228, 229, 0, 9, 105, 147, 276, 511, 512, 0x300001, 2**32 - 1]

SEEDS = [
    (each.data, link_type)
    for path in sorted(GOLDEN.glob("*.pcap"))
    for link_type, records in [parse_pcap(path.read_bytes())]
    for each in records
]
ICMP = bytes.fromhex("45000024000000004001000a7f0000017f000001")
IPV6 = bytes.fromhex("60000000ffff") + b"\x3a\x40" + bytes(32)
SEEDS += [(bytes(12) + b"\x08\x00" + ICMP + bytes([kind, 0]) + bytes(30), 1) for kind in range(20)]
SEEDS += [(bytes(12) + b"\x86\xdd" + IPV6 + bytes([kind, 0]) + bytes(40), 1) for kind in range(125, 140)]


@st.composite
def damaged_packets(draw):
    """A packet that makes sense, with some bytes changed, cut or added."""
    seed, link_type = draw(st.sampled_from(SEEDS))
    data = bytearray(seed)
    for position, value in draw(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), max_size=6)):
        if position < len(data):
            data[position] = value
    if draw(st.booleans()):
        del data[draw(st.integers(0, len(data))) :]
    return bytes(data) + draw(st.binary(max_size=12)), link_type


def check(packet: Packet, data: bytes) -> None:
    assert bytes(packet) == bytes(memoryview(packet)) == packet.get_raw() == data
    assert len(packet) == packet.caplen == len(data)
    assert str(packet).startswith(f"Packet contains {len(packet.protos)} protocol")
    assert str(packet).isascii() and all(character >= " " or character in "\t\n" for character in str(packet))
    assert "\n" not in repr(packet)
    assert bool(packet) and hash(packet) == hash(packet)
    if packet.stopped is not None:
        layer, reason = packet.stopped
        assert layer and reason
    assert 0 <= len(packet.protos) <= 16
    for layer, following in zip(packet.protos, [*packet.protos, None][1:], strict=True):
        assert layer.payload == following
        assert layer.name.lower() in packet
        check_layer(layer)
    assert b"".join(map(bytes, packet.protos)) + packet.trailer == data
    for other in (pickle.loads(pickle.dumps(packet)), copy.copy(packet), copy.deepcopy(packet)):
        assert other == packet and hash(other) == hash(packet)
        assert (other.timestamp_ns, other.wire_len, other.datalink) == (
            packet.timestamp_ns, packet.wire_len, packet.datalink
        )  # fmt: skip
        assert other.stopped == packet.stopped


def check_layer(layer) -> None:
    assert layer.name in str(layer) and "\n" not in repr(layer)
    assert isinstance(layer.layer, int) and len(bytes(layer)) > 0
    names = layer.get_fields_keys()
    fields = layer.get_fields()
    assert [name for name, _ in fields] == list(names)
    for name, value in fields:
        assert layer.get_field(name) == value == getattr(layer, name)
        offset = layer.get_offset(name)
        assert 0 <= offset <= 8 * len(layer.packet)  # behind the header, where it lies in its contents
    for name in dir(layer):
        getattr(layer, name, None)  # a field may be absent: that is an AttributeError
    for name in {"flags", "tos", "ds"} & set(names):
        bits = layer.get_flags(name)
        assert len(bits) > 0 and set(bits) <= {True, False}
        assert int("".join(str(int(bit)) for bit in bits), 2) == layer.get_field(name)


@pytest.mark.parametrize("link_type", LINK_TYPES)
@given(data=st.binary(max_size=200))
@example(data=b"")
def test_random_bytes_on_every_link_type(link_type, data):
    check(Packet(data, datalink=link_type), data)


@settings(max_examples=2500)
@given(damaged_packets())
def test_damaged_packets(drawn):
    data, link_type = drawn
    check(Packet(data, link_type), data)


@given(damaged_packets(), st.sampled_from(LINK_TYPES))
def test_packets_of_another_link_type(drawn, link_type):
    data, _ = drawn
    check(Packet(data, link_type), data)


@given(
    st.binary(max_size=60),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 2**32 - 1),
)
def test_any_time_and_wire_length(data, timestamp_ns, wire_len):
    packet = Packet(data, datalink=1, timestamp_ns=timestamp_ns, wire_len=wire_len)
    assert (packet.timestamp_ns, packet.wire_len) == (timestamp_ns, wire_len)
    assert packet.timestamp == pytest.approx(timestamp_ns / 1e9)
    check(packet, data)


def test_the_largest_packets():
    for data in (bytes(262_144), SEEDS[0][0] + b"\xff" * 262_000):
        for link_type in LINK_TYPES:
            check(Packet(data, link_type), data)


@pytest.mark.parametrize("seed", range(len(SEEDS)))
def test_every_prefix(seed):
    data, link_type = SEEDS[seed]
    for length in range(len(data) + 1):
        check(Packet(data[:length], link_type, wire_len=len(data)), data[:length])
