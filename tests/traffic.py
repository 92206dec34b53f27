"""Packets on the loopback device, and how to know that somebody is listening for them."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import threading
import time
from itertools import pairwise
from pathlib import Path

from capture_files import Record, read_pcap

DEADLINE_S = 20
CLONE_NEWNET = 0x40000000


class Chatter:
    """Sends numbered UDP datagrams to a port of its own on 127.0.0.1 until it is stopped."""

    def __init__(self, *, size: int = 0, interval_s: float = 0.002):
        self.padding = b" " * size
        self.interval_s = interval_s
        self.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.receiver.bind(("127.0.0.1", 0))
        self.port = self.receiver.getsockname()[1]
        self.filter = f"udp dst port {self.port}"
        self.sent = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chatter")

    def _run(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.connect(("127.0.0.1", self.port))
            while not self._ended.is_set():
                sender.send(b"%d" % self.sent + self.padding)
                self.sent += 1
                if self.interval_s:
                    self._ended.wait(self.interval_s)

    def __enter__(self) -> Chatter:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def __exit__(self, *_) -> None:
        self.stop()
        self.receiver.close()


def payload_number(packet) -> int:
    return int(bytes(packet)[packet_payload_offset(packet) :].split()[0])


def packet_payload_offset(packet) -> int:
    """Behind the UDP header, found without the decoder."""
    link_header = {1: 14, 113: 16, 276: 20}[packet.datalink]
    return link_header + (bytes(packet)[link_header] & 0x0F) * 4 + 8


def assert_consecutive(packets_or_numbers) -> None:
    """Each packet once and in order, none missing."""
    numbers = [each if isinstance(each, int) else payload_number(each) for each in packets_or_numbers]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), [
        (before, after) for before, after in pairwise(numbers) if after != before + 1
    ]


def elapsed(call) -> float:
    start = time.monotonic()
    call()
    return time.monotonic() - start


def eventually(condition, what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {DEADLINE_S} s"
        time.sleep(0.01)


def capturing_sockets(pid: int) -> int:
    """How many packet sockets the process has open."""
    lines = Path(f"/proc/{pid}/net/packet").read_text().splitlines()[1:]
    inodes = {line.split()[8] for line in lines}
    count = 0
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed between the listing and the look
            count += os.readlink(link).removeprefix("socket:[").removesuffix("]") in inodes
    return count


def is_capturing(pid: int) -> bool:
    """A packet socket is open, and a thread waits in poll: the filter is set."""
    if not capturing_sockets(pid):
        return False
    places = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/wchan")]
    return any("poll" in place for place in places)


def wait_until_capturing(pid: int) -> None:
    eventually(lambda: is_capturing(pid), f"process {pid} captures")


def quiet_network(*, up: bool = True) -> None:
    """Moves this thread into a network of its own, where there is nothing but `lo`, all silent."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWNET)")
    if up:
        siocsifflags, iff_up = 0x8914, 0x1
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, siocsifflags, struct.pack("16sh14x", b"lo", iff_up))


@contextlib.contextmanager
def own_network():
    """For a while: sockets made and programs started meanwhile stay in it."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    quiet_network()
    try:
        yield
    finally:
        if ctypes.CDLL(None, use_errno=True).setns(before, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        os.close(before)


class Witness:
    """A tcpdump on `lo` that writes what it sees to a file."""

    def __init__(self, path: Path, filter: str) -> None:
        self.path = path
        self.process = subprocess.Popen(
            ["tcpdump", "-i", "lo", "-Z", "root", "-U", "--immediate-mode", "-w", path, filter],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while "listening on lo" not in (line := self.process.stderr.readline()):
            assert line, "tcpdump ended"
        self.told = 0

    def next_packets(self, count: int) -> list[Record]:
        """The packets that came since the last call, at least `count`."""
        eventually(lambda: len(self.packets()) >= self.told + count, f"tcpdump sees {count} packets")
        records = self.packets()[self.told :]
        self.told += len(records)
        return records

    def packets(self) -> list[Record]:
        try:
            return read_pcap(self.path)
        except (AssertionError, KeyError):  # in the middle of a write
            return []

    def close(self) -> None:
        self.process.terminate()
        self.process.communicate()
