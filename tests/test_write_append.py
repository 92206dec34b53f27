"""append=True: what may be appended to, and what may not."""

from __future__ import annotations

import os

import pcapng_blocks as ng
import pytest
from capture_files import ETHERNET, RAW_IP, numbered, pcap, pcapng, read_pcap, record, seen
from pcapng_blocks import parse_pcapng
from savefile_variants import Form
from test_write import in_format, packets
from written_files import EVERY_FORMAT, judged, records_in

from umpa_sniffing import Packet, from_file, write
from umpa_sniffing.exceptions import UMPAFileFormatException


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_every_format_can_be_appended_to(format, tmp_path):
    path = tmp_path / "some"
    some = packets(30)
    for start in (0, 10, 20):
        assert write(path, some[start : start + 10], format=format, append=True) == 10
    assert records_in(path) == in_format([seen(packet) for packet in some], format)
    assert judged(path, tmp_path) == 30


def test_a_missing_or_empty_file_is_begun(tmp_path):
    (tmp_path / "empty.pcap").touch()
    for name in ("empty.pcap", "missing.pcap"):
        write(tmp_path / name, packets(2), append=True)
        assert len(read_pcap(tmp_path / name)) == 2


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nanoseconds", [True, False])
def test_records_go_in_the_files_own_byte_order(order, nanoseconds, tmp_path):
    path = tmp_path / "some"
    old = pcap(numbered(3), order=order, nanoseconds=nanoseconds)
    path.write_bytes(old)
    format = "nsecpcap" if nanoseconds else "pcap"
    assert write(path, packets(4), format=format, append=True) == 4
    assert path.read_bytes().startswith(old)
    expected = [*numbered(3), *(seen(packet) for packet in packets(4))]
    assert read_pcap(path) == in_format(expected, format)


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_gets_a_section_of_its_own(order, tmp_path):
    path = tmp_path / "some.pcapng"
    old = pcapng(numbered(3), order=order)
    path.write_bytes(old)
    write(path, packets(4), append=True)
    assert path.read_bytes().startswith(old)
    sections = parse_pcapng(path.read_bytes())
    assert [(each.order, len(each.packets)) for each in sections] == [(order, 3), ("<", 4)]


def refused(path, *, words, some=None, **options):
    before = path.read_bytes()
    with pytest.raises(ValueError) as caught:
        write(path, packets(3) if some is None else some, append=True, **options)
    assert str(path) in str(caught.value)
    for word in words:
        assert word in str(caught.value), caught.value
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "format", "words"),
    [
        (pcap([]), "pcap", ["microseconds", "is pcap in nanoseconds (format='nsecpcap')"]),
        (pcap([], order=">"), "pcapng", ["is pcap in nanoseconds"]),
        (pcap([], nanoseconds=False), "nsecpcap", ["is pcap in microseconds (format='pcap')"]),
        (pcapng([]), "pcap", ["is pcapng (format='pcapng')"]),
        (b"precious notes", "pcap", ["not a capture file", "Write a new one"]),
        (b"no", "pcap", ["not a capture file", "Write a new one"]),
        (pcap([]), "nsecpcap.gz", ["gzip can't be appended", "not compressed"]),
    ],
)
def test_another_format_is_refused(content, format, words, tmp_path):
    (tmp_path / "some").write_bytes(content)
    refused(tmp_path / "some", format=format, words=words)


@pytest.mark.parametrize("first", [".gz", ".zst", ".xz"])
@pytest.mark.parametrize("then", ["", ".gz", ".zst", ".xz"])
def test_another_compression_is_refused(first, then, tmp_path):
    path = tmp_path / "some"
    write(path, packets(2), format="pcap" + first)
    if first == then:
        write(path, packets(2), format="pcap" + then, append=True)
        assert len(records_in(path)) == 4
    else:
        refused(path, format="pcap" + then, words=["can't be appended"])


@pytest.mark.parametrize("left", [*range(1, 190, 7), 24])
def test_a_cut_pcap_file_is_refused(left, tmp_path):
    path = tmp_path / "some.pcap"
    whole = pcap(numbered(3))
    ends = [24 + number * (len(whole) - 24) // 3 for number in range(4)]
    assert ends[-1] == len(whole)
    path.write_bytes(whole[:left])
    if left in ends:
        assert write(path, packets(1), append=True) == 1
    elif left < 4:
        refused(path, words=["not a capture file"])
    elif left < 24:
        refused(path, words=["file is cut", "header"])
    else:
        count = sum(left >= end for end in ends[1:])
        refused(path, words=[f"packet {count + 1} at byte {ends[count]}", "errors='ignore'"])


@pytest.mark.parametrize("left", range(1, 400, 13))
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_cut_pcapng_file_is_refused(left, order, tmp_path):
    path = tmp_path / "some.pcapng"
    whole = pcapng(numbered(3), order=order)
    path.write_bytes(whole[:left])
    try:
        parse_pcapng(whole[:left])
    except Exception:  # which is any way in which a cut file can fail
        refused(path, words=["not a capture file" if left < 4 else "cut"])
    else:
        write(path, packets(1), append=True)
        assert judged(path, tmp_path) == len(records_in(path))


@pytest.mark.parametrize("compression", [".gz", ".zst", ".xz"])
def test_a_cut_compressed_file_is_refused(compression, tmp_path):
    path = tmp_path / "some"
    write(path, packets(100), format="pcap" + compression)
    whole = path.read_bytes()
    for left in (len(whole) - 1, len(whole) // 2):
        path.write_bytes(whole[:left])
        refused(path, format="pcap" + compression, words=[])


def test_link_types_and_lengths_that_do_not_fit(tmp_path):
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap(numbered(2), link_type=RAW_IP, snaplen=100))
    refused(path, words=["link type 1 ", "is 101", "pcapng"])
    refused(path, some=[Packet(bytes(101), RAW_IP)], words=["snaplen of 100", "101 bytes"])
    assert write(path, [Packet(bytes(100), RAW_IP)], append=True) == 1


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_old_versions_are_refused(version, tmp_path):
    """Their records have the lengths in another order."""
    path = tmp_path / "some.pcap"
    old = pcap(numbered(2))
    path.write_bytes(old[:6] + version.to_bytes(2, "little") + old[8:])
    refused(path, words=["old version", "new file"])


def test_longer_records_are_refused(tmp_path):
    path = tmp_path / "some.pcap"
    path.write_bytes(Form(0xA1B2CD34).file(numbered(2)))
    refused(path, words=["longer records", "new file"])


@pytest.mark.parametrize("order", ["<", ">"])
def test_what_no_reader_takes_is_refused(order, tmp_path):
    path = tmp_path / "some.pcapng"
    blocks = ng.Blocks(order)
    for content, words in (
        (blocks.section(version=(2, 0)), "version 2.0"),
        (blocks.section() + blocks.interface() + blocks.enhanced(b"x", interface=1), "interface 1"),
    ):
        path.write_bytes(content)
        refused(path, words=[words])


def test_no_packet_changes_nothing(tmp_path):
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap(numbered(2)))
    assert write(path, [], append=True) == 0
    assert path.read_bytes() == pcap(numbered(2))


def test_a_long_file_is_read_through(tmp_path):
    path = tmp_path / "some.pcap"
    records = [record(os.urandom(1400)) for _ in range(3000)]
    path.write_bytes(pcap(records))
    write(path, [Packet(b"last", ETHERNET)], append=True)
    assert len(read_pcap(path)) == 3001
    path.write_bytes(path.read_bytes()[:-1])
    refused(path, words=["packet 3001 at byte"])


@pytest.mark.parametrize("nanoseconds", [True, False])
def test_a_file_keeps_its_unit_of_time(nanoseconds, tmp_path):
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap([record(b"old")], nanoseconds=nanoseconds))
    stamp = 1_764_000_000_123_456_789
    assert write(path, [Packet(b"new", timestamp_ns=stamp)], append=True) == 1
    assert from_file(path)[1].timestamp_ns == (stamp if nanoseconds else stamp // 1000 * 1000)
    with pytest.raises(UMPAFileFormatException, match="can't be appended"):
        write(path, packets(1), append=True, format="pcap" if nanoseconds else "nsecpcap")
