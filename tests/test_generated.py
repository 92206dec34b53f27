"""The generated packets judged by tshark: each shows what its name says, is whole, and its checksums hold."""

from __future__ import annotations

import itertools
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import generated
from capture_files import read_pcap

TESTS = Path(__file__).parent

# Checksums are checked, packets are looked at one by one.
PREFERENCES = [
    *("ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE"),
    *("sctp.checksum:CRC-32C", "udplite.check_checksum:TRUE", "udplite.ignore_checksum_coverage:FALSE"),
    *("udp.ignore_ipv6_zero_checksum:TRUE", "ip.defragment:FALSE", "ipv6.defragment:FALSE"),
]
FIELDS = ["frame.protocols", "_ws.malformed", "_ws.expert.message"]

# What tshark 4.0 has against packets that are as they should be.
OBJECTIONS = {
    "icmpv6/nd-option-nbma-shortcut-limit": "reads a byte less than the 8 of RFC 2491 5.2",
    "mipv6/12-home-agent-switch": "looks for the options amid the addresses of RFC 5142 2",
    "tcp/option-selective-negative-ack": "wants the stream's earlier packets for it",
}


def dissected(path: Path) -> list[list[str]]:
    """Of each packet, the fields' texts."""
    preferences = [word for each in PREFERENCES for word in ("-o", each)]
    fields = [word for each in FIELDS for word in ("-e", each)]
    command = ["tshark", "-n", "-r", path, "-T", "fields", *preferences, *fields]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in output.splitlines()]


def objection(case: generated.Case, protocols: str, malformed: str, experts: str) -> str | None:
    if case.name.partition("/")[0] not in protocols.split(":"):
        return f"not in {protocols}"
    if malformed or "checksum" in experts.lower():
        return f"{malformed} {experts}"
    return None


def objections(cases: list[generated.Case], directory: Path) -> dict[str, str]:
    verdicts = [verdict for path in generated.write_captures(directory, cases) for verdict in dissected(path)]
    judged = zip(in_the_order_of_the_files(cases), verdicts, strict=True)
    return {case.name: text for case, verdict in judged if (text := objection(case, *verdict)) is not None}


def in_the_order_of_the_files(cases: list[generated.Case]) -> list[generated.Case]:
    return sorted(cases, key=lambda case: case.link_type)


def test_tshark_sees_what_the_names_say(tmp_path):
    found = objections(generated.cases(), tmp_path)
    assert {name: text for name, text in found.items() if name not in OBJECTIONS} == {}
    assert OBJECTIONS.keys() <= {case.name for case in generated.cases()}


def test_tshark_would_see_a_wrong_checksum(tmp_path):
    last_bytes = {
        *("tcp/odd-length", "udp/data", "udp/ipv6-data", "udplite/coverage-0", "udplite/ipv6-coverage-0"),
        *("sctp/chunk-data", "icmp/echo", "icmpv6/echo", "igmp/v2-report", "gre/fields-c"),
        "icmp/unreachable-extension-mpls",
    }
    spoiled = [
        replace(case, data=case.data[:-1] + bytes([case.data[-1] ^ 1]))
        for case in generated.cases()
        if case.name in last_bytes
    ]
    assert objections(spoiled, tmp_path).keys() == last_bytes


def test_names_are_unique():
    cases = generated.cases() + generated.bad_cases()
    assert len({case.name for case in cases}) == len(cases) > 1800


def test_bad_packets_differ_from_the_good_ones():
    good = {(case.link_type, case.data) for case in generated.cases()}
    assert not [case.name for case in generated.bad_cases() if (case.link_type, case.data) in good]


def test_every_machine_makes_the_same_bytes(tmp_path):
    written = generated.write_captures(tmp_path)
    command = [sys.executable, "-W", "error", "-m", "generated", tmp_path / "again"]
    result = subprocess.run(command, cwd=TESTS, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    again = [Path(line) for line in result.stdout.splitlines()]
    assert [path.name for path in again] == [path.name for path in written]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]


def test_the_captures_hold_every_case_once(tmp_path):
    cases = in_the_order_of_the_files(generated.cases() + generated.bad_cases())
    records = itertools.chain.from_iterable(map(read_pcap, generated.write_captures(tmp_path)))
    assert [record.data for record in records] == [case.data for case in cases]
