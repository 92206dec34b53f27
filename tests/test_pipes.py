"""Capture files and dumps that are pipes: what regular files never do to a reader or writer."""

from __future__ import annotations

import os
import select
import signal
import struct
import threading
import time

import pytest
from capture_files import numbered, parse_pcap, pcap, pcapng, seen
from full_pipes import wait_until_full
from processes import Program, needs_root

from umpa_sniffing import from_file, open_offline


def written(path, *contents: bytes) -> threading.Thread:
    """A thread that opens the FIFO and writes the contents, with a pause between two."""

    def write():
        with open(path, "wb", buffering=0) as pipe:
            for number, content in enumerate(contents):
                if number:
                    time.sleep(0.1)
                pipe.write(content)

    thread = threading.Thread(target=write)
    thread.start()
    return thread


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def custom_block(size: int) -> bytes:
    return struct.pack("<III", 0x0BAD, size, 0) + bytes(size - 16) + struct.pack("<I", size)


@pytest.mark.parametrize("sizes", [[4096] * 160, [20, 524_280], [600_000]])
def test_blocks_without_packets_fill_the_buffer(fifo, tmp_path, sizes):
    packets = numbered(6)
    first, rest = pcapng(packets[:1]), pcapng(packets)[len(pcapng(packets[:1])) :]
    content = first + b"".join(map(custom_block, sizes)) + rest
    regular = tmp_path / "regular.pcapng"
    regular.write_bytes(content)
    writer = written(fifo, content)
    packets_of_pipe = from_file(fifo)
    writer.join()
    assert packets_of_pipe == from_file(regular)
    assert [seen(packet) for packet in packets_of_pipe] == packets


def test_the_modified_format_delivers_as_it_comes(fifo):
    packets = numbered(6)
    parts = [struct.pack("<IHHiIII", 0xA1B2CD34, 2, 4, 0, 0, 262144, 1)]
    for each in packets:
        seconds, fraction = divmod(each.timestamp_ns, 1_000_000_000)
        head = struct.pack("<IIII8x", seconds, fraction // 1000, each.caplen, each.wire_len)
        parts.append(head + each.data)
    writer = written(fifo, b"".join(parts[:4]), b"".join(parts[4:]))
    assert [bytes(packet) for packet in from_file(fifo)] == [each.data for each in packets]
    writer.join()


def test_counters_can_be_asked_for_while_the_reader_waits_in_the_midst_of_a_packet(fifo):
    header = struct.pack("<IHHiIII", 0xA1B2CD34, 2, 4, 0, 0, 262144, 1)
    writer = os.open(fifo, os.O_RDWR)
    os.write(writer, header + struct.pack("<IIII8x", 1, 0, 60, 60) + bytes(30))
    with open_offline(fifo) as capture:
        reader = threading.Thread(target=capture.consume)
        reader.start()
        time.sleep(0.2)
        told = []
        asker = threading.Thread(target=lambda: told.append(capture.stats().received))
        asker.start()
        asker.join(5)
        assert told == [0]
        capture.stop()
        reader.join()
    os.close(writer)


def test_a_cut_file_by_pipe_says_after_how_many_packets(fifo):
    writer = written(fifo, pcap(numbered(3))[:-5])
    with pytest.raises(
        ValueError, match="packet 3 at byte 142: the file is cut: of a record of 59 bytes it has 54"
    ) as caught:
        from_file(fifo)
    writer.join()
    assert len(caught.value.packets) == 2


def test_a_read_that_a_handler_interrupted_in_a_packet_goes_on_where_it_was(fifo):
    content, interrupted = pcap(numbered(3)), threading.Event()

    def write():
        with open(fifo, "wb", buffering=0) as pipe:
            pipe.write(content[:-5])
            interrupted.wait(20)
            pipe.write(content[-5:])

    class Alarm(Exception):
        pass

    def handler(*_):
        raise Alarm

    before = signal.signal(signal.SIGALRM, handler)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        with open_offline(fifo) as capture:
            assert [seen(next(capture)) for _ in range(2)] == numbered(3)[:2]
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(Alarm):
                next(capture)
            interrupted.set()
            assert [seen(packet) for packet in capture] == numbered(3)[2:]
    finally:
        signal.signal(signal.SIGALRM, before)
        interrupted.set()
        writer.join()


DUMP_INTO_PIPE = """
import json, sys
from traffic import Chatter
from umpa_sniffing import sniff_loop

with Chatter(size=1400, interval_s=0) as chatter:
    print(json.dumps("ready"), flush=True)
    try:
        sniff_loop(0, chatter.filter, "lo", dump=sys.argv[1], callback=lambda *_: None)
    except KeyboardInterrupt as error:
        print(json.dumps(error.delivered > 0), flush=True)
        print(getattr(error, "__notes__", []), file=sys.stderr)  # before 3.11 it is told there anyhow
"""


@needs_root
def test_ctrl_c_while_the_reader_of_a_dump_does_not_read(fifo):
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)  # there before the writer, which would fail
    with Program(DUMP_INTO_PIPE, fifo) as program, open(reader, "rb", buffering=0):
        assert program.told() == "ready"
        wait_until_full(reader)
        os.kill(program.pid, signal.SIGINT)
        assert program.told() is True
        assert b"does not keep up" in program.process.stderr.read().encode()


@needs_root
def test_a_dump_into_a_pipe_that_is_read_slowly_is_whole(fifo):
    content = []

    def read_slowly():
        while chunk := os.read(pipe, 8192):
            content.append(chunk)
            time.sleep(0.005)

    pipe = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with Program(DUMP_COUNTED, fifo) as program, open(pipe, "rb", buffering=0):
        select.select([pipe], [], [])
        os.set_blocking(pipe, True)
        reader = threading.Thread(target=read_slowly)
        reader.start()
        assert program.told() == 300
        program.end()
        reader.join()
    _, records = parse_pcap(b"".join(content))
    assert len(records) == 300


DUMP_COUNTED = """
import json, sys
from traffic import Chatter
from umpa_sniffing import to_file

with Chatter(size=1400, interval_s=0) as chatter:
    print(json.dumps(to_file(sys.argv[1], 300, chatter.filter, "lo")), flush=True)
"""
