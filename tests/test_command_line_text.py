"""What the command line prints of a packet is what tcpdump, print(pkt) and repr(pkt) say of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import frames
import pytest
from capture_files import RAW_IP, SECOND, ethernet_udp, ip_udp, numbered, pcap, pcapng, record
from command_line import COMMAND, LINE, output_of, run
from processes import environment
from traffic import eventually

from umpa_sniffing import Packet, from_file, info, write

GOLDEN = sorted((Path(__file__).resolve().parent / "golden").glob("*.pcap"))
# Of a PPP header that leaves out address and control tcpdump's -x takes off four bytes all the same.
TAKES_OFF_TOO_MUCH = {"ppp"}
ADDRESS = re.compile("0x[0-9a-f]{6,}")


def tcpdump(*arguments) -> str:
    done = subprocess.run(["tcpdump", "-n", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def hexadecimal(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("\t0x")]


def times(text: str, words: int = 1) -> list[str]:
    return [
        " ".join(line.split()[:words]) for line in text.splitlines() if not line.startswith((" ", "\t0x"))
    ]


@pytest.fixture
def numbered_file(tmp_path):
    """Forwards and backwards in time, over hours."""
    late = record(ethernet_udp(b"late"), (1_249_423_424 + 50_000) * SECOND + 5)
    packets = [*numbered(4), late, *numbered(2)]
    path = tmp_path / "numbered.pcap"
    path.write_bytes(pcap(packets))
    return path


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_line_a_packet(path):
    lines = output_of("read", path).splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    assert [line.split(" ", 1)[1] for line in lines] == [
        repr(packet).removeprefix("<Packet ").removesuffix(">") for packet in from_file(path)
    ]


def test_decode_as(tmp_path):
    path = tmp_path / "tunnel.pcap"
    inner = frames.ethernet(frames.ipv4(frames.udp(b"inner")))
    frame = frames.ethernet(frames.ipv4(frames.udp(bytes.fromhex("0800000000002a00") + inner)))
    path.write_bytes(pcap([record(frame)]))
    assert "VXLAN" not in output_of("read", path)
    options = ["--decode-as", "udp.port==53,vxlan", "--decode-as", "udp.port==0x1,sctp"]
    assert "/ VXLAN 42 / Ethernet / IP 192.0.2.1" in output_of("read", *options, path)


def test_v_prints_the_tree_behind_each_line():
    path = GOLDEN[-1]
    lines = output_of("read", path).splitlines()
    expected = "".join(f"{line}\n{packet}\n" for line, packet in zip(lines, from_file(path), strict=True))
    assert ADDRESS.sub("", output_of("read", "-v", path)) == ADDRESS.sub("", expected)


@pytest.mark.parametrize("option", ["-x", "-xx", "-X", "-XX"])
@pytest.mark.parametrize(
    "path", [path for path in GOLDEN if path.stem not in TAKES_OFF_TOO_MUCH], ids=lambda path: path.stem
)
def test_bytes_are_printed_as_tcpdump_does(path, option):
    printed = hexadecimal(output_of("read", option, path))
    assert printed == hexadecimal(tcpdump(option, "-r", path))
    assert printed


def test_bytes_of_a_packet_without_a_link_layer(tmp_path):
    path = tmp_path / "raw.pcap"
    path.write_bytes(pcap([record(ip_udp(b"odd"))], link_type=RAW_IP))
    assert hexadecimal(output_of("read", "-X", path)) == hexadecimal(tcpdump("-X", "-r", path))


@pytest.mark.parametrize("precision", ["micro", "nano"])
@pytest.mark.parametrize(
    ("option", "words"), [(None, 1), ("-tt", 1), ("-ttt", 1), ("-tttt", 2), ("-ttttt", 1)]
)
def test_times_are_tcpdumps(numbered_file, option, words, precision):
    options = [*filter(None, [option]), f"--time-stamp-precision={precision}", "-r", numbered_file]
    # tcpdump has a column for the sign
    expected = [line.strip() for line in tcpdump(*options).splitlines()]
    assert times(output_of("read", *options), words) == times("\n".join(expected), words)


def test_t_prints_no_time(numbered_file):
    assert re.fullmatch(r"(\d+ bytes: .*\n)+", output_of("read", "-t", numbered_file))


def test_times_are_local(numbered_file, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    path = numbered_file
    assert times(output_of("read", "-tttt", path), 2) == times(tcpdump("-tttt", "-r", path), 2)


@pytest.mark.parametrize("filter", ["udp dst port 53", "udp[4:2] & 1 = 0 or dst port 54", "tcp"])
def test_filters_match_what_tcpdump_matches(numbered_file, filter):
    lines = output_of("read", numbered_file, *filter.split()).splitlines()
    assert len(lines) == len(tcpdump("-r", numbered_file, filter).splitlines())


def test_options_may_stand_anywhere_and_the_filter_in_one_word_or_many(numbered_file):
    expected = output_of("read", "-c", "2", "-tt", numbered_file, "udp dst port 53 or tcp")
    assert len(expected.splitlines()) == 2
    for order in (
        ["-c2", "-tt", "-r", numbered_file, "udp", "dst", "port", "53", "or", "tcp"],
        [numbered_file, "udp", "dst", "port", "-c", "2", "53", "or", "tcp", "-tt"],
        ["-ntt", "--count=2", "--", numbered_file, "udp", "dst port 53 or", "tcp"],
    ):
        assert output_of("read", *order) == expected


def test_several_files_in_their_order_or_merged(tmp_path):
    early, late = tmp_path / "early.pcap", tmp_path / "late.pcapng"
    early.write_bytes(pcap([record(b"x" * size, size * SECOND) for size in (60, 80)]))
    late.write_bytes(pcapng([record(b"x" * size, size * SECOND) for size in (70, 90)]))

    def sizes(*options: str) -> list[int]:
        lines = output_of("read", "-t", *options, "-r", late, "-r", early).splitlines()
        return [int(line.split()[0]) for line in lines]

    assert sizes() == [70, 90, 60, 80]
    assert sizes("--merge") == [60, 70, 80, 90]
    assert sizes("--merge", "-c", "3") == [60, 70, 80]


def test_read_writes_in_place_of_printing(numbered_file, tmp_path):
    written = tmp_path / "written.pcapng.gz"
    assert output_of("read", "-r", numbered_file, "-w", written, "udp dst port 53") == ""
    assert output_of("read", written) == output_of("read", numbered_file, "udp dst port 53") != ""


def test_read_goes_on_behind_damage_where_told_to(numbered_file, tmp_path):
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(Path(numbered_file).read_bytes()[:-1])
    whole = output_of("read", numbered_file).splitlines()
    assert output_of("read", "--errors", "ignore", cut).splitlines() == whole[:-1]


def magic_of(path) -> bytes:
    return path.read_bytes()[:4]


@pytest.mark.parametrize(
    ("options", "name", "magic"),
    [
        ([], "some.pcap", b"\x4d\x3c\xb2\xa1"),
        (["--time-stamp-precision", "micro"], "some.pcap", b"\xd4\xc3\xb2\xa1"),
        (["--time-stamp-precision", "micro"], "some.pcapng", b"\x0a\x0d\x0d\x0a"),
        (["--format", "pcapng"], "some.pcap", b"\x0a\x0d\x0d\x0a"),
        (["--format", "pcap.gz"], "some", b"\x1f\x8b\x08\x00"),
    ],
)
def test_read_writes_the_format_that_is_asked_for(options, name, magic, numbered_file, tmp_path):
    output_of("read", "-r", numbered_file, "-w", tmp_path / name, *options)
    assert magic_of(tmp_path / name) == magic
    assert len(from_file(tmp_path / name)) == len(from_file(numbered_file))


def test_read_writes_to_stdout(numbered_file, tmp_path):
    shell = f"'{sys.executable}' -m umpa_sniffing read '{numbered_file}' -w - udp dst port 53 | cat"
    path = tmp_path / "out"
    path.write_bytes(subprocess.run(["sh", "-c", shell], check=True, stdout=subprocess.PIPE).stdout)
    assert from_file(path) == from_file(numbered_file, filter="udp dst port 53")
    assert list(tmp_path.glob("-")) == []


def test_read_writes_as_dump_does(numbered_file, tmp_path):
    path = tmp_path / "some.pcap"
    for _ in range(2):
        output_of("read", numbered_file, "-w", path, "--append")
    assert len(from_file(path)) == 2 * len(from_file(numbered_file))
    output_of("read", path, "-w", path, "--atomic", "-c", "3")
    assert len(from_file(path)) == 3
    output_of("read", numbered_file, "-w", tmp_path / "ring.pcap", "-G", "1", "-W", "2")
    assert len(list(tmp_path.glob("ring_*"))) == 2
    many = tmp_path / "many.pcap"
    write(many, [Packet(bytes(100_000))] * 25)
    output_of("read", many, "-w", tmp_path / "large.pcap", "-C", "1")
    assert [file.stat().st_size for file in sorted(tmp_path.glob("large_*"))] == [24 + 9 * 100_016] * 2 + [
        24 + 7 * 100_016
    ]


def test_what_is_to_be_written_needs_a_file(numbered_file):
    for options in (["--append"], ["-G", "5"], ["--format", "pcap"], ["-w", "-", "-G", "5"]):
        assert run("read", numbered_file, *options).returncode == 2


def test_sniff_has_one_stdout():
    done = run("sniff", "-w", "-")
    assert done.returncode == 2 and "dump -" in done.stderr


def test_info(numbered_file, tmp_path):
    told = output_of("info", numbered_file, numbered_file)
    assert told == f"{info(numbered_file)!r}\n\n{info(numbered_file)!r}\n"
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(Path(numbered_file).read_bytes()[:-1])
    done = run("info", numbered_file, cut)
    assert (
        done.returncode == 1 and done.stdout == f"{info(numbered_file)!r}\n" and "file is cut" in done.stderr
    )
    assert "Number of packets" in output_of("info", "--errors", "ignore", cut)
    assert run("info").returncode == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("options", [["--atomic"], []])
def test_a_conversion_that_is_interrupted_is_not_finished(number, options, tmp_path):
    path = tmp_path / "some.pcap"
    out = path if options else tmp_path / "out.pcapng.xz"
    write(path, (Packet(os.urandom(1000), timestamp_ns=n) for n in range(50_000)))
    command = [*COMMAND, "read", *options, "-r", path, "--format", "pcapng.xz", "-w", out]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment(), text=True)
    written = out.with_name(out.name + ".part") if options else out
    eventually(lambda: written.exists() and written.stat().st_size > 0, "it has begun")
    process.send_signal(number)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == -number
    assert re.match(r"umpa_sniffing: interrupted after \d+ packets\n", told)
    assert 0 < len(from_file(written)) < 50_000
    if options:
        assert len(from_file(path)) == 50_000


def test_what_comes_before_a_missing_file_is_written(numbered_file, tmp_path):
    out = tmp_path / "out.pcap"
    done = run("read", "-r", numbered_file, "-r", tmp_path / "none", "-w", out)
    assert done.returncode == 1 and f"{tmp_path / 'none'}: No such file" in done.stderr
    assert len(from_file(out)) == len(from_file(numbered_file))


def test_each_file_is_told_of(numbered_file, tmp_path):
    done = run("info", tmp_path / "none", numbered_file, tmp_path / "none", numbered_file)
    assert done.returncode == 1 and done.stderr.count("No such file") == 2
    assert done.stdout == f"{info(numbered_file)}\n\n{info(numbered_file)}\n"


def test_a_file_in_the_place_of_a_filter(numbered_file):
    assert f"-r FILE -r {numbered_file}" in run("read", numbered_file, numbered_file).stderr
