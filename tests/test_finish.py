"""Capture.finish(): the end of a capture that loses nothing of what came before."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from capture_files import numbered, pcap
from processes import DEADLINE_S, needs_root
from traffic import Chatter, assert_consecutive, payload_number

from umpa_sniffing import open_live, open_offline, sniff_background


def send(count: int, port: int, size: int = 0) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(count):
            sender.sendto((b"%d" % number).ljust(size), ("127.0.0.1", port))


@needs_root
@pytest.mark.parametrize("to_ms", [1, 10, 100])
def test_what_was_sent_just_before_is_delivered(port, to_ms):
    for count in (1, 2, 50):
        with open_live("lo", filter=f"udp dst port {port}", to_ms=to_ms) as capture:
            send(count, port)
            capture.finish()
            assert [payload_number(packet) for packet in capture] == list(range(count))


@needs_root
def test_it_wakes_a_reader_and_once_more_does_nothing(port):
    with open_live("lo", filter=f"udp dst port {port}") as capture:
        packets: list = []
        reader = threading.Thread(target=capture.read_into, args=(packets,))
        reader.start()
        time.sleep(0.05)
        send(3, port)
        for _ in range(3):
            capture.finish()
        reader.join(DEADLINE_S)
        assert not reader.is_alive() and len(packets) == 3
        capture.finish()
    capture.finish()
    assert capture.closed


@needs_root
def test_traffic_that_goes_on_does_not_keep_it_from_ending():
    with Chatter(interval_s=0) as chatter, open_live("lo", filter=chatter.filter) as capture:
        next(capture)
        before = chatter.sent
        capture.finish()
        numbers = [payload_number(packet) for packet in capture]
    assert numbers[-1] >= before - 1
    assert_consecutive(numbers)


@needs_root
def test_a_reader_that_is_far_behind_has_a_second(port):
    with open_live("lo", filter=f"udp dst port {port}", buffer_size=1 << 27) as capture:
        send(900, port, size=8000)
        capture.finish()
        capture.loop(lambda *_: time.sleep(0.003))
    assert 0 < capture.delivered < 900 and capture.stats().dropped == 0


@needs_root
@pytest.mark.filterwarnings("ignore:the filter:umpa_sniffing.UMPAWarning")
def test_what_matches_behind_much_that_does_not_is_delivered(port):
    """With a filter that the kernel does not take."""
    never = " or ".join(f"len = {length}" for length in range(2000, 6300))
    with open_live("lo", filter="tcp", to_ms=100, buffer_size=1 << 26) as capture:
        capture.set_filter(f"udp dst port {port} or {never}")
        send(6000, 4)
        send(5, port)
        capture.finish()
        time.sleep(0.4)
        assert [payload_number(packet) for packet in capture] == list(range(5))


def test_of_a_file_it_is_a_stop(tmp_path):
    path = tmp_path / "packets.pcap"
    path.write_bytes(pcap(numbered(3)))
    with open_offline(path) as capture:
        capture.finish()
        assert list(capture) == []


@needs_root
def test_sniff_background_stops_with_all_that_has_come(port):
    for count in (1, 2, 50, 1, 2, 50):
        background = sniff_background(filter=f"udp dst port {port}", device="lo")
        send(count, port)
        assert [payload_number(packet) for packet in background.stop()] == list(range(count))
        with sniff_background(filter=f"udp dst port {port}", device="lo") as background:
            send(count, port)
        assert len(background.packets) == count


@needs_root
def test_a_slow_callback_gets_all_that_has_come(port):
    def callback(timestamp, packet):
        time.sleep(0.001)
        numbers.append(payload_number(packet))

    numbers: list = []
    with sniff_background(filter=f"udp dst port {port}", device="lo", callback=callback):
        send(100, port)
    assert numbers == list(range(100))
