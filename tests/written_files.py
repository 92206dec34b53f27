"""Written files, unpacked by other programs, read by our own parsers and judged by Wireshark's tools."""

from __future__ import annotations

import gzip
import lzma
import os
import re
import subprocess
from pathlib import Path

from capture_files import Record, parse_pcap
from pcapng_blocks import packets_of
from processes import unpreloaded

FORMATS = ["pcap", "nsecpcap", "pcapng"]
COMPRESSIONS = ["", ".gz", ".zst", ".xz"]
EVERY_FORMAT = [name + compression for name in FORMATS for compression in COMPRESSIONS]


def unzstd(content: bytes, is_finished: bool | None = True) -> bytes:
    done = subprocess.run(["zstd", "-dc"], input=content, capture_output=True, env=unpreloaded())
    assert is_finished in (None, done.returncode == 0), done.stderr
    return done.stdout


def unpacked(path: str | os.PathLike, is_finished: bool | None = True) -> bytes:
    """The contents, each member of a compressed file being whole; a zstd frame may be unfinished."""
    content = Path(path).read_bytes()
    if content[:2] == b"\x1f\x8b":
        return gzip.decompress(content)
    if content[:6] == b"\xfd7zXZ\0":
        return lzma.decompress(content)
    return unzstd(content, is_finished) if content[:4] == b"\x28\xb5\x2f\xfd" else content


def compression_of(path: str | os.PathLike) -> str:
    magics = {b"\x1f\x8b": ".gz", b"\xfd7": ".xz", b"\x28\xb5": ".zst"}
    return magics.get(Path(path).read_bytes()[:2], "")


def records_in(path: str | os.PathLike, is_finished: bool | None = True) -> list[Record]:
    content = unpacked(path, is_finished)
    if content[:4] == b"\x0a\x0d\x0d\x0a":
        return [packet.record for packet in packets_of(content)]
    return parse_pcap(content)[1]


def run(*command: str | os.PathLike) -> str:
    done = subprocess.run(
        list(map(os.fspath, command)), capture_output=True, text=True, env=unpreloaded(), timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def judged(path: Path, scratch: Path) -> int:
    """The number of packets that capinfos, tshark, editcap and mergecap agree on; tcpdump too for pcap."""
    plain = scratch / f"plain-{path.name}"
    plain.write_bytes(unpacked(path))
    judge = path if compression_of(path) in ("", ".gz") else plain  # Wireshark 4.0 has not all of them
    told = run("capinfos", "-M", "-c", judge)
    count = int(re.search(r"Number of packets: +(\d+)", told)[1])
    assert len(run("tshark", "-n", "-r", judge, "-Tfields", "-e", "frame.number").split()) == count
    copies = [scratch / "edited", scratch / "merged"]
    run("editcap", judge, copies[0])
    run("mergecap", "-w", copies[1], judge)
    for copy in copies:
        again = run("capinfos", "-M", "-c", copy)
        assert int(re.search(r"Number of packets: +(\d+)", again)[1]) == count
    if plain.read_bytes()[:4] != b"\x0a\x0d\x0d\x0a":
        assert len(run("tcpdump", "-nn", "-t", "-r", plain).splitlines()) >= count
    plain.unlink()
    return count
