"""Several files read as one, in order or merged by time, and filters on mixed link types."""

from __future__ import annotations

import gzip
import io
import os
import random
import warnings

import pcapng_blocks as ng
import pytest
from capture_files import RAW_IP, SECOND, Record, ethernet_udp, ip_udp, numbered, pcap, pcapng, record, seen
from pcapng_variants import Builder

from umpa_sniffing import UMPAWarning, from_bytes, from_file, from_file_loop, open_offline
from umpa_sniffing.exceptions import UMPAFileFormatException, UMPAFilterException

USER0 = 147


@pytest.fixture
def files(tmp_path):
    """files(content, ...) -> their paths"""

    def write(*contents: bytes) -> list[str]:
        paths = [str(tmp_path / f"file{number}.pcap") for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            with open(path, "wb") as file:
                file.write(content)
        return paths

    return write


def at(*seconds: float, note: str = "") -> list[Record]:
    return [record(ethernet_udp(f"{note}{each}".encode()), int(each * SECOND)) for each in seconds]


def seen_of(packets) -> list[Record]:
    return [seen(packet) for packet in packets]


# In order


@pytest.mark.parametrize("kind", [list, tuple])
def test_files_are_read_in_the_order_given(files, kind):
    parts = [numbered(3), numbered(0), at(5, 4, 6), numbered(2)]
    paths = files(pcap(parts[0]), pcap(parts[1]), pcapng(parts[2]), gzip.compress(pcap(parts[3])))
    packets = from_file(kind(paths))
    assert seen_of(packets) == [each for part in parts for each in part]
    sources = [path for path, part in zip(paths, parts, strict=True) for _ in part]
    assert [packet.source for packet in packets] == sources


def test_one_file_many_times(files):
    (path,) = files(pcap(numbered(3)))
    assert seen_of(from_file([path] * 300)) == numbered(3) * 300


def test_more_files_than_descriptors_are_read_in_order(files):
    resource = pytest.importorskip("resource")
    paths = files(*(pcap(at(number)) for number in range(200)))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
    try:
        packets = from_file(paths)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert [packet.timestamp_ns for packet in packets] == [number * SECOND for number in range(200)]


def test_everything_that_is_a_file_may_be_in_the_list(files):
    paths = files(*(pcap(at(number)) for number in range(5)))
    descriptor = os.open(paths[3], os.O_RDONLY)
    with open(paths[4], "rb") as opened:
        mixed = [paths[0], os.fsencode(paths[1]), io.BytesIO(pcap(at(2))), descriptor, opened]
        packets = from_file(mixed)
    os.close(descriptor)
    assert [packet.timestamp_ns for packet in packets] == [number * SECOND for number in range(5)]
    assert [packet.source for packet in packets][:2] == paths[:2]


def test_loop_count_and_filter_go_across_files(files):
    paths = files(pcap(numbered(3)), pcap(numbered(3)))
    got = []
    from_file_loop(paths, 4, callback=lambda timestamp, packet: got.append(packet))
    assert seen_of(got) == [*numbered(3), numbered(1)[0]]
    assert seen_of(from_file(paths, 2, "udp dst port 53")) == [numbered(3)[0], numbered(3)[2]]


def test_sources_of_paths_of_every_kind(files, tmp_path, monkeypatch):
    (path,) = files(pcap(numbered(1)))
    monkeypatch.chdir(tmp_path)
    assert from_file(path)[0].source == path
    assert from_file(os.fsencode(path))[0].source == path
    assert from_file("file0.pcap")[0].source == "file0.pcap"
    odd = os.fsencode(tmp_path) + b"/caf\xe9"
    os.rename(path, odd)
    assert from_file(odd)[0].source == os.fsdecode(odd)


@pytest.mark.parametrize("merge", [False, True])
def test_a_missing_file_among_them(files, tmp_path, merge):
    paths = files(pcap(numbered(2)))
    with pytest.raises(FileNotFoundError) as caught:
        from_file([*paths, tmp_path / "missing"], merge=merge)
    assert "missing" in str(caught.value)


@pytest.mark.parametrize("merge", [False, True])
def test_damage_is_told_with_its_own_file_and_numbers(files, merge):
    good, cut = pcap(at(1, 2, 3)), pcap(at(1.5, 2.5, 3.5))
    paths = files(good, cut[:-1], good)
    with pytest.raises(UMPAFileFormatException) as caught:
        from_file(paths, merge=merge)
    error = caught.value
    assert paths[1] in str(error) and (error.packet, error.offset) == (3, len(pcap(at(1.5, 2.5))))
    assert {packet.source for packet in error.packets} <= set(paths)
    with pytest.warns(UMPAWarning, match="file1"):
        packets = from_file(paths, merge=merge, errors="warn")
    assert len(packets) == 8
    assert seen_of(from_file(paths, merge=merge, errors="ignore")) == seen_of(packets)


# Merged


def test_merged_by_time(files):
    paths = files(pcap(at(1, 4, 7)), pcapng(at(2, 5, 8)), gzip.compress(pcap(at(3, 6, 9))))
    packets = from_file(paths, merge=True)
    assert [packet.timestamp_ns // SECOND for packet in packets] == list(range(1, 10))
    assert [packet.source for packet in packets] == paths * 3


def test_a_file_keeps_its_own_order(files):
    """As mergecap does: each file's next packet waits for its turn."""
    paths = files(pcap(at(5, 1, 9, note="a")), pcap(at(4, 6, 7, note="b")))
    packets = from_file(paths, merge=True)
    assert [packet.timestamp_ns // SECOND for packet in packets] == [4, 5, 1, 6, 7, 9]


def test_ties_go_by_the_order_of_the_list(files):
    paths = files(*(pcap(at(1, 1, 2, note=note)) for note in "abc"))
    for order in (paths, paths[::-1], [paths[1], paths[2], paths[0]]):
        packets = from_file(order, merge=True)
        assert [packet.source for packet in packets] == [
            *(path for path in order for _ in range(2)), *order
        ]  # fmt: skip


def expected_merge(parts: list[list[Record]]) -> list[Record]:
    rest, merged = [list(part) for part in parts], []
    while any(rest):
        first = min((part[0].timestamp_ns, number) for number, part in enumerate(rest) if part)[1]
        merged.append(rest[first].pop(0))
    return merged


@pytest.mark.parametrize("seed", range(20))
def test_merging_at_random(files, seed):
    chance = random.Random(seed)
    parts = [
        [
            record(chance.randbytes(chance.randrange(3000)), chance.randrange(50))
            for _ in range(chance.randrange(200))
        ]
        for _ in range(chance.randrange(1, 12))
    ]
    paths = files(*(chance.choice([pcap, pcapng])(part) for part in parts))
    assert seen_of(from_file(paths, merge=True)) == expected_merge(parts)
    with open_offline(paths, merge=True) as capture:
        assert seen_of(capture) == expected_merge(parts)


def test_merging_filters_and_counts(files):
    paths = files(pcap(numbered(6)), pcap(numbered(6)))
    packets = from_file(paths, 3, "udp dst port 54", merge=True)
    wanted = [each for each in numbered(6)[1::2] for _ in paths]
    assert seen_of(packets) == wanted[:3]


def test_merging_one_file_changes_nothing(files):
    (path,) = files(pcap(at(3, 1, 2)))
    assert from_file([path], merge=True) == from_file(path, merge=True) == from_file(path)


def test_merging_mixed_interfaces(files):
    first = Builder(ng.LITTLE).interface(1).interface(113)
    second = Builder(ng.BIG).interface(USER0, resolution=9)
    for number in range(0, 20, 2):
        first.enhanced(b"%d" % number, number * 1000, number // 2 % 2)
        second.enhanced(b"%d" % (number + 1), (number + 1) * 10**6)
    paths = files(first.variant("").content, second.variant("").content)
    packets = from_file(paths, merge=True)
    assert [bytes(packet) for packet in packets] == [b"%d" % number for number in range(20)]
    assert [packet.datalink for packet in packets] == [1, USER0, 113, USER0] * 5
    assert [packet.interface.name for packet in packets] == ["if0", "if0", "if1", "if0"] * 5


# Filters on mixed link types


def mixed_file() -> bytes:
    """Ethernet, raw IP and a user's own link type: each with a packet to port 53 and one to port 54."""
    file = Builder().interface(1).interface(101).interface(USER0)
    for port in (53, 54):
        ethernet, raw = ethernet_udp(b"data", 1024, port), ip_udp(b"data", 1024, port)
        file.enhanced(ethernet, port, 0).enhanced(raw, port, 1).enhanced(ethernet, port, 2)
    return file.variant("").content


def test_a_filter_is_compiled_for_each_link_type():
    with pytest.warns(UMPAWarning, match=r"USER0|147") as caught:
        packets = from_bytes(mixed_file(), filter="udp dst port 53")
    assert [packet.datalink for packet in packets] == [1, 12]
    assert len(caught) == 1, "it is said once"
    assert "udp dst port 53" in str(caught[0].message)


def test_a_filter_that_all_link_types_know_warns_of_none():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(from_bytes(mixed_file(), filter="greater 1")) == 6
        assert len(from_bytes(mixed_file(), filter="")) == 6


def test_a_link_type_that_does_not_know_the_filter_is_told_once_for_many_packets(files):
    paths = files(mixed_file(), pcap(numbered(3)), pcap(numbered(50), link_type=USER0), mixed_file())
    with pytest.warns(UMPAWarning, match=r"USER0|147") as caught:
        packets = from_file(paths, filter="ip")
    assert len(caught) == 1
    assert [packet.datalink for packet in packets] == [1, 12, 1, 12, 1, 1, 1, 1, 12, 1, 12]


@pytest.mark.parametrize(
    "content", [pcap(numbered(3), link_type=USER0), pcapng(numbered(3), link_type=USER0)]
)
def test_a_filter_that_no_link_type_knows_is_an_error(content, files):
    paths = files(content, content)
    for source in (paths[0], paths):
        with pytest.raises(UMPAFilterException) as caught:
            from_file(source, filter="udp")
        assert caught.value.filter == "udp"


@pytest.mark.parametrize("filter", ["nonsense (", "port http https", "tcp[", "udp port 99999999"])
def test_a_filter_that_is_none_is_an_error_at_once(files, filter):
    paths = files(mixed_file(), pcap(numbered(1)))
    for source in (*paths, paths):
        with pytest.raises(UMPAFilterException):
            open_offline(source, filter=filter)


def test_the_packets_before_a_file_that_is_missing_come_first(files, tmp_path):
    paths = [*files(pcap(numbered(5000))), tmp_path / "missing.pcap"]
    with pytest.raises(FileNotFoundError) as caught:
        from_file(paths)
    assert len(caught.value.packets) == 5000


@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize("place", [0, 1])
def test_a_file_that_is_none_is_named(merge, place, files):
    contents = [pcap(numbered(3))]
    contents.insert(place, b"this is no capture file")
    paths = files(*contents)
    with pytest.raises(UMPAFileFormatException) as caught:
        from_file(paths, merge=merge)
    assert str(paths[place]) in str(caught.value)


@pytest.mark.parametrize("merge", [False, True])
def test_a_filter_that_does_not_suit_a_later_file_is_told(merge, files):
    ethernet, raw = pcap(numbered(3)), pcap(numbered(3), link_type=RAW_IP)
    for place, contents in enumerate(((raw, ethernet), (ethernet, raw))):
        paths = files(*contents)
        with pytest.warns(UMPAWarning, match="link type") as caught:
            packets = from_file(paths, merge=merge, filter="ether host 0:0:0:0:0:0")
        assert len(packets) == 3 and len(caught) == 1
        assert str(paths[place]) in str(caught[0].message)


def test_a_filter_may_suit_a_later_interface_alone():
    blocks = ng.LITTLE
    content = b"".join([
        blocks.section(), blocks.interface(link_type=USER0), blocks.interface(),
        *(blocks.enhanced(each.data, interface=number % 2) for number, each in enumerate(numbered(6))),
    ])  # fmt: skip
    with pytest.warns(UMPAWarning, match="147"):
        assert len(from_bytes(content, filter="udp")) == 3
