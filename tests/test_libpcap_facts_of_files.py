"""How libpcap really behaves, facts 13 to 21: files and filters. The others are in test_libpcap_facts.py."""

from __future__ import annotations

import errno
import gzip
import os
import signal
import struct
import subprocess
import sys
import threading
from pathlib import Path

import libpcap
import pytest
from capture_files import SECOND, numbered, pcap, pcapng, record, seen
from hosts import Sender, numbers
from processes import needs_root
from traffic import elapsed, payload_number

from umpa_sniffing import from_file, open_live, open_offline


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "packets.pcap"


# Files


@needs_root
def test_13_a_full_disk_is_told(cable):
    with pytest.raises(OSError) as caught:
        open_live("veth", dump="/dev/full")
    assert caught.value.errno == errno.ENOSPC
    assert "0 packets are safely in the file" in str(caught.value)


def test_14_a_cut_file_gives_its_good_packets_first(file):
    file.write_bytes(pcap(numbered(5))[:-3])
    with open_offline(file) as capture:
        assert numbers(capture, 4) == [0, 1, 2, 3]
        with pytest.raises(ValueError, match="packet 5 at byte 260: the file is cut"):
            next(capture)


@pytest.mark.parametrize("write", [pcap, pcapng])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nanoseconds", [False, True])
def test_15_files_of_either_format_order_and_unit_are_read(file, write, order, nanoseconds):
    file.write_bytes(write(numbered(3), order=order, nanoseconds=nanoseconds))
    unit = 1 if nanoseconds else 1000
    expected = [each.timestamp_ns // unit * unit for each in numbered(3)]
    assert [packet.timestamp_ns for packet in from_file(file)] == expected


def test_15_what_libpcap_does_not_read_is_read_all_the_same(file):
    other_interface = pcapng([], link_type=101)[28:]
    for content in (gzip.compress(pcap(numbered(3))), pcapng(numbered(3)) + other_interface):
        file.write_bytes(content)
        assert not libpcap.read(file).good_end
        assert [seen(packet) for packet in from_file(file)] == numbered(3)


def test_16_lengths_and_times_are_as_odd_as_the_file_says(file):
    odd = [(10, 1_500_000_000, 4), (10, 0, 2**32 - 1), (10, 0, 1)]
    records = [struct.pack("<IIII", seconds, ns, 4, wire_len) + b"data" for seconds, ns, wire_len in odd]
    file.write_bytes(pcap([]) + b"".join(records))
    assert [seen(packet) for packet in from_file(file)] == [
        record(b"data", seconds * SECOND + ns, wire_len) for seconds, ns, wire_len in odd
    ]
    file.write_bytes(pcap(numbered(1)) + struct.pack("<IIII", 0, 0, 262145, 262145) + bytes(262145))
    with pytest.raises(ValueError) as caught:
        from_file(file)
    assert len(caught.value.packets) == 1


@needs_root
def test_17_times_are_whole_nanoseconds(cable, file):
    with open_live("veth", timeout=20_000) as capture:
        cable.sender.send(50)
        packets = [next(capture) for _ in range(50)]
    assert any(packet.timestamp_ns % 1000 for packet in packets)
    exact = [1_700_000_000 * SECOND + number for number in (1, 2, 3)]
    file.write_bytes(pcap([record(b"data", stamp) for stamp in exact]))
    assert [packet.timestamp_ns for packet in from_file(file)] == exact


@pytest.mark.parametrize("link_type", [147, 9999])
def test_18_unknown_link_types_are_one_payload(file, link_type):
    file.write_bytes(pcap(numbered(2), link_type=link_type))
    for packet in from_file(file):
        assert [layer.name for layer in packet.protos] == ["Payload"]
        assert packet.payload.data == bytes(packet)


def test_19_a_filter_that_never_matches_is_interrupted(file, alarm):
    """Zeros are records of no bytes: 268 million of them."""
    file.write_bytes(pcap([]))
    os.truncate(file, 24 + (1 << 32))
    with open_offline(file, filter="greater 10", count=10) as capture:
        alarm(0.1)
        with pytest.raises(InterruptedError):
            next(capture)
        stats = capture.stats()
        assert 0 < stats.received == stats.filtered < 1 << 28


def test_20_signals_do_not_break_the_reading_of_a_pipe(tmp_path):
    fifo, ticks = tmp_path / "fifo", []
    os.mkfifo(fifo)
    whole = pcap(numbered(20))
    writer = subprocess.Popen(
        [sys.executable, "-c", SLOW_WRITER, fifo, str(len(whole))], stdin=subprocess.PIPE
    )
    before = signal.signal(signal.SIGALRM, lambda *_: ticks.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
        writer.stdin.write(whole)
        writer.stdin.close()
        assert [seen(packet) for packet in from_file(fifo)] == numbered(20)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert writer.wait() == 0 and len(ticks) > 10


SLOW_WRITER = """
import sys, time
with open(sys.argv[1], "wb", buffering=0) as fifo:
    while chunk := sys.stdin.buffer.read(50):
        fifo.write(chunk)
        time.sleep(0.005)
"""


# Filters


@needs_root
def test_21_other_threads_run_while_a_filter_compiles():
    ports = " or ".join(f"port {port}" for port in range(1, 140))
    ticks = []
    done = threading.Event()

    def tick():
        while not done.wait(0.005):
            ticks.append(1)

    thread = threading.Thread(target=tick)
    thread.start()
    seconds = elapsed(lambda: open_live("lo", filter=ports).close())
    done.set()
    thread.join()
    assert len(ticks) > seconds / 0.005 / 5 and seconds > 0.1


def test_21_a_filter_too_long_is_told():
    with pytest.raises(ValueError, match="longer than 65536"):
        open_live("lo", filter="x" * 65537)


@needs_root
def test_21_packets_that_came_during_a_slow_compilation_cost_none_after_it(cable):
    slow = f"{Sender.filter} or {' or '.join(f'port {port}' for port in range(1, 140))}"
    opened = threading.Event()

    def send_until_opened():
        while not opened.wait(0.002):
            cable.sender.send()

    sender = threading.Thread(target=send_until_opened)
    sender.start()
    with open_live("veth", filter=slow, buffer_size=1 << 20, timeout=20_000) as capture:
        opened.set()
        sender.join()
        cable.sender.send(50)
        got = []
        while got[-1:] != [cable.sender.sent - 1]:
            got.append(payload_number(next(capture)))
        assert capture.stats().dropped == 0
    assert got == list(range(got[0], cable.sender.sent)) and len(got) >= 50
