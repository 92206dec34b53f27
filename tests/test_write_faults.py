"""Files that cannot be written, in every format: what is told is in the file, and nothing else."""

from __future__ import annotations

import errno
import os
import signal
import threading
import time

import pytest
from capture_files import numbered, seen
from processes import Program, run_python
from test_dump_faults import count_in
from test_write import packets
from traffic import eventually
from written_files import EVERY_FORMAT, judged, records_in

from umpa_sniffing import Dump, Packet, write
from umpa_sniffing._core import PacketWriter
from umpa_sniffing.exceptions import UMPABrokenPipeException, UMPASystemException

EVERY_BYTE = """
import json, os, resource, sys
from test_write import packets
from umpa_sniffing import Dump
from umpa_sniffing._core import PacketWriter

folder, format, append, atomic = sys.argv[1], sys.argv[2], sys.argv[3] == "append", sys.argv[3] == "atomic"
some = packets(4, size=0)
most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

def attempt(path, limit, flushes):
    if append:
        with PacketWriter(Dump(path, format=format)) as writer:
            writer.write(some[0])
    before = os.path.getsize(path) if append else 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (before + limit, most))
    try:
        with PacketWriter(Dump(path, format=format, append=append, atomic=atomic)) as writer:
            for packet in some[append:]:
                writer.write(packet)
                if flushes:
                    writer.flush()
    except OSError as caught:
        return before, limit, path, [caught.errno, str(caught)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    return before, limit, path, None

told = []
for flushes in (True, False):
    limit = 0
    while not told or told[-1][0] != flushes or told[-1][4] is not None:
        path = f"{folder}/{flushes}-{limit}"
        told.append([flushes, *attempt(path, limit, flushes)])
        limit += 1
print(json.dumps(told))
"""


@pytest.mark.parametrize("way", ["", "append", "atomic"])
@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_a_disk_that_is_full_at_every_byte(format, way, tmp_path):
    whole = [each.timestamp_ns // 1000 for each in map(seen, packets(4, size=0))]
    for flushes, before, limit, path, error in run_python(EVERY_BYTE, tmp_path, format, way):
        old = int(way == "append")
        if error is None:
            assert len(records_in(path)) == 4
            continue
        assert error[0] == errno.EFBIG and path in error[1]
        assert (f"'{os.path.basename(path)}.part'" in error[1]) == (way == "atomic")
        if way == "atomic":
            assert not os.path.exists(path)
            path += ".part"
        size = os.path.getsize(path)
        # The end of a zstd frame, 3 bytes, may find no room where its packets did.
        is_tight = format.endswith("zst") and size + 3 > before + limit
        records = records_in(path, None if is_tight else True) if size else []
        assert [each.timestamp_ns // 1000 for each in records] == whole[: len(records)]
        assert count_in(error[1]) == len(records) - old, (limit, error)
        if not flushes and "." in format and not is_tight:
            assert len(records) == old
        elif size - old * 24 > 0 and len(records) > old:
            assert limit > 0


FULL = {"pcap": 40_000, "pcap.gz": 200, "pcapng": 30_000, "pcapng.zst": 200, "nsecpcap.xz": 200}


@pytest.mark.parametrize("format", FULL)
def test_a_large_file_on_a_full_disk(format, tmp_path):
    """Buffer after buffer, until it ends in the midst of one."""
    script = """
    import json, resource, sys
    from test_dump_faults import count_in
    from umpa_sniffing import Packet, write
    import os
    path, format = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))
    data = os.urandom(1000)
    try:
        write(path, (Packet(data + os.urandom(400), timestamp_ns=n) for n in range(100_000)), format=format)
    except OSError as error:
        print(json.dumps([error.errno, count_in(error)]))
    """
    path = tmp_path / "some"
    number, count = run_python(script, path, format)
    assert number == errno.EFBIG and 500 < count < 10_000
    assert len(records_in(path)) == count == judged(path, tmp_path)


@pytest.mark.parametrize("format", ["pcap", "pcap.gz", "nsecpcap.zst", "pcapng.xz"])
def test_the_exception_has_how_many_are_in_the_file(format, tmp_path):
    script = """
    import json, resource, sys
    from test_dump_faults import count_in
    from umpa_sniffing import Packet, write
    import os
    path, format = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
    try:
        write(path, [Packet(os.urandom(1400), timestamp_ns=n) for n in range(2_000)], format=format)
    except OSError as error:
        print(json.dumps([error.delivered, count_in(error)]))
    """
    delivered, told = run_python(script, tmp_path / "some", format)
    assert delivered == told == len(records_in(tmp_path / "some")) > 0


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_dev_full(format):
    with pytest.raises(UMPASystemException) as caught:
        write("/dev/full", packets(2), format=format)
    assert (
        caught.value.errno == errno.ENOSPC
        and count_in(caught.value) == 0
        and "/dev/full" in str(caught.value)
    )


def test_the_error_is_told_once_and_by_all_later_calls():
    with PacketWriter("/dev/full") as writer:
        writer.write(packets(1)[0])
        for _ in range(2):
            with pytest.raises(OSError, match="No space left"):
                writer.flush()


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def test_a_fifo_that_nobody_reads(fifo):
    with pytest.raises(OSError, match="start the reader first") as caught:
        write(fifo, packets(1))
    assert caught.value.errno == errno.ENXIO


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_a_fifo_whose_reader_leaves(format, fifo, tmp_path):
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with PacketWriter(Dump(fifo, format=format)) as writer:
        writer.write_all(packets(3))
        writer.flush()
        (tmp_path / "copy").write_bytes(os.read(reader, 65536))
        os.close(reader)
        writer.write(packets(1)[0])
        with pytest.raises(BrokenPipeError) as caught:
            writer.flush()
    assert isinstance(caught.value, UMPABrokenPipeException) and str(fifo) in str(caught.value)
    assert count_in(caught.value) == 3 == len(records_in(tmp_path / "copy", not format.endswith("zst")))


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_a_storm_of_signals_while_the_reader_is_slow(format, fifo, tmp_path):
    """Each signal may interrupt a write."""
    pipe = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    content, ticks = [], []

    def read_slowly():
        os.set_blocking(pipe, True)
        while chunk := os.read(pipe, 16384):
            content.append(chunk)
            time.sleep(0.002)

    some = [Packet(os.urandom(1400), timestamp_ns=number * 1000) for number in range(700)]
    before = signal.signal(signal.SIGALRM, lambda *_: ticks.append(1))
    reader = threading.Thread(target=read_slowly, daemon=True)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
        with PacketWriter(Dump(fifo, format=format)) as writer:
            reader.start()
            writer.write_all(some)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    reader.join()
    os.close(pipe)
    (tmp_path / "copy").write_bytes(b"".join(content))
    assert records_in(tmp_path / "copy") == [seen(packet) for packet in some]
    assert len(ticks) > 10


def test_a_handler_that_raises_ends_the_wait_for_a_slow_reader(fifo, alarm, monkeypatch):
    """What is lost by it is told beside the handler's exception."""
    told = []
    monkeypatch.setattr("sys.unraisablehook", lambda each: told.append(str(each.exc_value)))
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    alarm(0.2)
    with pytest.raises(InterruptedError) as caught:
        write(fifo, [Packet(bytes(200_000))] * 10)
    os.close(reader)
    told += getattr(caught.value, "__notes__", [])
    assert len(told) == 1 and "the reader of this pipe does not keep up" in told[0]


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_a_forked_child_writes_nothing(format, tmp_path):
    path = tmp_path / "some"
    script = """
    import json, os, sys
    from test_write import packets
    from umpa_sniffing import Dump
    from umpa_sniffing._core import PacketWriter
    path, format = sys.argv[1:]
    writer = PacketWriter(Dump(path, format=format))
    other = PacketWriter(path + ".not-begun")
    writer.write_all(packets(3))
    if os.fork() == 0:
        told = 0
        for call in (writer.flush, lambda: writer.write_all(packets(1)), lambda: writer.write(packets(1)[0])):
            try:
                call()
            except ValueError as error:
                told += "belongs to the parent process" in str(error)
        writer.close()
        del writer, other
        os._exit(told)
    told = os.waitstatus_to_exitcode(os.wait()[1])
    assert os.path.exists(path + ".not-begun")
    writer.write_all(packets(2))
    writer.close()
    print(json.dumps(told))
    """
    assert run_python(script, path, format) == 3
    assert len(records_in(path)) == 5


WRITE_UNTIL_KILLED = """
import json, sys
from itertools import count
from umpa_sniffing import Dump, Packet
from umpa_sniffing._core import PacketWriter

path, format = sys.argv[1:]
with PacketWriter(Dump(path, format=format)) as writer:
    for number in count():
        writer.write(Packet(b"%d" % number, timestamp_ns=number))
        if number % 10 == 9:
            writer.flush()
            print(json.dumps(number), flush=True)
"""


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_a_killed_process_leaves_what_was_flushed(format, tmp_path):
    path = tmp_path / "some"
    with Program(WRITE_UNTIL_KILLED, path, format) as program:
        while program.told() < 500:
            pass
        program.process.kill()
        last = [int(line) for line in program.process.stdout if line.endswith("\n")][-1:] or [500]
    numbers = [int(each.data) for each in records_in(path, not format.endswith("zst"))]
    assert numbers == list(range(len(numbers))) and len(numbers) > last[0]


def is_in_use(writer) -> bool:
    try:
        writer.flush()
    except ValueError as error:
        return "in use by another thread" in str(error)
    return False


def test_threads_that_share_a_writer_are_told(fifo):
    """While one waits for the pipe's reader, the other must not touch the buffer."""
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with PacketWriter(fifo) as writer:
        waiting = threading.Thread(target=writer.write_all, args=([Packet(bytes(200_000))] * 10,))
        waiting.start()
        eventually(lambda: is_in_use(writer), "the thread waits in the writer")
        os.set_blocking(reader, True)
        drain = threading.Thread(target=lambda: [None for _ in iter(lambda: os.read(reader, 65536), b"")])
        drain.start()
        waiting.join()
    drain.join()
    os.close(reader)


def test_packets_of_a_list_are_the_same_whoever_flushes(tmp_path):
    records = numbered(2000, size=700)
    some = [Packet(each.data, 1, each.timestamp_ns) for each in records]
    with PacketWriter(tmp_path / "some.pcap") as writer:
        for packet in some:
            writer.write(packet)
            writer.flush()
    assert records_in(tmp_path / "some.pcap") == records
