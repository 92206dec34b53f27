"""Capture.index(): a file's packets as a sequence, made when they are asked for."""

from __future__ import annotations

import gzip
import math
import os
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pcapng_blocks as ng
import pcapng_variants
import pytest
from capture_files import SECOND, numbered, pcap, pcapng, record, seen
from processes import run_python

from umpa_sniffing import from_file, open_offline
from umpa_sniffing.exceptions import UMPAException, UMPAFileFormatException, UMPAStateException

COUNT = 10
PACKETS = numbered(COUNT)
MIXED = {each.name: each for each in pcapng_variants.variants() if "random" not in each.name}


@pytest.fixture(params=[pcap, pcapng], ids=["pcap", "pcapng"])
def path(request, tmp_path):
    path = tmp_path / "packets"
    path.write_bytes(request.param(PACKETS))
    return path


@pytest.fixture
def index(path):
    with open_offline(path) as capture:
        yield capture.index()


def seen_of(packets):
    return [seen(packet) for packet in packets]


def test_it_is_a_sequence(index):
    assert isinstance(index, Sequence)
    assert len(index) == COUNT
    assert seen_of(index) == PACKETS
    assert seen_of(reversed(index)) == PACKETS[::-1]
    assert index[3] in index
    assert index.index(index[3]) == 3 and index.count(index[3]) == 1


def test_any_packet_in_any_order(index):
    for number in [9, 0, 5, 5, 1, 8, *range(COUNT), *range(-1, -COUNT - 1, -1)]:
        assert seen(index[number]) == PACKETS[number]


@pytest.mark.parametrize("number", [COUNT, COUNT + 1, -COUNT - 1, 2**40, -(2**70)])
def test_beyond_its_ends(index, number):
    with pytest.raises(IndexError):
        index[number]


@pytest.mark.parametrize("number", ["1", 1.0, None])
def test_what_is_no_number(index, number):
    with pytest.raises(TypeError):
        index[number]


SLICES = [
    slice(start, stop, step)
    for start in (None, 0, 3, -4, 12, -20)
    for stop in (None, 0, 7, -2, 12, -20)
    for step in (None, 1, 2, 3, -1, -2, 40)
]


def test_slices(index):
    for chosen in SLICES:
        part = index[chosen]
        assert type(part) is type(index)
        assert len(part) == len(PACKETS[chosen])
        assert seen_of(part) == PACKETS[chosen], chosen
    with pytest.raises(ValueError):
        index[::0]


def test_slices_of_slices(index):
    for first in SLICES[::5]:
        for second in SLICES[::7]:
            part, expected = index[first][second], PACKETS[first][second]
            assert seen_of(part) == expected, (first, second)
            assert seen_of(part[::-1]) == expected[::-1]


def test_timestamps(index):
    stamps = [each.timestamp_ns for each in PACKETS]
    assert list(index.timestamps) == stamps
    assert list(index[2:8:2].timestamps) == stamps[2:8:2]
    assert list(index[::-1].timestamps) == stamps[::-1]


def test_between(index):
    stamps = [each.timestamp_ns / SECOND for each in PACKETS]
    part = index.between(stamps[3] - 0.5, stamps[6] - 0.5)
    assert type(part) is type(index)
    assert seen_of(part) == PACKETS[3:6]
    assert len(index.between(0, 1)) == 0
    assert seen_of(index.between(0, 2**33)) == PACKETS
    assert len(index.between(stamps[6], stamps[3])) == 0


def test_between_exact_times(index):
    first, last = PACKETS[3].timestamp_ns, PACKETS[6].timestamp_ns
    assert seen_of(index.between(Fraction(first, SECOND), Decimal(last) / SECOND)) == PACKETS[3:6]
    assert seen_of(index.between(Fraction(first * 2 + 1, SECOND * 2), 2**70))[0] == PACKETS[4]
    assert seen_of(index.between(datetime.min, datetime.max)) == PACKETS


def test_between_is_asked_in_seconds(index):
    with pytest.raises(ValueError, match="start must be seconds, not nanoseconds"):
        index.between(PACKETS[3].timestamp_ns, PACKETS[6].timestamp_ns)
    with pytest.raises(ValueError, match="start must be seconds, not nanoseconds"):
        index.between(float(PACKETS[3].timestamp_ns), math.inf)
    assert seen_of(index.between(-math.inf, Decimal("Infinity"))) == PACKETS


def test_between_takes_packets_that_are_not_in_order(tmp_path):
    path = tmp_path / "packets.pcap"
    stamps = [5, 1, 9, 3, 7, 3]
    path.write_bytes(pcap([record(b"data", stamp * SECOND) for stamp in stamps]))
    index = open_offline(path).index()
    assert [packet.timestamp_ns // SECOND for packet in index.between(2.5, 7.5)] == [5, 3, 7, 3]
    assert len(index[1:4].between(0, 4)) == 2


def test_it_equals_what_iteration_gives(path):
    index = open_offline(path).index()
    assert list(index) == from_file(path)
    assert [packet.source for packet in index] == [str(path)] * COUNT


@pytest.mark.parametrize("variant", MIXED.values(), ids=MIXED)
def test_every_variant_of_pcapng(variant, tmp_path):
    path = tmp_path / "packets.pcapng"
    path.write_bytes(variant.content)
    index, packets = open_offline(path).index(), from_file(path)
    assert len(index) == len(packets)
    for number in range(len(packets) - 1, -1, -1):
        one, other = index[number], packets[number]
        assert (one, one.interface, one.comments) == (other, other.interface, other.comments)
        assert (one.datalink, one.source, one.options) == (other.datalink, other.source, other.options)


def test_a_filter_chooses(path):
    index = open_offline(path, filter="udp dst port 54").index()
    assert seen_of(index) == PACKETS[1::2]
    assert seen(index[-1]) == PACKETS[9]


def test_a_count_ends_it(path):
    assert seen_of(open_offline(path, count=3).index()) == PACKETS[:3]


def test_an_empty_file(tmp_path):
    path = tmp_path / "empty.pcap"
    path.write_bytes(pcap([]))
    index = open_offline(path).index()
    assert (len(index), list(index), list(index.timestamps), bool(index)) == (0, [], [], False)
    assert len(index[:]) == len(index.between(0, 2**33)) == 0
    with pytest.raises(IndexError):
        index[0]


def test_packets_outlive_the_index(path):
    packet = open_offline(path).index()[4]
    path.unlink()
    assert seen(packet) == PACKETS[4] and packet.udp.dstport == 53


def test_a_closed_capture_has_none(path):
    capture = open_offline(path)
    capture.close()
    with pytest.raises(UMPAStateException, match="closed"):
        capture.index()


def test_a_damaged_file(path):
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(UMPAFileFormatException) as caught:
        open_offline(path).index()
    assert caught.value.packet == COUNT
    index = open_offline(path, errors="ignore").index()
    assert seen_of(index) == PACKETS[:-1]


def test_a_file_that_shrinks_is_told(path):
    index = open_offline(path).index()
    os.truncate(path, 400)
    assert seen(index[0]) == PACKETS[0]
    with pytest.raises(UMPAException, match=r"(?i)shr[aiu]nk|shorter|truncated|changed|cut|ends") as caught:
        index[-1]
    assert str(path) in str(caught.value)
    assert seen(index[1]) == PACKETS[1]


def test_what_cannot_be_read_at_any_place_is_told(path, tmp_path):
    compressed = tmp_path / "packets.gz"
    compressed.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises((UMPAException, ValueError, OSError), match=r"compressed|gzip"):
        open_offline(compressed).index()


@pytest.mark.measures_memory
def test_it_does_not_load_the_packets(tmp_path):
    path = tmp_path / "large.pcap"
    count = 100_000
    path.write_bytes(pcap(numbered(1000, size=600) * (count // 1000)))
    used, length = run_python(
        """
        import json, re, sys
        from umpa_sniffing import open_offline

        def peak():
            with open("/proc/self/status") as status:
                return int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]) * 1024

        before = peak()
        index = open_offline(sys.argv[1]).index()
        for number in range(0, len(index), 7):
            index[number]
        print(json.dumps([peak() - before, len(index)]))
        """,
        path,
    )
    assert length == count
    assert used < count * 24 + (4 << 20) < path.stat().st_size // 8


def test_a_packet_of_no_bytes_and_a_large_one(tmp_path):
    path = tmp_path / "packets.pcapng"
    parts = [
        ng.LITTLE.section(),
        ng.LITTLE.interface(),
        ng.LITTLE.enhanced(b""),
        ng.LITTLE.enhanced(b"x" * 262144),
    ]
    path.write_bytes(b"".join([*parts, ng.LITTLE.enhanced(b"last")]))
    index = open_offline(path).index()
    assert [bytes(packet) for packet in index] == [b"", b"x" * 262144, b"last"]
