"""Capture.set_filter: no packet of the old filter comes once it has returned."""

from __future__ import annotations

import threading
import time

import pytest
from capture_files import pcap, record
from processes import needs_root, run_python
from traffic import Chatter, assert_consecutive
from waiting_calls import NEVER

from umpa_sniffing import UMPAWarning, open_live, open_offline
from umpa_sniffing.exceptions import UMPAFilterException, UMPAStateException


@needs_root
def test_packets_already_taken_are_looked_at_again():
    with Chatter(interval_s=0) as one, Chatter(interval_s=0) as other:
        with open_live("lo", filter=f"{one.filter} or {other.filter}") as capture:
            filters = {one.port: one.filter, other.port: other.filter}
            for _ in range(30):
                for port, expression in filters.items():
                    capture.set_filter(expression)
                    assert capture.filter == expression
                    assert {next(capture).udp.dstport for _ in range(50)} == {port}
            capture.set_filter(None)
            assert capture.filter is None
            left = set(filters)
            while left:
                left.discard(next(capture).udp.dstport)
        assert capture.stats().filtered > 0


@needs_root
def test_from_a_callback():
    seen = []

    def callback(timestamp, pkt):
        seen.append(pkt.udp.dstport)
        if len(seen) == 20:
            capture.set_filter(other.filter)

    with (
        Chatter(interval_s=0) as one,
        Chatter(interval_s=0) as other,
        open_live("lo", filter=one.filter, count=300) as capture,
    ):
        capture.loop(callback)
    assert seen == [one.port] * 20 + [other.port] * 280


@needs_root
def test_from_another_thread_while_the_reader_waits_or_reads():
    with Chatter(interval_s=0) as busy, Chatter(interval_s=0.01) as calm:
        packets = []
        with open_live("lo", filter=busy.filter) as capture:
            reader = threading.Thread(target=capture.read_into, args=(packets,))
            reader.start()
            for expression in [calm.filter, "udp port 4", busy.filter, calm.filter]:
                time.sleep(0.1)
                capture.set_filter(expression)
                already = len(packets)
            time.sleep(0.2)
            capture.stop()
            reader.join()
    # The reader may have had one packet in its hands when the last filter came.
    assert {packet.udp.dstport for packet in packets[already + 1 :]} == {calm.port}


@needs_root
def test_one_that_takes_a_second_to_compile_keeps_nobody_waiting():
    slow = " or ".join(f"port {port}" for port in range(1, 121))
    told = []

    def ask():
        while setting.is_alive():
            told.append(capture.stats().delivered)
            time.sleep(0.05)

    with Chatter(interval_s=0.001) as chatter, open_live("lo", filter=chatter.filter) as capture:
        reader = threading.Thread(target=capture.consume)
        reader.start()
        setting = threading.Thread(target=capture.set_filter, args=(f"{chatter.filter} or {slow}",))
        setting.start()
        ask()
        capture.stop()
        reader.join()
    assert len(told) > 5
    assert told[-1] - told[0] > 100


@needs_root
def test_nothing_is_lost_where_the_old_filter_stays():
    with Chatter(interval_s=0.001) as chatter, open_live("lo", filter=chatter.filter) as capture:
        packets = [next(capture) for _ in range(10)]
        with pytest.raises(UMPAFilterException, match=r"bad filter 'no such thing': .+pcap-filter"):
            capture.set_filter("no such thing")
        assert capture.filter == chatter.filter
        packets += [next(capture) for _ in range(200)]
    assert_consecutive(packets)


@needs_root
def test_nothing_is_missed_while_filters_are_exchanged_and_all_is_counted():
    packets = []
    chatter = Chatter(interval_s=0)
    other = Chatter(interval_s=0)
    with open_live("lo", filter=chatter.filter) as capture:
        with chatter, other:
            reader = threading.Thread(target=capture.read_into, args=(packets,))
            reader.start()
            for number in range(100):
                capture.set_filter(f"{chatter.filter} and greater {number % 7}")
                capture.set_filter(f"{chatter.filter} or {other.filter}")
            capture.set_filter(chatter.filter)
        capture.finish()
        reader.join()
    mine = [packet for packet in packets if packet.udp.dstport == chatter.port]
    assert_consecutive(mine)
    assert len(mine) == chatter.sent
    stats = capture.stats()
    assert stats.delivered == len(packets)
    # Of each packet's two journeys on lo one may have come under another filter.
    assert abs(stats.received - 2 * (stats.delivered + stats.filtered)) <= 201


@needs_root
def test_two_filters_that_are_too_long_together():
    """Linux counts the old and the new one; ours is 2,000 instructions of 8 bytes."""
    told = run_python(
        """
        import json
        from pathlib import Path
        from traffic import Chatter, quiet_network
        from umpa_sniffing import open_live

        quiet_network()
        Path("/proc/sys/net/core/optmem_max").write_text("30000")
        ports = []
        with Chatter() as chatter, open_live("lo", filter=chatter.filter) as capture:
            for first in [2000, 3000, 4000]:
                never = " or ".join(f"len = {length}" for length in range(first, first + 2000))
                capture.set_filter(f"{chatter.filter} or {never}")
                ports += [next(capture).udp.dstport == chatter.port for _ in range(5)]
        print(json.dumps(ports))
        """
    )
    assert told == [True] * 15


@needs_root
def test_a_filter_too_long_for_the_kernel_is_told_and_works():
    with Chatter() as chatter, Chatter(), open_live("lo", filter="tcp") as capture:
        never = " or ".join(f"len = {length}" for length in range(2000, 6300))
        with pytest.warns(UMPAWarning, match="too long for the kernel"):
            capture.set_filter(f"{chatter.filter} or {never}")
        assert {next(capture).udp.dstport for _ in range(20)} == {chatter.port}
        capture.set_filter(f"{chatter.filter} and greater 1")
        assert {next(capture).udp.dstport for _ in range(20)} == {chatter.port}


def test_a_file_has_been_read_ahead(tmp_path):
    path = tmp_path / "one.pcap"
    path.write_bytes(pcap([record(b"1")]))
    with (
        open_offline(path) as capture,
        pytest.raises(ValueError, match="open it again"),
    ):
        capture.set_filter("tcp")


@needs_root
def test_a_closed_capture_and_wrong_arguments():
    with open_live("lo", filter=NEVER) as capture:
        with pytest.raises(TypeError, match="filter must be a str"):
            capture.set_filter(1)
        with pytest.raises(ValueError, match="longer than 65536 bytes"):
            capture.set_filter("x" * 70_000)
    with pytest.raises(UMPAStateException, match="is closed"):
        capture.set_filter("tcp")
