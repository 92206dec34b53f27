"""Other signals than Ctrl-C: their Python handlers run while a capture waits, and may raise."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time

import pytest
from capture_files import numbered, pcap
from processes import needs_root
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
