"""Ctrl-C at random moments in every function, idle and busy: how late it comes, and what is lost.

Late is from the signal until the capture is about to be closed, and until it is closed. Whole is: the packets
are those that a tcpdump beside had, from the first to the last, the same bytes. In a "flood" the sender sends
as fast as it can and tcpdump would be in the way: there they only are in order, each once.
"""

import asyncio
import contextlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from live.captor import FILE_HEADER, RECORD_HEADER, Captor
from live.network import BPF, LO, number

import umpa_sniffing
from umpa_sniffing import from_file, sniff, sniff_loop, sniff_next, sniffing, to_file

FRAME = 100
LOADS = {"idle": None, "5,000/s": 5_000, "flood": 0}
LATEST_S = 0.12
DEADLINE_MS = 200
PATIENCE_S = 5
AGAIN_AFTER_S = 1
PEERS = {
    "sniff_loop": "count sniff_loop",
    "scapy": "count scapy",
    "pypcap": "count pypcap",
    "pcapy-ng": "count pcapy_ng",
    "cypcap": "count cypcap",
}

# Sleeps as long as it is told, notes the time and interrupts its parent, until that says that it heard.
INTERRUPTER = """
import os, select, signal, sys, time

signal.signal(signal.SIGINT, signal.SIG_IGN)
parent, patience_s = int(sys.argv[1]), float(sys.argv[2])
while order := os.read(0, 8):
    time.sleep(float(order))
    print(time.monotonic_ns(), flush=True)
    os.kill(parent, signal.SIGINT)
    while not select.select([0], [], [], patience_s)[0]:
        os.kill(parent, signal.SIGINT)
    os.read(0, 8)
"""


class NotesItsEnd:
    """A capture as a context manager, which notes when the exception comes to it."""

    ended_ns = 0

    def __init__(self, *arguments, **options):
        self.capture = umpa_sniffing.open_live(*arguments, **options)

    def __enter__(self):
        return self.capture.__enter__()

    def __exit__(self, *exception):
        NotesItsEnd.ended_ns = time.monotonic_ns()
        return self.capture.__exit__(*exception)


open_live = sniffing.open_live = NotesItsEnd


def forever_sniff_next(keep, file):
    while True:
        sniff_next(BPF, LO)


def iterate(keep, file):
    with open_live(LO, filter=BPF) as capture:
        for pkt in capture:
            keep(pkt)


def forever_next(keep, file):
    with open_live(LO, filter=BPF) as capture:
        while True:
            keep(capture.next(timeout=60_000))


async def iterate_asynchronously(keep, file):
    with open_live(LO, filter=BPF) as capture:
        async for pkt in capture:
            keep(pkt)


FUNCTIONS = {
    "sniff": lambda keep, file: sniff(0, BPF, LO),
    "sniff_next": forever_sniff_next,
    "sniff_loop": lambda keep, file: sniff_loop(0, BPF, LO, callback=lambda timestamp, pkt: keep(pkt)),
    "to_file": lambda keep, file: to_file(file, 0, BPF, LO),
    "iteration": iterate,
    "next": forever_next,
    "async for": iterate_asynchronously,
}


class Interrupter:
    def __init__(self):
        command = [sys.executable, "-c", INTERRUPTER, str(os.getpid()), str(AGAIN_AFTER_S)]
        pipes = dict.fromkeys(["stdin", "stdout"], subprocess.PIPE)
        self.process = subprocess.Popen(command, bufsize=0, **pipes)

    def call(self, function, *arguments):
        """Asynchronous ones once they run: asyncio.run() itself, as it begins, may lose a Ctrl-C."""

        async def main():
            self.order()
            await function(*arguments)

        if asyncio.iscoroutinefunction(function):
            asyncio.run(main())
        else:
            self.order()
            function(*arguments)

    def order(self):
        self.process.stdin.write(b"%.6f" % random.uniform(0, LATEST_S))

    def interrupt(self, function, file):
        """Milliseconds from the signal to its exception, before and after the close; the packets as bytes."""
        kept = []
        file.unlink(missing_ok=True)
        try:
            self.call(function, kept.append, file)
            raise RuntimeError("the capture ended before it was interrupted")
        except KeyboardInterrupt as interrupt:
            raised_ns = time.monotonic_ns()
            error = interrupt
        self.process.stdin.write(b"heard it")
        sent_ns = int(self.process.stdout.readline())
        if file.exists() and file.stat().st_size > 0:
            kept = from_file(file)
            if len(kept) != error.delivered:
                raise RuntimeError(f"{len(kept)} packets are in the file, {error.delivered} were told")
        packets = kept or getattr(error, "packets", [])
        # In the midst of the opening there is nothing yet that could note it.
        ended_ns = NotesItsEnd.ended_ns if NotesItsEnd.ended_ns > sent_ns else raised_ns
        return (ended_ns - sent_ns) / 1e6, (raised_ns - sent_ns) / 1e6, list(map(bytes, packets))


@contextlib.contextmanager
def load(network, rate):
    if rate is None:
        yield
        return
    with network.sending(LO, frame=FRAME, rate=rate):
        yield


@contextlib.contextmanager
def witness(directory, seen):
    """A tcpdump that sees all the while; its packets are in `seen` afterwards."""
    captor = Captor("tcpdump", LO, directory, FRAME)
    try:
        yield
    finally:
        captor.stop()
        content = captor.file.read_bytes()
        size = RECORD_HEADER + FRAME
        starts = range(FILE_HEADER + RECORD_HEADER, len(content), size)
        seen.extend(content[start : start + FRAME] for start in starts)


def is_whole(packets, seen):
    if not packets:
        return True
    first = number(packets[0]) - number(seen[0])
    return packets == seen[first : first + len(packets)]


def is_in_order(packets):
    numbers = list(map(number, packets))
    return numbers == sorted(set(numbers))


def case(network, directory, interrupter, function, rate, times):
    file, seen = Path(directory) / "interrupted.pcap", []
    watch = witness(directory, seen) if rate else contextlib.nullcontext()
    with watch, load(network, rate):
        outcomes = [interrupter.interrupt(function, file) for _ in range(times)]
        if rate:
            sniff(5, BPF, LO)  # what tcpdump had by then is in its ring at least
            time.sleep(1)
    file.unlink(missing_ok=True)
    had = [packets for _, _, packets in outcomes]
    whole = [is_whole(packets, seen) if rate else is_in_order(packets) for packets in had]
    return {
        "late_ms": [late for late, _, _ in outcomes],
        "closed_ms": [closed for _, closed, _ in outcomes],
        "whole": sum(whole),
        "with_packets": sum(map(bool, had)),
        "packets": sum(map(len, had)),
    }


def overshoots(times):
    for _ in range(times):
        start = time.monotonic()
        sniff(0, BPF, LO, timeout=DEADLINE_MS)
        yield (time.monotonic() - start) * 1e3 - DEADLINE_MS


def measure(network, directory, times, say):
    """[function, load, outcomes of as many interrupts]; deadlines; seconds until Ctrl-C ends the peers"""
    interrupter = Interrupter()
    cases, deadlines = [], []
    for name, rate in LOADS.items():
        for function, run in FUNCTIONS.items():
            say(f"interrupts: {function}, {name}")
            cases.append([function, name, case(network, directory, interrupter, run, rate, times)])
        with load(network, rate):
            deadlines.append([name, list(overshoots(times))])
    say("interrupts: the others")
    peers = {name: Captor(what, LO, directory, FRAME).hears(PATIENCE_S) for name, what in PEERS.items()}
    return {"cases": cases, "deadlines": deadlines, "deadline_ms": DEADLINE_MS, "peers": peers}
