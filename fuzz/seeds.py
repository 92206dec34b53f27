#!/usr/bin/env python3
"""Writes captures as inputs of the fuzzers: packets, a folder for each link type, and whole files.

seeds.py FOLDER FILE_FOLDER CAPTURE...: of files that are no captures, or broken ones, what can be read.
"""

import contextlib
import hashlib
import sys
from pathlib import Path

import umpa_sniffing

LONGEST = 512  # long packets slow a fuzzer down, and reach nothing that shorter ones don't
FILE_HEAD_LENGTH = 2


def fuzz_input(packet: umpa_sniffing.Packet) -> bytes:
    """As fuzz_input.h says."""
    wire_len = min(packet.wire_len, 0xFFFFFF)
    return packet.datalink.to_bytes(4, "big") + wire_len.to_bytes(3, "big") + bytes(1) + bytes(packet)


def packets_of(path: str):
    with contextlib.suppress(umpa_sniffing.UMPASniffingException):
        yield from umpa_sniffing.open_offline(path)


def write(folder: Path, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(content).hexdigest()).write_bytes(content)


def main(folder: str, file_folder: str, *captures: str) -> None:
    seeds = 0
    for packet in (packet for path in captures for packet in packets_of(path)):
        if packet.caplen <= LONGEST:
            write(Path(folder, str(packet.datalink)), fuzz_input(packet))
            seeds += 1
    print(f"wrote {seeds} seeds to {folder}")
    Path(file_folder).mkdir(parents=True, exist_ok=True)
    files = [content for path in captures if len(content := Path(path).read_bytes()) <= LONGEST]
    for content in files:
        write(Path(file_folder), bytes(FILE_HEAD_LENGTH) + content)  # as file_input.h says
    print(f"wrote {len(files)} seeds to {file_folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
