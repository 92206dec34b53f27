"""What is good behind damage is found again: errors="warn" and errors="ignore"."""

from __future__ import annotations

import os
import random
import struct
import warnings

import pcapng_blocks as ng
import pytest
from capture_files import SECOND, ethernet_udp, numbered, pcap, record

from umpa_sniffing import UMPAWarning, from_bytes, info, open_offline
from umpa_sniffing.exceptions import UMPAFileFormatException

PAGE = 4096
LITTLE, BIG = ng.LITTLE, ng.BIG


def datagrams(count: int):
    dice = random.Random(7)
    sizes = [18, 18, 24, 100, 548, 1472, 1472]
    return [
        record(
            ethernet_udp(dice.randbytes(dice.choice(sizes)), destination_port=1 + number % 60_000),
            1_700_000_000 * SECOND + number * 10_000_000,
        )
        for number in range(count)
    ]


def zeroed(content: bytearray, at: int) -> None:
    content[at : at + PAGE] = bytes(PAGE)


def deleted(content: bytearray, at: int) -> None:
    del content[at : at + PAGE]


def overwritten(content: bytearray, at: int) -> None:
    content[at : at + PAGE] = random.Random(at).randbytes(PAGE)


@pytest.mark.parametrize("damage", [zeroed, deleted, overwritten])
@pytest.mark.parametrize("nanoseconds", [True, False])
def test_a_page_of_a_pcap_file_costs_its_own_packets_and_a_few(damage, nanoseconds):
    records = datagrams(1000)
    good = pcap(records, nanoseconds=nanoseconds)
    mean = len(good) / len(records)
    for at in range(PAGE, len(good) - 2 * PAGE, 5 * PAGE):
        content = bytearray(good)
        damage(content, at)
        found = [bytes(packet) for packet in from_bytes(bytes(content), errors="ignore")]
        originals = {each.data for each in records}
        lost = len(originals - set(found))
        assert lost < 5 * PAGE / mean + 5, (at, lost)
        assert len([each for each in found if each not in originals]) <= 2, at


def test_a_file_whose_records_are_all_odd_is_whole():
    """Some programs write no length on the wire."""
    content = pcap([record(b"x" * 60, number * SECOND, wire_len=0) for number in range(5)])
    assert len(from_bytes(content, errors="warn")) == 5


def test_odd_records_among_others_are_taken():
    records = numbered(10)
    records[3] = record(b"", records[3].timestamp_ns)
    records[5] = record(b"x" * 60, records[5].timestamp_ns, wire_len=0)
    records[9] = record(b"", records[9].timestamp_ns)
    assert len(from_bytes(pcap(records), errors="warn")) == 10


def test_a_file_may_leap_over_many_years():
    some = [record(b"x" * 60, year * 365 * 86400 * SECOND) for year in (5, 5, 30, 30, 31, 1, 1, 50, 50)]
    assert len(from_bytes(pcap(some), errors="warn")) == 9


def usb(sizes):
    some = [record(b"x" * size, (number + 9) * SECOND) for number, size in enumerate(sizes)]
    return pcap(some, link_type=220)


@pytest.mark.parametrize(
    "sizes", [[60, *[70_000] * 20, 60], [60, *[0] * 20, 60], [60, *[0, 70_000] * 20], [*[0] * 90_000, 60]]
)
def test_a_file_without_damage_is_the_same_in_all_modes(sizes):
    content = usb(sizes)
    assert from_bytes(content) == from_bytes(content, errors="ignore")
    cut = content[:-10]
    with pytest.raises(UMPAFileFormatException) as caught:
        from_bytes(cut)
    assert caught.value.packets == from_bytes(cut, errors="ignore")


def test_odd_records_are_not_kept_back_for_long():
    content = pcap([record(b"x" * 64, SECOND), *[record(b"x" * 64, SECOND, wire_len=60)] * 20])
    reads, writes = os.pipe()
    os.write(writes, content)
    with open_offline(reads, errors="ignore") as capture:
        assert len([capture.next(5000) for _ in range(16)]) == 16
    os.close(writes)
    os.close(reads)


def test_zeros_at_the_end_are_no_packets():
    """As a crash, or a power cut, leaves them."""
    content = pcap(numbered(10)) + bytes(50_000)
    assert len(from_bytes(content, errors="ignore")) == 10


@pytest.mark.parametrize("link_type", [1, 101])
def test_another_file_behind_a_file(link_type):
    first, second = pcap(numbered(3)), pcap(numbered(4), link_type=link_type)
    with pytest.raises(UMPAFileFormatException, match="another pcap file begins here") as caught:
        from_bytes(first + second)
    assert caught.value.offset == len(first) and len(caught.value.packets) == 3
    assert len(from_bytes(first + second, errors="ignore")) == 7


# pcapng


def damaged(block: bytes) -> bytes:
    return block[:-4] + b"\1\2\3\4"


def read(*parts: bytes):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return from_bytes(b"".join(parts), errors="warn")


@pytest.mark.parametrize("first", [LITTLE, BIG], ids=["little", "big"])
@pytest.mark.parametrize("second", [LITTLE, BIG], ids=["little", "big"])
def test_a_section_in_any_byte_order_is_found(first, second):
    data = bytes(range(1, 101))
    packets = read(
        first.section(), first.interface(), first.enhanced(data), damaged(first.enhanced(data)),
        b"noise!!", second.section(), second.interface(), *[second.enhanced(data)] * 5,
    )  # fmt: skip
    assert [bytes(packet) for packet in packets] == [data] * 6


@pytest.mark.parametrize("blocks", [LITTLE, BIG], ids=["little", "big"])
@pytest.mark.parametrize(
    "junk",
    [
        lambda blocks: b"JUNK" * 4,
        lambda blocks: damaged(blocks.names((b"\x7f\0\0\1", "localhost"))),
        lambda blocks: blocks.enhanced(b"too early"),
        lambda blocks: blocks.pack("II", 0x99, 100_000) + bytes(8),
        lambda blocks: blocks.pack("II", 0xBAD, 100 << 20) + bytes(8),
    ],
)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_what_is_no_block_costs_nothing_else(blocks, junk, at):
    """Also before the first interface, and where its length says that it goes on far behind the others."""
    parts = [blocks.section(), blocks.interface(), blocks.enhanced(b"1"), *[blocks.enhanced(b"2")] * 50]
    parts.insert(1 + at, junk(blocks))
    found = [bytes(packet) for packet in read(*parts) if bytes(packet) != b"too early"]
    assert found == [b"1", *[b"2"] * 50]


@pytest.mark.parametrize("errors", ["warn", "ignore"])
def test_what_is_no_block_before_the_first_interface_is_told(errors):
    content = b"".join([LITTLE.section(), b"JUNK" * 4, LITTLE.interface(), LITTLE.enhanced(b"1")])
    with pytest.raises(UMPAFileFormatException):
        from_bytes(content)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert len(from_bytes(content, errors=errors)) == 1
        assert info(open_bytes(content), errors=errors).packets == 1
    assert len(told) == (2 if errors == "warn" else 0)
    assert all("16 bytes skipped" in str(each.message) for each in told)


def open_bytes(content: bytes):
    import io

    return io.BytesIO(content)


@pytest.mark.parametrize("blocks", [LITTLE, BIG], ids=["little", "big"])
def test_a_damaged_interface_leaves_the_numbers_of_the_others(blocks):
    interfaces = [
        blocks.interface(options=[(ng.IF_NAME, b"zero")]),
        damaged(blocks.interface(options=[(ng.IF_NAME, b"one")])),
        blocks.interface(options=[(ng.IF_NAME, b"two"), blocks.resolution(9)]),
    ]
    packets = read(
        blocks.section(),
        *interfaces,
        *(blocks.enhanced(b"%d" % number, interface=number) for number in (0, 1, 2)),
    )
    assert [(packet.interface.name, bytes(packet)) for packet in packets] == [("zero", b"0"), ("two", b"2")]


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_numbers_are_not_those_of_other_interfaces_where_a_description_is_lost(lost):
    """It may have been one of this section, or the first of another."""
    blocks = LITTLE
    parts = [blocks.section(), blocks.interface(), blocks.enhanced(b"0"), blocks.interface(link_type=101)]
    rest = [blocks.interface(link_type=113), *[blocks.enhanced(b"%d" % n, interface=n) for n in range(3)]]
    for number in range(len(parts) - lost, len(parts)):
        parts[number] = bytes(len(parts[number]))
    found = [bytes(packet) for packet in read(*parts, *rest)]
    assert found == [b"0"] * (len(parts) - lost > 2)


def test_a_description_is_lost_beside_a_packet():
    packet, description = LITTLE.enhanced(b"x" * 100), LITTLE.interface(link_type=101)
    head = [LITTLE.section(), LITTLE.interface(), LITTLE.enhanced(b"0")]
    rest = [LITTLE.enhanced(b"0"), LITTLE.interface(link_type=113), LITTLE.enhanced(b"1", interface=1)]
    both = packet + description
    for damaged_one in (packet[:4] + bytes(len(both) - 4), both[:30] + both[-2:]):
        assert [bytes(each) for each in read(*head, damaged_one, *rest)] == [b"0", b"0"]


@pytest.mark.parametrize("blocks", [LITTLE, BIG], ids=["little", "big"])
def test_a_lost_section_header_does_not_lend_interfaces_to_its_packets(blocks):
    first = [blocks.section(), blocks.interface(), blocks.enhanced(b"1")]
    second = [bytes(len(blocks.section())), blocks.interface(link_type=101), blocks.enhanced(b"2")]
    third = [blocks.section(), blocks.interface(link_type=113), blocks.enhanced(b"3")]
    found = [(bytes(packet), packet.datalink) for packet in read(*first, *second, *third)]
    assert found == [(b"1", 1), (b"3", 113)]


def test_the_interfaces_of_a_section_end_with_it():
    """Though its successor's header is damaged, or of a version that nobody knows."""
    head = [LITTLE.section(), LITTLE.interface(options=[(ng.IF_NAME, b"old")]), LITTLE.enhanced(b"1")]
    rest = [LITTLE.interface(options=[(ng.IF_NAME, b"new")]), LITTLE.enhanced(b"2")]
    for section in (damaged(LITTLE.section()), LITTLE.section(version=(9, 0))):
        packets = read(*head, section, *rest)
        assert [(packet.interface.name, bytes(packet)) for packet in packets] == [
            ("old", b"1"),
            ("new", b"2"),
        ]


def test_a_simple_packet_is_as_long_as_others_may_be():
    content = b"".join(
        [LITTLE.section(), LITTLE.interface(snaplen=0), LITTLE.simple(bytes(262_145)), LITTLE.simple(b"x")]
    )
    with pytest.raises(UMPAFileFormatException, match=r"262145.*262144"):
        from_bytes(content)
    assert len(read(content)) == 1


@pytest.mark.parametrize("kind", [4, 9, 10, 0xBAD, 0x40000BAD])
def test_blocks_that_carry_files_are_long(kind):
    content = [
        LITTLE.section(),
        LITTLE.interface(),
        LITTLE.block(kind, bytes(20 << 20)),
        LITTLE.enhanced(b"x"),
    ]
    assert len(from_bytes(b"".join(content))) == 1


def test_damage_before_compressed_data_ends_is_told_too():
    import gzip

    damaged = struct.pack("<IIII", 1, 2, 0x7FFFFFFF, 3) + random.Random(1).randbytes(100_000)
    whole = gzip.compress(pcap(datagrams(100)) + damaged)
    with pytest.warns(UMPAWarning) as told:
        from_bytes(whole[:-12], errors="warn")
    text = " ".join(str(each.message) for each in told)
    assert "2147483647" in text and "gzip data ends early" in text
