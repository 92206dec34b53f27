"""What print gives for a capture file, written as the golden texts are."""

from __future__ import annotations

import re
from pathlib import Path

import umpa_sniffing

GOLDEN = Path(__file__).resolve().parent / "golden"

# The tutorial shows these through a callback: the time before each, an empty line behind.
THROUGH_A_CALLBACK = {"sniff_loop"}


def masked(text: str) -> str:
    return re.sub(r"object at 0x[0-9a-f]+>", "object at 0xADDR>", text)


def text_of(path: Path) -> str:
    parts = []
    for packet in umpa_sniffing.from_file(path):
        tree = masked(f"{packet}\n")
        if path.stem in THROUGH_A_CALLBACK:
            tree = f"[{packet.timestamp:f}] Captured a new packet..\n{tree}\n"
        parts.append(tree)
    return "".join(parts)
