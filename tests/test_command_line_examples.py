"""Every example of --help, and of the page and README that tell of the command line, really runs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import output_of
from processes import DEADLINE_S, environment, needs_root
from traffic import Chatter, own_network

TOP = Path(__file__).resolve().parent.parent
PROGRAM = f"{os.path.basename(sys.executable)} -m umpa_sniffing"
COMMANDS = ["devices", "sniff", "read", "dump"]

pytestmark = needs_root


@pytest.fixture
def dns_traffic():
    """In a network of its own, where port 53 is free."""
    with own_network():
        chatter = Chatter(interval_s=0.01)
        chatter.receiver.close()
        chatter.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        chatter.receiver.bind(("127.0.0.1", 53))
        chatter.port = 53
        with chatter:
            yield


@pytest.fixture
def work_folder(tmp_path, monkeypatch, dns_traffic):
    monkeypatch.chdir(tmp_path)
    output_of("dump", "-i", "lo", "-c", "30", "lo.pcap")
    shutil.copy("lo.pcap", "eth.pcap")


def run_example(text: str, lines_before_ctrl_c: int | None = None, status: int = 0) -> str:
    """What it prints. Ctrl-C comes as a terminal sends it, to all processes, after so many lines."""
    process = subprocess.Popen(
        ["bash", "-c", re.sub(f"umpa-sniffing|{PROGRAM}", f"{sys.executable} -m umpa_sniffing", text)],
        env=environment(), text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    begin = "".join(process.stdout.readline() for _ in range(lines_before_ctrl_c or 0))
    if lines_before_ctrl_c is not None:
        os.killpg(process.pid, signal.SIGINT)
    end, _ = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == status, f"{text}: {end}"
    return begin + end


def examples_of_help(*command: str) -> list[tuple[str, str]]:
    """(example, what is said of it)"""
    lines = output_of(*command, "--help").split("examples:\n")[1].split("\n\n")[0].splitlines()
    return [tuple(re.split("  +", line.strip(), maxsplit=1)) for line in lines]


@pytest.mark.parametrize(
    "command", [[], *([name] for name in COMMANDS)], ids=lambda command: "".join(command)
)
def test_the_examples_of_help_run(command, work_folder):
    examples = examples_of_help(*command)
    assert len(examples) >= 2
    for example, words in examples:
        assert run_example(example, 1 if "until Ctrl-C" in words else None), example


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_no_wider_than_100_columns(command):
    text = output_of(command, "--help").replace(PROGRAM, "umpa-sniffing")
    assert max(map(len, text.splitlines())) <= 100
    assert "exit status: 0" in text


def masked(text: str) -> list[str]:
    """Lines whose numbers may be any, and bytes."""
    lines = [re.sub(r"(?<=0x00\d0:  ).*", "#", line) for line in text.splitlines()]
    return [re.sub(r"\d+", "#", line.strip()) for line in lines]


def console_examples(page: Path) -> list[tuple[str, str]]:
    """(command, what it shows)"""
    blocks = re.findall(r"code-block:: console\n\n((?:    .*\n|\n)+)", page.read_text())
    sessions = [part for block in blocks for part in re.sub("^    ", "", block, flags=re.M).split("$ ")[1:]]
    return [tuple(session.strip().partition("\n")[::2]) for session in sessions]


def test_the_page_shows_what_happens(work_folder):
    examples = console_examples(TOP / "docs/command-line.rst")
    assert len(examples) > 5
    for command, expected in examples:
        before, interrupt, after = expected.partition("^C\n")
        output = run_example(
            command, len(before.splitlines()) if interrupt else None, "umpa_sniffing:" in expected
        )
        assert masked(output) == masked(before + after), command


def test_the_readme_shows_commands_that_run(work_folder):
    text = (TOP / "README.rst").read_text()
    commands = re.findall(r"^    (umpa-sniffing .*?)(?:  +#.*)?$", text, flags=re.M)
    assert len(commands) >= 4
    for command in commands:
        assert run_example(command.replace("eth0", "lo")), command


def test_version():
    assert re.fullmatch(r"umpa_sniffing \d+\.\d+\.\d+\n", output_of("--version"))


def test_the_installed_command_is_the_same():
    declared = re.search(r'^umpa-sniffing = "(.*):(.*)"$', (TOP / "pyproject.toml").read_text(), flags=re.M)
    module, function = declared.groups()
    program = f"import sys; from {module} import {function}; sys.exit({function}())"
    done = subprocess.run(
        [sys.executable, "-c", program, "devices", "-L", "lo"],
        env=environment(), capture_output=True, text=True, timeout=DEADLINE_S,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "lo: EN10MB\n")
