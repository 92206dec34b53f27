"""Rewrites each golden text from its capture: run it on purpose, then read the difference."""

from __future__ import annotations

from golden_text import GOLDEN, text_of

for path in sorted(GOLDEN.glob("*.pcap")):
    text = text_of(path)
    golden = path.with_suffix(".txt")
    changed = not golden.exists() or golden.read_text() != text
    golden.write_text(text)
    print(f"{'changed' if changed else 'same':8}{golden.name}")
