"""pcap files of every variant that libpcap takes, of those that it refuses, and odd ones at random."""

from __future__ import annotations

import itertools
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from capture_files import ETHERNET, SECOND, Record, numbered, record

MICRO, NANO, KUZNETZOV = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34
MESQUITA, NAVTEL = 0xA1B234CD, 0xA12B3C4D  # reserved, and read by nobody
MOST = 262144
UNITS_NS = {NANO: 1}

# Link types whose bytes libpcap leaves as they are, whatever the file's byte order.
HOST_ORDER_LINK_TYPES = (113, 117, 189, 220, 239)
PLAIN_LINK_TYPES = (0, 1, 9, 101, 113, 127, 147, 276, 9999)


@dataclass(frozen=True)
class Form:
    """How a pcap file is written."""

    magic: int = MICRO
    order: str = "<"
    version: tuple[int, int] = (2, 4)
    snaplen: int = MOST
    link_type: int = ETHERNET  # the whole field, with the bits of the FCS
    zone: int = 0
    accuracy: int = 0

    @property
    def unit_ns(self) -> int:
        return UNITS_NS.get(self.magic, 1000)

    @property
    def lengths_are_swapped(self) -> bool:
        return self.version < (2, 3) or self.version == (543, 0)

    def header(self) -> bytes:
        fields = (self.magic, *self.version, self.zone, self.accuracy, self.snaplen, self.link_type)
        return struct.pack(self.order + "IHHIIII", *fields)

    def record(self, each: Record) -> bytes:
        seconds, fraction = divmod(each.timestamp_ns, SECOND)
        return self.raw(seconds, fraction // self.unit_ns, each.caplen, each.wire_len, each.data)

    def raw(self, seconds: int, fraction: int, caplen: int, wire_len: int, data: bytes) -> bytes:
        lengths = (wire_len, caplen) if self.lengths_are_swapped else (caplen, wire_len)
        head = struct.pack(self.order + "IIII", seconds, fraction, *lengths)
        if self.magic == KUZNETZOV:
            head += struct.pack(self.order + "IHBx", 2, 0x0800, 4)  # interface, protocol, kind of packet
        return head + data

    def file(self, records: list[Record]) -> bytes:
        return self.header() + b"".join(map(self.record, records))

    def rounded(self, records: list[Record]) -> list[Record]:
        """As the file's unit has them."""
        return [
            replace(each, timestamp_ns=each.timestamp_ns // self.unit_ns * self.unit_ns) for each in records
        ]


def packets() -> list[Record]:
    return [*numbered(4), record(b"", 5), record(b"x" * 60, 3 * SECOND - 1, 1500), record(b"y" * 3000)]


def forms() -> Iterator[tuple[str, Form]]:
    """By name: what must be read, each packet of it."""
    magics = {"micro": MICRO, "nano": NANO, "kuznetzov": KUZNETZOV}
    versions = [(2, 0), (2, 1), (2, 2), (2, 3), (2, 4), (543, 0)]
    for (name, magic), order, version in itertools.product(magics.items(), "<>", versions):
        plain = Form(magic, order, version)
        yield f"{name} {order} {version[0]}.{version[1]}", plain
    for order in "<>":
        for bits in range(0x04000000, 0x100000000, 0x0C000000):
            yield f"link type {order} bits {bits:08x}", Form(order=order, link_type=bits | ETHERNET)
        for link_type in PLAIN_LINK_TYPES:
            yield f"link type {order} {link_type}", Form(order=order, link_type=link_type)
        for snaplen in (0, 1, 64, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
            yield f"snaplen {order} {snaplen}", Form(order=order, snaplen=snaplen)
        yield f"zone {order}", Form(order=order, zone=0xFFFFF1F0, accuracy=6)


def refused() -> Iterator[tuple[str, Form]]:
    """By name: what libpcap calls no capture file, or of a version that it does not know."""
    for order in "<>":
        yield f"mesquita {order}", Form(MESQUITA, order)
        yield f"navtel {order}", Form(NAVTEL, order)
        for version in ((0, 0), (1, 9), (2, 5), (3, 0), (543, 1), (0xFFFF, 0xFFFF)):
            yield f"version {order} {version[0]}.{version[1]}", Form(order=order, version=version)


def odd_forms() -> Iterator[tuple[str, bytes]]:
    """By name: headers of records that tell what no writer means."""
    for name, magic in (("micro", MICRO), ("nano", NANO), ("kuznetzov", KUZNETZOV)):
        for order, version in itertools.product("<>", [(2, 2), (2, 3), (2, 4)]):
            form = Form(magic, order, version)
            rows = [
                (1, 999_999_999, 4, 4), (1, 0xFFFFFFFF, 4, 4), (0xFFFFFFFF, 0, 4, 4), (0x80000000, 1, 4, 4),
                (0x7FFFFFFF, 0x7FFFFFFF, 4, 4), (1, 1, 4, 0), (1, 1, 4, 3), (1, 1, 4, 0xFFFFFFFF),
                (0, 0, 0, 0),
            ]  # fmt: skip
            parts = [form.raw(*row, b"data"[: row[2]]) for row in rows]
            yield f"odd {name} {order} {version[0]}.{version[1]}", form.header() + b"".join(parts)
    limits = {
        "ethernet": (ETHERNET, 262_144), "usb": (189, 128 << 20), "usb mmapped": (220, 128 << 20),
        "dbus": (231, 128 << 20), "ebhscr": (279, 8 << 20), "usbpcap": (249, 128 << 20),
    }  # fmt: skip
    for name, (link_type, most) in limits.items():
        form = Form(NANO, link_type=link_type, snaplen=0)
        for more in (0, 1):
            content = form.header() + form.record(record(b"first")) + form.raw(9, 9, most + more, 70, b"")
            if most < 16 << 20:
                content += bytes(most + more) + form.record(record(b"last"))
            yield f"limit of {name} and {more}", content
    for link_type, order in itertools.product(HOST_ORDER_LINK_TYPES, "<>"):
        form = Form(order=order, link_type=link_type)
        yield (
            f"host order {link_type} {order}",
            form.file(
                [record(usb_isochronous(order), wire_len=64 + 2 * 16 + 900), record(bytes(range(200)))]
            ),
        )
    for seed in range(200):
        yield f"random {seed}", random_file(random.Random(seed))


def usb_isochronous(order: str) -> bytes:
    """A completed transfer of two parts, whose bytes were not captured: Linux's memory-mapped header."""
    head = struct.pack(order + "QBBBBHBBqiiII", 7, ord("C"), 0, 0x81, 1, 1, ord("-"), 0, 1, 2, 0, 900, 32)
    head += struct.pack(order + "ii", 0, 2) + struct.pack(order + "iiII", 1, 0, 0, 2)
    return head + struct.pack(order + "iIII", 0, 0, 200, 0) + struct.pack(order + "iIII", 0, 200, 300, 0)


def random_file(chance: random.Random) -> bytes:
    """Some records, and then maybe a few bytes changed, or the end cut off."""
    form = Form(
        chance.choice([MICRO, NANO, NANO, KUZNETZOV]),
        chance.choice("<>"),
        chance.choice([(2, 4)] * 4 + [(2, 2), (2, 3), (543, 0)]),
        chance.choice([0, 20, 96, 65535, MOST, 1 << 31]),
        chance.choice(PLAIN_LINK_TYPES) | chance.choice([0, 0, 0, 0x24000000]),
    )
    parts = []
    for _ in range(chance.randrange(12)):
        data = chance.randbytes(chance.choice([0, 1, 14, 60, 97, chance.randrange(3000)]))
        stamp = chance.randrange(1 << 32) * SECOND + chance.randrange(SECOND)
        parts.append(form.record(record(data, stamp, chance.choice([len(data), chance.randrange(1 << 32)]))))
    return damaged(form.header() + b"".join(parts), chance)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Half of the time as it is."""
    changed = bytearray(content)
    if chance.random() < 0.25:
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(changed))] = chance.choice([0, 1, 0x7F, 0xFF, chance.randrange(256)])
    if chance.random() < 0.25:
        del changed[chance.randrange(len(changed)) :]
    return bytes(changed)
