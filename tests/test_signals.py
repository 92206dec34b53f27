"""Other signals than Ctrl-C: their Python handlers run while a capture waits, and may raise."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import struct
import threading
import time

import pytest
from capture_files import numbered, parse_pcap, pcap
from full_pipes import wait_until_full
from processes import needs_root, run_python
from traffic import Chatter, eventually, wait_until_capturing
from waiting_calls import NEVER, WAITING_FUNCTIONS, wait_in_vain

import umpa_sniffing

GENEROUS_S = 2


@needs_root
@pytest.mark.parametrize("function", WAITING_FUNCTIONS)
def test_handlers_of_other_signals_run_while_waiting(function, tmp_path):
    handler_before = signal.getsignal(signal.SIGINT)
    ticks = []

    def tick(number, frame):
        assert signal.getsignal(signal.SIGINT) is handler_before
        ticks.append(time.monotonic())

    previous = signal.signal(signal.SIGALRM, tick)
    start = time.monotonic()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
        wait_in_vain(function, 1000, tmp_path / "x.pcap")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert 1.0 <= time.monotonic() - start < 1 + GENEROUS_S
    assert len([tick for tick in ticks if tick < start + 0.9]) >= 5


class OwnError(Exception):
    pass


@pytest.fixture
def raising_signal():
    """SIGUSR1 raises OwnError; the fixture sends it from a thread once the process captures."""

    def handler(number, frame):
        raise OwnError("from a handler")

    def send_when_capturing(and_then=lambda: True):
        def run():
            wait_until_capturing(os.getpid())
            eventually(and_then, "what the test waits for")
            signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    threads: list[threading.Thread] = []
    previous = signal.signal(signal.SIGUSR1, handler)
    yield send_when_capturing
    for thread in threads:
        thread.join()
    signal.signal(signal.SIGUSR1, previous)


@needs_root
def test_a_handler_that_raises_ends_sniff_with_its_packets(raising_signal):
    with Chatter() as chatter:
        mark = itertools.count()
        raising_signal(lambda: next(mark) > 50)
        with pytest.raises(OwnError) as caught:
            umpa_sniffing.sniff(0, chatter.filter, "lo")
    assert isinstance(caught.value.packets, umpa_sniffing.PacketList)
    assert len(caught.value.packets) > 0


@needs_root
def test_a_handler_that_raises_ends_the_others_with_their_count(raising_signal, tmp_path):
    raising_signal()
    with pytest.raises(OwnError) as caught:
        umpa_sniffing.sniff_loop(0, NEVER, "lo", callback=print)
    assert caught.value.delivered == 0
    raising_signal()
    with pytest.raises(OwnError) as caught:
        umpa_sniffing.to_file(tmp_path / "x.pcap", 0, NEVER, "lo")
    assert caught.value.delivered == 0
    raising_signal()
    with pytest.raises(OwnError) as caught:
        umpa_sniffing.sniff_next(NEVER, "lo")
    assert list(caught.value.packets) == []


@needs_root
def test_a_handler_that_raises_ends_the_wait_for_a_full_pipe_that_is_to_be_a_dump(raising_signal, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    pipe = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        while os.write(pipe, bytes(4096)):
            pass
    late = threading.Timer(10, os.read, [pipe, 1 << 20])  # so that the test ends where this does not hold
    late.start()
    raising_signal()
    with pytest.raises(OwnError):
        umpa_sniffing.to_file(fifo, 1, NEVER, "lo", 15_000)
    assert late.is_alive()
    late.cancel()
    os.close(pipe)


@needs_root
def test_a_capture_goes_on_after_a_handler_raised(raising_signal):
    with Chatter() as chatter, umpa_sniffing.open_live("lo", filter=NEVER) as idle:
        raising_signal()
        with pytest.raises(OwnError):
            next(idle)
        assert not idle.closed
        with umpa_sniffing.open_live("lo", filter=chatter.filter, count=2) as capture:
            assert len(list(capture)) == 2


def test_signals_do_not_break_the_reading_of_a_pipe(tmp_path):
    """Each signal interrupts a read: libpcap alone would give up."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    records = numbered(40)
    ticks = []

    def write_slowly():
        with open(fifo, "wb", buffering=0) as writer:
            writer.write(pcap([]))
            for each in records:
                whole = pcap([each])[24:]
                writer.write(whole[:21])
                time.sleep(0.01)
                writer.write(whole[21:])

    thread = threading.Thread(target=write_slowly)
    previous = signal.signal(signal.SIGALRM, lambda *_: ticks.append(1))
    thread.start()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
        packets = umpa_sniffing.from_file(fifo)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        thread.join()
    assert [packet.timestamp_ns for packet in packets] == [each.timestamp_ns for each in records]
    assert len(ticks) > 10


FORKING_HANDLER = """
    import json, os, signal, sys, threading
    from traffic import Chatter
    from umpa_sniffing import open_live, open_offline
    from umpa_sniffing.exceptions import UMPAStateException

    def read_until_the_child_has_ended(capture):
        children = []
        signal.signal(signal.SIGALRM, lambda *_: children.append(os.fork()))
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            count = capture.consume()
        except UMPAStateException as error:
            os._exit(0 if "parent process" in str(error) else 1)
        if children == [0]:
            os._exit(2)
        return [count, *(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)]
"""


@needs_root
def test_a_handler_that_forks_while_a_dumps_pipe_is_full_writes_nothing_twice(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    content = []

    def read_late():
        wait_until_full(reader)
        time.sleep(1)
        with open(reader, "rb") as pipe:
            content.append(pipe.read())

    reading = threading.Thread(target=read_late)
    reading.start()
    told = run_python(
        FORKING_HANDLER
        + """
    with Chatter(interval_s=0, size=1000) as chatter, \\
            open_live("lo", filter=chatter.filter, count=300, dump=sys.argv[1]) as capture:
        print(json.dumps(read_until_the_child_has_ended(capture)))
    """,
        fifo,
        PYTHONWARNINGS="ignore",
    )
    reading.join()
    assert told == [300, 0]
    assert len(parse_pcap(content[0])[1]) == 300


def test_a_handler_that_forks_while_a_pipe_keeps_us_waiting_reads_nothing_in_its_child(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = os.open(fifo, os.O_RDWR)
    modified = struct.pack("<IHHiIII", 0xA1B2CD34, 2, 4, 0, 0, 262144, 1)
    packet = struct.pack("<IIII8x", 1, 0, 60, 60) + bytes(60)
    os.write(writer, modified + packet[:30])
    late = threading.Timer(1, os.write, [writer, packet[30:]])
    late.start()
    told = run_python(
        FORKING_HANDLER
        + """
    with open_offline(sys.argv[1], count=1) as capture:
        print(json.dumps(read_until_the_child_has_ended(capture)))
    """,
        fifo,
    )
    late.join()
    os.close(writer)
    assert told == [1, 0]
