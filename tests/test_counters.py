"""What a capture counts: exact, from any thread, and told when packets were dropped."""

from __future__ import annotations

import socket
import threading
import time
import warnings
from itertools import pairwise

import pytest
from capture_files import pcap, record
from processes import needs_root, run_python
from traffic import Chatter, payload_number
from waiting_calls import NEVER

import umpa_sniffing
from umpa_sniffing import PacketList, UMPADropWarning, from_file, open_live, open_offline, sniff

SMALL_RING = 65536


class Overload:
    """A capture of `lo` with the smallest ring and more packets than it holds, none taken yet."""

    PACKETS = 3000

    def __init__(self, **options):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            port = receiver.getsockname()[1]
            self.capture = open_live("lo", filter=f"udp dst port {port}", buffer_size=SMALL_RING, **options)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(self.PACKETS):
                    sender.sendto(bytes(1000), ("127.0.0.1", port))


def end(capture) -> list:
    """What is left in the ring, then the end."""
    packets = []
    with capture:
        while True:
            try:
                packets.append(capture.next(timeout=200))
            except TimeoutError:
                return packets


@needs_root
def test_drops_are_counted_and_told_once_at_the_end():
    overload = Overload()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        packets = end(overload.capture)
        overload.capture.close()
    stats = overload.capture.stats()
    assert stats.delivered == len(packets) > 0
    assert stats.dropped > 0
    # The kernel counts each packet of lo twice, some of both kinds.
    assert stats.received >= Overload.PACKETS * 2 - 10
    [warning] = told
    assert warning.category is UMPADropWarning and warning.filename == __file__
    assert f"'lo': {stats.dropped} packets were dropped; {len(packets)} were delivered" in str(
        warning.message
    )
    assert "buffer_size" in str(warning.message)
    assert warning.message.stats == stats


@needs_root
def test_a_warning_made_an_error_has_the_packets():
    told = run_python(
        """
        import json, time, warnings
        import umpa_sniffing
        from test_counters import Overload

        warnings.simplefilter("error", umpa_sniffing.UMPADropWarning)
        overload = Overload(count=5)
        umpa_sniffing.sniffing.open_live = lambda *args, **options: overload.capture
        try:
            umpa_sniffing.sniff(5)
        except umpa_sniffing.UMPADropWarning as error:
            print(json.dumps([len(error.packets), error.packets.stats.dropped > 0, str(error)]))
        """
    )
    assert told[:2] == [5, True]
    assert "packets were dropped; 5 were delivered" in told[2]


@needs_root
def test_another_exception_is_not_replaced_by_the_warning(capfd):
    told = run_python(
        """
        import warnings
        import umpa_sniffing
        from test_counters import Overload

        warnings.simplefilter("error", umpa_sniffing.UMPADropWarning)
        try:
            with Overload().capture as capture:
                next(capture)
                raise KeyError("mine")
        except KeyError as error:
            print('"mine"' if error.args == ("mine",) else 0)
        """
    )
    assert told == "mine"


@needs_root
def test_no_drops_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Chatter() as chatter:
            packets = sniff(20, chatter.filter, "lo")
    assert packets.stats.dropped == packets.stats.dropped_by_interface == 0


@needs_root
def test_on_loopback_twice_as_many_are_received_as_delivered():
    for _ in range(5):
        chatter = Chatter(interval_s=0)
        capture = open_live("lo", filter=chatter.filter)
        with chatter:
            time.sleep(0.05)
        packets = end(capture)
        stats = capture.stats()
        assert len(packets) == stats.delivered == chatter.sent
        assert stats.received == 2 * stats.delivered
        assert stats.filtered == 0


@needs_root
def test_a_capture_that_begins_on_a_busy_link_counts_from_its_filter_on():
    """One of the last packet's two journeys on lo may have been before it."""
    for _ in range(5):
        with Chatter(interval_s=0) as chatter:
            capture = open_live("lo", filter=chatter.filter)
            time.sleep(0.05)
        packets = end(capture)
        stats = capture.stats()
        assert payload_number(packets[-1]) == chatter.sent - 1
        assert len(packets) == stats.delivered < chatter.sent
        assert abs(stats.received - 2 * stats.delivered) <= 1


@needs_root
def test_counters_are_consistent_from_another_thread_at_any_time():
    seen = []
    with Chatter(interval_s=0) as chatter, open_live("lo", filter=chatter.filter, count=30_000) as capture:
        reader = threading.Thread(target=capture.consume)
        reader.start()
        while reader.is_alive():
            seen.append(capture.stats())
        reader.join()
    seen.append(capture.stats())
    assert len(seen) > 20
    for stats in seen:
        assert stats.received >= stats.delivered + stats.dropped + stats.filtered
    for before, after in pairwise(seen):
        assert all(old <= new for old, new in zip(before, after, strict=True))
    assert seen[-1].delivered == 30_000


@needs_root
def test_while_another_thread_closes_they_are_the_final_ones():
    with Chatter(interval_s=0) as chatter:
        for _ in range(5):
            capture = open_live("lo", filter=chatter.filter)
            next(capture)
            closing = threading.Thread(target=capture.close)
            closing.start()
            while closing.is_alive():
                stats = capture.stats()
                assert stats.received >= stats.delivered == 1
            closing.join()


@needs_root
def test_counters_stay_as_they_were_at_the_close():
    with open_live("lo", filter=NEVER) as capture:
        time.sleep(0.1)
    first = capture.stats()
    time.sleep(0.1)
    assert capture.stats() == first
    assert 0.1 <= first.seconds < 5


def test_counters_of_a_file(tmp_path):
    path = tmp_path / "sizes.pcap"
    path.write_bytes(pcap(record(bytes(60 + number % 3)) for number in range(300)))
    packets = from_file(path, filter="greater 61")
    assert isinstance(packets.stats, umpa_sniffing.CaptureStats)
    assert packets.stats[:5] == (300, 0, 0, 200, 100)
    with open_offline(path) as capture:
        assert capture.stats()[:5] == (0, 0, 0, 0, 0)
        next(capture)
        assert capture.stats().delivered == 1


def test_only_the_list_of_a_capture_has_its_counters(tmp_path):
    path = tmp_path / "two.pcap"
    path.write_bytes(pcap([record(b"1"), record(b"2")]))
    packets = from_file(path)
    assert packets.stats.delivered == 2
    assert (
        packets[:1].stats is (packets + packets).stats is packets.copy().stats is PacketList().stats is None
    )


def test_a_cut_files_packets_have_them_too(tmp_path):
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap(record(bytes(60)) for _ in range(10))[:-1])
    with pytest.raises(ValueError) as caught:
        from_file(path)
    assert caught.value.packets.stats.delivered == 9
