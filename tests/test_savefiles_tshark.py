"""Judge of the capture file readers: tshark, for what libpcap refuses, and for what it does not tell."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pcapng_variants
import pytest
from capture_files import SECOND, numbered, pcap
from test_corpus import corpus_files
from tshark import oracle

from umpa_sniffing import from_file
from umpa_sniffing.exceptions import UMPAFileFormatException

FIELDS = (
    "time_epoch len cap_len md5_hash encap_type interface_name comment packet_flags packet_id drop_count"
    " interface_queue"
)
COLUMNS = [f"frame.{name}" for name in FIELDS.split()]
BETWEEN, AMID = "\x1e", "\x1f"
# Wiretap's numbers of libpcap's link types, where the tests have them.
ENCAPSULATIONS = {1: "1", 12: "7", 113: "25", 147: "45"}
NEAREST = (-(2**63), 2**63 - 1)
# tshark has 32 bits of seconds in some places and no times before 1970.
TELLABLE_NS = range(0, 2**31 * SECOND)


@dataclass(frozen=True)
class Told:
    """Of a packet, as ours and tshark have it; None: not told."""

    timestamp_ns: int | None
    wire_len: int
    caplen: int
    digest: str
    encapsulation: str | None
    interface: str | None
    comments: tuple[str, ...]
    flags: int | None
    packet_id: int | None
    drop_count: int | None
    queue: int | None


@dataclass
class Answer:
    packets: list[Told]
    complaint: str


def number(text: str) -> int | None:
    return int(text, 0) if text else None


def told_by_tshark(line: str) -> Told:
    time, wire_len, caplen, digest, encapsulation, interface, comments, *rest = line.split(BETWEEN)
    return Told(
        int(Decimal(time) * SECOND) if time else None,
        int(wire_len), int(caplen), digest, encapsulation,
        None if interface in ("", "unknown") else interface,
        tuple(comments.split(AMID)) if comments else (),
        *map(number, rest),
    )  # fmt: skip


def ask(path: Path) -> Answer:
    command = ["tshark", "-n", "-r", path, "-o", "frame.generate_md5_hash:TRUE", "-T", "fields"]
    command += ["-E", f"separator={BETWEEN}", "-E", "occurrence=a", "-E", f"aggregator={AMID}"]
    command += [word for column in COLUMNS for word in ("-e", column)]
    done = subprocess.run(command, capture_output=True)
    complaint = [
        line for line in done.stderr.decode(errors="replace").splitlines() if "Running as" not in line
    ]
    assert done.returncode in (0, 2), complaint
    lines = done.stdout.decode(errors="replace").splitlines()
    return Answer([told_by_tshark(line) for line in lines], "\n".join(complaint) if done.returncode else "")


def flags_of(packet) -> int | None:
    values = [option.value for option in packet.options if option.kind == 2 and len(option.value) == 4]
    return None if not values else 0


def told_by_us(packet) -> Told:
    interface = packet.interface
    return Told(
        packet.timestamp_ns, packet.wire_len, packet.caplen,
        hashlib.md5(bytes(packet)).hexdigest(), ENCAPSULATIONS.get(packet.datalink),
        None if interface is None else interface.name, packet.comments, None,
        packet.packet_id, packet.drop_count, packet.queue,
    )  # fmt: skip


def ours(path: Path) -> tuple[list, UMPAFileFormatException | None]:
    try:
        return from_file(path), None
    except UMPAFileFormatException as error:
        return error.packets, error


# Flags, bit by bit


DIRECTIONS = {None: 0, "in": 1, "out": 2}
RECEPTIONS = {None: 0, "unicast": 1, "multicast": 2, "broadcast": 3, "promiscuous": 4}


def differences(name: str, packets: list, answer: Answer) -> list[str]:
    found = []
    for position, (packet, theirs) in enumerate(zip(packets, answer.packets, strict=False), start=1):
        mine = told_by_us(packet)
        for field in Told.__dataclass_fields__:
            one, other = getattr(mine, field), getattr(theirs, field)
            if field == "timestamp_ns" and (other is None or one in NEAREST or other not in TELLABLE_NS):
                continue
            if field == "encapsulation" and one is None:
                continue
            if field == "flags":
                one = DIRECTIONS[packet.direction] | RECEPTIONS[packet.reception] << 2
                one |= (packet.fcs_length or 0) << 5
                other = 0 if other is None else other & 0x1FF
            if one != other:
                found.append(f"{name} packet {position}: {field}: ours {one!r:.80}, tshark's {other!r:.80}")
    return found


def compared(paths: list[Path]) -> tuple[list[str], int]:
    """The differences, and how many packets were compared."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(ask, paths))
    found, count = [], 0
    for path, answer in zip(paths, answers, strict=True):
        packets, error = ours(path)
        count += min(len(packets), len(answer.packets))
        found += differences(path.name, packets, answer)
        if len(packets) != len(answer.packets):
            ends = f"{error}, tshark's {answer.complaint}"
            found.append(f"{path.name}: ours {len(packets)} packets, {len(answer.packets)}: {ends}")
    return found, count


@pytest.fixture(scope="module", autouse=True)
def tshark():
    version = oracle.version()
    if version is None or int(version.partition(".")[0]) < 4:
        pytest.skip(f"no tshark of version 4 here, but {version}")


def test_public_pcapng_files(shared):
    paths = [path for path in corpus_files(shared) if path.suffix == ".pcapng"]
    found, count = compared(paths)
    assert not found, "\n".join(found[:40])
    assert count > 100


def test_generated_pcapng_files(tmp_path):
    paths = []
    for variant in pcapng_variants.variants():
        path = tmp_path / f"{variant.name.replace(' ', '_')}.pcapng"
        path.write_bytes(variant.content)
        paths.append(path)
    found, count = compared(paths[::2])
    assert not found, "\n".join(found[:40])
    assert count > 1000


def compressed_files(folder: Path) -> list[Path]:
    content = pcap(numbered(500))
    paths = [folder / name for name in ("one.pcap.gz", "members.pcap.gz", "one.pcap.zst")]
    paths[0].write_bytes(gzip.compress(content))
    paths[1].write_bytes(gzip.compress(content[:1000]) + gzip.compress(content[1000:]))
    if shutil.which("zstd"):
        paths[2].write_bytes(subprocess.run(["zstd", "-q"], input=content, stdout=subprocess.PIPE).stdout)
    return [path for path in paths if path.exists()]


def test_compressed_files(tmp_path):
    paths = compressed_files(tmp_path)
    found, count = compared(paths)
    assert not found, "\n".join(found[:40])
    assert count == 500 * len(paths)
