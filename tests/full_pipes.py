"""Pipes whose writer waits."""

from __future__ import annotations

import array
import fcntl
import termios
import time


def wait_until_full(pipe) -> None:
    """Until the pipe's content has stopped to grow: its writer waits."""
    level, before = array.array("i", [0]), -1
    while level[0] == 0 or level[0] != before:
        before = level[0]
        time.sleep(0.3)
        fcntl.ioctl(pipe, termios.FIONREAD, level)
