"""Capture.next: one packet, with a deadline of its own."""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time

import pytest
from capture_files import pcap, record
from processes import needs_root
from traffic import Chatter, assert_consecutive
from waiting_calls import NEVER

from umpa_sniffing import open_live, open_offline
from umpa_sniffing.exceptions import UMPAStateException, UMPATimeoutException


@needs_root
def test_packets_come_and_none_is_lost_between():
    with Chatter() as chatter, open_live("lo", filter=chatter.filter) as capture:
        packets = [capture.next(), capture.next(timeout=5000), next(capture), capture.next(0)]
        while len(packets) < 50:
            with contextlib.suppress(TimeoutError):
                packets.append(capture.next(timeout=0.01))
    assert_consecutive(packets)


@needs_root
def test_nothing_in_time_is_an_error_and_the_capture_goes_on():
    with Chatter() as chatter, open_live("lo", filter=NEVER) as capture:
        begin = time.monotonic()
        with pytest.raises(UMPATimeoutException, match="'lo': no packet came within 150 ms"):
            capture.next(timeout=150)
        assert 0.15 <= time.monotonic() - begin < 2
        assert not capture.closed
        capture.set_filter(chatter.filter)
        assert capture.next(timeout=5000).udp.dstport == chatter.port


def test_the_end_of_a_file_is_stop_iteration(tmp_path):
    path = tmp_path / "two.pcap"
    path.write_bytes(pcap([record(b"1"), record(b"2")]))
    with open_offline(path) as capture:
        assert [bytes(capture.next(timeout=100)), bytes(capture.next())] == [b"1", b"2"]
        with pytest.raises(StopIteration):
            capture.next()
        with pytest.raises(StopIteration):
            capture.next(timeout=10)


@needs_root
def test_stop_ends_it_from_another_thread():
    with open_live("lo", filter=NEVER) as capture:
        threading.Timer(0.1, capture.stop).start()
        with pytest.raises(StopIteration):
            capture.next(timeout=20_000)


def test_of_a_pipe(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    records = pcap([record(b"1"), record(b"2")])
    writer = os.open(fifo, os.O_RDWR)
    os.write(writer, records[: -len(b"2")])
    with open_offline(fifo) as capture:
        assert bytes(capture.next(timeout=5000)) == b"1"
        with pytest.raises(TimeoutError):
            capture.next(timeout=100)
        assert select.select([capture.fileno()], [], [], 0)[0] == []
        os.write(writer, b"2")
        assert select.select([capture.fileno()], [], [], 5)[0] == [capture.fileno()]
        assert bytes(capture.next(timeout=5000)) == b"2"
    os.close(writer)


@needs_root
def test_a_live_descriptor_can_be_selected_on():
    with Chatter() as chatter, open_live("lo", filter=chatter.filter) as capture:
        for _ in range(10):
            assert select.select([capture.fileno()], [], [], 5)[0] == [capture.fileno()]
            assert capture.next(timeout=1000).udp.dstport == chatter.port
    with pytest.raises(UMPAStateException, match="is closed"):
        capture.fileno()


@pytest.mark.parametrize("timeout", [-1, float("nan"), "1", 1e20])
def test_wrong_timeouts(tmp_path, timeout):
    path = tmp_path / "one.pcap"
    path.write_bytes(pcap([record(b"1")]))
    with open_offline(path) as capture, pytest.raises((TypeError, ValueError), match="timeout must be"):
        capture.next(timeout=timeout)
