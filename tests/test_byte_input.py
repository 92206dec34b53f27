"""csrc/files/byte_input.c: what it reads out of files, pipes and functions, plain and compressed."""

from __future__ import annotations

import gzip
import lzma
import os
import random
import socket
import struct
import subprocess
import zlib

import pytest
from byte_inputs import FAILING, FORMATS, HALTING, PLAIN, ByteInput, compile_program, compress

MAGIC_LENGTH = {"gzip": 2, "zstd": 4, "xz": 6}
SKIPPABLE_FRAME = struct.pack("<II", 0x184D2A57, 5) + b"12345"
DATA = b"".join(b"%d little brown foxes; " % n for n in range(9)) + random.Random(1).randbytes(60)


def zstd_says(compressed: bytes) -> bytes | None:
    judged = subprocess.run(["zstd", "-dcq"], input=compressed, capture_output=True)
    return judged.stdout if judged.returncode == 0 else None


def decompressed(name: str, compressed: bytes) -> bytes | None:
    """By others; None where they find fault."""
    try:
        if name == "gzip":
            return gzip.decompress(compressed)
        return lzma.decompress(compressed) if name == "xz" else zstd_says(compressed)
    except (EOFError, OSError, lzma.LZMAError, zlib.error):
        return None


def of_a_cut_one(name: str, compressed: bytes) -> bytes:
    """What the library itself gets out of it; nothing is known of zstd's."""
    if name == "gzip":
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(compressed)
    return lzma.LZMADecompressor().decompress(compressed) if name == "xz" else b""


@pytest.mark.parametrize("how", [PLAIN, HALTING])
@pytest.mark.parametrize("name", [None, *FORMATS])
def test_any_read_size_gives_the_same_bytes(byte_input, name, how):
    file = DATA if name is None else compress(name, DATA)
    for size in range(1, len(DATA) + 2):
        answer = byte_input.all_of(file, size, piece=1 + size % 7, how=how)
        assert (answer.result, answer.data) == ("end", DATA), size


@pytest.mark.parametrize("name", [None, *FORMATS])
def test_any_piece_size_gives_the_same_bytes(byte_input, name):
    file = DATA if name is None else compress(name, DATA)
    for piece in range(1, len(file) + 2):
        answer = byte_input.all_of(file, 100, piece)
        assert (answer.result, answer.data) == ("end", DATA), piece


def test_a_function_is_not_asked_for_more_once_it_gave_some(byte_input):
    """The next call may wait, while somebody could already have these."""
    byte_input.function(DATA, piece=100)
    assert [len(byte_input.read().data) for _ in range(2)] == [100, 100]
    byte_input.close()


@pytest.mark.parametrize("name", [None, *FORMATS])
@pytest.mark.parametrize("size", [4095, 65536, 300_001])
def test_a_file_of_many_buffers(byte_input, tmp_path, name, size):
    data = b"".join(random.Random(2).randbytes(1000) * 3 for _ in range(400))
    path = tmp_path / "file"
    path.write_bytes(data if name is None else compress(name, data))
    assert byte_input.path(path).result == "opened"
    first = byte_input.read(size)
    assert first == ("bytes", data[:size], "") or first.data == data[:size]
    assert byte_input.about().split()[:2] == ["-1", name or "none"]
    rest = byte_input.all(size)
    assert (rest.result, first.data + rest.data) == ("end", data)
    assert byte_input.read().result == "end"
    byte_input.close()


@pytest.mark.parametrize("name", FORMATS)
def test_a_cut_file_gives_what_is_there_and_says_where_it_ends(byte_input, name):
    file = compress(name, DATA)
    longest = 0
    for length in range(len(file)):
        answer = byte_input.all_of(file[:length])
        if length < MAGIC_LENGTH[name]:
            assert (answer.result, answer.data) == ("end", file[:length])
            continue
        assert answer.result == "failed"
        assert answer.text == f"the {name} data ends early, at byte {length} of the compressed file"
        assert DATA.startswith(answer.data) and answer.data.startswith(of_a_cut_one(name, file[:length]))
        assert len(answer.data) >= longest and byte_input.all_of(file[:length], size=1) == answer
        longest = len(answer.data)
    assert longest == len(DATA)


@pytest.mark.parametrize("name", FORMATS)
def test_a_cut_second_member(byte_input, name):
    file = compress(name, DATA)
    for length in range(1, len(file)):
        answer = byte_input.all_of(file + file[:length], piece=17)
        assert answer.result == "failed" and (DATA + DATA).startswith(answer.data)
        assert answer.text.startswith(f"the {name} data ends early, at byte {len(file) + length} of")
        assert answer.data.startswith(DATA)


@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
@pytest.mark.parametrize("name", FORMATS)
def test_a_flipped_byte_is_found_as_others_find_it(byte_input, name, flip):
    file = compress(name, DATA)
    for position in range(MAGIC_LENGTH[name], len(file)):
        damaged = bytearray(file)
        damaged[position] ^= flip
        answer = byte_input.all_of(bytes(damaged))
        judged = decompressed(name, bytes(damaged))
        if judged is not None and answer.result == "failed":
            # Python does not look at all that a header has.
            assert name == "gzip" and position < 10 and "header" in answer.text
        elif judged is not None:
            assert (answer.result, answer.data) == ("end", judged)
        else:
            assert answer.result == "failed", position
            assert f"the {name} data" in answer.text and "of the compressed file" in answer.text


@pytest.mark.parametrize("name", FORMATS)
def test_what_comes_before_damage_is_given(byte_input, name):
    blocks = [random.Random(n).randbytes(300_000) for n in range(4)]
    file = bytearray(compress(name, b"".join(blocks), *(["-1"] if name == "zstd" else [])))
    file[len(file) * 3 // 4] ^= 0x10
    for size in (1 << 12, 1 << 18, 1 << 22):
        answer = byte_input.all_of(bytes(file), size)
        assert answer.result == "failed" and f"the {name} data is damaged, at or before byte " in answer.text
        assert len(answer.data) >= 750_000
        if name == "zstd":  # the others notice it in a check at the end
            assert b"".join(blocks).startswith(answer.data[:750_000])


@pytest.mark.parametrize("damage", ["760000", "803e00"])
@pytest.mark.parametrize("size", [1, 999, 1 << 18])
def test_zstd_gives_all_blocks_before_a_damaged_one(byte_input, size, damage):
    """A reserved type of block; one that is larger than its window."""
    data = random.Random(4).randbytes(5000)
    block_header = struct.pack("<I", 1000 << 3)[:3]
    blocks = b"".join(block_header + data[start : start + 1000] for start in range(0, 5000, 1000))
    frame = bytes([0x28, 0xB5, 0x2F, 0xFD, 0, 0]) + blocks + bytes.fromhex(damage) + b"and more" * 200
    answer = byte_input.all_of(frame, size)
    assert (answer.result, answer.data) == ("failed", data)


@pytest.mark.parametrize("how", [PLAIN, HALTING])
@pytest.mark.parametrize("piece", [1, 3, 1 << 20])
@pytest.mark.parametrize("name", FORMATS)
def test_members_follow_one_another(byte_input, name, piece, how):
    parts = [b"", DATA, b"", b"", DATA[:50], b""]
    answer = byte_input.all_of(b"".join(compress(name, part) for part in parts), piece=piece, how=how)
    assert (answer.result, answer.data) == ("end", b"".join(parts))


def test_skippable_frames(byte_input):
    file = compress("zstd", DATA)
    for with_them in (
        SKIPPABLE_FRAME + file,
        file + SKIPPABLE_FRAME,
        SKIPPABLE_FRAME * 2 + file + SKIPPABLE_FRAME + file + SKIPPABLE_FRAME,
    ):
        for piece in (1, 5, 1 << 20):
            answer = byte_input.all_of(with_them, piece=piece)
            assert (answer.result, answer.data) == ("end", zstd_says(with_them))


@pytest.mark.parametrize("piece", [1, 3, 1 << 20])
def test_zeros_behind_a_member(byte_input, piece):
    def all_of(file):
        answer = byte_input.all_of(file, piece=piece)
        return answer.result, answer.data

    gz, xz, zst = (compress(name, DATA) for name in ("gzip", "xz", "zstd"))
    for zeros in (1, 2, 3, 511, 200_000):
        assert all_of(gz + bytes(zeros)) == ("end", DATA)
        assert all_of(gz + bytes(zeros) + gz) == ("end", DATA + DATA)
        assert all_of(xz + bytes(zeros)) == ("end" if zeros % 4 == 0 else "failed", DATA)
        assert all_of(zst + bytes(zeros)) == ("failed", DATA)
    assert all_of(xz + bytes(8) + xz + bytes(4)) == ("end", DATA + DATA)
    assert all_of(xz + bytes(5) + xz) == ("failed", DATA)


@pytest.mark.parametrize("name", FORMATS)
def test_garbage_behind_a_member(byte_input, name):
    file = compress(name, DATA)
    other = compress(FORMATS[FORMATS.index(name) - 1], DATA)
    zeros = {"gzip": 3, "zstd": 0, "xz": 4}[name]
    file += bytes(zeros) + file
    for garbage in (b"garbage", b"\x1e", other, bytes(zeros) + b"garbage"):
        answer = byte_input.all_of(file + garbage)
        assert (answer.result, answer.data) == ("failed", DATA + DATA)
        assert answer.text == (
            f"the {name} data ends at byte {len(file)} of the compressed file, "
            f"but what comes there is neither {name} data nor the file's end"
        )


@pytest.mark.parametrize("log", [10, 27, 28, 31])
def test_zstd_windows(byte_input, log):
    """A frame whose one block is stored: the window is said, and not used."""
    frame = bytes([0x28, 0xB5, 0x2F, 0xFD, 0, (log - 10) << 3]) + struct.pack("<I", 5 << 3 | 1)[:3] + b"hello"
    answer = byte_input.all_of(frame)
    if log <= 27:
        assert (answer.result, answer.data) == ("end", b"hello")
    else:
        assert (answer.result, answer.data) == ("failed", b"")
        assert "the zstd data" in answer.text and "needs a window above 128 MiB: decompress" in answer.text


@pytest.mark.parametrize("dictionary", [0, 28, 30, 34, 40])
def test_xz_dictionaries(byte_input, dictionary):
    """4 KiB to 4 GiB; 28 is what -9 has, 64 MiB."""
    file = bytearray(lzma.compress(b"hello", preset=0))
    header = slice(12, 12 + (file[12] + 1) * 4)
    block = bytearray(file[header])
    assert block[2:4] == b"\x21\x01"
    block[4] = dictionary
    block[-4:] = struct.pack("<I", zlib.crc32(block[:-4]))
    file[header] = block
    answer = byte_input.all_of(bytes(file))
    if dictionary <= 30:
        assert (answer.result, answer.data) == ("end", b"hello")
    else:
        assert (answer.result, answer.data) == ("failed", b"")
        assert "xz data" in answer.text and "needs more than 256 MiB of memory: decompress it" in answer.text


@pytest.mark.parametrize("name", FORMATS)
def test_the_strongest_presets_are_read(byte_input, tmp_path, name):
    path = tmp_path / "file"
    presets = {"gzip": ["-9"], "xz": ["-9e"], "zstd": ["--ultra", "-22", "--long=27"]}
    made = subprocess.run([name, "-qc", *presets[name]], input=DATA, capture_output=True, check=True)
    path.write_bytes(made.stdout)
    byte_input.path(path)
    assert byte_input.all().data == DATA
    byte_input.close()


def memory_peak(byte_input: ByteInput) -> int:
    with open(f"/proc/{byte_input.process.pid}/status") as status:
        [line] = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("name", FORMATS)
def test_a_bomb_eats_no_memory(byte_input, tmp_path, name):
    size, part = 200 << 20, 1 << 20
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(bytes(size), 1) if name == "gzip" else compress(name, bytes(size), "-1"))
    byte_input.path(path)
    byte_input.read(part)
    peak = memory_peak(byte_input)
    for _ in range(size // part - 1):
        answer = byte_input.read(part)
        assert (answer.result, len(answer.data)) == ("bytes", part)
    assert byte_input.read().result == "end"
    assert memory_peak(byte_input) - peak < 20 << 20
    byte_input.close()


def test_a_gigabyte_of_nothing_lets_signals_in_between(byte_input):
    """A skippable frame gives no output: from time to time there is nothing for now."""
    length = 40 << 20
    file = struct.pack("<II", 0x184D2A50, length) + bytes(length) + compress("zstd", DATA)
    byte_input.function(file)
    results = []
    while not results or results[-1] == "nothing":
        answer = byte_input.read()
        results.append(answer.result)
    assert results == ["nothing", "nothing", "bytes"] and answer.data == DATA
    byte_input.close()


def test_an_empty_file_ends(byte_input, tmp_path):
    path = tmp_path / "empty"
    path.touch()
    byte_input.path(path)
    assert [byte_input.read().result for _ in range(3)] == ["end"] * 3
    byte_input.close()


@pytest.mark.parametrize("name", [None, *FORMATS])
def test_a_function_that_fails_after_its_bytes(byte_input, name):
    file = DATA if name is None else compress(name, DATA)[:-1]
    byte_input.function(file, how=FAILING)
    answer = byte_input.all()
    assert (answer.result, answer.text) == ("failed", "the function failed")
    assert len(answer.data) > 200 and DATA.startswith(answer.data)
    assert byte_input.read() == byte_input.read()
    byte_input.close()


def test_what_can_not_be_opened(byte_input, tmp_path):
    assert byte_input.path(tmp_path / "absent").text == "No such file or directory"
    assert byte_input.path(tmp_path).text == "Is a directory"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        assert byte_input.path(tmp_path / "socket").result == "refused"
    folder = os.open(tmp_path, os.O_RDONLY)
    assert byte_input.fd(folder).text == "Is a directory"
    os.close(folder)
    write_only = os.open(tmp_path / "write_only", os.O_WRONLY | os.O_CREAT)
    byte_input.fd(write_only)
    assert (byte_input.read().result, byte_input.read().text) == ("failed", "Bad file descriptor")
    byte_input.close()
    os.close(write_only)


def test_a_build_without_the_libraries_says_what_to_do(tmp_path):
    byte_input = ByteInput(compile_program(tmp_path / "program", {}))
    for name, library in (("gzip", "zlib"), ("zstd", "libzstd"), ("xz", "liblzma")):
        answer = byte_input.all_of(compress(name, DATA), piece=1)
        assert answer.result == "failed" and answer.text.startswith(
            f"compressed with {name}, but this umpa_sniffing was built without {library}: install "
        )
    assert byte_input.all_of(DATA).data == DATA
    assert byte_input.end() == 0
