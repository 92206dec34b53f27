"""What goes wrong in a sniff_background() is told, once and to whom it concerns."""

from __future__ import annotations

import errno
import functools
import gc
import linecache
import socket
import sys
import threading
import warnings

import pytest
from background_sniffs import Boom, boom, nothing_stays_behind  # noqa: F401
from links import ip
from processes import DEADLINE_S, needs_root
from traffic import Chatter, eventually, own_network

import umpa_sniffing
from umpa_sniffing import UMPADropWarning, sniff_background
from umpa_sniffing.exceptions import UMPADeviceException

pytestmark = needs_root


@pytest.fixture
def chatter():
    with Chatter() as each:
        yield each


def test_an_exception_comes_out_of_stop_and_wait_with_the_packets(chatter):
    seen: list = []

    def fail_at_third(timestamp, packet):
        seen.append(packet)
        if len(seen) == 3:
            raise Boom(packet)

    background = sniff_background(filter=chatter.filter, device="lo", callback=fail_at_third)
    for ask in (lambda: background.wait(10_000), background.stop, background.wait, background.stop):
        with pytest.raises(Boom) as caught:
            ask()
        error = caught.value
        assert error.packets is background.packets and error.delivered == 3 and error.packets == seen
        assert error.args == (seen[2],)
        if sys.version_info >= (3, 11):
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
        assert not background.running


@pytest.fixture
def reported(monkeypatch):
    errors: list = []
    monkeypatch.setattr(
        threading, "excepthook", lambda told: errors.append((told.thread.name, told.exc_value))
    )
    return errors


def test_an_exception_in_the_with_block_is_not_replaced(chatter, reported):
    def block(callback):
        with sniff_background(filter=chatter.filter, device="lo", callback=callback) as background:
            ran.append(background)
            eventually(lambda: not background.running or len(background.packets) > 5, "packets come")
            raise KeyError("of the block")

    ran: list = []
    with pytest.raises(KeyError, match="of the block"):
        block(None)
    assert not ran[0].running and reported == []
    with pytest.raises(KeyError, match="of the block"):
        block(boom)
    assert [(name, type(error)) for name, error in reported] == [("sniff_background of lo", Boom)]


def test_even_sys_exit_in_the_callback_comes_out(chatter):
    with pytest.raises(SystemExit):
        sniff_background(filter=chatter.filter, device="lo", callback=lambda *_: exit(3)).wait(10_000)


def test_an_exception_that_nobody_asked_for_is_reported_when_the_object_goes(chatter, reported):
    held = [sniff_background(filter=chatter.filter, device="lo", callback=boom)]
    eventually(lambda: not held[0].running, "it fails")
    assert reported == []
    gc.disable()
    try:
        held.clear()
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


def test_a_deleted_device_is_told():
    with own_network():
        ip("link", "add", "leaving", "type", "veth", "peer", "name", "staying")
        ip("link", "set", "leaving", "up")
        background = sniff_background(device="leaving")
        ip("link", "delete", "leaving")
        with pytest.raises(UMPADeviceException, match="leaving"):
            background.wait(10_000)
        assert repr(background).startswith("<BackgroundSniff of 'leaving', failed with UMPADeviceException, ")


@pytest.fixture
def overload(monkeypatch):
    """Starts a sniff_background() that loses packets: more come than its ring holds, none taken yet."""
    open_live = functools.partial(umpa_sniffing.open_live, buffer_size=65536)
    monkeypatch.setattr(umpa_sniffing.sniffing, "open_live", open_live)
    sent = threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        port = receiver.getsockname()[1]

        def start():
            background = sniff_background(
                filter=f"udp dst port {port}", device="lo", callback=lambda *_: sent.wait(DEADLINE_S)
            )
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(3000):
                    sender.sendto(bytes(1000), ("127.0.0.1", port))
            sent.set()
            return background

        yield start


def test_drops_are_told_by_a_warning(overload):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        packets = overload().stop()
    [warning] = told
    assert warning.filename == __file__ and "sniff_background(" in linecache.getline(__file__, warning.lineno)
    assert warning.category is UMPADropWarning and warning.message.stats == packets.stats
    assert f"'lo': {packets.stats.dropped} packets were dropped; {len(packets)} were" in str(warning.message)


def test_a_drop_warning_made_an_error_comes_out_with_the_packets(overload):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        background = overload()
        with pytest.raises(UMPADropWarning) as caught:
            background.stop()
    assert caught.value.packets is background.packets
    assert caught.value.stats == background.packets.stats
    assert caught.value.delivered == len(background.packets) > 0
