"""sniff_loop and from_file_loop: what a callback gets, and what it may do."""

from __future__ import annotations

import os
import threading

import pytest
from capture_files import numbered, pcap, read_pcap, seen
from processes import needs_root
from traffic import Chatter, assert_consecutive, capturing_sockets

import umpa_sniffing
from umpa_sniffing import from_file, from_file_loop, sniff, sniff_loop, sniff_next


@pytest.fixture(params=[pytest.param("live", marks=needs_root), "file"])
def loop(request, tmp_path):
    """loop(callback, count=..., callback_args=..., dump=...) over numbered packets, live or from a file."""
    if request.param == "file":
        path = tmp_path / "twenty.pcap"
        path.write_bytes(pcap(numbered(20)))

        def from_the_file(callback, count=0, callback_args=None, dump=None):
            return from_file_loop(path, count, None, callback, callback_args)

        from_the_file.dumps = False
        yield from_the_file
        return
    with Chatter() as chatter:

        def from_the_device(callback, count=20, callback_args=None, dump=None):
            return sniff_loop(
                count,
                chatter.filter,
                "lo",
                dump=dump,
                callback=callback,
                callback_args=callback_args,
            )

        from_the_device.dumps = True
        yield from_the_device


def test_callback_gets_timestamp_and_packet(loop):
    calls = []
    assert loop(lambda *arguments: calls.append(arguments), 4) is None
    assert len(calls) == 4
    for timestamp, packet in calls:
        assert isinstance(timestamp, float)
        assert timestamp == packet.timestamp == pytest.approx(packet.timestamp_ns / 1e9, abs=1e-6)
        assert isinstance(packet, umpa_sniffing.Packet)
    assert_consecutive([packet for _, packet in calls])


@pytest.mark.parametrize("more", [("a", 2), ["a", 2], ("only",), ()])
def test_callback_args_follow(loop, more):
    calls = []
    loop(lambda timestamp, packet, *arguments: calls.append(arguments), 2, more)
    assert calls == [tuple(more)] * 2


def test_callback_may_be_any_callable(loop):
    class Counter:
        count = 0

        def __call__(self, timestamp, packet):
            self.count += 1

        def method(self, timestamp, packet):
            self.count += 1

    counter = Counter()
    loop(counter, 2)
    loop(counter.method, 3)
    assert counter.count == 5


class OddError(Exception):
    __slots__ = ()

    def __init__(self, *, needed):
        super().__init__(needed)


@pytest.mark.parametrize(
    "error",
    [
        OddError(needed="x"),
        KeyError("k"),
        SystemExit(3),
        KeyboardInterrupt(),
        StopIteration(7),
        OSError(5, "x"),
    ],
)
def test_an_exception_comes_out_unchanged(loop, error, tmp_path):
    dump = tmp_path / "dump.pcap"
    packets = []
    text, arguments = str(error), error.args

    def callback(timestamp, packet):
        packets.append(packet)
        if len(packets) == 3:
            raise error

    with pytest.raises(type(error)) as caught:
        loop(callback, dump=dump)
    assert caught.value is error
    assert (str(error), error.args) == (text, arguments)
    assert error.__cause__ is None and error.__context__ is None
    assert caught.traceback[-1].name == "callback"
    assert error.delivered == len(packets) == 3
    if loop.dumps:
        assert read_pcap(dump) == [seen(packet) for packet in packets]
    assert capturing_sockets(os.getpid()) == 0
    packets.clear()
    loop(lambda timestamp, packet: packets.append(packet), 2)
    assert len(packets) == 2


def test_a_callback_with_the_wrong_arguments(loop):
    with pytest.raises(TypeError, match="positional argument") as caught:
        loop(lambda timestamp: None)
    assert caught.value.delivered == 1


def test_a_callback_may_read_a_file(loop, tmp_path):
    path = tmp_path / "other.pcap"
    path.write_bytes(pcap(numbered(3)))
    lengths = []
    loop(lambda timestamp, packet: lengths.append(len(from_file(path))), 4)
    assert lengths == [3] * 4


@needs_root
def test_a_callback_may_sniff(loop):
    inner = []

    def callback(timestamp, packet):
        with Chatter() as chatter:
            inner.append(sniff_next(chatter.filter, "lo").udp.dstport == chatter.port)
            sniff_loop(1, chatter.filter, "lo", callback=lambda *_: inner.append(True))

    loop(callback, 2)
    assert inner == [True] * 4


def test_a_callback_may_close_another_capture(loop, tmp_path):
    path = tmp_path / "other.pcap"
    path.write_bytes(pcap(numbered(3)))
    captures = [umpa_sniffing.open_offline(path) for _ in range(3)]

    def callback(timestamp, packet):
        captures.pop().close()

    loop(callback, 3)
    assert captures == []


@needs_root
def test_a_callback_may_start_threads_that_sniff(loop):
    results, threads = [], []

    def in_a_thread():
        with Chatter() as chatter:
            results.append(len(sniff(3, chatter.filter, "lo")))

    def callback(timestamp, packet):
        threads.append(threading.Thread(target=in_a_thread))
        threads[-1].start()

    loop(callback, 3)
    for thread in threads:
        thread.join(30)
    assert results == [3] * 3


def test_a_callback_may_keep_or_drop_packets(loop):
    kept = []
    loop(lambda timestamp, packet: kept.append(packet) if len(kept) < 2 else None, 6)
    assert "udp" in kept[0] and kept[0] != kept[1]


def test_nested_loops_over_the_same_file(tmp_path):
    path = tmp_path / "four.pcap"
    path.write_bytes(pcap(numbered(4)))
    seen_pairs = []

    def outer(timestamp, packet):
        from_file_loop(path, callback=lambda _, inner: seen_pairs.append((packet, inner)))

    from_file_loop(path, callback=outer)
    assert len(seen_pairs) == 16


def test_an_exception_thrown_deep_in_a_nested_loop(tmp_path):
    path = tmp_path / "four.pcap"
    path.write_bytes(pcap(numbered(4)))
    error = LookupError("deep")

    def inner(timestamp, packet):
        raise error

    with pytest.raises(LookupError) as caught:
        from_file_loop(path, callback=lambda *_: from_file_loop(path, callback=inner))
    assert caught.value is error


@pytest.mark.parametrize("callback", [None, "print", 5])
def test_no_callback_is_an_error_before_anything_is_opened(callback, tmp_path):
    dump = tmp_path / "dump.pcap"
    expected = umpa_sniffing.exceptions.UMPASniffingException if callback is None else TypeError
    with pytest.raises(expected) as caught:
        sniff_loop(1, device="no-such-device", dump=dump, callback=callback)
    assert isinstance(caught.value, TypeError)
    assert "callback" in str(caught.value)
    assert not dump.exists()
    with pytest.raises(expected) as caught:
        from_file_loop(tmp_path / "missing.pcap", callback=callback)
    assert isinstance(caught.value, TypeError)


def test_callback_args_that_are_no_arguments(tmp_path):
    with pytest.raises(TypeError, match="callback_args"):
        from_file_loop(tmp_path / "missing.pcap", callback=print, callback_args=5)
    with pytest.raises(TypeError, match="callback_args"):
        sniff_loop(1, device="no-such-device", callback=print, callback_args=5)
