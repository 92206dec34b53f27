"""File objects that give little at a time: a socket's, a pipe's, one that a program made."""

from __future__ import annotations

import gzip
import io
import os
import socket
import tarfile
import threading
import time
import zipfile

import pytest
from capture_files import numbered, pcap, record, seen

from umpa_sniffing import open_offline, write

RECORDS = numbered(300)
CONTENT = pcap(RECORDS)


class Live:
    """Gives what has come at once, and says when it is asked for more: then a real one would wait."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.asked = 0

    def read(self, size):
        self.asked += 1
        return self.pieces.pop(0)


def test_what_a_file_object_gave_is_delivered_before_it_is_asked_for_more():
    records = [pcap([record(bytes([number]))])[24:] for number in range(50)]
    live = Live(CONTENT[:24], *records, b"")
    with open_offline(live) as capture:
        for number, packet in enumerate(capture):
            assert bytes(packet) == bytes([number]) and live.asked == number + 2
    assert number == 49


def test_stop_ends_a_file_object_that_gives_little_at_a_time():
    late = threading.Timer(0.3, lambda: capture.stop())

    class Slow:
        pieces = iter(CONTENT[:30])

        def read(self, size):
            time.sleep(0.02)
            return bytes([next(self.pieces, 0)])  # of a packet that is never whole

    capture = open_offline(Slow())
    late.start()
    assert list(capture) == []
    capture.close()


@pytest.mark.parametrize("open_file", [open, io.FileIO, gzip.open])
@pytest.mark.parametrize("options", [{}, {"append": True}])
def test_the_file_of_a_file_object_is_not_written(open_file, options, tmp_path):
    path = tmp_path / "some.pcap"
    path.write_bytes(gzip.compress(CONTENT) if open_file is gzip.open else CONTENT)
    before = path.read_bytes()
    with open_file(path, "rb") as file, open_offline(file) as capture, pytest.raises(ValueError) as caught:
        write(path, capture, **options)
    assert "is being read" in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize("buffering", [-1, 0])
def test_a_buffered_file_does_not_wait_for_a_full_buffer(buffering):
    reads, writes = os.pipe()
    with os.fdopen(reads, "rb", buffering) as file:
        os.write(writes, CONTENT[: len(CONTENT) // 2])
        with open_offline(file) as capture:
            assert [seen(next(capture)) for _ in range(100)] == RECORDS[:100]
    os.close(writes)


def test_what_a_buffer_holds_is_delivered_before_more_is_asked_for():
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rwb") as pair, ours.makefile("rb") as plain:
        for file in (plain, pair):
            theirs.sendall(CONTENT[: len(CONTENT) // 2])
            with open_offline(file) as capture:
                assert [seen(next(capture)) for _ in range(140)] == RECORDS[:140]


def files_without_a_descriptor(tmp_path):
    def refuses(error):
        class File(io.BytesIO):
            def fileno(self):
                raise error

        return File(CONTENT)

    class Odd(io.BytesIO):
        fileno = None

    class Huge(io.BytesIO):
        def fileno(self):
            return 2**70

    yield from map(refuses, (AttributeError(), NotImplementedError(), RuntimeError(), OSError()))
    yield from (Odd(CONTENT), Huge(CONTENT))
    (tmp_path / "some.pcap").write_bytes(CONTENT)
    with tarfile.open(tmp_path / "some.tar", "w") as archive:
        archive.add(tmp_path / "some.pcap", "some.pcap")
    with tarfile.open(tmp_path / "some.tar") as archive:
        yield archive.extractfile("some.pcap")
    with zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        archive.write(tmp_path / "some.pcap", "some.pcap")
    with zipfile.ZipFile(tmp_path / "some.zip") as archive:
        yield archive.open("some.pcap")


def test_a_file_object_needs_no_descriptor(tmp_path):
    for file in files_without_a_descriptor(tmp_path):
        with open_offline(file) as capture:
            assert [seen(packet) for packet in capture] == RECORDS
