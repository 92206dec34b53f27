"""Ctrl-C, and other signals, in every function: on an idle link, on a busy one, and in files."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from capture_files import ethernet_udp, numbered, pcap, read_pcap, record
from processes import Program, needs_root
from traffic import Chatter, assert_consecutive, eventually, is_capturing, wait_until_capturing
from waiting_calls import NEVER

GENEROUS_S = 2

# One line is told when the call has begun, one as soon as it has ended, one at the end.
CALLER = """
    import ctypes, json, os, signal, sys, time
    import umpa_sniffing
    from umpa_sniffing import *
    from traffic import Chatter, payload_number, quiet_network

    def sigint_action():
        action = ctypes.create_string_buffer(256)
        assert ctypes.CDLL(None).sigaction(signal.SIGINT, None, action) == 0
        return action.raw[:16]  # the handler and, of the kernel's mask, all that there is

    def tell(what):
        print(json.dumps(what), flush=True)

    def iterate(capture):
        with capture:
            for packet in capture:
                calls.append(packet)

    call, network, filter, path = sys.argv[1:]
    call = compile(call, "call", "eval")  # eval() of a string would end the process by SIGINT in the end
    callback = lambda timestamp, packet: calls.append(packet)
    calls = []
    if network == "quiet":
        quiet_network()
    before = sigint_action(), signal.getsignal(signal.SIGINT)
    tell("begun")
    try:
        eval(call)
        tell("the call returned")
    except BaseException as error:
        tell(type(error).__name__)
        caught = error
    packets = getattr(caught, "packets", None)
    told = {
        "packets": None if packets is None else [type(packets).__name__, len(packets)],
        "delivered": getattr(caught, "delivered", None),
        "calls": len(calls),
        "notes": getattr(caught, "__notes__", []),
        "same handler": (sigint_action(), signal.getsignal(signal.SIGINT)) == before,
        "sockets": sum("socket" in os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd")
                       if os.path.lexists(f"/proc/self/fd/{fd}")),
    }
    if network != "none":
        with Chatter() as chatter:
            told["afterwards"] = len(sniff(3, chatter.filter, "lo"))
    tell(told)
"""

LIVE_CALLS = {
    "sniff": "sniff(0, filter, 'lo')",
    "sniff with a count": "sniff(2**31 - 1, filter, 'lo')",
    "sniff with a timeout": "sniff(0, filter, 'lo', 600000)",
    "sniff on any": "sniff(0, filter, 'any')",
    "sniff with a dump": "sniff(0, filter, 'lo', dump=path)",
    "sniff_next": "sniff_next(filter, 'lo')",
    "sniff_any": "sniff_any()",
    "sniff_loop": "sniff_loop(0, filter, 'lo', callback=callback)",
    "to_file": "to_file(path, 0, filter, 'lo')",
    "iteration": "iterate(open_live('lo', filter=filter))",
    "next": "next(open_live('lo', filter=filter))",
}
KEEPS_PACKETS = {
    "sniff",
    "sniff with a count",
    "sniff with a timeout",
    "sniff on any",
    "sniff with a dump",
}
FILE_CALLS = {
    "from_file": "from_file(path, 0, filter)",
    "from_file_loop": "from_file_loop(path, 0, filter, callback)",
    "iteration": "iterate(open_offline(path, filter=filter))",
}


def press_ctrl_c(program: Program):
    """Gives what the program tells afterwards."""
    start = time.monotonic()
    os.kill(program.pid, signal.SIGINT)
    assert program.told() == "KeyboardInterrupt"
    elapsed = time.monotonic() - start
    told = program.told()
    program.end()
    assert elapsed < GENEROUS_S
    assert told["same handler"]
    return told


@needs_root
@pytest.mark.parametrize("name", LIVE_CALLS)
def test_ctrl_c_on_an_idle_link(name, tmp_path):
    with Program(CALLER, LIVE_CALLS[name], "quiet", NEVER, tmp_path / "out.pcap") as program:
        assert program.told() == "begun"
        wait_until_capturing(program.pid)
        told = press_ctrl_c(program)
    assert told["afterwards"] == 3
    assert told["sockets"] == 0
    if name in KEEPS_PACKETS | {"sniff_next", "sniff_any"}:
        assert told["packets"] == ["PacketList", 0]
    if name in {"sniff_loop", "to_file"}:
        assert told["delivered"] == 0


@needs_root
@pytest.mark.parametrize(
    "name", [name for name in LIVE_CALLS if name not in ("sniff_next", "sniff_any", "next")]
)
def test_ctrl_c_on_a_busy_link(name, tmp_path):
    path = tmp_path / "out.pcap"
    with (
        Chatter(interval_s=0) as chatter,
        Program(CALLER, LIVE_CALLS[name], "", chatter.filter, path) as program,
    ):
        assert program.told() == "begun"
        eventually(lambda: is_capturing(program.pid), "the capture begins")
        mark = chatter.sent
        eventually(lambda: chatter.sent > mark + 2000, "traffic")
        time.sleep(0.2)
        told = press_ctrl_c(program)
    assert told["afterwards"] == 3
    if name in KEEPS_PACKETS:
        kind, count = told["packets"]
        assert kind == "PacketList" and count > 0
        if hasattr(BaseException, "add_note"):
            assert told["notes"] == [f"{count} packets were captured before: sys.last_value.packets"]
    if name == "sniff with a dump":
        assert len(read_pcap(path)) == count
    if name in {"sniff_loop", "iteration"}:
        assert told["calls"] > 0
    if name == "sniff_loop":
        assert told["delivered"] - told["calls"] in (0, 1)  # Ctrl-C may come as a call begins
    if name == "to_file":
        assert told["delivered"] == len(read_pcap(path)) > 0


@needs_root
def test_no_packet_that_came_before_ctrl_c_is_lost(tmp_path):
    path = tmp_path / "out.pcap"
    with Chatter() as chatter:
        with Program(CALLER, LIVE_CALLS["sniff with a dump"], "", chatter.filter, path) as program:
            assert program.told() == "begun"
            wait_until_capturing(program.pid)
            mark = chatter.sent
            eventually(lambda: chatter.sent > mark + 50, "traffic")
            chatter.stop()
            time.sleep(1)
            told = press_ctrl_c(program)
        numbers = [int(each.data[42:].split()[0]) for each in read_pcap(path)]
        assert len(numbers) == told["packets"][1]
        assert_consecutive(numbers)
        assert numbers[-1] == chatter.sent - 1


@pytest.mark.parametrize("name", FILE_CALLS)
def test_ctrl_c_while_a_pipe_is_idle(name, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with (
        Program(CALLER, FILE_CALLS[name], "none", "udp", fifo) as program,
        open(fifo, "wb", buffering=0) as writer,
    ):
        assert program.told() == "begun"
        writer.write(pcap(numbered(3)))
        time.sleep(0.7)
        told = press_ctrl_c(program)
    if name == "from_file":
        assert told["packets"] == ["PacketList", 3]
    else:
        assert told["calls"] == 3
    if name == "from_file_loop":
        assert told["delivered"] == 3


@pytest.mark.parametrize("name", FILE_CALLS)
def test_ctrl_c_while_nobody_writes_to_a_pipe(name, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with Program(CALLER, FILE_CALLS[name], "none", "udp", fifo) as program:
        assert program.told() == "begun"
        time.sleep(0.7)
        told = press_ctrl_c(program)
    assert told["calls"] == 0


@pytest.mark.parametrize("name", FILE_CALLS)
def test_ctrl_c_in_an_endless_file(name, tmp_path):
    """A pipe that never dries up, where one packet in a thousand matches."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    rare = [record(ethernet_udp(b"1", destination_port=7))]
    block = pcap(rare + [record(ethernet_udp(b"2"))] * 999)
    written = []

    def write_endlessly():
        try:
            with open(fifo, "wb") as writer:
                writer.write(block)
                while True:
                    written.append(writer.write(block[24:]))
        except BrokenPipeError:
            pass

    thread = threading.Thread(target=write_endlessly)
    with Program(CALLER, FILE_CALLS[name], "none", "udp dst port 7", fifo) as program:
        thread.start()
        assert program.told() == "begun"
        eventually(lambda: len(written) > 50, "the file is being read")
        told = press_ctrl_c(program)
    thread.join()
    if name == "from_file":
        assert told["packets"][1] >= 40
    else:
        assert told["calls"] >= 40
