"""dump and to_file: what other programs read there."""

from __future__ import annotations

import re
import subprocess

import pytest
from capture_files import Record, parse_pcap, read_pcap, seen
from processes import needs_root
from traffic import Chatter, Witness, eventually

import umpa_sniffing
from umpa_sniffing import sniff, sniff_next, to_file

pytestmark = needs_root


def read_by_tshark(path) -> list[tuple[int, int, int]]:
    """(timestamp in ns, caplen, wire length) of each packet."""
    fields = ["frame.time_epoch", "frame.cap_len", "frame.len"]
    output = subprocess.run(
        ["tshark", "-n", "-r", "-", "-T", "fields", *(word for name in fields for word in ("-e", name))],
        stdin=path.open("rb"), capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    rows = [line.split("\t") for line in output.splitlines()]
    return [(nanoseconds(stamp), int(caplen), int(length)) for stamp, caplen, length in rows]


def read_by_tcpdump(path) -> list[tuple[int, bytes]]:
    """(timestamp in ns, bytes) of each packet."""
    output = subprocess.run(
        ["tcpdump", "-nn", "-tt", "--nano", "-xx", "-r", "-"],
        stdin=path.open("rb"), capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    packets: list[tuple[int, bytes]] = []
    for line in output.splitlines():
        if match := re.match(r"\t0x[0-9a-f]{4}: +([0-9a-f ]+)$", line):
            stamp, data = packets[-1]
            packets[-1] = stamp, data + bytes.fromhex(match[1])
        elif match := re.match(r"(\d+\.\d{9}) ", line):
            packets.append((nanoseconds(match[1]), b""))
    return packets


def nanoseconds(text: str) -> int:
    seconds, fraction = text.split(".")
    return int(seconds) * 1_000_000_000 + int(fraction.ljust(9, "0"))


def same_packets_in_all_readers(path, expected: list[Record]) -> None:
    assert read_pcap(path) == expected
    assert read_by_tshark(path) == [(each.timestamp_ns, each.caplen, each.wire_len) for each in expected]
    assert read_by_tcpdump(path) == [(each.timestamp_ns, each.data) for each in expected]
    assert [seen(packet) for packet in umpa_sniffing.from_file(path)] == expected


@pytest.mark.parametrize("device", ["lo", "any"])
@pytest.mark.parametrize("snaplen", [0, 64])
def test_tshark_and_tcpdump_read_the_same_packets(device, snaplen, tmp_path):
    dump = tmp_path / "dump.pcap"
    with Chatter(size=150) as chatter:
        packets = sniff(25, chatter.filter, device, snaplen=snaplen, dump=dump)
    assert parse_pcap(dump.read_bytes())[0] == packets[0].datalink
    same_packets_in_all_readers(dump, [seen(packet) for packet in packets])


def test_tshark_and_tcpdump_read_what_to_file_wrote(tmp_path):
    """tcpdump captures beside it: the same packets, byte for byte."""
    path, witness = tmp_path / "ours.cap", tmp_path / "witness.pcap"
    with Chatter(size=40) as chatter:
        tcpdump = Witness(witness, chatter.filter)
        assert to_file(path, 30, chatter.filter, "lo") == 30
        last = read_pcap(path)[-1].data
        eventually(lambda: last in [each.data for each in tcpdump.packets()], "tcpdump sees the last one")
        tcpdump.close()
    ours = read_pcap(path)
    same_packets_in_all_readers(path, ours)
    theirs = read_pcap(witness)
    first = [each.data for each in theirs].index(ours[0].data)
    theirs = theirs[first : first + 30]
    assert [(each.data, each.wire_len) for each in theirs] == [(each.data, each.wire_len) for each in ours]
    for one, other in zip(ours, theirs, strict=True):
        assert abs(one.timestamp_ns - other.timestamp_ns) < 1_000_000_000


def test_an_existing_file_is_replaced(tmp_path):
    dump = tmp_path / "dump.pcap"
    dump.write_bytes(b"old" * 10_000)
    with Chatter() as chatter:
        packet = sniff_next(chatter.filter, "lo", dump=dump)
    assert read_pcap(dump) == [seen(packet)]


@pytest.mark.parametrize("form", [str, bytes, lambda path: path])
def test_paths_of_all_kinds(form, tmp_path):
    path = tmp_path / "dump.pcap"
    with Chatter() as chatter:
        sniff(1, chatter.filter, "lo", dump=form(path))
        assert len(read_pcap(path)) == 1
        to_file(form(path), 2, chatter.filter, "lo")
        assert len(read_pcap(path)) == 2
