"""Capture: what open_live and open_offline give."""

from __future__ import annotations

import errno
import resource
import sys
import time

import pytest
from capture_files import LINUX_SLL, numbered, pcap, read_pcap, record, seen
from processes import needs_root
from traffic import Chatter, assert_consecutive
from waiting_calls import NEVER

import umpa_sniffing
from umpa_sniffing import Capture, UMPAWarning, open_live, open_offline, sniff_loop


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "packets.pcap"
    path.write_bytes(pcap(numbered(8), snaplen=4096))
    return path


def test_a_file_is_an_iterator_and_a_context_manager(path):
    with open_offline(path) as capture:
        assert isinstance(capture, Capture)
        assert iter(capture) is capture
        first = next(capture)
        rest = list(capture)
        assert [seen(packet) for packet in [first, *rest]] == numbered(8)
        assert list(capture) == []
        with pytest.raises(StopIteration):
            next(capture)
    assert capture.closed


def test_what_a_file_knows_of_itself(path, tmp_path):
    with open_offline(path, filter="udp dst port 54") as capture:
        assert (capture.datalink, capture.snaplen, capture.filter) == (1, 4096, "udp dst port 54")
        assert capture.delivered == 0 and not capture.closed
        next(capture)
        assert capture.delivered == 1
        assert len(list(capture)) == 3
        stats = capture.stats()
    assert (
        stats.received,
        stats.delivered,
        stats.filtered,
        stats.dropped,
        stats.dropped_by_interface,
    ) == (8, 4, 4, 0, 0)
    cooked = tmp_path / "cooked.pcap"
    cooked.write_bytes(pcap([record(bytes(16))], link_type=LINUX_SLL))
    with open_offline(cooked) as capture:
        assert (capture.datalink, capture.filter) == (LINUX_SLL, None)
    assert "\n" not in repr(capture)


def test_a_file_with_a_count(path):
    with open_offline(path, count=3) as capture:
        assert len(list(capture)) == 3 == capture.delivered


def test_an_exception_in_the_body_closes(path):
    with pytest.raises(LookupError), open_offline(path) as capture:
        raise LookupError
    assert capture.closed


def test_many_at_once(path):
    captures = [open_offline(path) for _ in range(50)]
    heads = [seen(next(capture)) for capture in captures]
    assert heads == [numbered(1)[0]] * 50
    for capture in captures:
        capture.close()


@needs_root
def test_a_device_is_an_iterator_and_a_context_manager():
    with Chatter() as chatter, open_live("lo", filter=chatter.filter, count=5) as capture:
        packets = list(capture)
    assert isinstance(capture, Capture) and capture.closed
    assert len(packets) == 5
    assert_consecutive(packets)


@needs_root
def test_what_a_device_knows_of_itself():
    with open_live("lo", filter="udp", snaplen=99) as capture:
        assert (capture.datalink, capture.snaplen, capture.filter) == (1, 99, "udp")
        assert capture.delivered == 0 and not capture.closed
    with open_live("any") as capture:
        assert (capture.datalink, capture.snaplen, capture.filter) == (113, 262144, None)


@needs_root
def test_stats_of_a_device():
    with Chatter() as chatter, open_live("lo", filter=chatter.filter) as capture:
        for _ in capture:
            if capture.delivered == 100:
                break
        stats = capture.stats()
    assert stats.delivered == 100
    assert stats.received >= 100
    assert stats.dropped == 0


@needs_root
def test_a_device_with_a_timeout():
    start = time.monotonic()
    with open_live("lo", filter=NEVER, timeout=300) as capture:
        assert list(capture) == []
    assert 0.3 <= time.monotonic() - start < 2.3


@needs_root
def test_a_device_with_a_dump(tmp_path):
    dump = tmp_path / "dump.pcap"
    with Chatter() as chatter, open_live("lo", filter=chatter.filter, dump=dump) as capture:
        packets = [next(capture) for _ in range(6)]
    assert read_pcap(dump) == [seen(packet) for packet in packets]


@needs_root
def test_a_forgotten_capture_completes_its_dump(tmp_path):
    dump = tmp_path / "dump.pcap"
    with Chatter() as chatter:
        capture = open_live("lo", filter=chatter.filter, dump=dump)
        packet = next(capture)
        with pytest.warns(ResourceWarning, match="unclosed"):
            del capture
    assert read_pcap(dump) == [seen(packet)]


@needs_root
@pytest.mark.parametrize(
    "options",
    [
        {"immediate": True},
        {"to_ms": 1},
        {"to_ms": 100},
        {"buffer_size": 2**20},
        {"promisc": False},
        {"snaplen": 200},
    ],
)
def test_options_of_a_device(options):
    with Chatter() as chatter, open_live("lo", filter=chatter.filter, **options) as capture:
        assert_consecutive([next(capture) for _ in range(10)])


def test_a_capture_cannot_be_made_by_hand():
    with pytest.raises(TypeError):
        Capture()


# Callbacks that reach for the capture that called them


@pytest.fixture(params=[pytest.param("live", marks=needs_root), "file"])
def capture(request, path):
    if request.param == "file":
        with open_offline(path) as capture:
            yield capture
    else:
        with Chatter() as chatter, open_live("lo", filter=chatter.filter) as capture:
            yield capture


@pytest.mark.parametrize("method", ["close", "stop"])
def test_a_callback_may_end_its_own_capture(capture, method):
    calls = []

    def callback(timestamp, packet):
        calls.append(packet)
        if len(calls) == 3:
            getattr(capture, method)()

    capture.loop(callback)
    assert calls[2].udp.srcport > 0
    if method == "close":
        assert len(calls) == 3 and capture.closed
        with pytest.raises(ValueError):
            next(capture)


def test_a_callback_cannot_read_the_capture_that_called_it(capture):
    def callback(timestamp, packet):
        next(capture)

    with pytest.raises(umpa_sniffing.exceptions.UMPASniffingException) as caught:
        capture.loop(callback)
    assert isinstance(caught.value, ValueError)
    assert next(capture).udp.dstport > 0


def test_closing_within_an_iteration(capture):
    def close_at_each() -> None:
        for _ in capture:
            capture.close()

    with pytest.raises(ValueError, match="closed"):
        close_at_each()
    assert capture.delivered == 1


@needs_root
def test_a_callbacks_exception_comes_out_though_the_dump_cannot_be_finished(tmp_path, monkeypatch):
    class Mine(Exception):
        pass

    def callback(timestamp, pkt):
        raise Mine

    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: told.append(unraisable.exc_value))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Chatter() as chatter:
        resource.setrlimit(resource.RLIMIT_FSIZE, (30, before[1]))
        try:
            with pytest.raises(Mine) as caught:
                sniff_loop(0, chatter.filter, "lo", dump=tmp_path / "dump.pcap", callback=callback)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.__context__ is None
    assert [error.errno for error in told] == [errno.EFBIG]


@needs_root
def test_a_filter_too_long_for_the_kernel_is_told():
    words = "or ".join(f"len={length} " for length in range(100, 4400))
    with pytest.warns(UMPAWarning, match="too long for the kernel"):
        open_live("lo", filter=words).close()
