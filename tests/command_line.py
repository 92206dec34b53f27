"""The command line, run as users run it: a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading

from processes import DEADLINE_S, environment

COMMAND = [sys.executable, "-m", "umpa_sniffing"]
LINE = re.compile(r"\d\d:\d\d:\d\d\.\d{6} \d+ bytes: \w.*")
COUNTS = re.compile(
    r"(\d+) packets? captured\n(\d+) packets? received by filter\n(\d+) packets? dropped by kernel\n$"
)


BUFFERED = environment() | {"PYTHONUNBUFFERED": ""}
UNBUFFERED = environment() | {"PYTHONUNBUFFERED": "1"}


def run(*arguments, **options) -> subprocess.CompletedProcess[str]:
    """Runs it to its end, whatever that is."""
    return subprocess.run(
        [*COMMAND, *map(os.fspath, arguments)],
        text=True, timeout=DEADLINE_S,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment(), **options},
    )  # fmt: skip


def output_of(*arguments) -> str:
    """What it prints when nothing goes wrong."""
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def counts(stderr: str) -> tuple[int, int, int]:
    """Captured, received, dropped: what the summary tells."""
    found = COUNTS.search(stderr)
    assert found, stderr
    captured, received, dropped = map(int, found.groups())
    return captured, received, dropped


class Running:
    """It runs, and captures."""

    def __init__(self, *arguments, interpreter=(sys.executable,), **options):
        self.process = subprocess.Popen(
            [*interpreter, "-m", "umpa_sniffing", *map(os.fspath, arguments)],
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": environment(), **options},
        )  # fmt: skip
        self.watchdog = threading.Timer(DEADLINE_S, self.process.kill)

    def __enter__(self) -> Running:
        self.watchdog.start()
        try:
            self.listening = self.process.stderr.readline()
            assert self.listening.startswith("listening on "), self.listening
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.watchdog.cancel()
        self.process.kill()
        with contextlib.suppress(ValueError):  # a test has closed its stdout
            self.process.communicate()

    def send(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def end(self, number: int = signal.SIGINT) -> tuple[str, str]:
        """Sends the signal; what it printed on stdout and stderr after that it listens."""
        self.send(number)
        return self.process.communicate()

    def wait(self) -> int:
        return self.process.wait(DEADLINE_S)
