"""pcapng files of every variant, each with the packets that are in it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from capture_files import ethernet_udp
from pcapng_blocks import (
    BIG,
    COMMENT,
    CUSTOM_BINARY,
    EPB_DROPCOUNT,
    EPB_FLAGS,
    EPB_HASH,
    EPB_PACKETID,
    EPB_QUEUE,
    EPB_VERDICT,
    IF_DESCRIPTION,
    IF_NAME,
    LITTLE,
    SHB_OS,
    SHB_USERAPPL,
    UNKNOWN,
    Blocks,
    nanoseconds,
)
from savefile_variants import damaged

# LINKTYPE of a file, and the DLT that Linux's libpcap has for it.
DLTS = {101: 12}
EVERY_RESOLUTION = [*range(21), 29, 127, *range(0x80, 0xC1), 0xFF]


@dataclass(frozen=True)
class Seen:
    """What is seen of a packet wherever it came from."""

    timestamp_ns: int
    data: bytes
    wire_len: int
    link_type: int
    interface: str | None = None


@dataclass(frozen=True)
class Variant:
    name: str
    content: bytes
    packets: list[Seen]


def interface_name(number: int) -> str:
    return f"if{number}"


class Builder:
    """A file and what is in it, side by side."""

    def __init__(self, blocks: Blocks = LITTLE):
        self.parts: list[bytes] = []
        self.packets: list[Seen] = []
        self.section(blocks)

    def section(self, blocks: Blocks, **head) -> Builder:
        self.blocks = blocks
        self.interfaces: list[tuple[int, int, int, int]] = []
        return self.add(blocks.section(**head))

    def add(self, part: bytes) -> Builder:
        self.parts.append(part)
        return self

    def interface(self, link_type=1, snaplen=262144, *, resolution=None, offset=0, options=()) -> Builder:
        more = [(IF_NAME, interface_name(len(self.interfaces)).encode())]
        if resolution is not None:
            more.append(self.blocks.resolution(resolution))
        if offset:
            more.append(self.blocks.offset(offset))
        self.interfaces.append((link_type, snaplen, 6 if resolution is None else resolution, offset))
        return self.add(self.blocks.interface(link_type, snaplen, [*more, *options]))

    def expect(self, data: bytes, stamp: int | None, number: int, wire_len: int | None) -> None:
        link_type, _, resolution, offset = self.interfaces[number]
        when = 0 if stamp is None else nanoseconds(stamp, resolution, offset)
        length = len(data) if wire_len is None else wire_len
        link_type = DLTS.get(link_type, link_type)
        self.packets.append(Seen(when, data, length, link_type, interface_name(number)))

    def enhanced(self, data: bytes, stamp=0, number=0, wire_len=None, **more) -> Builder:
        self.expect(data, stamp, number, wire_len)
        return self.add(self.blocks.enhanced(data, stamp=stamp, interface=number, wire_len=wire_len, **more))

    def obsolete(self, data: bytes, stamp=0, number=0, wire_len=None, **more) -> Builder:
        self.expect(data, stamp, number, wire_len)
        return self.add(self.blocks.obsolete(data, stamp=stamp, interface=number, wire_len=wire_len, **more))

    def simple(self, data: bytes, wire_len=None) -> Builder:
        """What is kept of it goes by the first interface's snaplen."""
        self.expect(data, None, 0, wire_len)
        return self.add(self.blocks.simple(data, wire_len))

    def variant(self, name: str) -> Variant:
        return Variant(name, b"".join(self.parts), self.packets)


def data(number: int) -> bytes:
    """Of every length modulo 4."""
    return ethernet_udp(b"%d" % number + bytes(number % 5))


def variants() -> Iterator[Variant]:
    for name, blocks in (("little", LITTLE), ("big", BIG)):
        yield from (each.variant(f"{what} {name}") for what, each in of_one_order(blocks))
    yield sections_of_either_order().variant("sections of either order")
    for seed in range(120):
        yield at_random(random.Random(seed)).variant(f"random {seed}")


def of_one_order(blocks: Blocks) -> Iterator[tuple[str, Builder]]:
    yield "no packets", Builder(blocks).interface()
    yield "lengths", lengths(blocks)
    for resolution in EVERY_RESOLUTION:
        yield f"resolution {resolution:#x}", times(Builder(blocks).interface(resolution=resolution))
    for offset in (1, -1, 3600, -(2**40), 2**40, -(2**63), 2**63 - 1):
        yield f"offset {offset}", times(Builder(blocks).interface(resolution=9, offset=offset))
    yield "link types", link_types(blocks)
    yield "snap lengths", snap_lengths(blocks)
    yield (
        "longer than the snap length",
        Builder(blocks).interface(snaplen=40).enhanced(b"z" * 40).enhanced(b"z" * 41),
    )
    yield "400 interfaces", many_interfaces(blocks, 400)
    yield "interfaces after packets", interfaces_after_packets(blocks)
    yield "blocks of all kinds", blocks_of_all_kinds(blocks)
    yield "section lengths", section_lengths(blocks)
    yield "options", packet_options(blocks)


def lengths(blocks: Blocks) -> Builder:
    file = Builder(blocks).interface()
    for length in (0, 1, 2, 3, 4, 5, 60, 1500, 65535, 262144):
        file.enhanced(b"e" * length, length)
        file.obsolete(b"o" * length, length, wire_len=length + 9)
        file.simple(b"s" * length)
    return file.enhanced(b"short", wire_len=0).enhanced(b"long", wire_len=0xFFFFFFFF)


def times(file: Builder) -> Builder:
    for stamp in (0, 1, 999, 10**6 - 1, 10**9 + 1, 1_249_423_424_123_456_789, 2**32, 2**63, 2**64 - 1):
        file.enhanced(b"time", stamp)
        file.obsolete(b"time", stamp)
    return file


def link_types(blocks: Blocks) -> Builder:
    file = Builder(blocks)
    for link_type in (1, 113, 101, 147, 9999):
        file.interface(link_type)
    for number in (0, 1, 2, 3, 4, 0, 2):
        file.enhanced(data(number), 1000 + number, number)
    return file


def snap_lengths(blocks: Blocks) -> Builder:
    """A packet longer than its interface's snaplen has all the bytes that there are."""
    file = Builder(blocks).interface(snaplen=40).interface(snaplen=0).interface(snaplen=0xFFFFFFFF)
    for number in range(3):
        file.enhanced(b"z" * 100, number, number).obsolete(b"z" * 100, number, number)
    return file.simple(b"z" * 40, wire_len=41).simple(b"z" * 39)


def many_interfaces(blocks: Blocks, count: int) -> Builder:
    file = Builder(blocks)
    for number in range(count):
        file.interface(1 if number % 3 else 113, 65535 + number, resolution=number % 20, offset=number)
    for number in [*range(count), *range(count - 1, 0, -7)]:
        file.enhanced(data(number), 10**9 + number, number)
    return file.obsolete(data(7), 7, count - 1).simple(data(8))


def interfaces_after_packets(blocks: Blocks) -> Builder:
    file = Builder(blocks)
    for number in range(5):
        file.interface(resolution=6 + number).enhanced(data(number), 10**10 + number, number).enhanced(
            b"0", 7, 0
        )
    return file


def blocks_of_all_kinds(blocks: Blocks) -> Builder:
    file = Builder(blocks).add(blocks.custom(b"before all")).add(blocks.secrets()).interface()
    for each in (
        blocks.names((b"\x7f\0\0\1", "localhost"), (b"\x0a\0\0\1", "gateway"), options=[(COMMENT, b"names")]),
        blocks.names(),
        blocks.statistics(0, 10**15, [(4, blocks.pack("Q", 9)), (5, blocks.pack("Q", 1))]),
        blocks.statistics(77),
        blocks.secrets(b""),
        blocks.custom(b"data"), blocks.custom(b"", copied=False),
        blocks.block(UNKNOWN, b""), blocks.block(UNKNOWN, bytes(range(256)) * 64),
        blocks.block(0x80000001, b"private"), blocks.block(0, b"reserved"), blocks.block(9, b"journal"),
        blocks.block(UNKNOWN, bytes(600_000)),
    ):  # fmt: skip
        file.add(each).enhanced(data(len(file.packets)), len(file.packets))
    return file


def section_lengths(blocks: Blocks) -> Builder:
    """Nothing is made of them: blocks tell where they end."""
    file = Builder(blocks).interface().enhanced(data(1), 1)
    for length in (-1, 0, 4, 20, 2**40, -2, 2**63 - 1):
        file.section(blocks, length=length).interface().enhanced(data(length % 7), 1)
    for version in ((1, 0), (1, 2)):
        described = [(COMMENT, b"a section"), (SHB_OS, b"Linux"), (SHB_USERAPPL, b"a writer")]
        file.section(blocks, version=version, options=described)
        file.interface().enhanced(data(0), 2)
    return file


def packet_options(blocks: Blocks) -> Builder:
    file = Builder(blocks).interface(options=[(IF_DESCRIPTION, "Büro".encode()), (COMMENT, b"an interface")])
    kinds = [
        [(COMMENT, b"one")], [(COMMENT, b"one"), (COMMENT, "zwölf".encode())], [(COMMENT, b"\xff\xfe")],
        [(COMMENT, b"")], [(EPB_FLAGS, blocks.pack("I", 0xFF000092))], [(EPB_DROPCOUNT, blocks.pack("Q", 5))],
        [(EPB_PACKETID, blocks.pack("Q", 6)), (EPB_QUEUE, blocks.pack("I", 7))],
        [(EPB_VERDICT, b"\1" + bytes(8))],
        [(EPB_HASH, b"\2abcd"), (EPB_HASH, b"\3" + bytes(16))], [(0x7FFF, b"unknown")], [(0x8FFF, b"")],
        [(CUSTOM_BINARY, blocks.pack("I", 32473) + b"12345")], [(COMMENT, b"long" * 16000)],
    ]  # fmt: skip
    for options in kinds:
        for end in (True, False):
            file.enhanced(data(len(file.packets)), len(file.packets), options=options, end=end)
        file.obsolete(data(len(file.packets)), len(file.packets), options=options, drops=9)
    return file


def sections_of_either_order() -> Builder:
    file = Builder(LITTLE).interface().enhanced(data(0), 1)
    for blocks in (BIG, BIG, LITTLE, BIG):
        file.section(blocks).interface(113).interface(1, resolution=9)
        file.enhanced(data(1), 1, 1).enhanced(data(2), 2, 0, options=[(COMMENT, b"of two")]).obsolete(
            data(3), 3
        )
    return file


def at_random(chance: random.Random) -> Builder:
    file = Builder(chance.choice([LITTLE, BIG]))
    alike = chance.random() < 0.5  # as libpcap wants them
    new_interface(file, chance, alike)
    for _ in range(chance.randrange(40)):
        step = chance.random()
        stamp, number = chance.randrange(1 << 62), chance.randrange(len(file.interfaces))
        some = chance.randbytes(chance.choice([0, 1, 14, 60, 97, chance.randrange(2000)]))
        options = chance.choice([[], [], [(COMMENT, b"c" * chance.randrange(9))] * chance.randrange(3)])
        if step < 0.6:
            file.enhanced(
                some, stamp, number, chance.choice([None, chance.randrange(1 << 32)]), options=options
            )
        elif step < 0.7:
            file.obsolete(some, stamp, number, options=options)
        elif step < 0.8:
            file.simple(some)
        elif step < 0.87:
            new_interface(file, chance, alike)
        elif step < 0.95:
            file.add(file.blocks.block(chance.randrange(11, 1 << 32), some))
        else:
            file.section(file.blocks if alike else chance.choice([LITTLE, BIG]))
            new_interface(file, chance, alike)
    return file


def new_interface(file: Builder, chance: random.Random, alike: bool) -> None:
    link_type, snaplen = (
        (1, 262144) if alike else (chance.choice([1, 113, 101, 9999]), chance.choice([0, 3000]))
    )
    resolution = chance.choice([None, 6, 9, 3, 0, 12, 19, 0x80, 0x8A, 0x9E])
    file.interface(link_type, snaplen, resolution=resolution, offset=chance.choice([0, 0, 1, -5]))


def broken() -> Iterator[tuple[str, bytes]]:
    """By name: some bytes changed or cut off of a file as above."""
    for seed in range(300):
        chance = random.Random(seed)
        chosen = at_random(chance).variant("")
        yield f"broken {seed}", damaged(chosen.content, chance)
