"""The command line when something is wrong: one clear line, and an exit status that tells."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from capture_files import numbered, pcap, read_pcap
from command_line import BUFFERED, COMMAND, UNBUFFERED, counts, run
from processes import AS_NOBODY, DEADLINE_S, command, environment, needs_root
from traffic import Chatter

from umpa_sniffing import UMPAException, command_line

NO_SPACE, BAD_DESCRIPTOR = os.strerror(errno.ENOSPC), os.strerror(errno.EBADF)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "good.pcap").write_bytes(pcap(numbered(5)))
    (tmp_path / "cut.pcap").write_bytes(pcap(numbered(5))[:-3])
    (tmp_path / "text").write_text("no packets")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@needs_root
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("sniff -i nix", "nix: no such device; there are: "),
        ("dump -i nix x.pcap", "nix: no such device; there are: "),
        ("devices lo nix", "no device 'nix'; there are: "),
        ("sniff -i lo tcp prot 80", "bad filter 'tcp prot 80': "),
        ("read good.pcap port -1", "bad filter 'port -1': "),
        ("sniff -i lo -I", "lo: "),
        ("sniff -i lo -j adapter", "lo: "),
        ("sniff -i lo -y RAW", "lo: "),
        ("dump -i lo folder", "folder: Is a directory"),
        ("dump -i lo nix/x.pcap", "nix/x.pcap: No such file or directory"),
        ("dump -i lo /dev/full", f"/dev/full: {NO_SPACE}"),
        ("read nix", "nix: No such file or directory"),
        ("read folder", "folder: Is a directory"),
        ("read text", "'text': not a capture file: it begins neither as pcap nor as pcapng does"),
    ],
)
def test_an_error_is_one_line_and_status_1(folder, arguments, told):
    done = run(*arguments.split())
    assert done.returncode == 1
    assert done.stderr.startswith(f"umpa_sniffing: {told}")
    assert done.stderr.count("\n") == 1 and done.stderr.endswith("\n")
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("", "which command? There are: devices, sniff, read, dump"),
        ("snif", "invalid choice: 'snif'"),
        ("read", "which FILE?"),
        ("dump -i lo", "which FILE?"),
        ("sniff --nonsense", "unrecognized arguments: --nonsense"),
        ("sniff -c many", "invalid int value: 'many'"),
        ("sniff -c -1", "-c must be 0 to "),
        ("read good.pcap -c -1", "-c must be 0 to "),
        ("sniff -s 262145", "-s must be 0 to 262144, not 262145"),
        ("sniff --timeout -5", "timeout must be 0 to "),
        ("sniff -B 63", "must be 64 to 1048576 KiB, not 63"),
        ("sniff -B 1048577", "must be 64 to 1048576 KiB, not 1048577"),
        ("sniff -Q up", "invalid choice: 'up'"),
        ("sniff -j atomic", "-j must be one of host"),
        ("sniff -y MORSE", "-y must be a DLT's name or number"),
        ("sniff --time-stamp-precision milli", "invalid choice: 'milli'"),
        (
            "read good.pcap --decode-as udp.port=53,vxlan",
            "as udp.port==8472,vxlan, not udp.port=53,",
        ),
        (
            "read good.pcap --decode-as udp.port==x,vxlan",
            "as udp.port==8472,vxlan, not udp.port==x,",
        ),
        ("read good.pcap --decode-as udp.port==53,vx", "decode_as: no layer is called 'vx'"),
    ],
)
def test_wrong_usage_is_status_2_and_told_with_the_usage(folder, arguments, told):
    done = run(*arguments.split())
    assert done.returncode == 2
    assert done.stderr.startswith(f"usage: {os.path.basename(sys.executable)} -m umpa_sniffing")
    assert told in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_a_cut_file_gives_its_packets_then_the_error(folder):
    done = run("read", "cut.pcap", stderr=subprocess.STDOUT)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and len(lines) == 5
    assert lines[-1].startswith("umpa_sniffing: 'cut.pcap': packet 5 at byte ")


@needs_root
def test_without_permission_the_remedy_is_told(folder):
    # what is imported before the privileges go need not be readable without them
    program = (
        f"import locale, sys, umpa_sniffing.command_line as it\n{AS_NOBODY}\nsys.exit(it.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        command(program, "dump", "-i", "lo", folder / "x.pcap"),
        env=environment(), capture_output=True, text=True, timeout=DEADLINE_S,
    )  # fmt: skip
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("umpa_sniffing: lo: no permission to capture on this device; run as root")
    [python] = re.findall(r" sudo setcap cap_net_raw,cap_net_admin\+eip (\S+)\n$", done.stderr)
    assert os.path.realpath(python) == os.path.realpath(sys.executable)
    assert not (folder / "x.pcap").exists()


@needs_root
@pytest.mark.parametrize(
    "arguments", ["sniff -i lo", "sniff -i lo -l", "read good.pcap", "devices", "--help"]
)
def test_a_full_disk_as_stdout(folder, arguments):
    with Chatter(), open("/dev/full", "w") as full:
        done = run(*arguments.split(), stdout=full, env=BUFFERED)
        assert run(*arguments.split(), stdout=full, env=UNBUFFERED).stderr == done.stderr
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"umpa_sniffing: standard output: {NO_SPACE}"
    assert len(done.stderr.splitlines()) == ("sniff" in arguments) + 1


@needs_root
@pytest.mark.parametrize("arguments", ["sniff -i lo", "read good.pcap", "devices", "dump -i lo -"])
def test_a_closed_stdout(folder, arguments):
    done = run(*arguments.split(), stdout=None, preexec_fn=lambda: os.close(1))
    assert done.returncode == 1
    assert done.stderr == f"umpa_sniffing: standard output: {BAD_DESCRIPTOR}\n"


@needs_root
def test_a_dump_on_stdout_wipes_out_no_file_that_has_content(folder):
    Path("notes").write_text("precious")
    with open("notes", "a") as notes:
        done = run("dump", "-i", "lo", "--timeout", "1", "-", stdout=notes)
    assert done.returncode == 1
    assert "umpa_sniffing: standard output: a file that has content" in done.stderr
    assert Path("notes").read_text() == "precious"
    with open("new", "w") as new:
        assert run("dump", "-i", "lo", "--timeout", "1", "-", stdout=new).returncode == 0
    assert read_pcap("new") == []


@needs_root
def test_dump_needs_neither_stdout_nor_stderr(folder):
    with Chatter() as chatter:
        done = run("dump", "-i", "lo", "-c", "5", "x.pcap", chatter.filter, stdout=None, stderr=None,
                   preexec_fn=lambda: os.closerange(0, 3))  # fmt: skip
    assert done.returncode == 0
    assert len(read_pcap("x.pcap")) == 5


@needs_root
@pytest.mark.parametrize("env", [BUFFERED, UNBUFFERED])
def test_a_reader_of_stderr_that_leaves_ends_nothing(folder, env):
    reader, writer = os.pipe()
    os.close(reader)
    with Chatter() as chatter, open(writer, "wb") as pipe:
        done = run("dump", "-i", "lo", "-c", "5", "x.pcap", chatter.filter, stderr=pipe, env=env)
    assert done.returncode == 0
    assert len(read_pcap("x.pcap")) == 5


@needs_root
def test_a_fifo_whose_reader_leaves_is_an_error_with_the_counts(folder):
    os.mkfifo("fifo")
    reader = os.open("fifo", os.O_RDONLY | os.O_NONBLOCK)
    with Chatter() as chatter:
        process = subprocess.Popen(
            [*COMMAND, "dump", "-i", "lo", "fifo", chatter.filter],
            env=environment(), stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert "listening" in process.stderr.readline()
        os.close(reader)
        _, stderr = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 1
    assert stderr.startswith("umpa_sniffing: fifo: Broken pipe: ") and "safely in the file" in stderr
    assert counts(stderr)[0] > 0


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ("", {}),
        ("-i v0 -c 3 -s 96 -p -B 2048",
         {"count": 3, "snaplen": 96, "promisc": False, "buffer_size": 2 << 20}),
        ("--interface=v0 --count=3 --snapshot-length=96 --no-promiscuous-mode --buffer-size=2048",
         {"count": 3, "snaplen": 96, "promisc": False, "buffer_size": 2 << 20}),
        ("-Q in -y EN10MB -j host -I", {"direction": "in", "datalink": "EN10MB", "timestamp_type": "host",
                                        "monitor": True}),
        ("--direction out --linktype 1 --time-stamp-type adapter --monitor-mode",
         {"direction": "out", "datalink": "1", "timestamp_type": "adapter", "monitor": True}),
        ("--timeout 0.5 --immediate-mode -U --time-stamp-precision micro",
         {"timeout": 0.5, "immediate": True, "flush_interval": 0, "timestamp_precision": "micro"}),
        ("--packet-buffered -n", {"flush_interval": 0}),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("end", "dump"), [(["sniff", "-w", "x"], "x"), (["dump", "x"], "x"), (["sniff"], None)]
)
def test_each_option_is_an_argument_of_open_live(monkeypatch, capsys, options, arguments, end, dump):
    asked = []

    def open_live(device, **keywords):
        asked.append((device, keywords))
        raise UMPAException("enough")

    monkeypatch.setattr(command_line, "open_live", open_live)
    monkeypatch.setattr(command_line, "get_available_devices", lambda: ["v0"])
    monkeypatch.setattr("warnings.showwarning", None)
    assert command_line.main([*end, *options.split(), "tcp", "port", "80"]) == 1
    expected = arguments if dump is None else arguments | {"dump": dump}
    assert asked == [("v0", {"filter": "tcp port 80"} | expected)]
    assert capsys.readouterr().err == "umpa_sniffing: enough\n"
