"""info(): what there is to tell of a capture file as a whole, as Wireshark's capinfos does."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from umpa_sniffing._core import Packet, open_offline

__all__ = ["FileInfo", "InterfaceInfo", "info"]

TYPE_CHECKING = False  # as in typing, which takes longer to import than all else here
if TYPE_CHECKING:
    from typing import Any, Literal

    from umpa_sniffing._core import _File

_NS = 1_000_000_000
_COMMENT, _NAME, _DESCRIPTION = 1, 2, 3


class InterfaceInfo:
    """An interface that a capture file tells of.

    name, description, comment: str or None. datalink: libpcap's number of the link type, and datalink_name
    its name, or None. snaplen: bytes kept of each packet at most, 0 where there is no limit. packets: how
    many were captured there. received, dropped: what the file's statistics say, or None.
    """

    __slots__ = (
        "comment", "datalink", "datalink_name", "description", "dropped", "name", "packets", "received",
        "snaplen",
    )  # fmt: skip

    def __init__(
        self,
        datalink: int,
        snaplen: int,
        options: bytes,
        is_swapped: bool,
        packets: int,
        received: int | None,
        dropped: int | None,
    ) -> None:
        texts: dict[int, str] = {}
        for code, value in _options(options, is_swapped):
            texts.setdefault(code, value.decode("utf-8", "replace"))
        self.name = texts.get(_NAME)
        self.description = texts.get(_DESCRIPTION)
        self.comment = texts.get(_COMMENT)
        self.datalink = datalink
        self.datalink_name = Packet(b"", datalink).datalink_name
        self.snaplen = snaplen
        self.packets = packets
        self.received = received
        self.dropped = dropped

    def __repr__(self) -> str:
        parts = [repr(self.name) if self.name is not None else "without a name"]
        parts.append(self.datalink_name or f"link type {self.datalink}")
        parts.append(f"snapshot length {self.snaplen or 'unlimited'}")
        parts.append(f"{self.packets} packet{'' if self.packets == 1 else 's'}")
        if self.received is not None:
            parts.append(f"{self.received} received")
        if self.dropped is not None:
            parts.append(f"{self.dropped} dropped")
        return f"<InterfaceInfo: {', '.join(parts)}>"


class FileInfo:
    """What info() tells of a capture file.

    path: as errors call it. format: "pcap" or "pcapng". compression: "gzip", "zstd", "xz" or None.
    packets, bytes_captured, bytes_on_wire: sums. first_ns, last_ns: the earliest and the latest time, in
    nanoseconds since the epoch; None where no packet has one. is_in_order: whether no packet is earlier
    than the one before it. interfaces: a tuple of InterfaceInfo. sections: how many pcapng has. comments:
    those of the sections. packets_with_comments: how many packets have one.
    """

    def __init__(self, path: str, facts: dict[str, Any]) -> None:
        self.path = path
        self.format: str = facts["format"]
        self.compression: str | None = facts["compression"]
        self.packets: int = facts["packets"]
        self.bytes_captured: int = facts["bytes_captured"]
        self.bytes_on_wire: int = facts["bytes_on_wire"]
        self.packets_with_comments: int = facts["packets_with_comments"]
        has_times = facts["first_ns"] <= facts["last_ns"]  # simple packets have none
        self.first_ns: int | None = facts["first_ns"] if has_times else None
        self.last_ns: int | None = facts["last_ns"] if has_times else None
        self.is_in_order: bool = facts["is_in_order"]
        self.sections: int = facts["sections"]
        self.interfaces = tuple(InterfaceInfo(*each) for each in facts["interfaces"])
        self.comments: tuple[str, ...] = tuple(facts["comments"])

    @property
    def first(self) -> float | None:
        """The earliest time, in seconds since the epoch."""
        return None if self.first_ns is None else self.first_ns / _NS

    @property
    def last(self) -> float | None:
        """The latest time, in seconds since the epoch."""
        return None if self.last_ns is None else self.last_ns / _NS

    @property
    def duration(self) -> float:
        """Seconds from the earliest packet to the latest."""
        return 0.0 if self.first_ns is None or self.last_ns is None else (self.last_ns - self.first_ns) / _NS

    @property
    def packets_per_second(self) -> float | None:
        """On average; None where all packets have the same time."""
        return self.packets / self.duration if self.duration else None

    @property
    def bits_per_second(self) -> float | None:
        """On the wire, on average; None where all packets have the same time."""
        return 8 * self.bytes_on_wire / self.duration if self.duration else None

    @property
    def average_size(self) -> float | None:
        """Bytes a packet on the wire; None without packets."""
        return self.bytes_on_wire / self.packets if self.packets else None

    @property
    def link_types(self) -> tuple[int, ...]:
        """libpcap's numbers of the interfaces' link types, each once."""
        return tuple(dict.fromkeys(interface.datalink for interface in self.interfaces))

    @property
    def dropped(self) -> int | None:
        """Packets that were dropped, as the interfaces' statistics say; None where there are none."""
        told = [interface.dropped for interface in self.interfaces if interface.dropped is not None]
        return sum(told) if told else None

    def __repr__(self) -> str:
        return "\n".join(f"{f'{name}:':<21}{value}" for name, value in self._lines())

    def _lines(self) -> Iterator[tuple[str, object]]:
        yield "File name", self.path
        yield "File type", f"{self.format} ({self.compression})" if self.compression else self.format
        names = {each.datalink: each.datalink_name or str(each.datalink) for each in self.interfaces}
        yield "Link types", ", ".join(names.values()) or "none"
        yield "Number of packets", self.packets
        yield "Bytes captured", self.bytes_captured
        yield "Bytes on the wire", self.bytes_on_wire
        if self.first_ns is not None and self.last_ns is not None:
            yield "Capture duration", f"{self.duration:.9f} seconds"
            yield "Earliest packet", _date(self.first_ns)
            yield "Latest packet", _date(self.last_ns)
        if self.average_size is not None:
            yield "Average packet size", f"{self.average_size:.2f} bytes"
        if self.packets_per_second is not None and self.bits_per_second is not None:
            yield "Packet rate", f"{self.packets_per_second:.2f} packets/s"
            yield "Bit rate", f"{self.bits_per_second:.2f} bits/s"
        yield "Strict time order", self.is_in_order
        if self.dropped is not None:
            yield "Packets dropped", self.dropped
        for comment in self.comments:
            yield "Comment", comment
        if self.packets_with_comments:
            yield "Commented packets", self.packets_with_comments
        for number, interface in enumerate(self.interfaces):
            yield f"Interface {number}", repr(interface)[len("<InterfaceInfo: ") : -1]


def info(path: _File, *, errors: Literal["raise", "warn", "ignore"] = "raise") -> FileInfo:
    """Reads a capture file, without keeping packets, and tells what is in it.

    path, errors: as of open_offline(), but one file.
    """
    if isinstance(path, list | tuple):
        raise TypeError(f"path must be one file, not a {type(path).__name__}")
    with open_offline(path, errors=errors) as capture:
        return FileInfo(capture._subject, capture._summarize())


def _options(options: bytes, is_swapped: bool) -> Iterator[tuple[int, bytes]]:
    order: Literal["little", "big"] = sys.byteorder
    if is_swapped:
        order = "big" if order == "little" else "little"
    at = 0
    while at + 4 <= len(options):
        code = int.from_bytes(options[at : at + 2], order)
        length = int.from_bytes(options[at + 2 : at + 4], order)
        yield code, options[at + 4 : at + 4 + length]
        at += 4 + (length + 3) // 4 * 4


def _date(timestamp_ns: int) -> str:
    from datetime import datetime, timedelta, timezone

    seconds, fraction = divmod(timestamp_ns, _NS)
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{fraction:09} UTC"
