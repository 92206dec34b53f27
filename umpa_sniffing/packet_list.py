"""PacketList: the list that sniff() and from_file() return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from umpa_sniffing._core import Packet
from umpa_sniffing.records import CaptureStats

TYPE_CHECKING = False  # as in typing, which takes longer to import than all else here
if TYPE_CHECKING:
    from typing import SupportsIndex, overload


class PacketList(list[Packet]):
    """A list of packets whose repr is one line, and whose slices and sums are PacketLists too.

    ``stats`` has the CaptureStats of the capture that made it; None for slices, sums and copies.
    """

    stats: CaptureStats | None = None

    def __repr__(self) -> str:
        if not self:
            return "<PacketList: 0 packets>"
        seconds = (max(p.timestamp_ns for p in self) - min(p.timestamp_ns for p in self)) / 1e9
        size = sum(packet.wire_len for packet in self)
        kinds = Counter(_innermost_name(packet) for packet in self)
        summary = ", ".join(f"{count} {name}" for name, count in kinds.most_common())
        noun = "packet" if len(self) == 1 else "packets"
        return f"<PacketList: {len(self)} {noun} ({summary}), {size} bytes in {seconds:.6f} s>"

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: SupportsIndex) -> Packet: ...
        @overload
        def __getitem__(self, index: slice) -> PacketList: ...

    def __getitem__(self, index: SupportsIndex | slice) -> Packet | PacketList:
        if isinstance(index, slice):
            return PacketList(super().__getitem__(index))
        return super().__getitem__(index)

    def __add__(self, other: list[Packet]) -> PacketList:  # type: ignore[override]
        return PacketList(super().__add__(other))

    def __mul__(self, times: SupportsIndex) -> PacketList:
        return PacketList(super().__mul__(times))

    __rmul__ = __mul__

    def copy(self) -> PacketList:
        return PacketList(self)


def _innermost_name(packet: Packet) -> str:
    """The last layer that says something: TCP rather than its Payload."""
    names = [layer.name for layer in packet.protos]
    meaningful: Iterable[str] = (name for name in reversed(names) if name != "Payload")
    return next(iter(meaningful), names[0] if names else "empty")
