"""What threads, tasks and the interpreter's end do beside whoever reads a capture."""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from processes import command, environment, needs_root
from traffic import Chatter, assert_consecutive, capturing_sockets, eventually
from waiting_calls import NEVER

from umpa_sniffing import open_live

pytestmark = needs_root


def test_threads_in_stats_do_not_put_off_a_close():
    capture = open_live("lo", filter=NEVER)
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            capture.stats()

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        capture.close()
        try:
            eventually(lambda: capturing_sockets(os.getpid()) == 0, "the device is closed")
        finally:
            ended.set()
    assert all(each.result() is None for each in asking)


def test_the_filter_is_the_one_that_two_threads_set_last():
    with Chatter() as one, Chatter() as other, ThreadPoolExecutor(2) as pool, open_live("lo") as capture:
        for _ in range(100):
            list(pool.map(capture.set_filter, [one.filter, other.filter]))
            packet = capture.next(timeout=5000)
            assert capture.filter == f"udp dst port {packet.udp.dstport}"


def test_a_busy_event_loop_loses_no_packet():
    """A descriptor and the timer are due together when another task has kept the loop."""

    async def keep_the_loop() -> None:
        while True:
            await asyncio.sleep(0.005)
            time.sleep(0.12)

    async def take(capture) -> list:
        busy = asyncio.create_task(keep_the_loop())
        packets = [await anext(capture) for _ in range(8)]
        busy.cancel()
        return packets

    with (
        Chatter(interval_s=0.15) as chatter,
        open_live("lo", filter=chatter.filter, timeout=20_000) as capture,
    ):
        packets = asyncio.run(take(capture))
    assert len(packets) == 8
    assert_consecutive(packets)


def test_a_loop_that_is_not_asyncios_leaves_the_capture_usable():
    with open_live("lo", filter=NEVER) as capture:
        with pytest.raises(RuntimeError):
            anext(capture).send(None)
        with pytest.raises(TimeoutError):
            capture.next(timeout=1)
    assert capturing_sockets(os.getpid()) == 0


def test_drops_of_a_capture_that_outlives_the_modules_are_no_error():
    program = """
        import builtins, time, umpa_sniffing
        from traffic import Chatter
        with Chatter(interval_s=0, size=1000) as chatter:
            builtins.capture = umpa_sniffing.open_live("lo", filter=chatter.filter, buffer_size=65536)
            while not capture.stats().dropped:
                time.sleep(0.01)
    """
    done = subprocess.run(command(program), env=environment(), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
