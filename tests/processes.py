"""Python programs in processes of their own, and what they tell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
DEADLINE_S = 60

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="live capture needs root")


def environment() -> dict[str, str]:
    paths = [str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONFAULTHANDLER": "1"}


def unpreloaded() -> dict[str, str]:
    """A sanitizer's library is not for other programs."""
    return {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}


def command(source: str, *arguments) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(source), *map(os.fspath, arguments)]


def run_python(source: str, *arguments, **variables: str):
    """Runs the program to its good end, and gives what it printed last, read as JSON."""
    done = subprocess.run(
        command(source, *arguments),
        env=environment() | variables, capture_output=True, text=True, timeout=DEADLINE_S,
    )  # fmt: skip
    assert done.returncode == 0, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])


class Program:
    """A running program that prints lines of JSON."""

    def __init__(self, source: str, *arguments):
        self.process = subprocess.Popen(
            command(source, *arguments),
            env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.watchdog = threading.Timer(DEADLINE_S, self.process.kill)

    def __enter__(self) -> Program:
        self.watchdog.start()
        return self

    def __exit__(self, *_) -> None:
        self.watchdog.cancel()
        self.process.kill()
        self.process.communicate()

    @property
    def pid(self) -> int:
        return self.process.pid

    def told(self):
        line = self.process.stdout.readline()
        assert line, f"the program ended, exit status {self.process.wait()}:\n{self.process.stderr.read()}"
        return json.loads(line)

    def end(self) -> None:
        assert self.process.wait(DEADLINE_S) == 0, self.process.stderr.read()


AS_NOBODY = """
import os
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
"""
