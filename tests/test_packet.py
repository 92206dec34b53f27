"""Packets as Python objects."""

from __future__ import annotations

import copy
import pickle
import sys

import frames
import pytest

from umpa_sniffing import Packet, UMPAAttributeException, protocols

FRAME = frames.ethernet(frames.ipv4(frames.udp(b"data"))) + b"trailer"
TIMESTAMP_NS = 1249423424_454845678


@pytest.fixture
def packet() -> Packet:
    return Packet(FRAME, timestamp_ns=TIMESTAMP_NS, wire_len=1514)


def test_what_a_packet_knows(packet):
    assert packet.timestamp_ns == TIMESTAMP_NS
    assert packet.timestamp == pytest.approx(1249423424.454845678, abs=1e-6)
    assert f"{packet.timestamp:f}" == "1249423424.454846"
    assert packet.caplen == len(packet) == len(FRAME)
    assert packet.wire_len == 1514
    assert packet.datalink == 1
    assert bytes(packet) == packet.get_raw() == FRAME


def test_times_before_the_epoch():
    assert Packet(b"", timestamp_ns=-1_500_000_000).timestamp == -1.5


@pytest.mark.parametrize("name", ["udp", "UDP", "Udp", "uDP"])
def test_a_layer_in_any_letter_case(packet, name):
    assert getattr(packet, name) == packet.protos[2]
    assert packet[name] == packet.protos[2]
    assert name in packet


def test_a_layer_by_its_type(packet):
    assert packet[protocols.UDP] == packet.udp
    assert protocols.UDP in packet
    assert protocols.TCP not in packet


def test_an_absent_layer(packet):
    with pytest.raises(AttributeError, match="no TCP layer"):
        packet.tcp  # noqa: B018
    with pytest.raises(AttributeError, match="no TCP layer"):
        packet.TCP  # noqa: B018
    for key in ("tcp", protocols.TCP, "nonsense", int, "\ud800"):
        assert key not in packet
        with pytest.raises(KeyError) as caught:
            packet[key]
        assert caught.value.args == (key,)
    with pytest.raises(AttributeError, match="nonsense"):
        packet.nonsense  # noqa: B018
    assert getattr(packet, "\ud800", None) is None


@pytest.mark.parametrize("key", [0, None, b"udp", ["udp"]])
def test_a_key_that_is_no_name_and_no_type(packet, key):
    with pytest.raises(TypeError, match="by its name or its type"):
        packet[key]
    with pytest.raises(TypeError, match="by its name or its type"):
        key in packet  # noqa: B015


def test_dir_shows_the_layers_that_are_there(packet):
    names = dir(packet)
    assert {"ethernet", "ip", "udp", "payload", "protos", "timestamp"} <= set(names)
    assert not {"tcp", "arp", "ipv6"} & set(names)


def test_true_and_not_iterable():
    empty = Packet(b"")
    assert empty
    assert len(empty) == 0
    with pytest.raises(TypeError):
        iter(empty)


def test_immutable(packet):
    for name in ("timestamp_ns", "udp", "anything"):
        with pytest.raises(AttributeError):
            setattr(packet, name, 1)
    with pytest.raises(TypeError):
        Packet.anything = 1
    with pytest.raises(TypeError):
        type("MyPacket", (Packet,), {})


def test_buffer(packet):
    view = memoryview(packet)
    assert view.readonly
    assert view == FRAME
    del packet
    assert bytes(view) == FRAME


def test_equality_and_hash():
    def make(data=FRAME, datalink=1, timestamp_ns=5, wire_len=2000):
        return Packet(data, datalink, timestamp_ns, wire_len)

    assert make() == make()
    assert hash(make()) == hash(make())
    others = [make(FRAME + b"x"), make(datalink=101), make(timestamp_ns=6), make(wire_len=2001)]
    assert all(make() != other for other in others)
    assert len({make(), make(), *others}) == 5
    assert make() != FRAME
    with pytest.raises(TypeError):
        make() < make()  # noqa: B015


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(packet, protocol):
    again = pickle.loads(pickle.dumps(packet, protocol))
    assert again == packet
    assert str(again).count("\n") == str(packet).count("\n")


def test_copies_are_the_packet_itself(packet):
    assert copy.copy(packet) is packet
    assert copy.deepcopy(packet) is packet


def test_sizeof_counts_the_bytes_inside():
    small, large = Packet(bytes(100)), Packet(bytes(1100))
    assert sys.getsizeof(large) - sys.getsizeof(small) == 1000


@pytest.mark.parametrize("data", [FRAME, bytearray(FRAME), memoryview(FRAME)])
def test_made_from_any_buffer(data):
    assert bytes(Packet(data)) == FRAME


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("text",), TypeError),
        ((None,), TypeError),
        ((), TypeError),
        ((b"", "1"), TypeError),
        ((b"", -1), ValueError),
        ((b"", 2**32), ValueError),
        ((b"", 1, 1.5), TypeError),
        ((b"", 1, 2**63), ValueError),
        ((b"", 1, 0, -1), ValueError),
        ((b"", 1, 0, 2**32), ValueError),
        ((b"", 1, 0, "8"), TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error):
        Packet(*arguments)


def test_a_name_with_a_nul_is_nobodys(packet):
    for name in ("udp\0", "udp\0junk"):
        assert name not in packet
        assert getattr(packet, name, None) is None
        with pytest.raises(KeyError):
            packet[name]
    with pytest.raises(UMPAAttributeException):
        packet.udp.get_field("srcport\0junk")
    with pytest.raises(UMPAAttributeException):
        packet.udp.get_field("\ud800")
