#!/usr/bin/env python3
"""Writes the packets of captures as inputs of the fuzzers, those of each link type into a folder of its own.

seeds.py FOLDER CAPTURE...: files that are no captures, or broken ones, give what can be read of them.
"""

import contextlib
import hashlib
import sys
from pathlib import Path

import umpa_sniffing

LONGEST = 512  # long packets slow a fuzzer down, and reach nothing that shorter ones don't


def fuzz_input(packet: umpa_sniffing.Packet) -> bytes:
    """As fuzz_input.h says."""
    wire_len = min(packet.wire_len, 0xFFFFFF)
    return packet.datalink.to_bytes(4, "big") + wire_len.to_bytes(3, "big") + bytes(1) + bytes(packet)


def packets_of(path: str):
    with contextlib.suppress(umpa_sniffing.UMPASniffingException):
        yield from umpa_sniffing.open_offline(path)


def main(folder: str, *captures: str) -> None:
    seeds = 0
    for packet in (packet for path in captures for packet in packets_of(path)):
        if packet.caplen > LONGEST:
            continue
        content = fuzz_input(packet)
        group = Path(folder, str(packet.datalink))
        group.mkdir(parents=True, exist_ok=True)
        (group / hashlib.sha1(content).hexdigest()).write_bytes(content)
        seeds += 1
    print(f"wrote {seeds} seeds to {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
