"""csrc/files/byte_input.c where bytes come later: pipes, sockets, growing and replaced files."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import socket

import pytest
from byte_inputs import FORMATS, compress

DATA = random.Random(3).randbytes(5000)
ANEW = ": reading it anew from its beginning"


def file_of(name: str | None, data: bytes) -> bytes:
    return data if name is None else compress(name, data)


@contextlib.contextmanager
def open_fds(*fds: int):
    try:
        yield fds
    finally:
        for fd in fds:
            with contextlib.suppress(OSError):
                os.close(fd)


def append(path, data: bytes) -> None:
    with open(path, "ab") as file:
        file.write(data)


@pytest.mark.parametrize("name", [None, *FORMATS])
def test_a_pipe_in_pieces_is_read_as_they_come(byte_input, name):
    file = file_of(name, DATA)
    with open_fds(*os.pipe()) as (reader, writer):
        byte_input.fd(reader)
        assert byte_input.read().result == "nothing"
        assert byte_input.about() == f"{reader} none -1"
        data = b""
        for start in range(0, len(file), 7):
            os.write(writer, file[start : start + 7])
            answer = byte_input.read()
            assert answer.result in ("bytes", "nothing")
            data += answer.data
            assert byte_input.read().result == "nothing"
        assert data == DATA and byte_input.about().split()[1] == (name or "none")
        os.close(writer)
        assert [byte_input.read().result for _ in range(3)] == ["end"] * 3
        byte_input.close()


def test_the_first_bytes_of_a_plain_file_wait_for_what_decides(byte_input):
    with open_fds(*os.pipe()) as (reader, writer):
        byte_input.fd(reader)
        for begin in (b"\xfd", b"7z"):
            os.write(writer, begin)
            assert byte_input.read().result == "nothing"
        os.write(writer, b"!")
        assert byte_input.read().data == b"\xfd7z!"
        os.write(writer, b"more")
        assert byte_input.read(2).data + byte_input.read().data == b"more"
        os.close(writer)
        assert byte_input.read().result == "end"
        byte_input.close()


@pytest.mark.parametrize("blocks", [True, False])
def test_the_mode_of_a_descriptor_is_left(byte_input, blocks):
    with open_fds(*os.pipe()) as (reader, writer):
        os.set_blocking(reader, blocks)
        before = fcntl.fcntl(reader, fcntl.F_GETFL)
        byte_input.fd(reader)
        assert byte_input.read().result == "nothing"
        os.write(writer, DATA)
        assert byte_input.read().data == DATA
        assert fcntl.fcntl(reader, fcntl.F_GETFL) == before
        byte_input.close()


def test_a_fifo_waits_for_its_first_writer_only(byte_input, tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    assert byte_input.path(path).result == "opened"
    assert [byte_input.read().result for _ in range(3)] == ["nothing"] * 3
    writer = os.open(path, os.O_WRONLY)
    assert byte_input.read().result == "nothing"
    os.write(writer, DATA)
    assert byte_input.read().data == DATA
    os.close(writer)
    assert byte_input.read().result == "end"
    byte_input.close()


def test_sockets(byte_input):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        byte_input.fd(theirs.fileno())
        assert byte_input.read().result == "nothing"
        ours.sendall(DATA)
        assert byte_input.read().data == DATA
        ours.shutdown(socket.SHUT_WR)
        assert byte_input.read().result == "end"
        byte_input.close()


def test_a_socket_that_is_reset(byte_input):
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
        with client, ours:
            byte_input.fd(client.fileno())
            assert byte_input.read().result == "nothing"
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            ours.close()
            assert byte_input.read().text == "Connection reset by peer"
            byte_input.close()


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero"])
def test_devices(byte_input, path):
    byte_input.path(path)
    answer = byte_input.read(5000)
    assert (answer.result, answer.data) == (("end", b"") if path == "/dev/null" else ("bytes", bytes(5000)))
    byte_input.close()


def test_random_access(byte_input, tmp_path):
    """Of what is plain, regular, and read from its beginning."""
    path = tmp_path / "file"
    path.write_bytes(DATA)
    with open_fds(os.open(path, os.O_RDONLY)) as (fd,):
        os.lseek(fd, 100, os.SEEK_SET)
        byte_input.fd(fd)
        assert byte_input.all().data == DATA[100:]
        assert byte_input.about() == "-1 none -1"
        byte_input.close()
        os.lseek(fd, 0, os.SEEK_SET)
        byte_input.fd(fd)
        assert byte_input.about() == "-1 none -1"
        assert byte_input.read(1).data == DATA[:1]
        assert byte_input.about() == f"-1 none {fd}"
        byte_input.close()
    path.write_bytes(compress("gzip", DATA))
    byte_input.path(path)
    assert byte_input.all().data == DATA
    assert byte_input.about() == "-1 gzip -1"
    byte_input.close()


@pytest.mark.parametrize("name", [None, *FORMATS])
def test_a_growing_file_is_followed(byte_input, tmp_path, name):
    path = tmp_path / "file"
    path.touch()
    byte_input.path(path, follow=True)
    assert byte_input.read().result == "nothing"
    file, data = file_of(name, DATA) * 2, b""
    for start in range(0, len(file), 41):
        append(path, file[start : start + 41])
        data += byte_input.all().data
        assert byte_input.read().result == "nothing"
        assert (DATA + DATA).startswith(data)
    assert data == DATA + DATA
    byte_input.close()


def test_a_file_that_is_not_followed_ends_once_and_for_all(byte_input, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(DATA)
    byte_input.path(path)
    assert byte_input.all().data == DATA
    append(path, DATA)
    assert byte_input.read().result == "end"
    byte_input.close()


@pytest.mark.parametrize("after", [None, *FORMATS])
@pytest.mark.parametrize("before", [None, *FORMATS])
def test_a_truncated_file_begins_anew(byte_input, tmp_path, before, after):
    path = tmp_path / "file"
    path.write_bytes(file_of(before, DATA)[:-3])
    byte_input.path(path, follow=True)
    byte_input.all()
    with open(path, "r+b") as file:
        file.truncate(0)
        answer = byte_input.read()
        assert (answer.result, answer.text) == ("restarted", "the file was truncated" + ANEW)
        assert byte_input.read().result == "nothing"
        file.write(file_of(after, DATA[:99]))
    answer = byte_input.all()
    assert (answer.result, answer.data) == ("nothing", DATA[:99])
    assert byte_input.about().split()[1] == (after or "none")
    byte_input.close()


@pytest.mark.parametrize("after", [None, *FORMATS])
@pytest.mark.parametrize("before", [None, *FORMATS])
def test_a_replaced_file_is_read_to_its_end_first(byte_input, tmp_path, before, after):
    path, rotated = tmp_path / "file", tmp_path / "file.1"
    path.write_bytes(file_of(before, DATA))
    byte_input.path(path, follow=True)
    data = byte_input.read(1000).data
    path.rename(rotated)
    append(rotated, file_of(before, DATA))
    path.write_bytes(file_of(after, b"new" * 50))
    answer = byte_input.all()
    assert (answer.result, data + answer.data) == ("restarted", DATA + DATA)
    assert answer.text == "the file was replaced by another one" + ANEW
    answer = byte_input.all()
    assert (answer.result, answer.data) == ("nothing", b"new" * 50)
    byte_input.close()


def test_a_file_that_has_vanished_is_waited_for(byte_input, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(DATA)
    byte_input.path(path, follow=True)
    assert byte_input.all().data == DATA
    path.unlink()
    assert [byte_input.read().result for _ in range(3)] == ["nothing"] * 3
    path.write_bytes(DATA)
    assert [byte_input.read().result for _ in range(3)] == ["restarted", "bytes", "nothing"]
    byte_input.close()


def test_a_replacement_that_can_not_be_read(byte_input, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(DATA)
    byte_input.path(path, follow=True)
    assert byte_input.all().data == DATA
    path.unlink()
    path.mkdir()
    answers = [byte_input.read() for _ in range(2)]
    words = "the file was replaced by another one, which can't be read: Is a directory"
    assert [(answer.result, answer.text) for answer in answers] == [("failed", words)] * 2
    byte_input.close()


def test_damage_in_a_followed_file_ends_it(byte_input, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(compress("gzip", DATA) + b"garbage")
    byte_input.path(path, follow=True)
    answer = byte_input.all()
    assert (answer.result, answer.data) == (
        "failed",
        DATA,
    ) and "but what comes there is neither" in answer.text
    byte_input.close()


def test_a_descriptor_is_followed_without_a_path(byte_input, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(DATA)
    with open_fds(os.open(path, os.O_RDONLY)) as (fd,):
        byte_input.fd(fd, follow=True)
        assert byte_input.all().data == DATA
        path.rename(tmp_path / "elsewhere")
        path.write_bytes(b"another")
        assert byte_input.read().result == "nothing"
        append(tmp_path / "elsewhere", b"more")
        assert byte_input.read().data == b"more"
        os.truncate(tmp_path / "elsewhere", 5)
        assert [byte_input.read().result, byte_input.read().data] == ["restarted", DATA[:5]]
        byte_input.close()
