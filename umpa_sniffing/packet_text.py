"""A packet as the command line prints it: time, one line, and on demand the tree and the bytes."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from functools import lru_cache

from umpa_sniffing import Packet

SECOND_NS = 1_000_000_000
LINK_LAYER = 2  # of OSI
NOT_PRINTED = bytes(byte if 0x20 < byte < 0x7F else ord(".") for byte in range(256))


@lru_cache(16)
def wall_clock(seconds: int, form: str) -> str:
    return time.strftime(form, time.localtime(seconds))


def time_text(style: int, digits: int) -> Callable[[Packet], str]:
    """A function that gives a packet's time, and a blank, in the style of so many of tcpdump's -t."""
    unit = 10 ** (9 - digits)
    reference: int | None = None

    def since(timestamp_ns: int) -> str:
        seconds, fraction = divmod(abs(timestamp_ns), SECOND_NS)
        sign = "-" if timestamp_ns < 0 else ""
        hours, minutes = seconds // 3600, seconds // 60 % 60
        return f"{sign}{hours:02d}:{minutes:02d}:{seconds % 60:02d}.{fraction // unit:0{digits}d} "

    def since_reference(packet: Packet) -> str:
        nonlocal reference
        now = packet.timestamp_ns
        text = since(0 if reference is None else now - reference)
        if reference is None or style == 3:
            reference = now
        return text

    def epoch(packet: Packet) -> str:
        seconds, fraction = divmod(packet.timestamp_ns, SECOND_NS)
        return f"{seconds}.{fraction // unit:0{digits}d} "

    def wall(packet: Packet) -> str:
        seconds, fraction = divmod(packet.timestamp_ns, SECOND_NS)
        return f"{wall_clock(seconds, form)}.{fraction // unit:0{digits}d} "

    form = "%Y-%m-%d %H:%M:%S" if style == 4 else "%H:%M:%S"
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
    layers = packet.protos
    return len(bytes(layers[0])) if layers and layers[0].layer == LINK_LAYER else 0


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
