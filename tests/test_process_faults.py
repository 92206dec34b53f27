"""What happens to a process that captures: no descriptors left, stopped, signals in a storm, forked."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from capture_files import numbered, pcap, read_pcap
from hosts import Sender
from processes import Program, command, needs_root, run_python
from traffic import (
    Chatter,
    capturing_sockets,
    eventually,
    payload_number,
    wait_until_capturing,
)

from umpa_sniffing import open_live

pytestmark = needs_root


def numbers_in(path: Path) -> list[int]:
    return [int(each.data[42:].split()[0]) for each in read_pcap(path)]


# Out of file descriptors


OUT_OF_DESCRIPTORS = """
import json, os, resource, subprocess, sys
from traffic import quiet_network
from umpa_sniffing import *
from umpa_sniffing.exceptions import UMPASniffingException

file, dump = sys.argv[1:]
quiet_network()
subprocess.run("ip link add veth type veth && ip link set veth up", shell=True, check=True)
before, most = resource.getrlimit(resource.RLIMIT_NOFILE)

def with_descriptors(limit, call):
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
    try:
        call()
        return "well"
    except UMPASniffingException as error:
        return [getattr(error, "errno", None), str(error)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))

calls = {
    "open_live": lambda: open_live("lo", filter="ip broadcast", dump=dump).close(),
    "open_live any": lambda: open_live("any").close(),
    "sniff on the first device": lambda: sniff(1, timeout=1),
    "to_file": lambda: to_file(dump, 1, None, "lo", 1),
    "open_offline": lambda: open_offline(file).close(),
    "from_file": lambda: from_file(file),
    "get_available_devices": get_available_devices,
}
told = {}
open_before = os.listdir("/proc/self/fd")
for name, call in calls.items():
    told[name] = []
    while told[name][-1:] != ["well"]:
        told[name].append(with_descriptors(3 + len(told[name]), call))
        assert os.listdir("/proc/self/fd") == open_before

with open_live("veth") as capture:
    subprocess.run("ip link delete veth", shell=True, check=True)
    told["deleted"] = with_descriptors(3, lambda: list(capture))
print(json.dumps(told))
"""


def test_out_of_file_descriptors_at_each_point(tmp_path):
    file = tmp_path / "packets.pcap"
    file.write_bytes(pcap(numbered(3)))
    told = run_python(OUT_OF_DESCRIPTORS, file, tmp_path / "dump.pcap")
    number, text = told.pop("deleted")
    assert number == errno.ENODEV and "veth" in text and "disappeared" in text
    for call, (*failures, last) in told.items():
        assert failures and last == "well", call
        assert {number for number, _ in failures} == {errno.EMFILE}, (call, failures)
    assert len(told["open_live"]) >= 5


# Stopped


CAPTURE_NUMBERS = """
import json, os, sys
from traffic import payload_number
from umpa_sniffing import open_live
options = json.loads(sys.argv[1])
with open_live("veth", filter="udp", **options) as capture:
    print(json.dumps([payload_number(packet) for packet in capture]), flush=True)
"""


def stop(process: int) -> None:
    os.kill(process, signal.SIGSTOP)
    eventually(lambda: Path(f"/proc/{process}/stat").read_text().split()[2] == "T", "the process is stopped")


def test_a_stopped_process_has_every_packet_when_it_goes_on(cable):
    with Program(CAPTURE_NUMBERS, '{"count": 6000}') as program:
        wait_until_capturing(program.pid)
        cable.sender.send(500)
        stop(program.pid)
        cable.sender.send(5000)
        os.kill(program.pid, signal.SIGCONT)
        cable.sender.send(500)
        assert program.told() == list(range(6000))
        program.end()


def test_a_deadline_passes_while_the_process_is_stopped(cable):
    with Program(CAPTURE_NUMBERS, '{"timeout": 300}') as program:
        wait_until_capturing(program.pid)
        stop(program.pid)
        time.sleep(0.4)
        os.kill(program.pid, signal.SIGCONT)
        start = time.monotonic()
        assert program.told() == []
        assert time.monotonic() - start < 5
        program.end()


# Signals in a storm


STORM = """
import os, signal, sys, time
start = time.monotonic()
for number in range(10_000):
    os.kill(int(sys.argv[1]), signal.SIGUSR1)
    while time.monotonic() < start + number / 10_000:
        pass
"""


def test_nothing_is_lost_in_a_storm_of_signals(cable, tmp_path):
    dump, ticks = tmp_path / "dump.pcap", []
    before = signal.signal(signal.SIGUSR1, lambda *_: ticks.append(1))

    def send():
        for _ in range(100):
            cable.sender.send(50)
            time.sleep(0.01)

    sender = threading.Thread(target=send)
    try:
        with open_live("veth", filter=Sender.filter, count=5000, dump=dump) as capture:
            storm = subprocess.Popen(command(STORM, str(os.getpid())))
            sender.start()
            got = [payload_number(packet) for packet in capture]
        assert storm.wait() == 0
        sender.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert got == numbers_in(dump) == list(range(5000))
    assert len(ticks) > 1000


def test_a_handler_may_stop_and_close_its_capture(cable):
    for end in ("stop", "close"):
        with open_live("veth", filter=Sender.filter) as capture:
            cable.sender.send(3)
            before = signal.signal(signal.SIGALRM, lambda *_: getattr(capture, end)())  # noqa: B023
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.3)
                assert len(list(capture)) == 3
            finally:
                signal.signal(signal.SIGALRM, before)


# Forked


FORK = """
    import json, os, sys
    import umpa_sniffing
    from umpa_sniffing.exceptions import UMPASniffingException
    from traffic import Chatter, payload_number

    dump = sys.argv[1]
    numbers = []
    chatter = Chatter()
    with umpa_sniffing.open_live("lo", filter=chatter.filter, dump=dump) as capture, \\
            umpa_sniffing.open_offline(sys.argv[2]) as file:
        next(file)
        chatter._thread.start()
        for packet in capture:
            numbers.append(payload_number(packet))
            if len(numbers) == 5:
                child = os.fork()
                if child == 0:
                    status = 0
                    for inherited in (capture, file):
                        try:
                            next(inherited)
                            status = 1
                        except UMPASniffingException as error:
                            if not isinstance(error, ValueError) or "parent process" not in str(error):
                                status = 2
                    capture.close()
                    file.close()
                    sys.exit(status)
                status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if len(numbers) == 300:
                break
        rest_of_file = len(list(file))
    chatter.stop()
    print(json.dumps([status, numbers, rest_of_file]))
"""


def test_a_forked_child_gets_an_error_and_the_parent_loses_nothing(tmp_path):
    dump, file = tmp_path / "dump.pcap", tmp_path / "file.pcap"
    file.write_bytes(pcap(numbered(4)))
    status, numbers, rest_of_file = run_python(FORK, dump, file)
    assert status == 0
    assert numbers == list(range(numbers[0], numbers[0] + 300))
    assert numbers_in(dump) == numbers
    assert rest_of_file == 3


def test_a_forked_child_may_capture_on_its_own():
    assert run_python("""
        import json, os, sys, umpa_sniffing
        from traffic import Chatter
        with Chatter() as chatter:
            umpa_sniffing.sniff(2, chatter.filter, "lo")
            filter = chatter.filter
            child = os.fork()
            if child == 0:
                os._exit(len(umpa_sniffing.sniff(3, filter, "lo")))
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(json.dumps(status))
    """) == 3  # fmt: skip


def test_a_forked_child_can_close_what_a_thread_of_its_parent_reads():
    with Chatter() as chatter, open_live("lo", filter=f"{chatter.filter} and udp port 1") as capture:
        reader = threading.Thread(target=lambda: list(capture))
        reader.start()
        wait_until_capturing(os.getpid())
        child = os.fork()
        if child == 0:
            capture.close()
            os._exit(capturing_sockets(os.getpid()))
        assert os.waitpid(child, 0)[1] == 0
        capture.stop()
        reader.join()


# Hundreds


MANY = """
import gc, json, os, threading
from concurrent.futures import ThreadPoolExecutor
from traffic import quiet_network
from umpa_sniffing import open_live

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

def open_and_close(_):
    with open_live("lo", filter="udp", buffer_size=1 << 20, timeout=1) as capture:
        list(capture)

states = []
with ThreadPoolExecutor(8) as pool:
    for _ in range(5):
        list(pool.map(open_and_close, range(100)))
        gc.collect()
        states.append([len(os.listdir("/proc/self/fd")), threading.active_count(), len(gc.get_objects()),
                       resident()])
print(json.dumps(states))
"""


@pytest.mark.measures_memory
def test_hundreds_opened_and_closed_leave_nothing():
    states = run_python(MANY)
    descriptors, threads, objects, resident = zip(*states, strict=True)
    assert len(set(descriptors[1:])) == len(set(threads[1:])) == 1, states
    assert objects[-1] - objects[1] < 100, states
    assert resident[-1] - resident[1] < 1 << 20, states


def test_hundreds_at_once_see_every_packet(cable):
    def open_one(_):
        return open_live("veth", filter=Sender.filter, buffer_size=1 << 20, timeout=20_000)

    with ThreadPoolExecutor(20) as pool:
        captures = list(pool.map(open_one, range(200)))
        cable.sender.send(5)
        for capture in captures:
            assert [payload_number(next(capture)) for _ in range(5)] == list(range(5))
        list(pool.map(lambda capture: capture.close(), captures))
