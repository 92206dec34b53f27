"""Dumps that cannot be written: each is an OSError, which tells how many packets are safely in the file."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import threading
import time

import pytest
from capture_files import parse_pcap, read_pcap, seen
from processes import needs_root, run_python
from traffic import Chatter
from waiting_calls import NEVER
from written_files import records_in

from umpa_sniffing import open_live, sniff, sniff_any, sniff_loop, sniff_next, to_file
from umpa_sniffing.exceptions import UMPABrokenPipeException, UMPASystemException

pytestmark = needs_root


def count_in(error: OSError | str) -> int:
    match = re.search(r"\b(\d+) packets? (?:is|are) safely in the file", str(error))
    assert match, f"no number of packets in: {error}"
    return int(match[1])


def every_function(dump, filter):
    yield lambda: sniff(3, filter, "lo", 5000, dump=dump)
    yield lambda: sniff_next(filter, "lo", 5000, dump=dump)
    yield lambda: sniff_any(dump)
    yield lambda: sniff_loop(3, filter, "lo", 5000, dump=dump, callback=lambda *_: None)
    yield lambda: to_file(dump, 3, filter, "lo", 5000)


# Full disks


EVERY_BYTE = """
import json, os, resource, socket, sys
from traffic import quiet_network
from umpa_sniffing import *

folder, workers = sys.argv[1], 8
most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

def attempt(udp, path, limit, flush_interval):
    error, delivered = None, 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    try:
        with open_live("lo", snaplen=4, dump=path, flush_interval=flush_interval) as capture:
            for _ in range(3):
                udp.sendto(b"", udp.getsockname())
            for _ in range(3):
                next(capture)
                delivered += 1
    except OSError as caught:
        error = [caught.errno, str(caught)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    size = os.path.getsize(path)
    return [limit, error, delivered, size, len(from_file(path)) if size else None]

def work(number, pipe):
    quiet_network()
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    path = f"{folder}/{number}.pcap"
    for flush_interval in (0, 1000):
        for limit in range(number, 90, workers):
            told = [flush_interval, *attempt(udp, path, limit, flush_interval)]
            os.write(pipe, json.dumps(told).encode() + b"\\n")

reader, writer = os.pipe()
for number in range(workers):
    if os.fork() == 0:
        try:
            work(number, writer)
            os._exit(0)
        finally:
            os._exit(1)
os.close(writer)
with open(reader) as lines:
    told = [json.loads(line) for line in lines]
assert [os.wait()[1] for _ in range(workers)] == [0] * workers
print(json.dumps(told))
"""


def test_a_disk_that_is_full_at_every_byte(tmp_path):
    """Records of 20 bytes behind a header of 24."""
    told = run_python(EVERY_BYTE, tmp_path)
    assert sorted(each[:2] for each in told) == [[when, limit] for when in (0, 1000) for limit in range(90)]
    for flush_interval, limit, error, delivered, size, read_back in told:
        whole = min(max(limit - 24, 0) // 20, 3)
        if limit >= 84:
            assert (error, delivered, size, read_back) == (None, 3, 84, 3)
            continue
        assert error[0] == errno.EFBIG
        assert count_in(error[1]) == whole, (limit, error)
        assert (size, read_back) == ((24 + 20 * whole, whole) if limit >= 24 else (0, None)), limit
        assert delivered == (whole if flush_interval == 0 else 3 if limit >= 24 else 0)


@pytest.fixture
def small_disk(tmp_path):
    """A file system with room for a few packets."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("size", [0, 700, 9000])
@pytest.mark.parametrize("name", ["out.cap", "out.pcapng", "out.pcap.gz", "out.pcapng.zst", "out.pcap.xz"])
def test_a_full_disk_in_to_file(small_disk, name, size):
    path = small_disk / name
    with Chatter(size=size, interval_s=0) as chatter, pytest.raises(OSError) as caught:
        to_file(path, 100_000, chatter.filter, "lo")
    assert caught.value.errno == errno.ENOSPC
    records = records_in(path)
    assert count_in(caught.value) == len(records)
    assert records or path.suffix in (".gz", ".zst", ".xz")  # whose first member may be larger than the disk
    assert str(path) in str(caught.value)
    assert caught.value.delivered >= len(records)


def test_a_full_disk_in_sniff(small_disk):
    path = small_disk / "dump.cap"
    with Chatter(size=700, interval_s=0) as chatter, pytest.raises(OSError) as caught:
        sniff(100_000, chatter.filter, "lo", dump=path)
    assert caught.value.errno == errno.ENOSPC
    records = read_pcap(path)
    assert count_in(caught.value) == len(records) > 0
    kept = [seen(packet) for packet in caught.value.packets]
    assert kept[: len(records)] == records


def test_a_full_disk_in_sniff_loop(small_disk):
    path = small_disk / "dump.cap"
    delivered = []

    def keep(_, packet):
        delivered.append(seen(packet))

    with Chatter(size=700, interval_s=0) as chatter, pytest.raises(OSError) as caught:
        sniff_loop(0, chatter.filter, "lo", dump=path, callback=keep)
    assert caught.value.errno == errno.ENOSPC
    records = read_pcap(path)
    assert count_in(caught.value) == len(records) > 0
    assert delivered[: len(records)] == records
    assert caught.value.delivered == len(delivered)


def test_a_disk_with_room_for_three_packets(small_disk):
    (small_disk / "ballast").write_bytes(bytes(60 * 1024))
    path = small_disk / "dump.cap"
    with Chatter(size=1000) as chatter, pytest.raises(OSError) as caught:
        sniff(8, chatter.filter, "lo", dump=path)
    assert caught.value.errno == errno.ENOSPC
    records = read_pcap(path)
    assert count_in(caught.value) == len(records) < 8
    assert [seen(packet) for packet in caught.value.packets][: len(records)] == records


@pytest.mark.parametrize("number", range(5))
def test_dev_full(number):
    with Chatter() as chatter, pytest.raises(OSError) as caught:
        list(every_function("/dev/full", chatter.filter))[number]()
    assert caught.value.errno == errno.ENOSPC
    assert "/dev/full" in str(caught.value)


# Paths that cannot be written


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("missing/dump.pcap", FileNotFoundError),
        ("", IsADirectoryError),
        ("file/dump.pcap", NotADirectoryError),
    ],
)
def test_a_path_that_cannot_be_written_fails_before_the_capture(number, name, error, tmp_path):
    (tmp_path / "file").touch()
    start = time.monotonic()
    with pytest.raises(error) as caught:
        list(every_function(tmp_path / name, NEVER))[number]()
    assert time.monotonic() - start < 4
    assert str(tmp_path) in str(caught.value)


def test_a_read_only_file_system(small_disk):
    (small_disk / "old.pcap").write_bytes(b"precious")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    for name in ("old.pcap", "new.pcap"):
        with pytest.raises(OSError) as caught:
            to_file(small_disk / name, 1, NEVER, "lo")
        assert isinstance(caught.value, UMPASystemException) and caught.value.errno == errno.EROFS
        assert name in str(caught.value) and "Read-only file system" in str(caught.value)
    assert (small_disk / "old.pcap").read_bytes() == b"precious"


def test_a_working_directory_that_was_deleted(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(FileNotFoundError) as caught:
        to_file("dump.pcap", 1, NEVER, "lo")
    assert caught.value.errno == errno.ENOENT and "dump.pcap" in str(caught.value)


def test_a_directory_deleted_while_dumping_takes_only_the_name(tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    with Chatter() as chatter, open_live("lo", filter=chatter.filter, dump=folder / "d.pcap") as capture:
        packets = [next(capture)]
        with open(folder / "d.pcap", "rb") as still_open:
            shutil.rmtree(folder)
            packets += [next(capture) for _ in range(20)]
            capture.close()
            assert parse_pcap(still_open.read())[1] == [seen(packet) for packet in packets]
    assert not folder.exists()


@pytest.mark.parametrize("fault", ["no-such-device", "no such filter"])
def test_an_opening_that_fails_leaves_the_old_file_alone(fault, tmp_path):
    existing = tmp_path / "existing.pcap"
    existing.write_bytes(b"precious")
    with pytest.raises((OSError, ValueError)):
        to_file(existing, 1, *{"no-such-device": (None, fault), "no such filter": (fault, "lo")}[fault])
    assert existing.read_bytes() == b"precious"


# Pipes


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def test_a_fifo_that_nobody_reads(fifo):
    with pytest.raises(OSError) as caught:
        sniff(1, NEVER, "lo", dump=fifo)
    assert caught.value.errno == errno.ENXIO and "start the reader first" in str(caught.value)


def test_a_fifo_whose_reader_leaves(fifo, cable):
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with open_live("veth", filter="udp", dump=fifo, flush_interval=0) as capture:
        cable.sender.send(3)
        packets = [next(capture) for _ in range(3)]
        assert parse_pcap(os.read(reader, 65536))[1] == [seen(packet) for packet in packets]
        os.close(reader)
        cable.sender.send()
        with pytest.raises(BrokenPipeError) as caught:
            next(capture)
        assert isinstance(caught.value, UMPABrokenPipeException) and caught.value.errno == errno.EPIPE
        assert count_in(caught.value) == capture.delivered == 3
        assert str(fifo) in str(caught.value)


def test_a_storm_of_signals_while_the_reader_is_slow(fifo):
    """Each signal may interrupt a write."""
    pipe = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    content, ticks = [], []

    def read_slowly():
        os.set_blocking(pipe, True)
        while chunk := os.read(pipe, 16384):
            content.append(chunk)
            time.sleep(0.005)

    before = signal.signal(signal.SIGALRM, lambda *_: ticks.append(1))
    reader = threading.Thread(target=read_slowly, daemon=True)
    try:
        with (
            Chatter(size=1400, interval_s=0.0005) as chatter,
            open_live("lo", filter=chatter.filter, count=1500, dump=fifo) as capture,
        ):
            reader.start()
            signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
            packets = list(capture)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    reader.join()
    os.close(pipe)
    assert parse_pcap(b"".join(content))[1] == [seen(packet) for packet in packets]
    assert len(packets) == 1500 and len(ticks) > 100
