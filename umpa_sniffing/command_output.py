"""What the command line says: packets to stdout, all else to stderr."""

from __future__ import annotations

import errno
import os
import re
import select
import signal
import sys
from collections.abc import Callable
from typing import NoReturn, TextIO

from umpa_sniffing import Capture, Packet
from umpa_sniffing.exceptions import UMPATimeoutException

STDOUT = "/dev/stdout"
OPTIONS = {
    "append": "--append", "atomic": "--atomic", "buffer_size": "-B", "count": "-c", "datalink": "-y",
    "direction": "-Q", "errors": "--errors", "format": "--format", "ring": "-W", "rotate_bytes": "-C",
    "rotate_seconds": "-G", "snaplen": "-s", "timeout": "--timeout", "timestamp_type": "-j",
}  # fmt: skip
PAUSE_MS = 1  # so long without a packet is a pause, in which output is flushed
LOOK_MS = 100  # how often to look whether the reader of our output is still there


def tell(text: str) -> None:
    if sys.stderr is not None:
        try:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()
        except OSError:
            sys.stderr = None  # nobody is there to be told


def tell_warning(message: Warning | str, *where: object, **more: object) -> None:
    tell(f"umpa_sniffing: warning: {message}")


def complain(error: Exception) -> None:
    tell(f"umpa_sniffing: {error_text(error)}")


def error_text(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {in_options(str(error.strerror))}"
    return in_options(str(error))


def in_options(text: str) -> str:
    """Python's arguments become the options that stand for them here."""
    names = "|".join(OPTIONS)
    text = re.sub(rf"^({names}) (?=must)", lambda found: f"{OPTIONS[found[1]]} ", text)
    text = re.sub(rf"(?<![^ (])({names})=True\b", lambda found: OPTIONS[found[1]], text)
    return re.sub(rf"(?<![^ (])({names})='?(\w+)'?", lambda found: f"{OPTIONS[found[1]]} {found[2]}", text)


def is_own_reader_gone(error: Exception) -> bool:
    return isinstance(error, BrokenPipeError) and error.filename in (None, STDOUT)


def die_of(number: int) -> NoReturn:
    """Without a word, as a program that has no handler; a shell sees 128 + number."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    raise AssertionError(f"signal {number} is blocked")


def output() -> TextIO:
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return sys.stdout


def buffer_output() -> None:
    """Also under PYTHONUNBUFFERED, where a signal in the midst of a write would cost what is left of it."""
    plain = sys.__stdout__
    if plain is not None and sys.stdout is plain:
        # fmt: off
        sys.stdout = open(  # noqa: SIM115
            plain.fileno(), "w", encoding=plain.encoding, errors="backslashreplace", closefd=False,
            buffering=1 if plain.isatty() else -1,
        )
        # fmt: on


def check_reader() -> None:
    """That the reader of a pipe has left would else be seen only when the next packet is printed."""
    poll = select.poll()
    poll.register(output(), 0)
    if any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0)):
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def print_packets(capture: Capture, text_of: Callable[[Packet], str]) -> None:
    stdout = output()
    wait_ms = PAUSE_MS
    try:
        while True:
            try:
                packet = capture.next(wait_ms)
            except UMPATimeoutException:
                stdout.flush()
                check_reader()
                wait_ms = LOOK_MS
            except StopIteration:
                break
            else:
                stdout.write(text_of(packet))
                wait_ms = PAUSE_MS
    finally:
        stdout.flush()
