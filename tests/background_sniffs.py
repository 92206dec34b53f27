"""What the tests of sniff_background() share: one of them leaves no thread and no handle behind."""

from __future__ import annotations

import gc
import os
import socket
import threading

import pytest
from traffic import capturing_sockets, eventually


class Boom(Exception):
    pass


def boom(timestamp, packet, *arguments):
    raise Boom("boom")


def send_one(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"0", ("127.0.0.1", port))


@pytest.fixture(autouse=True)
def nothing_stays_behind():
    threads = threading.active_count()
    yield
    gc.collect()
    eventually(lambda: capturing_sockets(os.getpid()) == 0, "the handles are closed")
    eventually(lambda: threading.active_count() == threads, "the threads have ended")
