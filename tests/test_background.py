"""sniff_background(): a capture in a thread of its own, with real traffic."""

from __future__ import annotations

import errno
import gc
import inspect
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest
from capture_files import read_pcap
from processes import AS_NOBODY, DEADLINE_S, Program, command, environment, needs_root, run_python
from traffic import Chatter, assert_consecutive, capturing_sockets, eventually, own_network, payload_number
from waiting_calls import NEVER

import umpa_sniffing
from umpa_sniffing import PacketList, from_file, sniff_background, sniff_loop
from umpa_sniffing.exceptions import (
    UMPACallbackException,
    UMPADeviceException,
    UMPAFilterException,
    UMPAStateException,
    UMPATimeoutException,
)

pytestmark = needs_root


class Boom(Exception):
    pass


def boom(timestamp, packet, *arguments):
    raise Boom("boom")


@pytest.fixture(autouse=True)
def nothing_stays_behind():
    threads = threading.active_count()
    yield
    gc.collect()
    eventually(lambda: capturing_sockets(os.getpid()) == 0, "the handles are closed")
    eventually(lambda: threading.active_count() == threads, "the threads have ended")


@pytest.fixture
def chatter():
    with Chatter() as each:
        yield each


def send_one(chatter_or_port) -> None:
    port = getattr(chatter_or_port, "port", chatter_or_port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"0", ("127.0.0.1", port))


@pytest.fixture
def port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        yield receiver.getsockname()[1]


# What it gives


def test_packets_grow_and_are_read_while_it_runs(chatter):
    background = sniff_background(filter=chatter.filter, device="lo")
    packets = background.packets
    assert type(packets) is PacketList
    lengths = set()
    deadline = time.monotonic() + 30
    while len(lengths) < 20:
        assert time.monotonic() < deadline
        length = len(packets)
        assert len(list(packets)) >= length and len(packets[:length]) == length
        assert repr(packets).startswith("<PacketList: ")
        assert not packets or packets[length - 1].udp.dstport == chatter.port
        lengths.add(length)
    assert background.running and background.stats().delivered > 0
    assert background.stop() is packets and not background.running
    length = len(packets)
    assert length == background.stats().delivered >= max(lengths)
    assert_consecutive(packets)
    send_one(chatter)
    assert len(packets) == length


def test_it_captures_from_the_moment_it_returns(port):
    for _ in range(5):
        background = sniff_background(1, f"udp dst port {port}", "lo", 10_000)
        send_one(port)
        assert len(background.wait(10_000)) == 1


def test_it_ends_by_count_and_by_timeout(chatter):
    assert len(sniff_background(7, chatter.filter, "lo").wait()) == 7
    assert sniff_background(0, NEVER, "lo", timeout=30).wait() == []


def test_statistics_are_final_once_it_has_ended(chatter):
    background = sniff_background(20, chatter.filter, "lo")
    background.wait(10_000)
    assert background.stats() == background.stats() == background.packets.stats
    assert background.stats().delivered == 20 <= background.stats().received


def test_a_callback_gets_what_sniff_loop_gives_it(chatter):
    calls = []
    background = sniff_background(
        10, chatter.filter, "lo", callback=lambda *arguments: calls.append(arguments), callback_args=["x", 2]
    )
    packets = background.wait(10_000)
    assert calls == [(packet.timestamp, packet, "x", 2) for packet in packets]
    assert len(packets) == 10


def test_keep_false_keeps_nothing(chatter, tmp_path):
    seen = []
    background = sniff_background(
        10, chatter.filter, "lo", callback=lambda _, packet: seen.append(packet), keep=False
    )
    assert background.wait(10_000) == [] and background.packets.stats.delivered == 10
    assert_consecutive(seen)
    dump = tmp_path / "x.pcap"
    assert sniff_background(10, chatter.filter, "lo", dump=dump, keep=False).wait(10_000) == []
    assert len(read_pcap(dump)) == 10


def test_the_dump_has_what_was_delivered(chatter, tmp_path):
    dump = tmp_path / "x.pcap"
    with sniff_background(filter=chatter.filter, device="lo", dump=dump) as background:
        eventually(lambda: len(background.packets) > 50, "packets come")
    assert from_file(dump) == background.packets


def test_the_arguments_are_those_of_sniff_loop():
    ours, loop = (inspect.signature(each).parameters for each in (sniff_background, sniff_loop))
    assert list(ours.values())[:-1] == list(loop.values())
    assert str(ours["keep"]) == "keep: 'bool' = True" and ours["keep"].kind.name == "KEYWORD_ONLY"


def test_its_repr_tells_its_state(port):
    background = sniff_background(1, f"udp dst port {port}", "lo")
    assert repr(background) == "<BackgroundSniff of 'lo', running, 0 packets>"
    send_one(port)
    background.wait(10_000)
    assert repr(background) == "<BackgroundSniff of 'lo', ended, 1 packet>"
    background = sniff_background(1, f"udp dst port {port}", "lo", callback=boom)
    send_one(port)
    with pytest.raises(Boom):
        background.wait(10_000)
    assert repr(background) == "<BackgroundSniff of 'lo', failed with Boom, 1 packet>"
    first = umpa_sniffing.get_available_devices()[0]
    with sniff_background(filter=NEVER) as background:
        assert repr(background) == f"<BackgroundSniff of {first!r}, running, 0 packets>"


# Its start


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"filter": "nonsense ("}, UMPAFilterException),
        ({"device": "no-such-device"}, UMPADeviceException),
        ({"device": 3}, TypeError),
        ({"count": -1}, ValueError),
        ({"timeout": -1}, ValueError),
        ({"snaplen": "x"}, TypeError),
        ({"dump": "/no/such/directory/x"}, FileNotFoundError),
        ({"callback": 3}, UMPACallbackException),
        ({"callback": print, "callback_args": 3}, TypeError),
        ({"keep": False}, UMPACallbackException),
        ({"surprise": 1}, TypeError),
    ],
    ids=str,
)
def test_wrong_arguments_are_told_at_once(arguments, expected):
    with pytest.raises(expected):
        sniff_background(**{"device": "lo"} | arguments)
    assert capturing_sockets(os.getpid()) == 0


def test_no_permission_is_told_at_once():
    assert run_python(f"""
        import json
        from umpa_sniffing import sniff_background
        exec({AS_NOBODY!r})
        try:
            sniff_background(device="lo")
        except PermissionError as error:
            print(json.dumps(str(error)))
    """).startswith("[Errno 1] 'lo': no permission")  # fmt: skip


def test_a_thread_that_cannot_start_leaves_nothing_open(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError, match="can't start"):
        sniff_background(filter=NEVER, device="lo")
    assert capturing_sockets(os.getpid()) == 0


def test_importing_the_package_imports_no_threads():
    assert run_python("""
        import json, sys
        before = set(sys.modules)
        import umpa_sniffing
        new = set(sys.modules) - before
        print(json.dumps(sorted(new & {"threading", "atexit", "weakref", "typing"})))
    """) == []  # fmt: skip


# Its end


def test_stop_ends_an_idle_one_and_once_more_does_nothing():
    background = sniff_background(filter=NEVER, device="lo")
    start = time.monotonic()
    assert background.stop() == []
    assert time.monotonic() - start < 2
    assert background.stop() is background.wait() is background.packets


def test_stop_from_many_threads(chatter):
    background = sniff_background(filter=chatter.filter, device="lo")
    results = []
    stoppers = [threading.Thread(target=lambda: results.append(background.stop())) for _ in range(8)]
    for each in stoppers:
        each.start()
    for each in stoppers:
        each.join(DEADLINE_S)
    assert len(results) == 8 and all(result is background.packets for result in results)


def test_stop_in_the_callback_does_not_wait_for_itself(chatter):
    stopped = []

    def callback(timestamp, packet):
        started.wait(DEADLINE_S)
        with background:  # leaving it stops, too
            stopped.append(list(background.stop()))

    started = threading.Event()
    background = sniff_background(filter=chatter.filter, device="lo", callback=callback)
    started.set()
    packets = background.wait(10_000)
    assert stopped[0] == packets[:1] and len(stopped) == len(packets)


def test_waiting_in_the_callback_is_an_error(chatter):
    def callback(timestamp, packet):
        started.wait(DEADLINE_S)
        background.wait(1000)

    started = threading.Event()
    background = sniff_background(filter=chatter.filter, device="lo", callback=callback)
    started.set()
    with pytest.raises(UMPAStateException, match="would never end"):
        background.wait(10_000)


def test_a_wait_whose_time_is_up_leaves_it_running(chatter):
    with sniff_background(filter=chatter.filter, device="lo") as background:
        with pytest.raises(UMPATimeoutException, match="'lo' still runs after 50 ms") as caught:
            background.wait(50)
        assert isinstance(caught.value, TimeoutError)
        assert background.running
        length = len(background.packets)
        eventually(lambda: len(background.packets) > length, "it goes on")
    assert background.wait(1) is background.packets


@pytest.mark.parametrize("timeout", [-1, float("nan"), float("inf"), 10**400])
def test_wrong_milliseconds(timeout):
    with sniff_background(filter=NEVER, device="lo") as background:
        with pytest.raises(ValueError, match="timeout must be 0 to 1000000000000 milliseconds"):
            background.wait(timeout)
        with pytest.raises(TypeError, match="timeout must be a number of milliseconds, not str"):
            background.wait("5")


def test_fifty_leave_no_threads_and_descriptors(chatter):
    threads, descriptors = threading.active_count(), len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        several = [sniff_background(filter=chatter.filter, device="lo") for _ in range(10)]
        assert threading.active_count() == threads + 10
        for background in several:
            background.stop()
            assert_consecutive(background.packets)
        assert threading.active_count() == threads
        assert len(os.listdir("/proc/self/fd")) == descriptors


# Exceptions


def test_an_exception_comes_out_of_stop_and_wait_with_the_packets(chatter):
    def fail_at_third(timestamp, packet):
        if len(background.packets) == 3:
            raise Boom(packet)

    background = sniff_background(filter=chatter.filter, device="lo", callback=fail_at_third)
    for ask in (lambda: background.wait(10_000), background.stop, background.wait, background.stop):
        with pytest.raises(Boom) as caught:
            ask()
        error = caught.value
        assert error.packets is background.packets and error.delivered == len(error.packets) == 3
        assert error.args == (background.packets[2],)
        if hasattr(error, "__notes__"):
            assert error.__notes__ == ["3 packets were captured before: sys.last_value.packets"]


def test_an_exception_comes_out_of_the_with_block(chatter):
    with (
        pytest.raises(Boom),
        sniff_background(filter=chatter.filter, device="lo", callback=boom) as background,
    ):
        eventually(lambda: not background.running, "it fails")


def test_an_exception_that_was_caught_does_not_come_out_of_the_with_block(chatter):
    with sniff_background(filter=chatter.filter, device="lo", callback=boom) as background:
        with pytest.raises(Boom):
            background.wait(10_000)


@pytest.fixture
def reported(monkeypatch):
    errors: list = []
    monkeypatch.setattr(
        threading, "excepthook", lambda told: errors.append((told.thread.name, told.exc_value))
    )
    return errors


def test_an_exception_in_the_with_block_is_not_replaced(chatter, reported):
    with (
        pytest.raises(KeyError, match="of the block"),
        sniff_background(filter=chatter.filter, device="lo", callback=boom) as background,
    ):
        eventually(lambda: not background.running, "it fails")
        raise KeyError("of the block")
    assert [(name, type(error)) for name, error in reported] == [("sniff_background of lo", Boom)]
    reported.clear()
    with (
        pytest.raises(KeyError, match="of the block"),
        sniff_background(filter=chatter.filter, device="lo") as background,
    ):
        raise KeyError("of the block")
    assert not background.running and reported == []


def test_even_sys_exit_in_the_callback_comes_out(chatter):
    with pytest.raises(SystemExit):
        sniff_background(filter=chatter.filter, device="lo", callback=lambda *_: exit(3)).wait(10_000)


def test_an_exception_that_nobody_asked_for_is_reported_when_the_object_goes(chatter, reported):
    background = sniff_background(filter=chatter.filter, device="lo", callback=boom)
    eventually(lambda: not background.running, "it fails")
    assert reported == []
    gc.disable()
    try:
        del background
        eventually(lambda: reported, "it is reported, without the help of the garbage collector")
    finally:
        gc.enable()
    assert [(name, type(error)) for name, error in reported] == [("sniff_background of lo", Boom)]


def test_an_exception_that_was_told_is_not_reported(chatter, reported):
    background = sniff_background(filter=chatter.filter, device="lo", callback=boom)
    with pytest.raises(Boom):
        background.wait(10_000)
    del background
    gc.collect()
    assert reported == []


def test_a_full_disk_is_told():
    with Chatter(size=1000) as chatter, pytest.raises(OSError) as caught:
        sniff_background(filter=chatter.filter, device="lo", dump="/dev/full").wait(10_000)
    assert caught.value.errno == errno.ENOSPC


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def test_a_deleted_device_is_told():
    with own_network():
        ip("link", "add", "leaving", "type", "veth", "peer", "name", "staying")
        ip("link", "set", "leaving", "up")
        background = sniff_background(device="leaving")
        ip("link", "delete", "leaving")
        with pytest.raises(UMPADeviceException, match="leaving"):
            background.wait(10_000)
        assert repr(background).startswith("<BackgroundSniff of 'leaving', failed with UMPADeviceException, ")


# Signals, processes, the interpreter's exit


@pytest.mark.parametrize("wait", ["background.wait()", "background.wait(60_000)"])
def test_ctrl_c_ends_the_wait_and_not_the_capture(wait):
    with Program(f"""
        import json, time
        from traffic import Chatter
        from umpa_sniffing import sniff_background
        with Chatter() as chatter:
            background = sniff_background(filter=chatter.filter, device="lo")
            for _ in range(5):
                print(1, flush=True)
                try:
                    {wait}
                except KeyboardInterrupt:
                    before = len(background.packets)
                    time.sleep(0.1)
                    print(json.dumps([background.running, before < len(background.packets)]), flush=True)
            background.stop()
            print(json.dumps(repr(background)), flush=True)
    """) as program:  # fmt: skip
        for _ in range(5):
            assert program.told() == 1
            time.sleep(0.05)
            start = time.monotonic()
            os.kill(program.pid, signal.SIGINT)
            assert program.told() == [True, True]
            assert time.monotonic() - start < 2
        assert re.fullmatch("<BackgroundSniff of 'lo', ended, [0-9]+ packets>", program.told())
        program.end()


def test_stop_in_a_signal_handler_ends_the_wait():
    with Program("""
        import json, signal
        from traffic import Chatter
        from umpa_sniffing import sniff_background
        with Chatter() as chatter:
            background = sniff_background(filter=chatter.filter, device="lo")
            signal.signal(signal.SIGTERM, lambda *_: background.stop())
            print(1, flush=True)
            packets = background.wait()
            print(json.dumps(packets is background.packets), flush=True)
    """) as program:  # fmt: skip
        assert program.told() == 1
        time.sleep(0.05)
        os.kill(program.pid, signal.SIGTERM)
        assert program.told() is True
        program.end()


def run_to_exit(source: str, *arguments) -> str:
    """What it wrote to stderr."""
    done = subprocess.run(
        command(source, *arguments), env=environment(), capture_output=True, text=True, timeout=DEADLINE_S
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize("held", ["background = ", ""], ids=["held", "forgotten"])
def test_the_exit_of_the_interpreter_completes_the_dump(held, chatter, tmp_path):
    """What the callback has seen by the very end is in the file: nothing more, nothing less."""
    dump, seen = tmp_path / "x.pcap", tmp_path / "seen"
    told = run_to_exit(
        f"""
        import atexit, sys
        import umpa_sniffing
        from traffic import payload_number, eventually
        numbers = []
        atexit.register(lambda: open(sys.argv[2], "w").write(repr(numbers)))
        {held}umpa_sniffing.sniff_background(
            filter={chatter.filter!r}, device="lo", dump=sys.argv[1],
            callback=lambda _, packet: numbers.append(payload_number(packet)))
        eventually(lambda: len(numbers) > 20, "packets come")
        """,
        dump,
        seen,
    )
    assert told == ""
    numbers = eval(seen.read_text())
    assert len(numbers) > 20
    assert [int(each.data[42:].split()[0]) for each in read_pcap(dump)] == numbers


def test_a_forgotten_one_goes_on_until_its_end(chatter):
    seen = []
    sniff_background(
        300, chatter.filter, "lo", callback=lambda _, packet: seen.append(payload_number(packet))
    )
    gc.collect()
    eventually(lambda: len(seen) == 300, "all packets come")
    assert_consecutive(seen)


@pytest.mark.parametrize(
    "where",
    [
        "background = start()",
        "start()",
        "cycle = [start()]; cycle.append(cycle); del cycle",
        "sys.background = start()",
        "function = lambda: background; background = start(); background.itself = background",
    ],
)
def test_the_exit_of_the_interpreter_tells_what_nobody_asked_for(where, chatter):
    told = run_to_exit(f"""
        import gc, sys, threading, time
        gc.disable()
        import umpa_sniffing
        def callback(timestamp, packet):
            raise ValueError("nobody asked")
        def start():
            return umpa_sniffing.sniff_background(filter={chatter.filter!r}, device="lo", callback=callback)
        {where}
        time.sleep(0.3)
    """)
    assert told.startswith("Exception in thread sniff_background of lo:\nTraceback")
    assert told.count("ValueError: nobody asked") == told.count("Traceback") == 1


def test_a_callback_that_never_returns_does_not_keep_the_interpreter_from_exiting(chatter):
    told = run_to_exit(f"""
        import threading, umpa_sniffing, umpa_sniffing.background
        umpa_sniffing.background.EXIT_S = 0.5
        called = threading.Event()
        umpa_sniffing.sniff_background(filter={chatter.filter!r}, device="lo",
                                       callback=lambda *_: (called.set(), threading.Event().wait()))
        called.wait()
    """)
    assert "the callback of <BackgroundSniff of 'lo', running, 1 packet> does not return" in told
    assert "Traceback" not in told


FORK = """
    import json, os, sys, time
    import umpa_sniffing
    from traffic import Chatter, eventually, payload_number
    chatter = Chatter()
    def boom(*_):
        raise ValueError("told once")
    failed = umpa_sniffing.sniff_background(filter=chatter.filter, device="lo", callback=boom)
    with umpa_sniffing.sniff_background(filter=chatter.filter, device="lo") as background:
        chatter._thread.start()
        eventually(lambda: len(background.packets) > 20 and not failed.running, "packets come")
        reader, writer = os.pipe()
        if os.fork() == 0:
            told = [repr(background), background.running]
            for call in (background.stop, background.wait, background.stats, failed.stop):
                try:
                    call()
                except umpa_sniffing.UMPASniffingException as error:
                    told.append(str(error))
            os.write(writer, json.dumps(told).encode())
            sys.exit(0)
        told = json.loads(os.read(reader, 65536))
        status = os.waitstatus_to_exitcode(os.wait()[1])
        length = len(background.packets)
        eventually(lambda: len(background.packets) > length + 20, "it goes on")
    chatter.stop()
    print(json.dumps([status, told, [payload_number(packet) for packet in background.packets]]))
"""


def test_a_forked_child_gets_errors_and_the_parent_loses_nothing():
    done = subprocess.run(
        command(FORK), env=environment(), capture_output=True, text=True, timeout=DEADLINE_S, check=True
    )
    status, told, numbers = json.loads(done.stdout)
    assert status == 0
    assert re.fullmatch("<BackgroundSniff of 'lo', the parent process's, [0-9]+ packets>", told[0])
    assert told[1] is False
    assert len(told[2:]) == 4 and all("the parent process" in each for each in told[2:])
    assert_consecutive(numbers)
    assert done.stderr.count("ValueError: told once") == 1  # by the parent


def test_ipython_stays_usable_while_it_runs(tmp_path, chatter):
    pytest.importorskip("pexpect")
    from test_tutorial_ipython import IPython

    shell = IPython(tmp_path)
    try:
        shell.type("from umpa_sniffing import sniff_background")
        assert shell.type(f"s = sniff_background(filter={chatter.filter!r}, device='lo')") == ""
        assert re.search(r"<BackgroundSniff of 'lo', running, \d+ packets?>$", shell.type("s"))
        shell.start("s.wait()")
        time.sleep(0.2)
        shell.child.sendintr()
        assert "KeyboardInterrupt" in shell.next_prompt()
        assert re.search(r"<PacketList: \d+ packets? ", shell.type("s.packets"))
        assert "<PacketList: " in shell.type("s.stop()")
        assert re.search(r"<BackgroundSniff of 'lo', ended, \d+ packets?>$", shell.type("s"))
    finally:
        shell.close()
