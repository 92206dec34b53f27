"""What a capture file may be given as: a path, "-", a descriptor, a file object; compressed or not."""

from __future__ import annotations

import gc
import gzip
import io
import os
import socket
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from byte_inputs import FORMATS, compress
from capture_files import numbered, pcap, seen

from umpa_sniffing import UMPASniffingException, from_file, open_offline

RECORDS = numbered(300)
CONTENT = pcap(RECORDS)
READ_MAX = 262144


def assert_whole(packets) -> None:
    assert [seen(packet) for packet in packets] == RECORDS


@pytest.fixture(params=[None, *FORMATS])
def content(request) -> bytes:
    return CONTENT if request.param is None else compress(request.param, CONTENT)


@pytest.fixture
def path(tmp_path, content) -> Path:
    path = tmp_path / "packets"
    path.write_bytes(content)
    return path


class Scripted:
    """Its reads give what the script has: bytes, in as many reads as they take; exceptions, which are raised;
    what a function makes of the size; anything else as it is."""

    def __init__(self, *script):
        self.script = list(script)

    def read(self, size):
        step = self.script.pop(0) if self.script else b""
        if callable(step):
            return step(size)
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, (bytes, bytearray, memoryview)) and len(step) > size:
            self.script.insert(0, step[size:])
            step = step[:size]
        return step


class ScriptedInto:
    """The same with readinto(); it keeps the buffers that it was lent."""

    def __init__(self, *script):
        self.scripted = Scripted(*script)
        self.buffers = []

    def readinto(self, buffer):
        self.buffers.append(buffer)
        step = self.scripted.read(len(buffer))
        if not isinstance(step, bytes):
            return step
        buffer[: len(step)] = step
        return len(step)


def pieces(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


def test_paths(path):
    for given in (str(path), os.fsencode(path), path):
        assert_whole(from_file(given))


def test_standard_input(path):
    reads = [sys.executable, "-c", "import umpa_sniffing; print(len(umpa_sniffing.from_file('-')))"]
    with path.open("rb") as file:
        read = subprocess.run(reads, stdin=file, capture_output=True)
    assert read.stdout == b"300\n", read.stderr
    piped = subprocess.run(reads, input=path.read_bytes(), capture_output=True)
    assert piped.stdout == b"300\n", piped.stderr


def test_standard_input_is_called_by_its_name():
    reads = "import umpa_sniffing; umpa_sniffing.from_file('-')"
    read = subprocess.run([sys.executable, "-c", reads], input=b"no packets" * 9, capture_output=True)
    assert read.returncode == 1 and b"'<stdin>'" in read.stderr


def test_a_descriptor_stays_open(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        assert_whole(from_file(fd))
        os.lseek(fd, 0, os.SEEK_SET)
        assert_whole(open_offline(fd))
    finally:
        os.close(fd)


def test_a_socket_as_descriptor(content):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(content)
        ours.shutdown(socket.SHUT_WR)
        assert_whole(from_file(theirs.fileno()))


@pytest.mark.parametrize("fd", [-1, 1 << 31, 10**30])
def test_numbers_that_are_no_descriptors(fd):
    with pytest.raises(ValueError, match="path, a file descriptor, must be 0 to 2147483647"):
        open_offline(fd)


def test_a_descriptor_that_is_not_open():
    fd = os.open("/dev/null", os.O_RDONLY)
    os.close(fd)
    with pytest.raises(OSError, match=f"Bad file descriptor.*'<fd {fd}>'"):
        open_offline(fd)


def test_file_objects_stay_open(path, content):
    for file in (io.BytesIO(content), path.open("rb"), path.open("rb", buffering=0)):
        with file:
            assert_whole(from_file(file))
            assert not file.closed


def test_a_decompressing_file_object(tmp_path):
    with gzip.open(io.BytesIO(gzip.compress(CONTENT))) as file:
        assert_whole(from_file(file))


@pytest.mark.parametrize("kind", [Scripted, ScriptedInto])
@pytest.mark.parametrize("size", [1, 100, READ_MAX])
def test_pieces(content, kind, size):
    assert_whole(from_file(kind(*pieces(content, size))))


@pytest.mark.parametrize("kind", [Scripted, ScriptedInto])
def test_none_is_nothing_for_now(content, kind):
    script = [step for piece in pieces(content, 3000) for step in (None, piece)]
    assert_whole(from_file(kind(*script)))


def test_bytes_like_things():
    assert_whole(from_file(Scripted(bytearray(CONTENT[:99]), memoryview(CONTENT[99:2000]), CONTENT[2000:])))


@pytest.mark.parametrize("kind", [Scripted, ScriptedInto])
@pytest.mark.parametrize("exception", [KeyError("mine"), OSError(5, "mine"), KeyboardInterrupt("mine")])
def test_an_exception_comes_out_unchanged_after_what_was_read(kind, exception):
    raised = exception
    capture = open_offline(kind(CONTENT[:-5000], raised))
    packets = []
    with pytest.raises(type(exception)) as caught, capture:
        packets.extend(capture)
    assert caught.value is exception
    assert [seen(packet) for packet in packets] == RECORDS[: len(packets)]


@pytest.mark.parametrize(
    ("file", "exception", "words"),
    [
        (Scripted("text"), TypeError, r"read\(\) gave str, and no bytes or None"),
        (Scripted(7), TypeError, r"read\(\) gave int, and no bytes or None"),
        (Scripted(lambda size: bytes(size + 1)), ValueError, r"read\(\) gave \d+ bytes of at most \d+"),
        (ScriptedInto(lambda size: size + 1), ValueError, r"readinto\(\) gave \d+ bytes of at most \d+"),
        (ScriptedInto(-1), ValueError, r"readinto\(\) gave -1 bytes of at most \d+"),
        (ScriptedInto("text"), TypeError, r"readinto\(\) gave str, and no int or None"),
        (io.StringIO("text"), TypeError, "a text file, _io.StringIO: open it in binary mode"),
        (None, TypeError, r"path must be a path \(str, bytes or os.PathLike\).*, not None"),
        (1.5, TypeError, r"path must be a path .* or an object with readinto\(\) or read\(\), not float"),
        (True, TypeError, "not bool"),
        (object(), TypeError, "not object"),
    ],
)
def test_what_is_no_file(file, exception, words):
    with pytest.raises(exception, match=words):
        from_file(file)


def test_a_text_file(path):
    with path.open() as file, pytest.raises(TypeError, match=r"is a text file, .*in binary mode"):
        open_offline(file)


def test_a_kept_buffer_harms_nobody():
    file = ScriptedInto(*pieces(CONTENT, 3000))
    packets = from_file(file)
    for buffer in file.buffers:
        buffer[:] = bytes(len(buffer))
    assert_whole(packets)


def test_what_a_file_object_is_called():
    class Named(Scripted):
        name = "a name"

    class Numbered(Scripted):
        name = 5

        def __repr__(self):
            return "n" * 500

    for kind, name in ((Named, "'a name'"), (Numbered, "n" * 77 + "...")):
        with pytest.raises(UMPASniffingException) as caught:
            from_file(kind(b"no packets" * 9))
        assert name in str(caught.value)


def test_a_file_object_is_let_go():
    file = Scripted(CONTENT)
    gone = weakref.ref(file)
    with open_offline(file) as capture:
        del file
        assert_whole(capture)
    del capture
    gc.collect()
    assert gone() is None


# What a file object does besides reading


def test_packets_before_an_exception_of_a_file_object_come_first():
    failing = Scripted(CONTENT[: len(CONTENT) // 2], OSError(5, "the disk is gone"))
    with pytest.raises(OSError, match="the disk is gone") as caught:
        from_file(failing)
    packets = [seen(packet) for packet in caught.value.packets]
    assert len(packets) >= 100 and packets == RECORDS[: len(packets)]


def test_an_exception_that_is_none_of_an_error_has_the_packets_too():
    class Enough(BaseException):
        pass

    with pytest.raises(Enough) as caught:
        from_file(Scripted(CONTENT[: len(CONTENT) // 2], Enough()))
    packets = [seen(packet) for packet in caught.value.packets]
    assert len(packets) >= 100 and packets == RECORDS[: len(packets)]


@pytest.mark.parametrize("error", [StopIteration("no more"), StopAsyncIteration()])
def test_a_file_object_does_not_end_an_iteration_in_silence(error):
    capture = open_offline(Scripted(CONTENT[:1000], error))
    with pytest.raises(RuntimeError, match="the file object raised Stop") as caught, capture:
        list(capture)
    assert caught.value.__cause__ is error


def test_index_does_not_wait_for_the_reader_that_calls_it():
    answers = []

    class Curious(io.BytesIO):
        def readinto(self, buffer):
            if capture is not None:
                with pytest.raises(UMPASniffingException) as caught:
                    capture.index()
                answers.append(str(caught.value))
            return super().readinto(buffer)

    capture = None
    capture = open_offline(Curious(CONTENT))
    assert len(list(capture)) == len(RECORDS)
    capture.close()
    assert answers and all("this very thread" in each for each in answers)


def test_a_cycle_of_capture_and_file_object_is_collected():
    source = io.BytesIO(CONTENT)
    holder = type("Holder", (), {"read": source.read})()
    holder.capture = open_offline(holder)
    alive = weakref.ref(holder)
    del holder
    with pytest.warns(ResourceWarning):
        gc.collect()
    assert alive() is None


def test_a_closed_standard_input_is_an_error():
    program = "import umpa_sniffing; umpa_sniffing.from_file('-')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, timeout=60, preexec_fn=lambda: os.close(0),
    )  # fmt: skip
    assert "[Errno 9]" in done.stderr and "<stdin>" in done.stderr


@pytest.mark.measures_memory
def test_contents_in_memory_are_not_copied():
    from processes import run_python

    grown = run_python("""
        import json, mmap, re
        from umpa_sniffing import from_bytes

        def peak():
            with open("/proc/self/status") as status:
                return int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]) * 1024

        with mmap.mmap(-1, 64 << 20) as memory:
            memory[:24] = bytes.fromhex("4d3cb2a1 02000400 00000000 00000000 00000400 01000000")
            for at in range(24, 24 + 16 * 100, 16):
                memory[at : at + 16] = bytes(16)
            before = peak()
            packets = from_bytes(memory, count=100)
            print(json.dumps([len(packets), peak() - before]))
    """)
    assert grown[0] == 100 and grown[1] < 16 << 20, grown


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"BZh91AY&SY", "bzip2"), (b"\x04\x22\x4d\x18" * 3, "lz4"), (b"\x5d\0\0\x80\0" * 3, "lzma"),
        (b"\x1f\x9d\x90" * 3, "compress"), (b"PK\3\4" * 3, "zip"), (b"snoop\0\0\0" * 2, "editcap"),
        (b"btsnoop\0" * 2, "editcap"),
    ],
)  # fmt: skip
def test_what_others_write_is_called_by_its_name(content, word):
    with pytest.raises(ValueError, match=f"not a capture file: .*{word}"):
        from_file(io.BytesIO(content))
