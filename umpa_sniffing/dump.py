"""What is written where: Dump, for ``dump=`` and to_file(), and write(), for packets that are there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable

from umpa_sniffing._core import Packet, PacketWriter

__all__ = ["Dump", "write"]

Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]

# The numbers are those of csrc/files/dump_options.h.
_BY_EXTENSION = 0
_FORMATS = {"pcap": 1, "nsecpcap": 2, "pcapng": 3}
_PCAPNG_EXTENSIONS = (".pcapng", ".ntar")
_COMPRESSIONS = {"gz": 1, "zst": 2, "xz": 3}
_NOT_WRITTEN = ("bz2", "lz4", "lzma", "br", "z", "zip", "7z", "zstd", "gzip")
_MOST = 2**63 - 1
_MOST_SECONDS = 10**9
_LARGEST_RING = 100_000


class Dump:
    """A capture file to be written, or several in turn: what ``dump=`` and to_file() take beside a path.

    path: str, bytes or os.PathLike; "-" is standard output.
    format: "pcap" (microseconds), "nsecpcap" (nanoseconds) or "pcapng", each also compressed: "pcap.gz",
        "pcapng.zst", "nsecpcap.xz". None goes by the extension: .pcapng and .ntar are pcapng, all else pcap
        in nanoseconds; then .gz, .zst and .xz.
    append: whether packets go to the end of a file that is there, once it has been found whole and fit.
    atomic: whether the file is called ``path.part`` until it is complete, and only then replaces another.
    rotate_bytes, rotate_packets, rotate_seconds: what a file holds at most until the next one begins; the
        seconds are those of the packets' own times. The files are called as dumpcap's:
        name_00001_20261124153000.pcap, with the local time of the first packet. No file has more than
        rotate_bytes, unless a single packet has, or what pcapng says of interfaces comes on top.
    ring: how many files are kept when they rotate, the latest; 0 keeps all.

    >>> Dump("http.pcapng.gz", rotate_seconds=3600, ring=24)
    Dump('http.pcapng.gz', rotate_seconds=3600, ring=24)
    """

    __slots__ = (
        "append", "atomic", "format", "path", "ring", "rotate_bytes", "rotate_packets", "rotate_seconds",
    )  # fmt: skip

    def __init__(
        self,
        path: Path,
        *,
        format: str | None = None,
        append: bool = False,
        atomic: bool = False,
        rotate_bytes: int = 0,
        rotate_packets: int = 0,
        rotate_seconds: float = 0,
        ring: int = 0,
    ) -> None:
        _encoded(path, "path")
        _parsed(format)
        self.path = path
        self.format = format
        self.append = bool(append)
        self.atomic = bool(atomic)
        self.rotate_bytes = _number(rotate_bytes, "rotate_bytes", _MOST)
        self.rotate_packets = _number(rotate_packets, "rotate_packets", _MOST)
        self.rotate_seconds = _seconds(rotate_seconds)
        self.ring = _number(ring, "ring", _LARGEST_RING)
        self._check_together()

    def _check_together(self) -> None:
        if os.fsdecode(self.path) == "-" and (
            self.append or self.atomic or self.rotate_bytes or self.rotate_packets or self.rotate_seconds
        ):
            raise ValueError("'-' is standard output, which is neither appended to, nor rotated or replaced")
        _, dot, extension = os.fsdecode(self.path).lower().rpartition(".")
        if self.format is None and dot and extension in _NOT_WRITTEN:
            raise ValueError(
                f"files are not compressed as .{extension}, but as .gz, .zst or .xz; format='pcap' writes "
                "one of this name that is not compressed"
            )
        rotates = self.rotate_bytes or self.rotate_packets or self.rotate_seconds
        if self.append and (rotates or self.atomic):
            other = "rotation" if rotates else "atomic=True"
            raise ValueError(f"append=True adds to one file, and {other} begins another: leave out either")
        if self.ring and not rotates:
            raise ValueError("ring needs rotate_bytes, rotate_packets or rotate_seconds: when a file ends")

    def __repr__(self) -> str:
        defaults = {"format": None}
        options = ("format", "append", "atomic", "rotate_bytes", "rotate_packets", "rotate_seconds", "ring")
        given = [
            f", {name}={value!r}"
            for name in options
            if (value := getattr(self, name)) != defaults.get(name, 0)
        ]
        return f"Dump({self.path!r}{''.join(given)})"


def write(
    path: Path | Dump,
    packets: Iterable[Packet],
    *,
    format: str | None = None,
    append: bool = False,
    atomic: bool = False,
    rotate_bytes: int = 0,
    rotate_packets: int = 0,
    rotate_seconds: float = 0,
    ring: int = 0,
) -> int:
    """Writes packets (any iterable; a Capture too) into a file and returns how many there were.

    The options are those of Dump. What pcapng knows of a packet and of its interface is written too, where
    the packet has it. When the iterable raises, the packets before are in the file. An exception while it
    writes has the number of those that are there as ``delivered``.

    >>> write("some.pcapng", [Packet(bytes(60), timestamp_ns=1)])
    1
    """
    if isinstance(path, Dump):
        if format or append or atomic or rotate_bytes or rotate_packets or rotate_seconds or ring:
            raise TypeError("a Dump has its own options: pass a path, or a Dump alone")
        dump = path
    else:
        dump = Dump(
            path,
            format=format,
            append=append,
            atomic=atomic,
            rotate_bytes=rotate_bytes,
            rotate_packets=rotate_packets,
            rotate_seconds=rotate_seconds,
            ring=ring,
        )
    writer = PacketWriter(dump, packets)
    try:
        with writer:
            return writer.write_all(packets)
    except BaseException as error:
        with contextlib.suppress(AttributeError, TypeError):  # an exception may refuse attributes
            error.delivered = writer.written  # type: ignore[attr-defined]
        raise


def _values(value: Path | Dump, name: str) -> tuple[object, ...]:
    """For the C core: the members of struct dump_options."""
    from umpa_sniffing import __version__

    if not isinstance(value, Dump):
        _encoded(value, name, " or a Dump" if name != "path" else "")
        value = Dump(value)
    path = _encoded(value.path, name)
    kind, compression = _parsed(value.format)
    _, by_extension = _compression_of(path)
    if kind == _BY_EXTENSION and names_pcapng(path):
        kind = _FORMATS["pcapng"]
    return (
        path,
        f"umpa_sniffing {__version__}".encode(),
        kind,
        compression or by_extension,
        value.append,
        value.atomic,
        value.rotate_bytes,
        value.rotate_packets,
        round(value.rotate_seconds * 1e9),
        value.ring,
    )


def _encoded(path: object, name: str, alternative: str = "") -> bytes:
    if not isinstance(path, str | bytes | os.PathLike):
        kind = "None" if path is None else type(path).__name__
        raise TypeError(f"{name} must be a path (str, bytes or os.PathLike){alternative}, not {kind}")
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError(f"{name} must not contain a NUL character")
    return encoded


def _parsed(format: str | None) -> tuple[int, int]:
    """The numbers of format and compression."""
    if format is None:
        return _BY_EXTENSION, 0
    if not isinstance(format, str):
        raise TypeError(f"format must be a str or None, not {type(format).__name__}")
    kind, dot, compression = format.partition(".")
    if kind not in _FORMATS or (dot and compression not in _COMPRESSIONS):
        raise ValueError(
            f"format must be 'pcap', 'nsecpcap' or 'pcapng', also with '.gz', '.zst' or '.xz', not {format!r}"
        )
    return _FORMATS[kind], _COMPRESSIONS.get(compression, 0)


def names_pcapng(path: str | bytes) -> bool:
    """Whether a path's extension, before that of a compression, is one of pcapng's."""
    return _compression_of(path)[0].endswith(_PCAPNG_EXTENSIONS)


def _compression_of(path: str | bytes) -> tuple[str, int]:
    """The path without the extension of a compression, and the compression's number."""
    name = os.fsdecode(path).lower()
    stem, dot, extension = name.rpartition(".")
    return (stem, _COMPRESSIONS[extension]) if dot and extension in _COMPRESSIONS else (name, 0)


def _number(value: int, name: str, most: int) -> int:
    if not hasattr(type(value), "__index__"):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    value = value.__index__()
    if not 0 <= value <= most:
        raise ValueError(f"{name} must be 0 to {most}, not {value}")
    return value


def _seconds(value: float) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"rotate_seconds must be a number of seconds, not {type(value).__name__}")
    if not (value == 0 or 1e-9 <= value <= _MOST_SECONDS):
        raise ValueError(f"rotate_seconds must be 0 to {_MOST_SECONDS} seconds, not {value!r}")
    return value
