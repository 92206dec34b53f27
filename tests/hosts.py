"""Test hosts: networks of their own, joined by a cable that the tests may cut.

No name outlives the process: a network is gone once nobody has it open, however the tests end.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
from collections.abc import Iterator
from typing import NamedTuple

from capture_files import ethernet_udp
from links import ip
from traffic import CLONE_NEWNET, own_network, payload_number

from umpa_sniffing import Capture, open_live


class Host:
    """A network namespace with `lo`, and a device at the end of a cable."""

    def __init__(self, address: str) -> None:
        self.device = "veth"
        self.address = address
        with own_network():
            self.namespace = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self.path = f"/proc/{os.getpid()}/fd/{self.namespace}"

    @contextlib.contextmanager
    def inside(self) -> Iterator[Host]:
        """This thread is there: what it opens meanwhile stays there, and so do the programs it starts."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        _enter(self.namespace)
        try:
            yield self
        finally:
            _enter(before)
            os.close(before)

    def ip(self, *words: str) -> None:
        with self.inside():
            ip(*words)

    def link(self, *changes: str) -> None:
        """`ip link set` of the host's end of the cable."""
        self.ip("link", "set", self.device, *changes)

    def rename(self, device: str) -> None:
        self.link("name", device)
        self.device = device

    def plug(self, other: Host) -> None:
        """Joins the two by a new cable, up and silent."""
        self.ip("link", "add", "veth", "type", "veth", "peer", "name", "veth", "netns", other.path)
        for host in (self, other):
            host.link("addrgenmode", "none")
            host.ip("address", "add", f"{host.address}/24", "dev", host.device)
            host.link("up")

    def unplug(self) -> None:
        """Deletes both ends of the cable."""
        self.ip("link", "delete", self.device)

    @contextlib.contextmanager
    def sender(self, device: str = "veth") -> Iterator[Sender]:
        with self.inside():
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        with raw:
            raw.bind((device, 0))
            yield Sender(raw)


class Sender:
    """Puts numbered UDP packets on a device, without ARP or any other traffic."""

    filter = "udp dst port 53"

    def __init__(self, raw: socket.socket) -> None:
        self.raw = raw
        self.sent = 0

    def send(self, count: int = 1, *, size: int = 0) -> None:
        for _ in range(count):
            self.raw.send(ethernet_udp(b"%d" % self.sent + b" " * size))
            self.sent += 1


def _enter(namespace: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Cable(NamedTuple):
    here: Host
    there: Host
    sender: Sender  # at the other end


@contextlib.contextmanager
def two_hosts() -> Iterator[Cable]:
    """Joined by a veth pair. This thread is on the first."""
    here, there = Host("10.0.0.1"), Host("10.0.0.2")
    try:
        here.plug(there)
        with here.inside(), there.sender() as sender:
            yield Cable(here, there, sender)
    finally:
        os.close(here.namespace)
        os.close(there.namespace)


def open_cable(device: str = "veth", **options) -> Capture:
    """What comes through the cable from its Sender."""
    return open_live(device, filter=Sender.filter, **({"timeout": 20_000} | options))


def numbers(capture: Capture, count: int) -> list[int]:
    return [payload_number(next(capture)) for _ in range(count)]
