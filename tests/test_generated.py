"""The generated packets judged by tshark: each shows what its name says, whole and with checksums that hold."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path

import generated
import pytest

CHECKSUMS_ARE_CHECKED = [
    word
    for option in ("ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE", "sctp.checksum:CRC-32C")
    for word in ("-o", option)
]
DISSECTED_ALONE = ["ip.defragment:FALSE", "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE",
                   "tcp.analyze_sequence_numbers:FALSE"]  # fmt: skip


def dissect(path: Path) -> list[list[str]]:
    """The layers, whether the packet is malformed, and what tshark says against it."""
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a", *CHECKSUMS_ARE_CHECKED]
    for option in DISSECTED_ALONE:
        command += ["-o", option]
    for field in ("frame.protocols", "_ws.malformed", "_ws.expert.message"):
        command += ["-e", field]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line.split("\t") for line in result.stdout.splitlines()]


def verdicts(cases, directory):
    paths = generated.write_captures(directory, cases)
    lines = {int(path.stem.rsplit("-", 1)[1]): iter(dissect(path)) for path in paths}
    for case in cases:
        yield case, *next(lines[case.link_type])
