"""How libpcap really behaves, fact by fact: the traps that a user of ours does not see.

Numbered as in the reference material's list of facts; those on files and filters are in
test_libpcap_facts_of_files.py. What is shown at length elsewhere is short here.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from capture_files import numbered, pcap
from hosts import numbers, open_cable
from processes import AS_NOBODY, needs_root, run_python
from traffic import elapsed, payload_number, wait_until_capturing

from umpa_sniffing import from_file, open_live
from umpa_sniffing.exceptions import UMPADropWarning, UMPAStateException

GENEROUS_S = 5


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "packets.pcap"


# Waiting


@needs_root
def test_01_blocking_reads_can_be_interrupted(cable, alarm):
    with open_cable() as capture:
        alarm(0.1)
        with pytest.raises(InterruptedError):
            next(capture)
        cable.sender.send()
        assert numbers(capture, 1) == [0]


@needs_root
@pytest.mark.parametrize("to_ms", [1, 1000])
def test_02_the_read_timeout_is_no_deadline(cable, to_ms):
    def wait_in_vain():
        with open_cable(to_ms=to_ms, timeout=300) as capture:
            assert list(capture) == []

    assert 0.3 <= elapsed(wait_in_vain) < 0.3 + GENEROUS_S


@needs_root
def test_03_one_packet_on_a_quiet_link_is_delivered(cable):
    with pytest.raises(ValueError, match="to_ms must be 1 to 1000"):
        open_cable(to_ms=0)
    with open_cable() as capture:
        cable.sender.send()
        assert elapsed(lambda: next(capture)) < GENEROUS_S


@needs_root
@pytest.mark.parametrize("immediate", [False, True])
def test_04_immediate_is_tpacket_v3(cable, immediate):
    sol_packet, packet_version, tpacket_v3 = 263, 10, 2
    with open_cable(immediate=immediate, count=5000) as capture:
        with socket.socket(fileno=os.dup(capture.fileno())) as ring:
            assert ring.getsockopt(sol_packet, packet_version) == tpacket_v3
        burst = threading.Thread(target=cable.sender.send, args=(5000,), kwargs={"size": 400})
        burst.start()
        assert [payload_number(packet) for packet in capture] == list(range(5000))
        burst.join()


@needs_root
def test_05_stop_wakes_a_thread_that_waits(cable):
    with open_cable() as capture:
        threading.Timer(0.2, capture.stop).start()
        assert elapsed(lambda: list(capture)) < GENEROUS_S


def caught_signals() -> str:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(line for line in lines if line.startswith("SigCgt"))


@needs_root
def test_06_no_signal_handler_is_installed(cable):
    before = caught_signals(), signal.getsignal(signal.SIGINT)
    with open_cable() as capture:
        cable.sender.send()
        next(capture)
        assert (caught_signals(), signal.getsignal(signal.SIGINT)) == before
    assert (caught_signals(), signal.getsignal(signal.SIGINT)) == before


# Counting


@needs_root
def test_07_lo_counts_each_packet_twice_and_a_cable_once(cable):
    with cable.here.sender("lo") as local, open_live("lo", timeout=20_000) as capture:
        local.send(50)
        assert numbers(capture, 50) == list(range(50))
        assert [capture.stats()[:3] for _ in range(3)] == [(100, 0, 0)] * 3
    capture = open_cable(buffer_size=1 << 18)
    cable.sender.send(10)
    time.sleep(0.1)
    cable.sender.send(2000)
    assert numbers(capture, 10) == list(range(10))
    with pytest.warns(UMPADropWarning):
        capture.close()
    stats = capture.stats()
    assert (stats.received, stats.dropped, stats.delivered) == (2010, 2000, 10)


@needs_root
def test_08_a_whole_block_is_never_more_than_count(cable):
    with open_cable(count=3) as capture:
        cable.sender.send(20)
        assert [payload_number(packet) for packet in capture] == [0, 1, 2]
        assert capture.delivered == 3


# Interfaces


@needs_root
def test_09_what_happens_to_an_interface_is_told_by_errno(cable):
    here, _, sender = cable
    with open_cable() as capture:
        here.link("down")
        with pytest.raises(OSError) as caught:
            open_cable()
        assert caught.value.errno == errno.ENETDOWN
        here.link("up")
        sender.send()
        assert numbers(capture, 1) == [0]
        here.unplug()
        with pytest.raises(OSError) as caught:
            next(capture)
        assert caught.value.errno == errno.ENODEV
    with pytest.raises(OSError) as caught:
        open_cable()
    assert caught.value.errno == errno.ENODEV


@needs_root
def test_09_privileges_are_needed_to_open_and_not_to_read():
    told = run_python(
        "import json, umpa_sniffing\nfrom traffic import Chatter\n"
        "with Chatter() as chatter, umpa_sniffing.open_live('lo', filter=chatter.filter) as capture:\n"
        + "".join(f"    {line}\n" for line in AS_NOBODY.strip().splitlines())
        + "    told = [next(capture).udp.dstport == chatter.port]\n"
        "    try:\n        umpa_sniffing.open_live('lo')\n"
        "    except PermissionError as error:\n        told.append(error.errno)\n"
        "print(json.dumps(told))\n"
    )
    assert told == [True, errno.EPERM]


@needs_root
def test_10_a_forked_child_takes_no_packet(cable):
    with open_cable() as capture:
        cable.sender.send(20)
        child = os.fork()
        if child == 0:
            try:
                next(capture)
            except UMPAStateException:
                os._exit(0)
            os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        assert numbers(capture, 20) == list(range(20))


@needs_root
def test_10_an_interface_taken_down_and_deleted_is_found_out(cable):
    with open_cable() as capture:
        cable.here.link("down")
        with pytest.raises(TimeoutError):
            capture.next(300)
        cable.here.unplug()
        with pytest.raises(OSError) as caught:
            next(capture)
        assert caught.value.errno == errno.ENODEV


@needs_root
def test_11_close_while_another_thread_reads(cable):
    for _ in range(5):
        capture = open_cable()
        reader = threading.Thread(target=lambda capture=capture: list(capture))
        reader.start()
        wait_until_capturing(os.getpid())
        capture.close()
        reader.join(GENEROUS_S)
        assert not reader.is_alive() and capture.closed


def test_11_filters_compile_in_many_threads(file):
    file.write_bytes(pcap(numbered(100)))
    with ThreadPoolExecutor(4) as pool:
        ports = [53 + number % 3 for number in range(200)]
        counts = list(pool.map(lambda port: len(from_file(file, filter=f"udp dst port {port}")), ports))
    assert counts == [[50, 50, 0][port - 53] for port in ports]


FILTERS_BY_THOUSANDS = """
import json, os
from umpa_sniffing import open_live

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

filter = " or ".join(f"len = {length}" for length in range(200))
sizes = []
with open_live("lo") as capture:
    for _ in range(3):
        for _ in range(150):
            capture.set_filter(filter)
        sizes.append(resident())
print(json.dumps(sizes))
"""


@pytest.mark.measures_memory
@needs_root
def test_12_filters_are_freed():
    _, before, after = run_python(FILTERS_BY_THOUSANDS)
    assert after - before < 150_000
