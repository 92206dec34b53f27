"""Threads: the GIL, captures side by side, stop, close."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from capture_files import ethernet_udp, numbered, pcap, record, seen
from processes import needs_root
from traffic import Chatter, assert_consecutive, capturing_sockets, eventually, wait_until_capturing
from waiting_calls import NEVER, WAITING_FUNCTIONS, wait_in_vain

from umpa_sniffing import (
    from_file,
    from_file_loop,
    open_live,
    open_offline,
    sniff,
)
from umpa_sniffing.exceptions import UMPASniffingException


class Ticker:
    """A thread that notes the time every millisecond, as long as it gets the GIL."""

    def __init__(self):
        self.ticks: list[float] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._ended.wait(0.001):
            self.ticks.append(time.monotonic())

    def __enter__(self) -> Ticker:
        self._thread.start()
        eventually(lambda: self.ticks, "the thread ticks")
        self.start = time.monotonic()
        return self

    def __exit__(self, *_) -> None:
        end = time.monotonic()
        self._ended.set()
        self._thread.join()
        moments = [self.start, *(tick for tick in self.ticks if self.start < tick < end), end]
        self.elapsed = end - self.start
        self.longest_gap = max(after - before for before, after in pairwise(moments))


@needs_root
@pytest.mark.parametrize("function", WAITING_FUNCTIONS)
def test_other_threads_run_while_a_capture_waits(function, tmp_path):
    with Ticker() as ticker:
        wait_in_vain(function, 800, tmp_path / "x.pcap")
    assert ticker.elapsed >= 0.8
    assert ticker.longest_gap < 0.4


@pytest.fixture(scope="module")
def long_file(tmp_path_factory):
    """A million packets, of which none matches `port 7`."""
    path = tmp_path_factory.mktemp("long") / "million.pcap"
    records = pcap([record(ethernet_udp(bytes(60), destination_port=53))] * 1000)
    with open(path, "wb") as file:
        file.write(records)
        for _ in range(999):
            file.write(records[24:])
    yield path
    path.unlink()


def iterate(path, **options) -> list:
    with open_offline(path, **options) as capture:
        return list(capture)


@pytest.mark.parametrize("function", ["from_file", "from_file_loop", "iteration"])
def test_other_threads_run_while_a_long_file_is_read(function, long_file):
    calls = {
        "from_file": lambda: from_file(long_file, filter="udp port 7"),
        "from_file_loop": lambda: from_file_loop(long_file, filter="udp port 7", callback=print),
        "iteration": lambda: iterate(long_file, filter="udp port 7"),
    }
    with Ticker() as ticker:
        calls[function]()
    assert ticker.longest_gap < max(0.6 * ticker.elapsed, 0.02)


def test_other_threads_run_while_a_long_file_is_kept(long_file):
    with Ticker() as ticker:
        packets = from_file(long_file, 300_000)
    assert len(packets) == 300_000
    assert ticker.longest_gap < max(0.6 * ticker.elapsed, 0.02)


def test_other_threads_run_while_a_pipe_is_idle(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    def write_late():
        with open(fifo, "wb", buffering=0) as writer:
            writer.write(pcap(numbered(1)))
            time.sleep(0.8)

    writer = threading.Thread(target=write_late)
    writer.start()
    with Ticker() as ticker:
        assert len(from_file(fifo)) == 1
    writer.join()
    assert ticker.longest_gap < 0.4


@needs_root
def test_captures_in_several_threads_at_once():
    with ThreadPoolExecutor(4) as pool, Chatter() as one, Chatter() as other:
        results = [
            pool.submit(sniff, 50, one.filter, "lo"),
            pool.submit(sniff, 50, other.filter, "lo"),
            pool.submit(sniff, 50, one.filter, "any"),
            pool.submit(sniff, 50, other.filter, "any"),
        ]
        packets = [result.result(60) for result in results]
    for each, chatter in zip(packets, [one, other, one, other], strict=True):
        assert len(each) == 50
        assert {packet.udp.dstport for packet in each} == {chatter.port}
        assert_consecutive(each)


def test_files_in_several_threads_at_once(tmp_path):
    path = tmp_path / "packets.pcap"
    path.write_bytes(pcap(numbered(5000)))
    with ThreadPoolExecutor(4) as pool:
        lists = list(pool.map(lambda _: from_file(path, filter="udp"), range(8)))
    assert all([seen(packet) for packet in each] == numbered(5000) for each in lists)


def in_a_thread(capture) -> tuple[threading.Thread, list, list]:
    packets: list = []
    errors: list = []

    def iterate():
        try:
            packets.extend(iter(capture.__next__, None))
        except StopIteration:
            pass
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=iterate)
    thread.start()
    return thread, packets, errors


@needs_root
def test_stop_from_another_thread_ends_an_idle_wait():
    with open_live("lo", filter=NEVER) as capture:
        thread, packets, errors = in_a_thread(capture)
        wait_until_capturing(os.getpid())
        capture.stop()
        thread.join(2)
        assert not thread.is_alive()
        assert (packets, errors) == ([], [])


@needs_root
def test_stop_from_another_thread_on_a_busy_link():
    with Chatter() as chatter, open_live("lo", filter=chatter.filter) as capture:
        thread, packets, errors = in_a_thread(capture)
        eventually(lambda: capture.delivered > 20, "packets come")
        capture.stop()
        thread.join(5)
        assert not thread.is_alive() and errors == []
        assert len(packets) == capture.delivered
        assert_consecutive(packets)


@needs_root
def test_stop_before_and_within_the_iteration():
    with Chatter() as chatter, open_live("lo", filter=chatter.filter) as capture:
        capture.stop()
        assert list(capture) == []
    with Chatter() as chatter, open_live("lo", filter=chatter.filter) as capture:
        for _ in capture:
            capture.stop()
        assert capture.delivered >= 1


@needs_root
def test_close_in_another_thread_is_finished_by_the_reader():
    for _ in range(10):
        capture = open_live("lo", filter=NEVER)
        thread, _, errors = in_a_thread(capture)
        wait_until_capturing(os.getpid())
        capture.close()
        thread.join(5)
        assert not thread.is_alive()
        assert all(isinstance(error, ValueError) for error in errors)
        assert capture.closed
        eventually(lambda: capturing_sockets(os.getpid()) == 0, "the handle is closed")


@needs_root
def test_a_capture_that_another_thread_reads_is_busy():
    with open_live("lo", filter=NEVER) as capture:
        thread, _, errors = in_a_thread(capture)
        wait_until_capturing(os.getpid())
        with pytest.raises(UMPASniffingException, match="thread") as caught:
            next(capture)
        assert isinstance(caught.value, ValueError)
        capture.stop()
        thread.join(5)
        assert not thread.is_alive() and errors == []


def test_close_is_idempotent(tmp_path):
    path = tmp_path / "packets.pcap"
    path.write_bytes(pcap(numbered(3)))
    capture = open_offline(path)
    packet = next(capture)
    assert not capture.closed
    for _ in range(3):
        capture.close()
        assert capture.closed
    with pytest.raises(UMPASniffingException, match="closed") as caught:
        next(capture)
    assert isinstance(caught.value, ValueError)
    assert packet.udp.dstport == 53
