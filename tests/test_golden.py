"""print gives the tutorial's text for the tutorial's packets, the golden texts for the others."""

from __future__ import annotations

import pytest
from golden_text import GOLDEN, masked, text_of

import umpa_sniffing

CAPTURES = sorted(GOLDEN.glob("*.pcap"))


def test_the_captures_are_there():
    assert {path.stem for path in CAPTURES} >= {"sniff", "sniff_loop", "ethernet", "linux_sll"}


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_print(path):
    assert text_of(path) == path.with_suffix(".txt").read_text()


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_layers_print_is_its_block_of_the_tree(path):
    for packet in umpa_sniffing.from_file(path):
        blocks = [masked(str(layer)) for layer in packet.protos]
        tree = masked(str(packet)).split("\n", 1)[1].rsplit("\n", 1)[0]
        assert "\n".join(block.rstrip("\n") for block in blocks) == tree


@pytest.mark.parametrize("folder", ["tutorial", "golden"])
def test_they_are_the_specifications(shared, folder):
    originals = [path for suffix in ("pcap", "txt") for path in (shared / folder).glob(f"*.{suffix}")]
    assert originals
    for original in originals:
        assert (GOLDEN / original.name).read_bytes() == original.read_bytes(), original.name
