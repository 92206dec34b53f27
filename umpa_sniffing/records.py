"""Named tuples that the C core fills."""

from typing import NamedTuple


class Option(NamedTuple):
    """An option of a header."""

    kind: int
    name: str | None
    """None for a kind that has no name here."""
    value: bytes
    """What stands behind kind and length."""


class Stopped(NamedTuple):
    """What kept a packet from being decoded whole."""

    layer: str
    """The protocol at which it happened."""
    reason: str


class CaptureStats(NamedTuple):
    """Counters of a capture."""

    received: int
    """As the kernel counts, dropped ones included (on lo each twice); of a file: packets read."""
    dropped: int
    """By the kernel: nobody took them in time."""
    dropped_by_interface: int
    """By the device or its driver; 0 may mean unknown."""
    delivered: int
    """Packets that the reader has been given."""
    filtered: int
    """Packets that were read but did not match the filter."""
