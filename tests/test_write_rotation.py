"""Rotation: each file whole before the next begins, by bytes, packets and seconds, and a ring of them."""

from __future__ import annotations

import re
import time

import pytest
from capture_files import SECOND, numbered, pcap, seen
from test_write import packets
from written_files import EVERY_FORMAT, judged, records_in

from umpa_sniffing import Packet, open_offline, write

NAME = re.compile(r"some_(\d{5})_(\d{14})\.file(?:\.gz)?")


def files_in(folder) -> list:
    """In the order of their numbers, which go up by one."""
    found = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    numbers = [int(NAME.fullmatch(path.name)[1]) for path in found]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return found


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_by_packets(format, tmp_path):
    some = packets(25)
    write(tmp_path / "some.file", some, rotate_packets=10, format=format)
    files = files_in(tmp_path)
    assert [judged(path, tmp_path) for path in files] == [10, 10, 5]
    assert len([record for path in files for record in records_in(path)]) == len(some)
    assert not (tmp_path / "some.file").exists()


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_by_bytes(format, tmp_path):
    some = packets(400, size=500)
    write(tmp_path / "some.file", some, rotate_bytes=20_000, format=format)
    files = files_in(tmp_path)
    assert all(path.stat().st_size <= 20_000 for path in files)
    assert all(path.stat().st_size > 15_000 for path in files[:-1])
    records = [record for path in files for record in records_in(path)]
    assert [record.data for record in records] == [bytes(packet) for packet in some]
    assert sum(judged(path, tmp_path) for path in files[:2]) > 2


def test_a_packet_that_is_larger_than_a_file_has_one_alone(tmp_path):
    some = [Packet(bytes(size)) for size in (10, 5000, 10, 10)]
    write(tmp_path / "some.file", some, rotate_bytes=1000)
    assert [len(records_in(path)) for path in files_in(tmp_path)] == [1, 1, 2]


@pytest.mark.parametrize("interval", [5, 2.5, 1e-9])
def test_by_the_seconds_of_the_packets(interval, tmp_path):
    write(tmp_path / "some.file", packets(20), rotate_seconds=interval)
    counts = [len(records_in(path)) for path in files_in(tmp_path)]
    assert counts == {5: [5] * 4, 2.5: [3] * 6 + [2], 1e-9: [1] * 20}[interval]


def test_times_that_go_back(tmp_path):
    """No file has packets that are further apart than it says."""
    times = [50, 42, 51, 52, 10, 19, 20, 2, 2**32 - 1]
    write(
        tmp_path / "some.file", [Packet(b"", timestamp_ns=each * SECOND) for each in times], rotate_seconds=10
    )
    assert [len(records_in(path)) for path in files_in(tmp_path)] == [3, 1, 2, 1, 1, 1]


def test_whichever_comes_first(tmp_path):
    write(tmp_path / "some.file", packets(20), rotate_seconds=7, rotate_packets=5, rotate_bytes=10**6)
    assert [len(records_in(path)) for path in files_in(tmp_path)] == [5, 5, 5, 5]


@pytest.mark.parametrize(("name", "end"), [("some.file.gz", ".file.gz"), ("some.file", ".file")])
def test_the_names_are_dumpcaps(name, end, tmp_path):
    write(tmp_path / name, packets(20), rotate_packets=10)
    moments = [time.strftime("%Y%m%d%H%M%S", time.localtime(1_249_423_424 + start)) for start in (0, 10)]
    assert [path.name for path in files_in(tmp_path)] == [
        f"some_{number:05}_{moment}{end}" for number, moment in enumerate(moments, 1)
    ]


@pytest.mark.parametrize(("name", "start", "end"), [("a.b/some", "some", ""), (".hidden", ".hidden", "")])
def test_names_without_an_extension(name, start, end, tmp_path):
    (tmp_path / "a.b").mkdir()
    write(tmp_path / name, packets(1), rotate_packets=10)
    [path] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert re.fullmatch(rf"{re.escape(start)}_00001_\d{{14}}{end}", path.name)
    assert path.parent == (tmp_path / name).parent


@pytest.mark.parametrize("ring", [1, 3, 100])
def test_a_ring_keeps_the_latest(ring, tmp_path):
    (tmp_path / "some_00000_20200101000000.other").touch()
    some = packets(95)
    write(tmp_path / "some.file", some, rotate_packets=10, ring=ring)
    records = [record for path in files_in(tmp_path) for record in records_in(path)]
    assert records == [seen(packet) for packet in some][-(min(ring, 10) * 10 - 5) :]
    assert len(files_in(tmp_path)) == min(ring, 10)


def test_each_file_is_complete_before_the_next_begins(tmp_path):
    def some():
        for number, packet in enumerate(packets(30)):
            yield packet
            whole = [path for path in tmp_path.iterdir() if path.suffix != ".part"]
            assert len(whole) == number // 10
            assert [len(records_in(path)) for path in whole] == [10] * (number // 10)

    write(tmp_path / "some.file", some(), rotate_packets=10, atomic=True)
    assert len(files_in(tmp_path)) == 3


def test_no_packets_make_one_file(tmp_path):
    write(tmp_path / "some.file", [], rotate_packets=10)
    assert [records_in(path) for path in files_in(tmp_path)] == [[]]


def test_a_capture_rotates(tmp_path):
    (tmp_path / "in.pcap").write_bytes(pcap(numbered(95)))
    with open_offline(tmp_path / "in.pcap") as capture:
        assert write(tmp_path / "some.file", capture, rotate_packets=40) == 95
    assert [len(records_in(path)) for path in files_in(tmp_path)] == [40, 40, 15]


def test_the_oldest_that_cannot_be_removed(tmp_path):
    def some():
        for number, packet in enumerate(packets(30)):
            if number == 15:
                [first, _] = files_in(tmp_path)
                first.unlink()
                (first / "not empty").mkdir(parents=True)
            yield packet

    with pytest.raises(OSError, match="oldest of the ring of 2 files") as caught:
        write(tmp_path / "some.file", some(), rotate_packets=10, ring=2)
    assert "20 packets are safely in the files" in str(caught.value)
