"""Memory is bounded by the bytes that exist: lengths that lie, files that decompress to zeros without end."""

from __future__ import annotations

import gzip
import lzma
import shutil
import struct
import subprocess
from pathlib import Path

import pcapng_blocks as ng
import pytest
from capture_files import numbered, pcap, record
from processes import run_python
from savefile_variants import Form

MiB = 1 << 20
# Of a process of its own: what the calls need more than Python and this package.
PEAK = """
    import json, re, sys, warnings
    import umpa_sniffing
    from umpa_sniffing import from_bytes, from_file, open_offline
    from umpa_sniffing.exceptions import UMPAFileFormatException

    def peak():
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]) * 1024

    warnings.simplefilter("ignore")
    from_bytes(open(sys.argv[1], "rb").read())
    before = peak()
"""


@pytest.fixture
def good(tmp_path) -> Path:
    path = tmp_path / "good.pcap"
    path.write_bytes(pcap(numbered(3)))
    return path


def with_every_field_changed(content: bytes, until: int):
    for offset in range(0, until, 4):
        for value in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x00FFFFFF, 0x7FFFFFFC):
            for order in "<>":
                yield content[:offset] + struct.pack(order + "I", value) + content[offset + 4 :]


def pcapng_of_every_block(blocks: ng.Blocks) -> bytes:
    described = [(ng.IF_NAME, b"eth0"), blocks.resolution(9), blocks.offset(1), (ng.COMMENT, b"c")]
    return b"".join(
        (
            blocks.section(options=[(ng.COMMENT, b"c")]),
            blocks.interface(options=described),
            blocks.enhanced(b"data", options=[(ng.COMMENT, b"comment")]),
            blocks.obsolete(b"data", options=[(ng.COMMENT, b"comment")]),
            blocks.simple(b"data"),
            blocks.names((b"\x7f\0\0\1", "localhost")),
            blocks.statistics(),
            blocks.custom(b"data"),
            blocks.enhanced(b"last"),
        )
    )


CONTENTS = {
    "pcap": Form().file(numbered(2)),
    "pcap of the other order": Form(order=">").file(numbered(2)),
    "modified pcap": Form(0xA1B2CD34).file(numbered(2)),
    "pcap of USB": Form(link_type=189, snaplen=0x7FFFFFFF).file(numbered(2)),
    "pcapng": pcapng_of_every_block(ng.LITTLE),
    "pcapng of the other order": pcapng_of_every_block(ng.BIG),
}


@pytest.mark.measures_memory
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_no_number_in_a_file_allocates(content, good, tmp_path):
    changed = list(with_every_field_changed(content, len(content) - 3 if content[:1] == b"\n" else 40))
    path = tmp_path / "changed"
    path.write_bytes(b"".join(struct.pack("I", len(each)) + each for each in changed))
    used, packets, failures = run_python(
        PEAK
        + """
    packets = failures = 0
    with open(sys.argv[2], "rb") as file:
        while size := file.read(4):
            content = file.read(int.from_bytes(size, sys.byteorder))
            for errors in ("raise", "warn", "ignore"):
                try:
                    packets += len(from_bytes(content, errors=errors))
                except UMPAFileFormatException as error:
                    failures += 1
                    packets += len(error.packets)
    print(json.dumps([peak() - before, packets, failures]))
    """,
        good,
        path,
    )
    assert used < 16 * MiB
    assert packets > len(changed) and failures > 0


LIES = {
    "pcap record": Form(link_type=189).header() + struct.pack("<IIII", 0, 0, 128 * MiB, 128 * MiB) + b"few",
    "pcapng block": ng.LITTLE.section() + ng.LITTLE.interface() + struct.pack("<II", 6, 0xFFFFFFF0) + b"few",
    "section header": ng.LITTLE.block(
        ng.SECTION, ng.LITTLE.pack("IHHq", 0x1A2B3C4D, 1, 0, -1), length=0x7FFFFFFC
    ),
    "interface": ng.LITTLE.section() + struct.pack("<II", 1, 0x7FFFFFFC) + b"few",
    "unknown block": ng.LITTLE.section() + struct.pack("<II", 0xF00D, 0xFFFFFFFC) + b"few",
}


@pytest.mark.parametrize("source", ["path", "pipe", "file object"])
@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_length_beyond_the_end_does_not_allocate(lie, source, good, tmp_path):
    path = tmp_path / "lie"
    path.write_bytes(lie)
    used, words = run_python(
        PEAK
        + """
    import subprocess
    source = sys.argv[2]
    if sys.argv[3] == "pipe":
        program = subprocess.Popen(["cat", source], stdout=subprocess.PIPE)
        source = program.stdout.fileno()
    elif sys.argv[3] == "file object":
        source = open(source, "rb")
    try:
        from_file(source)
    except UMPAFileFormatException as error:
        print(json.dumps([peak() - before, str(error)]))
    """,
        good,
        path,
        source,
    )
    assert used < 8 * MiB
    assert words


ZEROS = 1 << 30


def gzip_members(path: Path) -> None:
    """64 of them."""
    with open(path, "wb") as file:
        file.write(gzip.compress(pcap([])))
        member = gzip.compress(bytes(ZEROS // 64))
        for _ in range(64):
            file.write(member)


def xz_streams(path: Path) -> None:
    with open(path, "wb") as file:
        file.write(lzma.compress(pcap([])))
        stream = lzma.compress(bytes(ZEROS // 64), preset=0)
        for _ in range(64):
            file.write(stream)


def compressed_by(*command: str):
    def write(path: Path) -> None:
        if shutil.which(command[0]) is None:
            pytest.skip(f"no {command[0]} here")
        with open(path, "wb") as file:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file)
            process.stdin.write(pcap([]))
            for _ in range(64):
                process.stdin.write(bytes(ZEROS // 64))
            process.stdin.close()
            assert process.wait() == 0

    return write


BOMBS = {
    "gzip": compressed_by("gzip", "-1", "-c"),
    "gzip members": gzip_members,
    "xz streams": xz_streams,
    "zstd": compressed_by("zstd", "-q", "-c"),
}


@pytest.mark.parametrize("write", BOMBS.values(), ids=BOMBS)
def test_zeros_without_end_stream_in_constant_memory(write, good, tmp_path):
    """Behind a good header they are records of no bytes."""
    path = tmp_path / "bomb.pcap.z"
    write(path)
    assert path.stat().st_size < 16 * MiB
    used, received, delivered = run_python(
        PEAK
        + """
    with open_offline(sys.argv[2], filter="greater 1") as capture:
        delivered = capture.consume()
        print(json.dumps([peak() - before, capture.stats().received, delivered]))
    """,
        good,
        path,
    )
    assert (received, delivered) == (ZEROS // 16, 0)
    assert used < 24 * MiB


def test_a_large_regular_file_is_iterated_in_constant_memory(good, tmp_path):
    path = tmp_path / "large.pcap"
    path.write_bytes(pcap(numbered(60_000, size=1400)))
    used, count = run_python(
        PEAK
        + """
    with open_offline(sys.argv[2]) as capture:
        count = sum(1 for packet in capture)
    print(json.dumps([peak() - before, count]))
    """,
        good,
        path,
    )
    assert count == 60_000
    assert used < 8 * MiB < path.stat().st_size // 8


LIES = [(0x99, 16_766_896), (0xBAD, 128 << 20), (6, 16_700_000)]
USES = ["from_file({}, errors='ignore')", "open_offline({}, errors='ignore').index()"]


@pytest.mark.measures_memory
@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(("kind", "length"), LIES)
def test_many_blocks_that_lie_cost_neither_memory_nor_time(kind, length, use, good, tmp_path):
    """Of each, as many bytes as it claims must come before it is known for what it is."""
    blocks = ng.LITTLE
    unit = blocks.pack("III", kind, length, 0) + blocks.statistics()
    path = tmp_path / "lies.pcapng"
    path.write_bytes(blocks.section() + blocks.interface() + unit * ((20 << 20) // len(unit)))
    program = f"    {use.format('sys.argv[2]')}\n    print(json.dumps(peak() - before))"
    grown = run_python(PEAK + program, good, path)
    assert grown < 150 * MiB, grown


@pytest.mark.measures_memory
def test_appending_reads_a_file_in_constant_memory(good, tmp_path):
    path = tmp_path / "long.pcap"
    usb = Form(0xA1B23C4D, link_type=189, snaplen=0x7FFFFFFF)
    path.write_bytes(usb.file([record(bytes(2 * MiB))] * 60))
    program = """
    from umpa_sniffing import Packet, write
    write(sys.argv[2], [Packet(b"x", 189)], append=True)
    print(json.dumps(peak() - before))
    """
    grown = run_python(PEAK + program, good, path)
    assert grown < 20 * MiB, grown
