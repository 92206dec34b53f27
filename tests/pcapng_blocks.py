"""pcapng with struct alone: built block by block, with every freedom that a broken writer takes, for those
who read; parsed, with every rule that a good writer keeps asserted, for those who write."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from capture_files import SECOND, Record

SECTION, INTERFACE, OBSOLETE_PACKET, SIMPLE_PACKET = 0x0A0D0D0A, 1, 2, 3
NAME_RESOLUTION, STATISTICS, ENHANCED_PACKET, JOURNAL, SECRETS = 4, 5, 6, 9, 10
CUSTOM, CUSTOM_NOT_COPIED, UNKNOWN = 0x00000BAD, 0x40000BAD, 0x0000F00D
UNLIMITED = -1

# Of any block; of an interface; of a packet; of a section.
COMMENT, CUSTOM_TEXT, CUSTOM_BINARY, CUSTOM_TEXT_NOT_COPIED, CUSTOM_BINARY_NOT_COPIED = (
    1, 2988, 2989, 19372, 19373
)  # fmt: skip
IF_NAME, IF_DESCRIPTION, IF_IPV4, IF_IPV6, IF_MAC, IF_EUI, IF_SPEED, IF_TSRESOL, IF_TZONE = range(2, 11)
IF_FILTER, IF_OS, IF_FCSLEN, IF_TSOFFSET, IF_HARDWARE, IF_TXSPEED, IF_RXSPEED, IF_IANA_TZNAME = range(11, 19)
EPB_FLAGS, EPB_HASH, EPB_DROPCOUNT, EPB_PACKETID, EPB_QUEUE, EPB_VERDICT, EPB_PROCESSID_THREADID = range(2, 9)
SHB_HARDWARE, SHB_OS, SHB_USERAPPL = 2, 3, 4

Options = Iterable[tuple[int, bytes]]


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


@dataclass(frozen=True)
class Blocks:
    """The blocks of a section of one byte order."""

    order: str = "<"

    def pack(self, layout: str, *values: int) -> bytes:
        return struct.pack(self.order + layout, *values)

    def block(
        self, kind: int, body: bytes, *, length: int | None = None, trailer: int | None = None
    ) -> bytes:
        """`length` and `trailer` may lie."""
        length = len(padded(body)) + 12 if length is None else length
        trailer = length if trailer is None else trailer
        return self.pack("II", kind, length) + padded(body) + self.pack("I", trailer)

    def options(self, options: Options, *, end: bool = True) -> bytes:
        parts = [self.pack("HH", code, len(value)) + padded(value) for code, value in options]
        return b"".join(parts) + (self.pack("HH", 0, 0) if parts and end else b"")

    def section(self, *, length: int = UNLIMITED, version: tuple[int, int] = (1, 0), options: Options = ()):
        head = self.pack("IHHq", 0x1A2B3C4D, *version, length)
        return self.block(SECTION, head + self.options(options))

    def interface(
        self, link_type: int = 1, snaplen: int = 262144, options: Options = (), *, end: bool = True
    ):
        head = self.pack("HHI", link_type, 0, snaplen)
        return self.block(INTERFACE, head + self.options(options, end=end))

    def enhanced(
        self,
        data: bytes,
        *,
        stamp: int = 0,
        interface: int = 0,
        wire_len: int | None = None,
        caplen: int | None = None,
        options: Options = (),
        end: bool = True,
    ) -> bytes:
        lengths = (
            len(data) if caplen is None else caplen,
            len(data) if wire_len is None else wire_len,
        )
        head = self.pack("IIIII", interface, stamp >> 32, stamp & 0xFFFFFFFF, *lengths)
        return self.block(ENHANCED_PACKET, head + padded(data) + self.options(options, end=end))

    def obsolete(
        self,
        data: bytes,
        *,
        stamp: int = 0,
        interface: int = 0,
        drops: int = 0xFFFF,
        wire_len: int | None = None,
        options: Options = (),
    ) -> bytes:
        lengths = (len(data), len(data) if wire_len is None else wire_len)
        head = self.pack("HHIIII", interface, drops, stamp >> 32, stamp & 0xFFFFFFFF, *lengths)
        return self.block(OBSOLETE_PACKET, head + padded(data) + self.options(options))

    def simple(self, data: bytes, wire_len: int | None = None) -> bytes:
        return self.block(SIMPLE_PACKET, self.pack("I", len(data) if wire_len is None else wire_len) + data)

    def names(self, *names: tuple[bytes, str], options: Options = ()) -> bytes:
        """IPv4 addresses with the names that they resolve to."""
        records = [self.record(1, address + name.encode() + b"\0") for address, name in names]
        return self.block(NAME_RESOLUTION, b"".join(records) + self.pack("HH", 0, 0) + self.options(options))

    def record(self, kind: int, value: bytes) -> bytes:
        return self.pack("HH", kind, len(value)) + padded(value)

    def statistics(self, interface: int = 0, stamp: int = 0, options: Options = ()) -> bytes:
        head = self.pack("III", interface, stamp >> 32, stamp & 0xFFFFFFFF)
        return self.block(STATISTICS, head + self.options(options))

    def secrets(self, data: bytes = b"CLIENT_RANDOM 00 00\n") -> bytes:
        return self.block(SECRETS, self.pack("II", 0x544C534B, len(data)) + padded(data))

    def custom(self, data: bytes, *, number: int = 32473, copied: bool = True) -> bytes:
        return self.block(CUSTOM if copied else CUSTOM_NOT_COPIED, self.pack("I", number) + data)

    def resolution(self, code: int) -> tuple[int, bytes]:
        return IF_TSRESOL, bytes([code])

    def offset(self, seconds: int) -> tuple[int, bytes]:
        return IF_TSOFFSET, self.pack("q", seconds)


LITTLE, BIG = Blocks("<"), Blocks(">")


def units_per_second(resolution_code: int) -> int:
    base, exponent = (2, resolution_code & 0x7F) if resolution_code & 0x80 else (10, resolution_code)
    return base**exponent


def nanoseconds(stamp: int, resolution_code: int = 6, offset_seconds: int = 0) -> int:
    """Since the epoch, rounded down; what 64 bits do not hold becomes the nearest that they do."""
    exact = stamp * 10**9 // units_per_second(resolution_code) + offset_seconds * 10**9
    return max(-(2**63), min(exact, 2**63 - 1))


# What was written

OptionList = list[tuple[int, bytes]]


@dataclass
class Interface:
    link_type: int
    snaplen: int
    options: OptionList

    def option(self, code: int, default: bytes) -> bytes:
        return next((value for number, value in self.options if number == code), default)

    @property
    def units_per_second(self) -> int:
        [code] = self.option(IF_TSRESOL, b"\x06")
        return units_per_second(code)


@dataclass
class Packet:
    interface: Interface
    record: Record
    options: OptionList


@dataclass
class Section:
    order: str
    options: OptionList
    interfaces: list[Interface] = field(default_factory=list)
    packets: list[Packet] = field(default_factory=list)
    statistics: list[tuple[int, int, OptionList]] = field(default_factory=list)


def options_of(order: str, data: bytes) -> OptionList:
    """The options; there must be an end, and zeros up to the next multiple of 4 behind each."""
    options, offset = [], 0
    while data[offset:]:
        code, length = struct.unpack_from(order + "HH", data, offset)
        offset += 4
        if code == 0:
            assert length == 0 and offset == len(data), "something is behind the end of options"
            return options
        end = offset + length
        padded = end + -length % 4
        assert padded <= len(data), "an option is cut"
        assert not any(data[end:padded])
        options.append((code, data[offset:end]))
        offset = padded
    assert not data, "the options have no end"
    return []


def time_of(order: str, interface: Interface, high: int, low: int) -> int:
    offset = struct.unpack(order + "q", interface.option(IF_TSOFFSET, bytes(8)))[0]
    units = high << 32 | low
    return offset * SECOND + units * SECOND // interface.units_per_second


def parse_pcapng(content: bytes) -> list[Section]:
    sections: list[Section] = []
    offset, order = 0, "<"
    while offset < len(content):
        if content[offset : offset + 4] == b"\x0a\x0d\x0d\x0a":
            order = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}[content[offset + 8 : offset + 12]]
        kind, total = struct.unpack_from(order + "II", content, offset)
        assert total >= 12 and total % 4 == 0 and offset + total <= len(content), "a block is cut"
        assert struct.unpack_from(order + "I", content, offset + total - 4) == (total,)
        _take_block(sections, order, kind, content[offset + 8 : offset + total - 4])
        offset += total
    return sections


def _take_block(sections: list[Section], order: str, kind: int, body: bytes) -> None:
    if kind == SECTION:
        major, minor, length = struct.unpack_from(order + "HHq", body, 4)
        assert (major, minor, length) == (1, 0, -1)
        sections.append(Section(order, options_of(order, body[16:])))
        return
    section = sections[-1]
    if kind == INTERFACE:
        link_type, reserved, snaplen = struct.unpack_from(order + "HHI", body)
        assert reserved == 0
        section.interfaces.append(Interface(link_type, snaplen, options_of(order, body[8:])))
    elif kind == ENHANCED_PACKET:
        number, high, low, caplen, wire_len = struct.unpack_from(order + "IIIII", body)
        end = 20 + caplen
        padded = end + -caplen % 4
        assert padded <= len(body) and not any(body[end:padded])
        interface = section.interfaces[number]
        record = Record(time_of(order, interface, high, low), body[20:end], wire_len)
        section.packets.append(Packet(interface, record, options_of(order, body[padded:])))
    elif kind == STATISTICS:
        number, high, low = struct.unpack_from(order + "III", body)
        time = time_of(order, section.interfaces[number], high, low)
        section.statistics.append((number, time, options_of(order, body[12:])))
    else:
        raise AssertionError(f"a block of type {kind:#x}")


def packets_of(content: bytes) -> list[Packet]:
    return [packet for section in parse_pcapng(content) for packet in section.packets]
