"""The path "-" is standard output."""

from __future__ import annotations

import re
import signal
import subprocess
import time

import pytest
from capture_files import read_pcap
from processes import DEADLINE_S, command, environment

from umpa_sniffing import Dump


@pytest.mark.parametrize("options", [{"append": True}, {"atomic": True}, {"rotate_packets": 1}])
def test_standard_output_is_written_as_it_is(options):
    with pytest.raises(ValueError, match="standard output"):
        Dump("-", **options)


TWO_PACKETS = "from umpa_sniffing import *; write('-', [Packet(b'x'), Packet(b'y')], format='nsecpcap')"


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_standard_output_is_a_file(mode, tmp_path):
    path = tmp_path / "out"
    with path.open(mode) as out:
        subprocess.run(command(TWO_PACKETS), env=environment(), check=True, timeout=60, stdout=out)
    assert [each.data for each in read_pcap(path)] == [b"x", b"y"]


def test_standard_output_is_a_pipe(tmp_path):
    done = subprocess.run(
        command(TWO_PACKETS), env=environment(), check=True, timeout=60, stdout=subprocess.PIPE
    )
    path = tmp_path / "out"
    path.write_bytes(done.stdout)
    assert [each.data for each in read_pcap(path)] == [b"x", b"y"]


def told_when_interrupted(program: str, *arguments) -> str:
    """What it says on stderr behind "begins", when nobody reads what it writes and Ctrl-C comes."""
    process = subprocess.Popen(
        command(program, *arguments),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True,
    )  # fmt: skip
    with process.stdout, process.stderr:
        assert process.stderr.readline() == "begins\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE_S) == 0
        return process.stderr.read()


def test_ctrl_c_ends_a_wait_for_the_reader_of_standard_output():
    program = """
        import sys
        from umpa_sniffing import Packet, write

        print("begins", file=sys.stderr, flush=True)
        try:
            write("-", [Packet(bytes(1400))] * 5000)
        except KeyboardInterrupt as error:
            print("interrupted", error.delivered, getattr(error, "__notes__", []), file=sys.stderr)
    """
    told = re.search(r"interrupted \d+ (\[.*\])\n", told_when_interrupted(program))
    if hasattr(BaseException, "add_note"):
        assert re.match(r"\['the reader of this pipe does not keep up: \d+ packets are safely", told[1])


@pytest.mark.parametrize("format", ["pcap.zst", "pcap.gz"])
def test_ctrl_c_ends_the_wait_for_room_for_the_end_of_a_file(format):
    program = """
        import os, sys
        from umpa_sniffing import Packet, Dump
        from umpa_sniffing._core import PacketWriter

        os.set_blocking(1, False)
        writer = PacketWriter(Dump("-", format=sys.argv[1]))
        writer.write(Packet(b"x"))
        writer.flush()
        try:
            while True:
                os.write(1, b"x")
        except BlockingIOError:
            os.set_blocking(1, True)
        writer.write(Packet(b"y"))
        print("begins", file=sys.stderr, flush=True)
        try:
            writer.close()
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
    """
    assert "interrupted" in told_when_interrupted(program, format)
