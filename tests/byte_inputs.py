"""Drives tests/byte_input_program.c, which reads with csrc/files/byte_input.c under sanitizers."""

from __future__ import annotations

import gzip
import lzma
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
C_CODE = HERE.parent / "csrc"
LIBRARIES = {"UMPA_HAS_ZLIB": "-lz", "UMPA_HAS_ZSTD": "-lzstd", "UMPA_HAS_LZMA": "-llzma"}
FORMATS = ("gzip", "zstd", "xz")
PLAIN, HALTING, FAILING = 0, 1, 2  # kinds of functions


def compress(name: str, data: bytes, *options: str) -> bytes:
    if name == "gzip":
        return gzip.compress(data, mtime=0)
    if name == "xz":
        return lzma.compress(data)
    return subprocess.run(["zstd", "-qc", *options], input=data, capture_output=True, check=True).stdout


def compile_program(program: Path, libraries: dict[str, str]) -> Path:
    sources = [HERE / "byte_input_program.c", C_CODE / "capture" / "capture_error.c"]
    for pattern in ("byte_input.c", "raw_input.c", "files_in_use.c", "decompress*.c"):
        sources += sorted((C_CODE / "files").glob(pattern))
    flags = ["-std=c11", "-O1", "-g", f"-I{C_CODE}", "-Wall", "-Wextra", "-Werror"]
    flags += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    flags += [f"-D{macro}" for macro in libraries]
    compiler = os.environ.get("CC", "cc").split()
    subprocess.run([*compiler, *flags, "-o", program, *sources, *libraries.values()], check=True)
    return program


@dataclass(frozen=True)
class Answer:
    result: str
    data: bytes
    text: str


class ByteInput:
    """One program; opened again and again. Whatever it says on stderr, it says to pytest."""

    def __init__(self, program: Path, **environment: str):
        self.program = program
        self.environment = {"LD_PRELOAD": "", "ASAN_OPTIONS": "quarantine_size_mb=1"} | environment
        self.inherited: tuple[int, ...] = ()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self.program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=self.inherited,
            env=os.environ | self.environment,
        )

    def ask(self, command: str, payload: bytes = b"") -> Answer:
        if self.process is None:
            self.process = self.start()
        self.process.stdin.write(command.encode() + b"\n" + payload)
        self.process.stdin.flush()
        head = self.process.stdout.readline().split()
        assert head, f"the program ended at {command!r}"
        result, length, text_length = head[0].decode(), int(head[1]), int(head[2])
        data = self.process.stdout.read(length)
        return Answer(result, data, self.process.stdout.read(text_length).decode())

    def end(self) -> int:
        """The program's status, which tells leaks too."""
        if self.process is None:
            return 0
        self.process.stdin.close()
        self.process.stdout.close()
        status = self.process.wait()
        self.process = None
        return status

    def path(self, path: Path, follow: bool = False) -> Answer:
        encoded = os.fsencode(path)
        return self.ask(f"path {int(follow)} {len(encoded)}", encoded)

    def fd(self, fd: int, follow: bool = False) -> Answer:
        """The program closes its own copy of it; it starts anew, to inherit it."""
        assert self.end() == 0
        self.inherited = (fd,)
        return self.ask(f"fd {fd} {int(follow)}")

    def function(self, data: bytes, piece: int = 1 << 20, how: int = PLAIN) -> Answer:
        return self.ask(f"function {how} {piece} {len(data)}", data)

    def read(self, size: int = 1 << 18) -> Answer:
        return self.ask(f"read {size}")

    def all(self, size: int = 1 << 18) -> Answer:
        return self.ask(f"all {size}")

    def about(self) -> str:
        return self.ask("about").text

    def lacking(self, allocation: int) -> int:
        """Lets one fail; what is left of the number given before is above 0 where it was not reached."""
        return int(self.ask(f"lacking {allocation}").text)

    def close(self) -> None:
        assert self.ask("close").result == "closed"

    def all_of(self, data: bytes, size: int = 1 << 18, piece: int = 1 << 20, how: int = PLAIN) -> Answer:
        assert self.function(data, piece, how).result == "opened"
        answer = self.all(size)
        self.close()
        return answer
