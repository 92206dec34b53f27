"""How late Ctrl-C and deadlines are, live on lo, idle and under load: latency.py [TIMES]

Prints JSON: [what, idle or loaded, the milliseconds of each time] for each case. `sniff` closes its
capture before the exception comes out: libpcap's close is in its figures. "Capture" stays open.
"""

import json
import os
import random
import signal
import socket
import sys
import time
from contextlib import contextmanager

from umpa_sniffing import open_live, sniff

DEADLINE_MS = 200


def in_child(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def interrupted_after(capture, earliest, latest):
    """Milliseconds from a Ctrl-C, sent while capture() runs, to its KeyboardInterrupt."""
    reader, writer = os.pipe()
    parent = os.getpid()

    def interrupt():
        time.sleep(random.uniform(earliest, latest))
        os.write(writer, b"%d" % time.monotonic_ns())
        os.kill(parent, signal.SIGINT)

    child = in_child(interrupt)
    try:
        capture()
        sys.exit("latency.py: the capture ended before it was interrupted")
    except KeyboardInterrupt:
        raised = time.monotonic_ns()
    os.waitpid(child, 0)
    sent = int(os.read(reader, 20))
    os.close(reader)
    os.close(writer)
    return (raised - sent) / 1e6


def overshoot(bpf):
    start = time.monotonic_ns()
    sniff(0, filter=bpf, device="lo", timeout=DEADLINE_MS)
    return (time.monotonic_ns() - start) / 1e6 - DEADLINE_MS


def measure(bpf, times):
    def iterate():
        for _ in capture:
            pass

    def call():
        sniff(0, filter=bpf, device="lo")

    with open_live("lo", filter=bpf) as capture:
        yield "Ctrl-C, Capture", [interrupted_after(iterate, 0.05, 0.15) for _ in range(times)]
    yield "Ctrl-C, sniff", [interrupted_after(call, 0.2, 0.3) for _ in range(times)]
    yield f"timeout={DEADLINE_MS}, sniff", [overshoot(bpf) for _ in range(times)]


@contextmanager
def load(receiver):
    """Datagrams to a socket that nobody reads, as fast as one process sends them."""

    def send():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while os.getppid() == parent:
                for _ in range(1000):
                    sender.sendto(bytes(400), receiver.getsockname())

    parent = os.getpid()
    child = in_child(send)
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def main(times=50):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        bpf = f"udp dst port {receiver.getsockname()[1]}"
        cases = [(what, "idle", late) for what, late in measure(bpf, int(times))]
        with load(receiver):
            cases += [(what, "loaded", late) for what, late in measure(bpf, int(times))]
    print(json.dumps(cases))


if __name__ == "__main__":
    main(*sys.argv[1:])
