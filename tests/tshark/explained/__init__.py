"""Why tshark may say something else than we do: each reason, and the differences for which it holds.

A rule is as narrow as it can be, and goes when nothing needs it any more: what no rule explains fails the
test, and so does a rule that explains nothing in all of the corpus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tshark.explained import checksums, layers, lists, values

if TYPE_CHECKING:
    from tshark.compare import Difference

# Noted by compare.py itself, of whole files and packets; libpcap alone says then what ours must be.
NOT_COMPARED = {
    "not compared: libpcap": "files that it does not open, or reads otherwise than we do",
    "not compared: end": "files that tshark or libpcap reads in part: a link type or a block that it refuses",
    "not compared: count": "files in which tshark takes blocks for packets that are none to libpcap",
    "not compared: snaplen": "packets that libpcap clips to the file's snaplen, which tshark ignores",
}
RULES: dict[str, tuple[str, Callable[[Difference], bool]]] = {
    **layers.RULES,
    **checksums.RULES,
    **values.RULES,
    **lists.RULES,
}


def reason_of(difference: Difference) -> str | None:
    return next((name for name, (_, holds) in RULES.items() if holds(difference)), None)


def describe(name: str) -> str:
    return NOT_COMPARED[name] if name in NOT_COMPARED else RULES[name][0]
