"""What pcapng knows of a packet beside its bytes: interface, comments, flags, counters, all other options."""

from __future__ import annotations

import gc
import pickle

import pcapng_blocks as ng
import pytest
from capture_files import numbered, pcap

import umpa_sniffing
from umpa_sniffing import Packet, from_bytes

BOTH = pytest.mark.parametrize("blocks", [ng.LITTLE, ng.BIG], ids=["little", "big"])
DATA = numbered(1)[0].data


def packets_of(*blocks: bytes):
    return from_bytes(b"".join(blocks))


def packet_with(blocks: ng.Blocks, *options: tuple[int, bytes], write="enhanced", **more) -> Packet:
    packet_block = getattr(blocks, write)(DATA, options=options, **more)
    (packet,) = packets_of(blocks.section(), blocks.interface(), packet_block)
    assert bytes(packet) == DATA
    return packet


def flags(blocks: ng.Blocks, value: int, write="enhanced") -> Packet:
    return packet_with(blocks, (ng.EPB_FLAGS, blocks.pack("I", value)), write=write)


# Comments


@BOTH
@pytest.mark.parametrize("write", ["enhanced", "obsolete"])
def test_comments(blocks, write):
    texts = ["first", "zwölf ☂", "", "two\nlines", "x" * 65535]
    packet = packet_with(blocks, *((ng.COMMENT, each.encode()) for each in texts), write=write)
    assert packet.comment == "first"
    assert packet.comments == tuple(texts)
    assert [option.value for option in packet.options] == [each.encode() for each in texts]


@BOTH
def test_a_comment_that_is_not_utf8_is_shown_somehow_and_kept_as_it_is(blocks):
    packet = packet_with(blocks, (ng.COMMENT, b"caf\xe9 \xff"), (ng.COMMENT, b"good"))
    assert packet.comment.startswith("caf") and packet.comments[1] == "good"
    assert packet.options[0].value == b"caf\xe9 \xff"
    assert "good" not in repr(packet.options[0])


def test_an_option_without_end():
    (packet,) = packets_of(
        ng.LITTLE.section(),
        ng.LITTLE.interface(),
        ng.LITTLE.enhanced(DATA, options=[(ng.COMMENT, b"last")], end=False),
    )
    assert packet.comments == ("last",)


def test_what_stands_behind_the_end_of_options_is_none():
    hidden = ng.LITTLE.options([(ng.COMMENT, b"shown")]) + ng.LITTLE.options([(ng.COMMENT, b"hidden")])
    head = ng.LITTLE.pack("IIIII", 0, 0, 0, 4, 4)
    (packet,) = packets_of(
        ng.LITTLE.section(), ng.LITTLE.interface(), ng.LITTLE.block(6, head + b"data" + hidden)
    )
    assert packet.comments == ("shown",) and len(packet.options) == 1


@BOTH
@pytest.mark.parametrize("rest", ["01", "0100", "010000ff", "0100ffff6162", "00ff", "ffffffff"])
def test_options_that_are_cut_end_there(blocks, rest):
    """The packet itself is good."""
    head = blocks.pack("IIIII", 0, 0, 0, 4, 4)
    good = blocks.options([(ng.COMMENT, b"good")], end=False)
    cut = ng.padded(bytes.fromhex(rest)) if blocks.order == "<" else ng.padded(bytes.fromhex(rest)[::-1])
    content = [blocks.section(), blocks.interface(), blocks.block(6, head + b"data" + good + cut)]
    (packet,) = packets_of(*content)
    assert bytes(packet) == b"data" and packet.comment == "good"


# Flags


@BOTH
@pytest.mark.parametrize("write", ["enhanced", "obsolete"])
@pytest.mark.parametrize(("bits", "direction"), [(0, None), (1, "in"), (2, "out"), (3, None)])
def test_direction(blocks, write, bits, direction):
    packet = flags(blocks, bits, write)
    assert packet.direction == direction
    assert (packet.reception, packet.fcs_length, packet.link_errors) == (None, None, ())


@BOTH
@pytest.mark.parametrize(
    ("bits", "reception"),
    [(0, None), (1, "unicast"), (2, "multicast"), (3, "broadcast"), (4, "promiscuous"), (5, None), (7, None)],
)
def test_reception(blocks, bits, reception):
    packet = flags(blocks, bits << 2)
    assert packet.reception == reception
    assert (packet.direction, packet.fcs_length, packet.link_errors) == (None, None, ())


@BOTH
@pytest.mark.parametrize("length", range(16))
def test_length_of_the_frame_check_sequence(blocks, length):
    packet = flags(blocks, length << 5)
    assert packet.fcs_length == (length or None)
    assert (packet.direction, packet.reception, packet.link_errors) == (None, None, ())


LINK_ERRORS = {
    24: "crc", 25: "long", 26: "short", 27: "gap", 28: "unaligned", 29: "delimiter",
    30: "preamble", 31: "symbol",
}  # fmt: skip


@BOTH
@pytest.mark.parametrize(("bit", "word"), LINK_ERRORS.items())
def test_errors_of_the_link(blocks, bit, word):
    packet = flags(blocks, 1 << bit)
    (error,) = packet.link_errors
    assert word in error.lower()
    assert (packet.direction, packet.reception, packet.fcs_length) == (None, None, None)


@BOTH
def test_all_flags_at_once(blocks):
    packet = flags(blocks, 0xFF00_0000 | 4 << 5 | 4 << 2 | 2)
    assert (packet.direction, packet.reception, packet.fcs_length) == ("out", "promiscuous", 4)
    assert len(set(packet.link_errors)) == 8


@pytest.mark.parametrize("value", [b"", b"\1", b"\1\0\0", b"\1\0\0\0\0"])
def test_flags_of_a_wrong_length_say_nothing(value):
    packet = packet_with(ng.LITTLE, (ng.EPB_FLAGS, value))
    assert packet.direction is None
    assert packet.options[0].value == value


# Numbers


@BOTH
def test_numbers(blocks):
    packet = packet_with(
        blocks,
        (ng.EPB_DROPCOUNT, blocks.pack("Q", 2**63 + 1)),
        (ng.EPB_PACKETID, blocks.pack("Q", 0x0102030405060708)),
        (ng.EPB_QUEUE, blocks.pack("I", 0xFFFFFFFF)),
    )
    assert packet.drop_count == 2**63 + 1
    assert packet.packet_id == 0x0102030405060708
    assert packet.queue == 0xFFFFFFFF


@BOTH
@pytest.mark.parametrize(("field", "count"), [(0, 0), (9, 9), (0xFFFE, 0xFFFE), (0xFFFF, None)])
def test_drops_of_an_obsolete_packet_block(blocks, field, count):
    assert packet_with(blocks, write="obsolete", drops=field).drop_count == count


@pytest.mark.parametrize("code", [ng.EPB_DROPCOUNT, ng.EPB_PACKETID, ng.EPB_QUEUE])
@pytest.mark.parametrize("value", [b"", b"1", b"12", b"123456789"])
def test_numbers_of_a_wrong_length_say_nothing(code, value):
    packet = packet_with(ng.LITTLE, (code, value))
    assert (packet.drop_count, packet.packet_id, packet.queue) == (None, None, None)


@BOTH
def test_all_options_are_there_in_their_order(blocks):
    options = [
        (ng.EPB_HASH, b"\x02abcd"), (ng.COMMENT, b"c"), (ng.EPB_VERDICT, b"\x01" + bytes(8)),
        (ng.EPB_HASH, b"\x03" + bytes(16)), (ng.CUSTOM_TEXT, blocks.pack("I", 32473) + b"text"),
        (ng.CUSTOM_BINARY, blocks.pack("I", 32473)), (ng.CUSTOM_TEXT_NOT_COPIED, blocks.pack("I", 1)),
        (ng.CUSTOM_BINARY_NOT_COPIED, blocks.pack("I", 1) + b"1"), (0x1234, b"unknown"), (0xFFFF, b""),
    ]  # fmt: skip
    packet = packet_with(blocks, *options)
    assert [(option.kind, option.value) for option in packet.options] == options


def test_a_packet_without_any():
    for packet in (
        packet_with(ng.LITTLE),
        packets_of(ng.LITTLE.section(), ng.LITTLE.interface(), ng.LITTLE.simple(DATA))[0],
        from_bytes(pcap(numbered(1)))[0],
        Packet(DATA),
    ):
        assert (packet.comment, packet.comments, packet.options) == (None, (), ())
        assert (packet.direction, packet.reception, packet.fcs_length) == (None, None, None)
        assert (packet.link_errors, packet.drop_count, packet.packet_id, packet.queue) == (
            (),
            None,
            None,
            None,
        )


# Interfaces


@BOTH
def test_an_interface(blocks):
    described = blocks.interface(
        113,
        4096,
        [
            (ng.IF_NAME, b"wlan0"), (ng.IF_DESCRIPTION, "Büro".encode()), (ng.IF_FILTER, b"\0tcp port 80"),
            (ng.IF_OS, b"Linux 6"), (ng.IF_HARDWARE, b"a card"), (ng.IF_SPEED, blocks.pack("Q", 10**10)),
            blocks.resolution(9), blocks.offset(-7), (ng.COMMENT, b"of the interface"),
        ],
    )  # fmt: skip
    content = [blocks.section(), described, blocks.enhanced(DATA, stamp=8 * 10**9)]
    (packet,) = packets_of(*content)
    interface = packet.interface
    assert (interface.name, interface.description) == ("wlan0", "Büro")
    assert (interface.datalink, interface.snaplen) == (113, 4096)
    assert (interface.filter, interface.os, interface.hardware) == ("tcp port 80", "Linux 6", "a card")
    assert (interface.speed, interface.resolution) == (10**10, 10**9)
    assert packet.timestamp_ns == 10**9 and packet.datalink == 113
    assert "wlan0" in repr(interface)


@BOTH
def test_an_interface_of_which_nothing_is_told(blocks):
    (packet,) = packets_of(blocks.section(), blocks.interface(101, 0), blocks.enhanced(DATA))
    interface = packet.interface
    assert (interface.name, interface.description, interface.filter) == (None, None, None)
    assert (interface.os, interface.hardware, interface.speed) == (None, None, None)
    assert interface.datalink == packet.datalink == 12
    assert interface.resolution == 10**6


def test_options_of_an_interface_of_a_wrong_length_say_nothing():
    described = ng.LITTLE.interface(
        options=[(ng.IF_SPEED, b"12345"), (ng.IF_NAME, b"e\xff"), (ng.IF_FILTER, b"")]
    )
    (packet,) = packets_of(ng.LITTLE.section(), described, ng.LITTLE.enhanced(DATA))
    assert packet.interface.speed is None
    assert packet.interface.name.startswith("e")
    assert packet.interface.filter in (None, "")


def test_each_packet_has_its_own_interface():
    names = [f"device {number}" for number in range(400)]
    parts = [ng.LITTLE.section()]
    parts += [ng.LITTLE.interface(options=[(ng.IF_NAME, name.encode())]) for name in names]
    order = [*range(399, -1, -1), *range(0, 400, 3)] * 3
    parts += [ng.LITTLE.enhanced(DATA, interface=number) for number in order]
    packets = packets_of(*parts)
    assert [packet.interface.name for packet in packets] == [names[number] for number in order]
    assert packets[0].interface == packets[400 + 133].interface != packets[1].interface


def test_a_new_section_has_interfaces_of_its_own():
    named = [ng.LITTLE.interface(options=[(ng.IF_NAME, name)]) for name in (b"old", b"new")]
    packets = packets_of(
        ng.LITTLE.section(), named[0], ng.LITTLE.enhanced(DATA),
        ng.LITTLE.section(), named[1], ng.LITTLE.enhanced(DATA),
        ng.BIG.section(), ng.BIG.interface(options=[(ng.IF_NAME, b"big")]), ng.BIG.enhanced(DATA),
    )  # fmt: skip
    assert [packet.interface.name for packet in packets] == ["old", "new", "big"]


def test_what_a_packet_knows_outlives_its_list(tmp_path):
    path = tmp_path / "packets.pcapng"
    parts = [ng.LITTLE.section(), ng.LITTLE.interface(options=[(ng.IF_NAME, b"eth0")])]
    parts += [ng.LITTLE.enhanced(DATA, options=[(ng.COMMENT, b"%d" % number)]) for number in range(3000)]
    path.write_bytes(b"".join(parts))
    packet = umpa_sniffing.from_file(path)[1234]
    with umpa_sniffing.open_offline(path) as capture:
        kept = [each for each in capture if each.comment == "2345"]
    path.unlink()
    gc.collect()
    assert (packet.comment, packet.interface.name, packet.source) == ("1234", "eth0", str(path))
    assert [(each.comment, each.interface.name, each.source) for each in kept] == [
        ("2345", "eth0", str(path))
    ]


def test_pickles_keep_comments_and_interface():
    packet = packet_with(ng.BIG, (ng.COMMENT, b"kept"), (ng.EPB_FLAGS, ng.BIG.pack("I", 2)))
    again = pickle.loads(pickle.dumps(packet))
    assert again == packet
    assert (again.comments, again.direction, again.interface) == (("kept",), "out", packet.interface)


def test_comments_make_no_packet_another():
    packet, other = packet_with(ng.LITTLE, (ng.COMMENT, b"one")), packet_with(ng.BIG)
    assert packet == other and hash(packet) == hash(other)
