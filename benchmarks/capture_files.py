"""The capture files that the benchmarks read: made once, kept in build/, put into the page cache."""

import json
import shutil
import struct
import subprocess
import sys

from environment import BUILD, HERE, output, say

PREFIX, ECHOES = 20_000, 500_000
COMPRESSORS = {".gz": "gzip", ".zst": "zstd", ".xz": "xz"}

RECORD = struct.Struct("<IIII")
SECTION = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
INTERFACE = struct.pack("<IIHHII", 1, 20, 1, 0, 262144, 20)
ENHANCED = struct.Struct("<IIIIIII")


def generate(packets):
    """The folder with so many packets in mixed.pcap, and what is to be found in each of its files."""
    directory = BUILD / str(packets)
    expected = directory / "expected.json"
    generator = HERE / "generator.py"
    if not expected.exists() or expected.stat().st_mtime < generator.stat().st_mtime:
        say(f"writing {packets:,} packets")
        directory.mkdir(exist_ok=True)
        counts = packets, min(PREFIX, packets), min(ECHOES, packets)
        output(sys.executable, generator, directory, *counts)
    return directory, json.loads(expected.read_text())


def variant(path, suffix):
    """The same packets in another file beside it: .pcapng, or compressed."""
    file = path.with_suffix(suffix) if suffix == ".pcapng" else path.with_name(path.name + suffix)
    if not file.exists() or file.stat().st_mtime < path.stat().st_mtime:
        say(f"writing {file.name}")
        unfinished = file.with_name(file.name + ".part")
        with path.open("rb") as packets, unfinished.open("wb", buffering=1 << 20) as made:
            if suffix == ".pcapng":
                write_pcapng(packets, made)
            else:
                subprocess.run([COMPRESSORS[suffix], "-c"], stdin=packets, stdout=made, check=True)
        unfinished.rename(file)
    return file


def write_pcapng(packets, made):
    """Of a pcap file as generator.py writes it: one interface, times in microseconds."""
    made.write(SECTION + INTERFACE)
    packets.read(24)
    while header := packets.read(RECORD.size):
        seconds, microseconds, caplen, wire_len = RECORD.unpack(header)
        high, low = divmod(seconds * 1_000_000 + microseconds, 1 << 32)
        padding = -caplen % 4
        length = ENHANCED.size + caplen + padding + 4
        made.write(ENHANCED.pack(6, length, 0, high, low, caplen, wire_len))
        made.write(packets.read(caplen) + bytes(padding) + struct.pack("<I", length))


def warm_up(path):
    """The file in the page cache, as a writer leaves it there: what was read back from disk lies in smaller
    pieces, from which all read more slowly."""
    copy = path.with_name(path.name + ".part")
    shutil.copy2(path, copy)  # with its time: variants are made of newer files
    copy.replace(path)
