"""sniff_background() and signals, forks and the interpreter's exit."""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import subprocess
import time

import pytest
from background_sniffs import nothing_stays_behind  # noqa: F401
from capture_files import read_pcap
from processes import DEADLINE_S, Program, command, environment, needs_root
from traffic import Chatter, assert_consecutive, eventually, payload_number

from umpa_sniffing import sniff_background

pytestmark = needs_root


@pytest.fixture
def chatter():
    with Chatter() as each:
        yield each


@pytest.mark.parametrize("wait", ["background.wait()", "background.wait(60_000)"])
def test_ctrl_c_ends_the_wait_and_not_the_capture(wait):
    with Program(f"""
        import json
        from traffic import Chatter, eventually
        from umpa_sniffing import sniff_background
        with Chatter() as chatter:
            background = sniff_background(filter=chatter.filter, device="lo")
            for _ in range(5):
                print(1, flush=True)
                try:
                    {wait}
                except KeyboardInterrupt:
                    before = len(background.packets)
                    print(json.dumps(background.running), flush=True)
                    eventually(lambda: before < len(background.packets), "it goes on")
            background.stop()
            print(json.dumps(repr(background)), flush=True)
    """) as program:  # fmt: skip
        for _ in range(5):
            assert program.told() == 1
            time.sleep(0.05)
            start = time.monotonic()
            os.kill(program.pid, signal.SIGINT)
            assert program.told() is True
            assert time.monotonic() - start < 10
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
            del failed, call
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
