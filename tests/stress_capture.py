"""Threads open, read, stop, close, filter, fork and signal captures at random.

Arguments: seconds (60), a seed.

Each capture must give every packet once and in order, none of a filter that had been replaced, exact
counters, a dump that has what was delivered, and its descriptors back.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import itertools
import os
import random
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from capture_files import numbered, pcap, read_pcap
from traffic import Chatter, capturing_sockets, eventually, payload_number

from umpa_sniffing import open_live, open_offline
from umpa_sniffing.exceptions import UMPADropWarning, UMPAStateException, UMPATimeoutException

WORKERS = 6
CAPTURES = 3
CHILD_MAY_TAKE_S = 20


class Boom(Exception):
    """What a signal's handler raises."""


class Watched:
    """A capture, and what is known of it."""

    def __init__(self, capture, ports, dump=None):
        self.capture = capture
        self.dump = dump
        self.taken: list[list] = []
        self.cancelled = 0  # each may have lost a packet that was on its way
        self.setter = threading.Lock()
        self.filter_begun = self.filter_done = 0  # set_filter() calls
        self.ports = ports  # that the present filter lets through

    def list_to_fill(self) -> list:
        self.taken.append([])
        return self.taken[-1]

    def filter_now(self) -> tuple[int, int, frozenset[int]]:
        return self.filter_begun, self.filter_done, self.ports

    def took(self, packets: list, before: tuple) -> None:
        """Looks at what one call gave. `before` is the filter_now() of before the call."""
        numbers = [(packet.udp.dstport, payload_number(packet)) for packet in packets]
        for port in {port for port, _ in numbers}:
            of_port = [number for each, number in numbers if each == port]
            assert of_port == sorted(set(of_port)), ("out of order", of_port)
        after = self.filter_now()
        if before == after and after[0] == after[1]:
            assert {port for port, _ in numbers} <= after[2], ("not filtered", numbers, after)


class Stress:
    def __init__(self, seed: int, directory: Path):
        self.seed = seed
        self.directory = directory
        self.ended = threading.Event()
        self.pid = os.getpid()
        self.may_raise = False
        self.faults: list[str] = []
        self.counts: dict[str, int] = {}
        self.forking = threading.Lock()
        self.names = itertools.count()
        self.chatters = [Chatter(interval_s=0.001), Chatter(interval_s=0.001)]
        self.file = directory / "file.pcap"
        self.file.write_bytes(pcap(numbered(3000)))
        self.slots: list[Watched | None] = [None] * CAPTURES
        self.all: list[Watched] = []

    # What a thread may do. Each is given its own random numbers and a capture that others use as well.

    def open(self, dice: random.Random, slot: int) -> None:
        """In place of the one that is there, which is stopped, and closed now or in the end."""
        chatter = dice.choice(self.chatters)
        if dice.random() < 0.2:
            watched = Watched(open_offline(self.file, count=dice.choice([0, 100])), frozenset([53, 54]))
        else:
            dump = self.directory / f"{next(self.names)}.pcap" if dice.random() < 0.5 else None
            options = {"count": dice.choice([0, 0, 300]), "timeout": dice.choice([0, 0, 700])}
            capture = open_live("lo", filter=chatter.filter, dump=dump, buffer_size=1 << 20,
                                immediate=dice.random() < 0.3, **options)  # fmt: skip
            watched = Watched(capture, frozenset([chatter.port]), dump)
        self.all.append(watched)
        old, self.slots[slot] = self.slots[slot], watched
        if old is not None:
            dice.choice([old.capture.stop, old.capture.close])()
        if dice.random() < 0.2:
            open_live("lo", filter=chatter.filter, buffer_size=1 << 20)  # forgotten

    def iterate(self, dice, watched) -> None:
        for _ in range(dice.randrange(1, 50)):
            before = watched.filter_now()
            try:
                packet = next(watched.capture)
            except StopIteration:
                break
            watched.list_to_fill().append(packet)
            watched.took([packet], before)

    def next(self, dice, watched) -> None:
        before = watched.filter_now()
        with contextlib.suppress(UMPATimeoutException, StopIteration):
            packet = watched.capture.next(timeout=dice.choice([0.5, 5, 50]))
            watched.list_to_fill().append(packet)
            watched.took([packet], before)

    def read_into(self, dice, watched) -> None:
        packets = watched.list_to_fill()
        before = watched.filter_now()
        try:
            watched.capture.read_into(packets)
        finally:
            watched.took(packets, before)

    def loop(self, dice, watched) -> None:
        left = dice.randrange(1, 200)
        packets = watched.list_to_fill()

        def callback(timestamp, packet):
            packets.append(packet)
            if len(packets) == left:
                dice.choice([watched.capture.stop, watched.capture.close, watched.capture.stats])()

        before = watched.filter_now()
        try:
            watched.capture.loop(callback)
        finally:
            watched.took(packets, before)

    def await_some(self, dice, watched) -> None:
        async def take() -> None:
            for _ in range(dice.randrange(1, 50)):
                before = watched.filter_now()
                packet = await anext(watched.capture)
                watched.list_to_fill().append(packet)
                watched.took([packet], before)

        async def take_for_a_while() -> None:
            with contextlib.suppress(asyncio.TimeoutError, StopAsyncIteration):
                await asyncio.wait_for(take(), 0.1)

        watched.cancelled += 1
        asyncio.run(take_for_a_while())

    def stats(self, dice, watched) -> None:
        capture, last = watched.capture, None
        for _ in range(dice.randrange(1, 20)):
            stats = capture.stats()
            assert stats.received >= stats.delivered, stats
            assert last is None or all(now >= then for now, then in zip(stats, last, strict=True)), (
                last,
                stats,
            )
            last = stats
        repr(capture), capture.filter, capture.delivered, capture.closed

    def set_filter(self, dice, watched) -> None:
        if watched.capture.datalink != 1 or watched.ports >= {53}:
            return
        chatter = dice.choice(self.chatters)
        with watched.setter:
            watched.filter_begun += 1
            try:
                watched.capture.set_filter(chatter.filter)
                watched.ports = frozenset([chatter.port])
            finally:
                watched.filter_done += 1

    def stop(self, dice, watched) -> None:
        watched.capture.stop()

    def close(self, dice, watched) -> None:
        watched.capture.close()

    def fork(self, dice, watched) -> None:
        with self.forking:
            child = os.fork()
            if child == 0:
                self.be_a_child(dice)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status == 0, f"exit status {status} of a child"

    def be_a_child(self, dice) -> None:
        faulthandler.register(signal.SIGALRM, chain=True)  # says where it hangs, then ends it
        signal.alarm(CHILD_MAY_TAKE_S)
        try:
            for each in list(filter(None, self.slots)):
                for use, *arguments in ([next, each.capture], [each.capture.set_filter, None]):
                    try:
                        use(*arguments)
                    except UMPAStateException:
                        continue
                    os._exit(2)
                each.capture.close()
            if dice.random() < 0.3:
                with open_live("lo", timeout=50, buffer_size=1 << 20) as own:
                    next(own, None)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    def act(self, dice: random.Random, actions: dict) -> None:
        action = dice.choices(list(actions), list(actions.values()))[0]
        slot = dice.randrange(CAPTURES)
        watched = self.slots[slot]
        self.counts[action.__name__] = self.counts.get(action.__name__, 0) + 1
        if watched is None or action == self.open:
            self.open(dice, slot)
            return
        with contextlib.suppress(UMPAStateException):  # closed by another thread, or read by it
            action(dice, watched)

    def work(self, number: int) -> None:
        dice = random.Random(f"{self.seed} {number}")
        actions = {
            self.open: 4, self.iterate: 10, self.next: 10, self.read_into: 5, self.loop: 5,
            self.await_some: 3, self.stats: 20, self.set_filter: 20, self.stop: 2, self.close: 2,
            self.fork: 1,
        }  # fmt: skip
        if "libasan" in os.environ.get("LD_PRELOAD", ""):
            del actions[self.fork]  # its allocator is locked in the child for ever, if a thread was in it
        while not self.ended.is_set() and not self.faults:
            try:
                self.act(dice, actions)
            except BaseException:
                self.faults.append(traceback.format_exc())

    def signal_the_main_thread(self) -> None:
        dice = random.Random(f"{self.seed} signals")
        while not self.ended.wait(dice.expovariate(100)):
            os.kill(os.getpid(), dice.choice([signal.SIGUSR1, signal.SIGUSR2]))

    def handle(self, number: int, frame) -> None:
        if os.getpid() != self.pid:  # it had come before the fork
            return
        if number == signal.SIGUSR2 and self.may_raise:
            self.may_raise = False
            raise Boom
        for watched in filter(None, list(self.slots)):
            watched.capture.stats() if watched.capture.delivered % 10 else watched.capture.stop()

    def read_in_the_main_thread(self, until: float) -> None:
        """Where handlers run, and raise. A list has all that was delivered."""
        dice = random.Random(f"{self.seed} main")
        while time.monotonic() < until and not self.faults:
            watched = dice.choice(self.slots)
            if watched is None:
                continue
            packets = watched.list_to_fill()
            try:
                self.may_raise = True
                watched.capture.read_into(packets)
                self.may_raise = False
            except (Boom, UMPAStateException):
                self.may_raise = False
            except BaseException:
                self.faults.append(traceback.format_exc())

    def note_unraisable(self, told) -> None:
        """A handler may raise where Python can't: in the callback of a weak reference."""
        if not isinstance(told.exc_value, Boom):
            self.faults.append(f"unraisable in {told.object!r}: {told.exc_value!r}")

    def run(self, seconds: float) -> None:
        threads = [threading.Thread(target=self.work, args=[i]) for i in range(WORKERS)]
        threads.append(threading.Thread(target=self.signal_the_main_thread))
        with self.chatters[0], self.chatters[1]:
            for slot in range(CAPTURES):
                self.open(random.Random(f"{self.seed} {slot} open"), slot)
            signals = [signal.SIGUSR1, signal.SIGUSR2]
            for each in signals:
                signal.signal(each, self.handle)
            for thread in threads:
                thread.start()
            until = time.monotonic() + seconds
            self.read_in_the_main_thread(until)
            for each in signals:
                signal.signal(each, signal.SIG_IGN)
            self.ended.set()
            while any(thread.is_alive() for thread in threads):
                for watched in self.all:
                    watched.capture.stop()
                for thread in threads:
                    thread.join(0.1)

    def judge(self) -> None:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda watched: watched.capture.close(), self.all))
        for watched in self.all:
            stats = watched.capture.stats()
            assert stats.delivered == watched.capture.delivered <= stats.received
            packets = [packet for each in watched.taken for packet in each]
            assert 0 <= stats.delivered - len(packets) <= watched.cancelled, (stats, len(packets))
            keys = [(packet.udp.dstport, payload_number(packet)) for packet in packets]
            assert len(keys) == len(set(keys)), "a packet came twice"
            if watched.dump is not None:
                assert len(read_pcap(watched.dump)) == stats.delivered


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
    print(f"seed {seed}", flush=True)
    warnings.simplefilter("ignore", UMPADropWarning)
    warnings.simplefilter("ignore", ResourceWarning)
    warnings.simplefilter("ignore", DeprecationWarning)  # of fork beside threads
    faulthandler.dump_traceback_later(seconds + 60, exit=True)
    sys.setswitchinterval(0.0005)
    descriptors = len(os.listdir("/proc/self/fd"))
    with tempfile.TemporaryDirectory() as directory:
        stress = Stress(seed, Path(directory))
        sys.unraisablehook = stress.note_unraisable
        stress.run(seconds)
        if not stress.faults:
            stress.judge()
        for fault in stress.faults:
            print(fault)
        print(", ".join(f"{count} x {name}" for name, count in sorted(stress.counts.items())))
        packets = sum(len(packets) for watched in stress.all for packets in watched.taken)
        print(f"{len(stress.all)} captures, {packets} packets")
    if stress.faults:
        sys.exit(1)
    eventually(lambda: capturing_sockets(os.getpid()) == 0, "all sockets are closed")
    eventually(lambda: len(os.listdir("/proc/self/fd")) == descriptors, "all descriptors are closed")


if __name__ == "__main__":
    main()
