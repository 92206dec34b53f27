"""pcapng read with struct alone, and with every rule that a writer has to keep asserted."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from capture_files import SECOND, Record

SECTION_HEADER, INTERFACE, OBSOLETE_PACKET, STATISTICS, ENHANCED_PACKET = 0x0A0D0D0A, 1, 2, 5, 6
IF_NAME, IF_TSRESOL, IF_FILTER, IF_OS, IF_TSOFFSET = 2, 9, 11, 12, 14
COMMENT, FLAGS, DROP_COUNT, PACKET_ID, QUEUE = 1, 2, 4, 5, 6

Options = list[tuple[int, bytes]]


@dataclass
class Interface:
    link_type: int
    snaplen: int
    options: Options

    def option(self, code: int, default: bytes) -> bytes:
        return next((value for number, value in self.options if number == code), default)

    @property
    def units_per_second(self) -> int:
        [exponent] = self.option(IF_TSRESOL, b"\x06")
        return 2 ** (exponent & 0x7F) if exponent & 0x80 else 10**exponent


@dataclass
class Packet:
    interface: Interface
    record: Record
    options: Options


@dataclass
class Section:
    order: str
    options: Options
    interfaces: list[Interface] = field(default_factory=list)
    packets: list[Packet] = field(default_factory=list)
    statistics: list[tuple[int, int, Options]] = field(default_factory=list)


def options_of(order: str, data: bytes) -> Options:
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
    if kind == SECTION_HEADER:
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


# To be read


def option(order: str, code: int, value: bytes) -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def end_of_options(order: str) -> bytes:
    return option(order, 0, b"")


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    total = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + total + body + total


def section_header(order: str) -> bytes:
    return block(order, SECTION_HEADER, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface_block(order: str, link_type: int = 1, snaplen: int = 0, options: bytes = b"") -> bytes:
    end = end_of_options(order) if options else b""
    return block(order, INTERFACE, struct.pack(order + "HHI", link_type, 0, snaplen) + options + end)


def packet_block(
    order: str,
    data: bytes,
    *,
    number: int = 0,
    units: int = 0,
    wire_len: int | None = None,
    options: bytes = b"",
) -> bytes:
    head = struct.pack(
        order + "IIIII",
        number,
        units >> 32,
        units & 0xFFFFFFFF,
        len(data),
        len(data) if wire_len is None else wire_len,
    )
    end = end_of_options(order) if options else b""
    return block(order, ENHANCED_PACKET, head + data + bytes(-len(data) % 4) + options + end)


def obsolete_packet_block(
    order: str, data: bytes, *, number: int = 0, drops: int = 0xFFFF, units: int = 0, options: bytes = b""
) -> bytes:
    head = struct.pack(order + "HHIIII", number, drops, units >> 32, units & 0xFFFFFFFF, len(data), len(data))
    end = end_of_options(order) if options else b""
    return block(order, OBSOLETE_PACKET, head + data + bytes(-len(data) % 4) + options + end)
