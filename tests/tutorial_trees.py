"""The tutorial's printed trees with the values of other packets, read with struct alone."""

from __future__ import annotations

import re
import struct

from golden_text import GOLDEN

# What differs from one run of the tutorial to the next. All else must be as the tutorial has it.
VARYING = {
    "IP": {"_id", "_checksum"},
    "TCP": {"srcport", "dstport", "_seq", "_ack", "_window_size", "_checksum", "options"},
}


def fields_of(data: bytes) -> dict[str, dict[str, int]]:
    """The varying fields of a TCP packet on Ethernet."""
    ip = 14
    tcp = ip + (data[ip] & 0x0F) * 4
    header_length = (data[tcp + 12] >> 4) * 4
    source, destination, sequence, acknowledgment = struct.unpack_from("!HHII", data, tcp)
    window, tcp_checksum = struct.unpack_from("!HH", data, tcp + 14)
    return {
        "IP": {
            "_id": int.from_bytes(data[ip + 4 : ip + 6], "big"),
            "_checksum": int.from_bytes(data[ip + 10 : ip + 12], "big"),
        },
        "TCP": {
            "srcport": source,
            "dstport": destination,
            "_seq": sequence,
            "_ack": acknowledgment,
            "_window_size": window,
            "_checksum": tcp_checksum,
            "options": int.from_bytes(data[tcp + 20 : tcp + header_length], "big"),
        },
    }


def tutorial_trees(name: str) -> list[str]:
    """The trees of one of the tutorial's examples, a line of time before each removed."""
    text = (GOLDEN / f"{name}.txt").read_text()
    trees = re.findall(
        r"^Packet contains .*?^<umit\.umpa\._packets\.Packet object at 0xADDR>\n", text, re.M | re.S
    )
    assert len(trees) == 3
    return trees


def with_values_of(tree: str, data: bytes) -> str:
    """The tree with the varying fields' values taken from the packet."""
    values = fields_of(data)
    layer, lines = "", []
    for line in tree.splitlines(keepends=True):
        if match := re.match(r"\+-< (\w+)", line):
            layer = match[1]
        elif (match := re.match(r"\| \+-\[ .{25} \]\t(\w+) *: ", line)) and match[1] in VARYING.get(
            layer, ()
        ):
            line = f"{match[0]}{values[layer][match[1]]}\n"
        lines.append(line)
    return "".join(lines)
