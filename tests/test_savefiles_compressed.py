"""Compressed capture files, as the commands and Python's modules write them: members, frames, faults."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import shutil
import struct
import subprocess
import zlib

import pytest
from capture_files import numbered, pcap, pcapng, record, seen
from pcapng_blocks import LITTLE

from umpa_sniffing import from_bytes, from_file, open_offline
from umpa_sniffing.exceptions import UMPAException, UMPAFileFormatException

RANDOM = random.Random(7)
PACKETS = [
    *numbered(300),
    *(record(RANDOM.randbytes(RANDOM.randrange(3000)), number) for number in range(300)),
]


def by_command(*command: str):
    def compress(content: bytes) -> bytes:
        if shutil.which(command[0]) is None:
            pytest.skip(f"no {command[0]} here")
        return subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True).stdout

    return compress


def with_every_header_field(content: bytes) -> bytes:
    """RFC 1952: extra field, name, comment, and a checksum of all that."""
    head = b"\x1f\x8b\x08" + bytes([2 | 4 | 8 | 16]) + bytes(6)
    head += struct.pack("<H", 300) + bytes(300) + b"name\0" + b"comment" * 999 + b"\0"
    head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    deflate = zlib.compressobj(wbits=-15)
    body = deflate.compress(content) + deflate.flush()
    return head + body + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)


COMPRESS = {
    "gzip -1": by_command("gzip", "-1"), "gzip -9": by_command("gzip", "-9"), "gzip.compress": gzip.compress,
    "gzip stored": lambda content: gzip.compress(content, 0), "gzip, every field": with_every_header_field,
    "zstd -1": by_command("zstd", "-1"), "zstd -19": by_command("zstd", "-19"),
    "zstd without checksum": by_command("zstd", "--no-check"), "zstd --long": by_command("zstd", "--long=27"),
    "xz -0": by_command("xz", "-0"), "xz -6": by_command("xz", "-6"), "lzma.compress": lzma.compress,
    "xz, crc32": by_command("xz", "--check=crc32"), "xz, sha256": by_command("xz", "--check=sha256"),
    "xz of many blocks": by_command("xz", "-T2", "--block-size=4096"),
}  # fmt: skip
EACH = pytest.mark.parametrize("compress", COMPRESS.values(), ids=COMPRESS)
FORMATS = {"gzip": COMPRESS["gzip -1"], "zstd": COMPRESS["zstd -1"], "xz": COMPRESS["xz -0"]}
EACH_FORMAT = pytest.mark.parametrize("compress", FORMATS.values(), ids=FORMATS)


def seen_of(packets):
    return [seen(packet) for packet in packets]


@EACH
@pytest.mark.parametrize("write", [pcap, pcapng])
def test_whole_files(compress, write, tmp_path):
    path = tmp_path / "no extension tells"
    path.write_bytes(compress(write(PACKETS)))
    assert seen_of(from_file(path)) == PACKETS
    assert from_file(path)[0].source == str(path)
    with open_offline(path) as capture:
        assert seen_of(capture) == PACKETS


@EACH_FORMAT
def test_from_everywhere(compress, tmp_path):
    content = compress(pcap(PACKETS))
    path = tmp_path / "packets"
    path.write_bytes(content)
    assert seen_of(from_bytes(content)) == PACKETS
    assert seen_of(from_file(io.BytesIO(content))) == PACKETS
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as process:
        assert seen_of(from_file(process.stdout.fileno())) == PACKETS


@EACH
def test_members_one_behind_the_other(compress):
    """Wherever the contents are cut: in a header, in a record, nowhere."""
    content = pcap(PACKETS[:40])
    for cuts in ([10], [24], [30, 31, 32], [100, 1000], list(range(1, 60))):
        ends = [*cuts, len(content)]
        starts = [0, *cuts]
        parts = [compress(content[start:end]) for start, end in zip(starts, ends, strict=True)]
        assert seen_of(from_bytes(b"".join(parts))) == PACKETS[:40], cuts


@EACH_FORMAT
def test_members_of_nothing(compress):
    content, nothing = pcap(PACKETS[:9]), compress(b"")
    members = [nothing, compress(content[:50]), nothing, nothing, compress(content[50:]), nothing]
    assert seen_of(from_bytes(b"".join(members))) == PACKETS[:9]


def test_frames_that_zstd_skips():
    skipped = struct.pack("<II", 0x184D2A53, 1000) + bytes(1000)
    content = pcap(PACKETS[:9])
    parts = [FORMATS["zstd"](content[:70]), skipped, FORMATS["zstd"](content[70:]), skipped]
    assert seen_of(from_bytes(b"".join(parts))) == PACKETS[:9]


def test_padding_between_streams_of_xz():
    content = pcap(PACKETS[:9])
    parts = [lzma.compress(content[:70]), bytes(8), lzma.compress(content[70:]), bytes(400)]
    assert seen_of(from_bytes(b"".join(parts))) == PACKETS[:9]


def test_zeros_behind_the_last_member_of_gzip():
    """As tapes and disk images leave them; the gzip command ignores them, too."""
    assert seen_of(from_bytes(gzip.compress(pcap(PACKETS[:9])) + bytes(512))) == PACKETS[:9]


# Faults


@EACH_FORMAT
def test_every_cut_gives_packets_and_then_an_error(compress):
    whole = compress(pcap(PACKETS))
    for length in [
        *range(1, 200),
        *range(200, len(whole), len(whole) // 60),
        *range(len(whole) - 30, len(whole)),
    ]:
        with pytest.raises(UMPAFileFormatException) as caught:
            from_bytes(whole[:length])
        packets = seen_of(caught.value.packets)
        assert packets == PACKETS[: len(packets)]
    assert len(packets) > 500, "what the last cut leaves"


@EACH_FORMAT
def test_no_changed_byte_goes_unseen_or_crashes(compress):
    """A checksum at the end may be the first to tell."""
    whole = compress(pcap(PACKETS[:50]))
    seen_changes = 0
    for offset in [*range(40), *range(40, len(whole), 11), *range(len(whole) - 30, len(whole))]:
        changed = bytearray(whole)
        changed[offset] ^= 0xFF
        try:
            packets = seen_of(from_bytes(bytes(changed)))
        except UMPAException:
            seen_changes += 1
        else:
            assert packets == PACKETS[:50], offset
    assert seen_changes > len(whole) / 11 * 0.8


@EACH_FORMAT
def test_what_is_wrong_is_said_with_the_compression(compress, tmp_path):
    name = next(name for name, each in FORMATS.items() if each is compress)
    whole = bytearray(compress(pcap(PACKETS)))
    path = tmp_path / "packets"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UMPAFileFormatException, match=name) as caught:
        from_file(path)
    assert str(path) in str(caught.value) and len(caught.value.packets) > 0
    whole[len(whole) // 2 :] = bytes(len(whole) - len(whole) // 2)
    path.write_bytes(whole)
    with pytest.raises(UMPAFileFormatException, match=name):
        from_file(path)


@EACH_FORMAT
def test_no_capture_file_inside(compress):
    for content in (b"", b"some text " * 100, compress(pcap(PACKETS))):
        with pytest.raises(UMPAFileFormatException) as caught:
            from_bytes(compress(content))
        assert caught.value.packets == []


@EACH_FORMAT
@pytest.mark.parametrize("errors", ["warn", "ignore"])
@pytest.mark.filterwarnings("ignore")
def test_damage_inside_is_gone_over(compress, errors):
    content = pcap(PACKETS[:20]) + b"\xff" * 50 + pcap(PACKETS[20:])[24:]
    assert seen_of(from_bytes(compress(content), errors=errors)) == PACKETS


@pytest.mark.parametrize("errors", ["raise", "ignore"])
def test_other_compressions_are_told_by_name(errors):
    with pytest.raises(UMPAFileFormatException, match=r"bzip2|not a capture file|no capture file"):
        from_bytes(bz2.compress(pcap(PACKETS)), errors=errors)


def test_interfaces_and_comments_of_compressed_files():
    parts = [LITTLE.section(), LITTLE.interface(options=[(2, b"eth0")])]
    parts += [LITTLE.enhanced(b"data", options=[(1, b"%d" % number)]) for number in range(20_000)]
    packets = from_bytes(gzip.compress(b"".join(parts)))
    assert [packet.comment for packet in packets] == [str(number) for number in range(20_000)]
    assert {packet.interface.name for packet in packets} == {"eth0"}
