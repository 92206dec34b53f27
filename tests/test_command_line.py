"""The command line on live traffic: what it captures and counts, and how signals and pipes end it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from capture_files import numbered, pcap, read_pcap
from command_line import COMMAND, LINE, UNBUFFERED, Running, counts, output_of, run
from links import make_links
from processes import DEADLINE_S, environment, needs_root, run_python
from traffic import Chatter, Witness, assert_consecutive, eventually, own_network
from waiting_calls import NEVER

from umpa_sniffing import from_file

pytestmark = needs_root
ENDING_SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture
def chatter():
    with Chatter() as chatter:
        yield chatter


@pytest.fixture
def some_file(tmp_path):
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap(numbered(3000)))
    return path


def test_sniff_prints_a_line_a_packet_and_tells_the_rest_on_stderr(chatter):
    done = run("sniff", "-i", "lo", "-c", "5", chatter.filter)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) == 5 and all(LINE.fullmatch(line) for line in lines)
    told = "listening on lo, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n"
    assert done.stderr.startswith(told)
    captured, received, dropped = counts(done.stderr)
    assert captured == 5 and received >= 10 and dropped == 0
    assert len(done.stderr.splitlines()) == 4


def test_sniff_without_a_device_takes_the_first_and_with_any_all(chatter):
    first = output_of("devices").splitlines()[1].split()[0]
    assert f"listening on {first}, " in run("sniff", "--timeout", "50", NEVER).stderr
    done = run("sniff", "-i", "any", "-c", "1", chatter.filter)
    assert "listening on any, link-type LINUX_SLL (Linux cooked v1), " in done.stderr
    assert " bytes: SLL / IP 127.0.0.1 > 127.0.0.1 / UDP " in done.stdout


def test_dump_writes_what_tcpdump_writes(chatter, tmp_path):
    path = tmp_path / "dump.pcap"
    witness = Witness(tmp_path / "witness.pcap", chatter.filter)
    done = run("dump", "-i", "lo", "-c", "50", path, *chatter.filter.split())
    ours = read_pcap(path)
    eventually(lambda: ours[-1].data in [each.data for each in witness.packets()], "tcpdump has them too")
    theirs = [each.data for each in witness.packets()]
    witness.close()
    assert (done.returncode, done.stdout) == (0, "") and counts(done.stderr)[0] == len(ours) == 50
    assert_consecutive(from_file(path))
    first = theirs.index(ours[0].data)
    assert [each.data for each in ours] == theirs[first : first + 50]


def test_sniff_w_keeps_what_it_prints(chatter, tmp_path):
    path = tmp_path / "kept.pcap"
    printed = output_of("sniff", "-i", "lo", "-c", "20", "-w", path, "-s", "60", "-ttttX", chatter.filter)
    assert printed == output_of("read", "-ttttX", path)
    assert {packet.caplen for packet in from_file(path)} <= set(range(43, 61))


@pytest.mark.parametrize(
    ("number", "interval_s"),
    [*((number, 0) for number in ENDING_SIGNALS), (signal.SIGINT, 0.002), (signal.SIGINT, None)],
)
def test_signals_end_sniff_and_its_counts_are_exact(number, interval_s, tmp_path):
    path = tmp_path / "kept.pcap"
    with (
        Chatter(interval_s=interval_s or 0.002) as chatter,
        Running("sniff", "-i", "lo", "-w", path, NEVER if interval_s is None else chatter.filter) as sniff,
    ):
        time.sleep(0.2)
        stdout, stderr = sniff.end(number)
    assert sniff.wait() == 0
    captured, received, dropped = counts(stderr)
    assert captured == len(stdout.splitlines()) == len(read_pcap(path))
    assert captured == 0 if interval_s is None else captured > 0
    assert stdout == output_of("read", path)
    assert captured + dropped <= received
    if captured and not dropped:
        assert_consecutive(from_file(path))


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_signals_end_it_as_they_end_tcpdump(number, chatter, tmp_path):
    witness = Witness(tmp_path / "witness.pcap", chatter.filter)
    with Running("dump", "-i", "lo", tmp_path / "dump.pcap", chatter.filter) as dump:
        _, told = dump.end(number)
    witness.next_packets(1)
    witness.process.send_signal(number)
    _, told_by_tcpdump = witness.process.communicate()
    assert dump.wait() == witness.process.returncode == 0
    assert re.sub(r"\d+ packets?", "N", told) == re.sub(r"\d+ packets?", "N", told_by_tcpdump)
    assert counts(told)[0] == len(read_pcap(tmp_path / "dump.pcap"))


def test_timeout_1_sends_each_signal_twice(chatter, tmp_path):
    path = tmp_path / "dump.pcap"
    done = subprocess.run(
        ["timeout", "--signal=INT", "1", *COMMAND, "dump", "-i", "lo", path, chatter.filter],
        env=environment(), capture_output=True, text=True, timeout=DEADLINE_S,
    )  # fmt: skip
    assert done.returncode == 124
    assert counts(done.stderr)[0] == len(read_pcap(path)) > 10


def test_two_signals_at_once_are_one(chatter):
    with Running("sniff", "-i", "lo", chatter.filter) as sniff:
        sniff.send(signal.SIGINT)
        stdout, stderr = sniff.end(signal.SIGTERM)
    assert sniff.wait() == 0
    assert counts(stderr)[0] == len(stdout.splitlines())


def test_nohup_is_heeded_and_kill_int_reaches_a_background_job(chatter):
    """As with tcpdump, though a shell starts background jobs deaf to SIGINT."""

    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    with Running("sniff", "-i", "lo", chatter.filter, preexec_fn=ignore) as sniff:
        sniff.send(signal.SIGHUP)
        for _ in range(50):
            assert sniff.process.stdout.readline()
        assert sniff.process.poll() is None
        _, stderr = sniff.end(signal.SIGINT)
    assert sniff.wait() == 0
    assert counts(stderr)[0] >= 50


def test_a_later_second_ctrl_c_ends_what_its_reader_keeps_waiting():
    with (
        Chatter(interval_s=0, size=1000) as chatter,
        Running("sniff", "-i", "lo", "-X", chatter.filter) as sniff,
    ):
        place = Path(f"/proc/{sniff.process.pid}/wchan")
        eventually(lambda: "pipe" in place.read_text(), "it waits for its reader")
        sniff.send(signal.SIGINT)
        time.sleep(0.6)
        assert sniff.process.poll() is None
        sniff.send(signal.SIGINT)
        assert sniff.wait() == -signal.SIGINT
        assert sniff.process.stderr.read() == ""


def shell(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", script.replace("umpa-sniffing", f"{sys.executable} -m umpa_sniffing")],
        env=environment(), capture_output=True, text=True, timeout=DEADLINE_S,
    )  # fmt: skip


@pytest.mark.parametrize("options", ["", "-l", "-v"])
def test_head_ends_sniff_quietly(chatter, options):
    done = shell(f"umpa-sniffing sniff -i lo {options} {chatter.filter} | head -1; echo ${{PIPESTATUS[0]}}")
    assert LINE.match(done.stdout) and len(done.stdout.splitlines()) == 2
    assert done.stdout.endswith(f"\n{128 + signal.SIGPIPE}\n")
    assert len(done.stderr.splitlines()) == 1 and "listening on lo" in done.stderr


@pytest.mark.parametrize("arguments", ["read {path}", "read -v {path}", "read - < {path}", "sniff --help"])
def test_head_ends_the_rest_quietly(some_file, arguments):
    done = shell(f"umpa-sniffing {arguments.format(path=some_file)} | head -1")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_reader_that_leaves_ends_sniff_though_no_packet_comes():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        port = receiver.getsockname()[1]
        with Running("sniff", "-i", "lo", f"udp dst port {port}") as sniff:
            receiver.sendto(b"one", ("127.0.0.1", port))
            assert LINE.match(sniff.process.stdout.readline())  # at once, though it is alone
            sniff.process.stdout.close()
            assert sniff.wait() == -signal.SIGPIPE
            assert sniff.process.stderr.read() == ""


def test_dump_into_a_pipe(chatter):
    done = shell(f"umpa-sniffing dump -i lo -c 7 - {chatter.filter} | tcpdump -n -r -")
    assert len(done.stdout.splitlines()) == 7 and "7 packets captured" in done.stderr
    done = shell(
        f"umpa-sniffing dump -i lo - {chatter.filter} | head -c 100 | wc -c; echo ${{PIPESTATUS[0]}}"
    )
    assert done.stdout.split() == ["100", "141"]
    assert len(done.stderr.splitlines()) == 1


def test_one_command_reads_what_another_captures(chatter):
    command = f"umpa-sniffing dump -i lo -U - {chatter.filter} | umpa-sniffing read -c 3 - | tail -n 1"
    assert LINE.match(shell(command).stdout)


def test_a_dump_of_nothing_is_a_file(tmp_path):
    path = tmp_path / "empty.pcap"
    done = run("dump", "-i", "lo", "--timeout", "100", "-w", path, *NEVER.split())
    assert done.returncode == 0 and counts(done.stderr)[0] == 0
    assert output_of("read", path) == ""
    assert subprocess.run(["tcpdump", "-r", path], capture_output=True).returncode == 0


def test_v_tells_how_many_so_far(chatter, tmp_path):
    with Running("dump", "-v", "-i", "lo", tmp_path / "x.pcap", chatter.filter) as dump:
        told = [int(re.fullmatch(r"(\d+) packets so far\n", dump.process.stderr.readline())[1]) for _ in "12"]
        _, stderr = dump.end()
    assert 0 < told[0] < told[1] <= counts(stderr)[0]


def test_v_outlives_a_terminal_that_is_stopped_for_seconds(chatter, tmp_path):
    master, terminal = os.openpty()
    environ = {name: value for name, value in environment().items() if name != "PYTHONUNBUFFERED"}
    command = [*COMMAND, "dump", "-v", "-i", "lo", tmp_path / "x.pcap", chatter.filter]
    with open(master) as told, subprocess.Popen(command, stderr=terminal, env=environ) as dump:
        while "so far" not in told.readline():
            pass
        termios.tcflow(terminal, termios.TCOOFF)
        time.sleep(3)
        termios.tcflow(terminal, termios.TCOON)
        assert told.readline().endswith(" packets so far\n")
        dump.send_signal(signal.SIGINT)
        assert dump.wait(DEADLINE_S) == 0
    os.close(terminal)


def test_a_device_that_goes_is_an_error_with_the_counts(tmp_path):
    path = tmp_path / "x.pcap"
    with own_network():
        make_links("link add v0 type veth peer name v1\nlink set v0 up")
        with Running("dump", "-i", "v0", path, cwd=tmp_path) as dump:
            make_links("link delete v0")
            _, stderr = dump.process.communicate()
    assert dump.wait() == 1
    assert stderr.startswith("umpa_sniffing: v0: ") and len(stderr.splitlines()) == 4
    assert counts(stderr)[0] == len(read_pcap(path))


@pytest.mark.parametrize(("interpreter", "status"), [([], 0), (["-W", "error"], 1), (["-W", "ignore"], 0)])
def test_drops_are_a_warning_of_one_line(interpreter, status):
    with (
        Chatter(interval_s=0, size=1000) as chatter,
        Running("sniff", "-i", "lo", "-B", "64", "-Q", "in", chatter.filter, stdout=subprocess.DEVNULL,
                interpreter=[sys.executable, *interpreter]) as sniff,
    ):  # fmt: skip
        sniff.send(signal.SIGSTOP)
        sent = chatter.sent
        eventually(lambda: chatter.sent > sent + 3000, "more packets than the ring holds")
        sniff.send(signal.SIGCONT)
        _, stderr = sniff.end()
    assert sniff.wait() == status
    lines = stderr.splitlines()
    _, _, dropped = counts(stderr)
    assert dropped > 0
    assert len(lines) == (3 if "ignore" in interpreter else 4)
    if len(lines) == 4:
        prefix = "umpa_sniffing: 'lo': " if status else "umpa_sniffing: warning: 'lo': "
        assert lines[0].startswith(f"{prefix}{dropped} packets were dropped")


def test_a_flood_of_lines_is_written_in_pieces():
    """Flushed in pauses only, whatever PYTHONUNBUFFERED says: a system call a line would be slow."""
    with (
        Chatter(interval_s=0) as chatter,
        Running("sniff", "-i", "lo", chatter.filter, env=UNBUFFERED) as sniff,
    ):
        for _ in range(5000):
            sniff.process.stdout.readline()
        writes = re.search(r"syscw: (\d+)", Path(f"/proc/{sniff.process.pid}/io").read_text())[1]
    assert int(writes) < 2500


def test_importing_the_package_does_not_import_the_command_line():
    assert run_python("""
        import json, sys, umpa_sniffing
        heavy = {"argparse", "typing", "signal", "umpa_sniffing.command_line"}
        print(json.dumps(sorted(heavy & set(sys.modules))))
    """) == []  # fmt: skip
