"""The interpreter ends while a capture is open: no crash, no hang, and the dump is whole."""

from __future__ import annotations

import signal
import time

import pytest
from processes import Program, needs_root
from written_files import records_in

pytestmark = needs_root


def numbers_in(path) -> list[int]:
    return [int(each.data[42:].split()[0]) for each in records_in(path)]


ENDING = """
import json, sys, threading, time, warnings
from traffic import Chatter, eventually, payload_number
from umpa_sniffing import open_live

warnings.simplefilter("ignore", ResourceWarning)
got = []
capture = open_live("veth", filter="udp dst port 53", dump=sys.argv[1] or None)

def read(count):
    while len(got) < count:
        got.append(payload_number(next(capture)))

def start(function, *arguments, daemon=True):
    threading.Thread(target=function, args=arguments, daemon=daemon).start()

def wait_for_all():
    eventually(lambda: len(got) == 10, "the packets are read")
    time.sleep(0.3)

print(json.dumps("open"), flush=True)
"""

ENDINGS = {
    "in the main thread": """
read(10)
""",
    "in the main thread, by sys.exit": """
read(10)
sys.exit()
""",
    "in a reference cycle": """
read(10)
cycle = [capture]
cycle.append(cycle)
del capture
""",
    "in a daemon thread that waits": """
start(read, 11)
wait_for_all()
""",
    "in a daemon thread's with statement": """
def read_and_close():
    with capture:
        read(11)

start(read_and_close)
wait_for_all()
""",
    "in a daemon thread's loop": """
start(capture.loop, lambda _, packet: got.append(packet))
wait_for_all()
""",
    "in busy daemon threads": """
with Chatter(interval_s=0) as chatter:
    busy = [open_live("lo", filter=chatter.filter) for _ in range(4)]
    for each in busy:
        start(list, each)
    start(read, 11)
    wait_for_all()
    eventually(lambda: min(each.delivered for each in busy) > 500, "they read")
    sys.exit()
""",
    "in a thread that ends later": """
start(read, 10, daemon=False)
""",
}


@pytest.mark.parametrize("name", ["", "dump.pcap", "dump.pcapng.gz"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_interpreter_ends_with_a_capture_open(cable, ending, name, tmp_path):
    dump = tmp_path / name if name else ""
    with Program(ENDING + ENDINGS[ending], dump) as program:
        assert program.told() == "open"
        cable.sender.send(9)
        time.sleep(0.1)
        cable.sender.send()
        assert program.process.wait(20) == 0
        assert program.process.stderr.read() == ""
    if name:
        assert numbers_in(dump) == list(range(10))


def test_ctrl_c_while_the_interpreter_waits_for_a_thread_that_reads(cable, tmp_path):
    with Program(ENDING + "start(read, 11, daemon=False)", tmp_path / "dump.pcap") as program:
        assert program.told() == "open"
        cable.sender.send(10)
        time.sleep(0.3)
        program.process.send_signal(signal.SIGINT)
        assert program.process.wait(20) >= 0
        assert "KeyboardInterrupt" in program.process.stderr.read()
    assert numbers_in(tmp_path / "dump.pcap") == list(range(10))
