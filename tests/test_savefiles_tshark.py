"""Judge of the capture file readers: tshark, for what libpcap refuses, and for what it does not tell."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path

import pcapng_variants
import pytest
from capture_files import SECOND, numbered, pcap
from pcapng_blocks import EPB_FLAGS
from processes import unpreloaded
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
PCAPNG = b"\x0a\x0d\x0d\x0a"


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
    flags, *rest = map(number, rest)
    return Told(
        int(Decimal(time) * SECOND) if time else None,
        int(wire_len), int(caplen), digest, encapsulation,
        None if interface in ("", "unknown") else interface,
        tuple(comments.split(AMID)) if comments else (),
        None if flags is None else flags & 0x1FF, *rest,
    )  # fmt: skip


def ask(path: Path) -> Answer:
    command = ["tshark", "-n", "-r", path, "-o", "frame.generate_md5_hash:TRUE", "-T", "fields"]
    command += ["-E", f"separator={BETWEEN}", "-E", "occurrence=a", "-E", f"aggregator={AMID}"]
    command += [word for column in COLUMNS for word in ("-e", column)]
    done = subprocess.run(command, capture_output=True, env=unpreloaded())
    complaint = [
        line for line in done.stderr.decode(errors="replace").splitlines() if "Running as" not in line
    ]
    assert done.returncode in (0, 2), complaint
    lines = done.stdout.decode(errors="replace").split("\n")[:-1]
    records = [told_by_tshark(line) for line in lines]
    packets = [each for each in records if each.encapsulation]  # the others are custom blocks
    return Answer(packets, "\n".join(complaint) if done.returncode else "")


DIRECTIONS = {None: 0, "in": 1, "out": 2}
RECEPTIONS = {None: 0, "unicast": 1, "multicast": 2, "broadcast": 3, "promiscuous": 4}


def shown(text: str) -> str:
    """As tshark writes it, a line a packet."""
    return text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")


def flags_of(packet) -> int | None:
    """As the bits from which they came; tshark's without the reserved ones and those of errors."""
    if not any(option.kind == EPB_FLAGS for option in packet.options):
        return None
    return DIRECTIONS[packet.direction] | RECEPTIONS[packet.reception] << 2 | (packet.fcs_length or 0) << 5


def told_by_us(packet) -> Told:
    interface = packet.interface
    return Told(
        packet.timestamp_ns, packet.wire_len, packet.caplen,
        hashlib.md5(bytes(packet)).hexdigest(), ENCAPSULATIONS.get(packet.datalink),
        None if interface is None or interface.name is None else shown(interface.name),
        tuple(map(shown, packet.comments)), flags_of(packet),
        packet.packet_id, packet.drop_count, packet.queue,
    )  # fmt: skip


def ours(path: Path) -> tuple[list, UMPAFileFormatException | None]:
    try:
        return from_file(path), None
    except UMPAFileFormatException as error:
        return error.packets, error


# What may differ, and why: (packet, file's content, ours, tshark's) -> bool, by field


def no_time(packet, content: bytes, one, other) -> bool:
    """A simple packet block has none; ours is 0."""
    return one == 0 and other is None


def before_1970(packet, content: bytes, one, other) -> bool:
    """tshark writes the fraction of a second behind negative seconds with their sign."""
    return one < 0 and other is not None and other < 0 and abs(one - other) < 2 * SECOND


def empty_comment(packet, content: bytes, one, other) -> bool:
    """Its line does not show one."""
    return one == ("",) and other == ()


def more_than_64_bits(packet, content: bytes, one, other) -> bool:
    """What 64 bits of nanoseconds do not hold is the nearest that they do."""
    return one in NEAREST


def fine_resolution(packet, content: bytes, one, other) -> bool:
    """tshark's product of a fraction finer than 2^-34 s and 10^9 overflows."""
    return other is not None and packet.interface.resolution > 2**34 and abs(one - other) <= SECOND


def long_on_the_wire(packet, content: bytes, one, other) -> bool:
    """tshark holds a length in 31 bits."""
    return one > other == 2**31 - 1


def name_of_another_section(packet, content: bytes, one, other) -> bool:
    """tshark 4.0 counts interfaces through all sections, and looks for the name in one."""
    return content.count(PCAPNG) > 1 and other is not None and other.encode() in content


def unknown_link_type(packet, content: bytes, one, other) -> bool:
    """Wiretap's number is not in the table above."""
    return packet.datalink not in ENCAPSULATIONS


EXPLAINED = {
    "timestamp_ns": [no_time, before_1970, more_than_64_bits, fine_resolution],
    "comments": [empty_comment],
    "wire_len": [long_on_the_wire],
    "interface": [name_of_another_section],
    "encapsulation": [unknown_link_type],
}


@dataclass
class Report:
    packets: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)

    def compare(self, path: Path, answer: Answer) -> None:
        content = path.read_bytes()
        packets, error = ours(path)
        self.packets += min(len(packets), len(answer.packets))
        for position, (packet, theirs) in enumerate(zip(packets, answer.packets, strict=False), start=1):
            self.compare_packet(f"{path.name} packet {position}", packet, theirs, content)
        if len(packets) != len(answer.packets):
            ends = f"{error}, tshark's {answer.complaint}"
            self.unexplained.append(
                f"{path.name}: ours {len(packets)} packets, {len(answer.packets)}: {ends}"
            )

    def compare_packet(self, where: str, packet, theirs: Told, content: bytes) -> None:
        mine = told_by_us(packet)
        for each in fields(Told):
            one, other = getattr(mine, each.name), getattr(theirs, each.name)
            if one == other:
                continue
            rules = EXPLAINED.get(each.name, [])
            rule = next((rule for rule in rules if rule(packet, content, one, other)), None)
            if rule is None:
                self.unexplained.append(f"{where}: {each.name}: ours {one!r:.80}, tshark's {other!r:.80}")
            else:
                self.explained[rule.__name__] += 1


def compared(paths: list[Path]) -> Report:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(ask, paths))
    report = Report()
    for path, answer in zip(paths, answers, strict=True):
        report.compare(path, answer)
    return report


@pytest.fixture(scope="module", autouse=True)
def tshark():
    version = oracle.version()
    if version is None or int(version.partition(".")[0]) < 4:
        pytest.skip(f"no tshark of version 4 here, but {version}")


def test_public_pcapng_files(shared):
    paths = [path for path in corpus_files(shared) if path.suffix == ".pcapng"]
    report = compared(paths)
    assert not report.unexplained, "\n".join(report.unexplained[:40])
    assert report.packets > 100


def test_generated_pcapng_files(tmp_path):
    paths = []
    for variant in pcapng_variants.variants():
        path = tmp_path / f"{variant.name.replace(' ', '_')}.pcapng"
        path.write_bytes(variant.content)
        paths.append(path)
    report = compared(paths[::2])
    assert not report.unexplained, "\n".join(report.unexplained[:40])
    assert report.packets > 1000
    rules = {rule.__name__ for each in EXPLAINED.values() for rule in each}
    assert rules == set(report.explained), "rules that explain nothing"


def compressed_files(folder: Path) -> list[Path]:
    content = pcap(numbered(500))
    paths = [folder / name for name in ("one.pcap.gz", "members.pcap.gz", "one.pcap.zst")]
    paths[0].write_bytes(gzip.compress(content))
    paths[1].write_bytes(gzip.compress(content[:1000]) + gzip.compress(content[1000:]))
    if shutil.which("zstd"):
        paths[2].write_bytes(
            subprocess.run(["zstd", "-q"], input=content, stdout=subprocess.PIPE, env=unpreloaded()).stdout
        )
    return [path for path in paths if path.exists()]


def test_compressed_files(tmp_path):
    paths = compressed_files(tmp_path)
    report = compared(paths)
    assert not report.unexplained, "\n".join(report.unexplained[:40])
    assert report.packets == 500 * len(paths)
