from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest
from byte_inputs import LIBRARIES, ByteInput, compile_program
from hosts import two_hosts
from hypothesis import HealthCheck, settings

settings.register_profile(
    "umpa", deadline=None, database=None, max_examples=300, suppress_health_check=list(HealthCheck)
)
settings.load_profile("umpa")

# A shell's background jobs start deaf to Ctrl-C, those of nohup to hanging up, and so would what tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

TOP = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material beside the checkout."""
    path = Path(os.environ.get("UMPA_SHARED", TOP.parent / "shared"))
    if not (path / "api.md").exists():
        pytest.skip(f"no reference material at {path} (set UMPA_SHARED)")
    return path


@pytest.fixture(autouse=True)
def sigint_is_left_alone():
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture
def cable():
    """Two hosts, of which we are on the first."""
    with two_hosts() as hosts:
        yield hosts


@pytest.fixture
def port():
    """Of 127.0.0.1, where nobody answers and nobody else sends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        yield receiver.getsockname()[1]


@pytest.fixture
def alarm():
    """After so many seconds a signal's handler raises InterruptedError."""

    def handler(*_):
        raise InterruptedError

    before = signal.signal(signal.SIGALRM, handler)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def byte_input_program(tmp_path_factory):
    return compile_program(tmp_path_factory.mktemp("byte_input") / "program", LIBRARIES)


@pytest.fixture
def byte_input(byte_input_program):
    """The C code that reads files, under sanitizers, in a process of its own."""
    byte_input = ByteInput(byte_input_program)
    yield byte_input
    assert byte_input.end() == 0
