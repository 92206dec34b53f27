"""A packet as the command line prints it: time, one line, and on demand the tree and the bytes."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from functools import lru_cache

from umpa_sniffing import Packet

LINK_LAYER = 2  # of OSI
NOT_PRINTED = bytes(byte if 0x20 < byte < 0x7F else ord(".") for byte in range(256))


@lru_cache(16)
def wall_clock(seconds: int, form: str) -> str:
    return time.strftime(form, time.localtime(seconds))


def time_text(style: int, digits: int) -> Callable[[Packet], str]:
    """A function that gives a packet's time, and a blank, in the style of so many of tcpdump's -t."""
    unit_ns, units = 10 ** (9 - digits), 10**digits
    form = "%Y-%m-%d %H:%M:%S" if style == 4 else "%H:%M:%S"
    reference: int | None = None

    def wall(packet: Packet) -> str:
        seconds, fraction = divmod(packet.timestamp_ns // unit_ns, units)
        return f"{wall_clock(seconds, form)}.{fraction:0{digits}d} "

    def epoch(packet: Packet) -> str:
        seconds, fraction = divmod(packet.timestamp_ns // unit_ns, units)
        return f"{seconds}.{fraction:0{digits}d} "

    def since_reference(packet: Packet) -> str:
        nonlocal reference
        now = packet.timestamp_ns // unit_ns
        passed = 0 if reference is None else now - reference
        if reference is None or style == 3:
            reference = now
        seconds, fraction = divmod(abs(passed), units)
        minutes, seconds = divmod(seconds, 60)
        sign = "-" if passed < 0 else ""
        return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.{fraction:0{digits}d} "

    if style == 1:
        return lambda packet: ""
    return {0: wall, 2: epoch, 4: wall}.get(style, since_reference)


def hex_lines(data: bytes, with_ascii: bool) -> Iterator[str]:
    """As tcpdump prints them."""
    for offset in range(0, len(data), 16):
        row = data[offset : offset + 16]
        text = f"\t0x{offset:04x}:  {row.hex(' ', -2)}"
        yield f"{text:<49}  {row.translate(NOT_PRINTED).decode()}\n" if with_ascii else f"{text}\n"


def link_header_length(packet: Packet) -> int:
    """With a frame's tags and LLC, as tcpdump has it."""
    length = 0
    for index, layer in enumerate(packet.protos):
        if layer.layer != LINK_LAYER or (index > 0 and layer.name not in ("VLAN", "LLC")):
            break
        length += len(bytes(layer))
    return length


def packet_text(options: argparse.Namespace) -> Callable[[Packet], str]:
    """A function that gives all that is printed of a packet."""
    in_nanoseconds = getattr(options, "timestamp_precision", None) == "nano"
    time_of = time_text(options.time_style, 9 if in_nanoseconds else 6)
    hex_level = max(options.hex, options.hex_ascii)
    begin, end = len("<Packet "), -len(">")

    def line(packet: Packet) -> str:
        return f"{time_of(packet)}{repr(packet)[begin:end]}\n"

    def with_more(packet: Packet) -> str:
        parts = [line(packet)]
        if options.verbose:
            parts.append(f"{packet}\n")
        if hex_level:
            start = link_header_length(packet) if hex_level == 1 else 0
            parts += hex_lines(bytes(packet)[start:], options.hex_ascii > 0)
        return "".join(parts)

    return with_more if options.verbose or hex_level else line
