"""sniff_background(): a capture in a thread of its own, with real traffic."""

from __future__ import annotations

import inspect
import os
import re
import threading
import time

import pytest
from background_sniffs import Boom, boom, nothing_stays_behind, send_one  # noqa: F401
from capture_files import read_pcap
from processes import AS_NOBODY, DEADLINE_S, needs_root, run_python
from traffic import Chatter, assert_consecutive, capturing_sockets, eventually
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


@pytest.fixture
def chatter():
    with Chatter() as each:
        yield each


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
    send_one(chatter.port)
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
    assert time.monotonic() - start < 10
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
    eventually(lambda: chatter.sent, "its socket is open")
    threads, descriptors = threading.active_count(), len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        several = [sniff_background(filter=chatter.filter, device="lo") for _ in range(10)]
        assert threading.active_count() == threads + 10
        for background in several:
            background.stop()
            assert_consecutive(background.packets)
        assert threading.active_count() == threads
        assert len(os.listdir("/proc/self/fd")) == descriptors


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")  # the chatter
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
