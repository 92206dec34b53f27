"""PacketIndex: a file's packets as a sequence, each read when it is asked for."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from umpa_sniffing._core import Packet, RecordIndex

__all__ = ["PacketIndex"]

TYPE_CHECKING = False  # as in typing, which takes longer to import than all else here
if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from fractions import Fraction
    from typing import SupportsIndex, overload

    Time = float | Decimal | Fraction | datetime

_NS = 1_000_000_000
_EARLIEST, _LATEST = -(2**63), 2**63


class PacketIndex(Sequence[Packet]):
    """The packets of a capture file, of which only the places are in memory: 16 bytes for each.

    ``open_offline(path).index()`` makes one, which stays when the capture is closed. Each packet asked for
    is read from the file and decoded, a new object each time; iteration reads ahead. Slices are
    PacketIndexes of the same file, which copy nothing. A file that has changed meanwhile raises
    UMPAFileFormatException where a packet is not found any more.
    """

    __slots__ = ("_records", "_rows")

    def __init__(self, records: RecordIndex, rows: range | memoryview | None = None) -> None:
        self._records = records
        self._rows = range(len(records)) if rows is None else rows

    def __len__(self) -> int:
        return len(self._rows)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: SupportsIndex) -> Packet: ...
        @overload
        def __getitem__(self, index: slice) -> PacketIndex: ...

    def __getitem__(self, index: SupportsIndex | slice) -> Packet | PacketIndex:
        if isinstance(index, slice):
            return PacketIndex(self._records, self._rows[index])
        if not hasattr(type(index), "__index__"):
            raise TypeError(f"an index must be an int or a slice, not {type(index).__name__}")
        number = index.__index__()
        if not -len(self) <= number < len(self):
            raise IndexError(f"no packet {number}: there are {len(self)}")
        return self._records.packet(self._rows[number])

    def __iter__(self) -> Iterator[Packet]:
        return self._records.packets(self._rows)

    def __reversed__(self) -> Iterator[Packet]:
        return iter(self[::-1])

    def __repr__(self) -> str:
        noun = "packet" if len(self) == 1 else "packets"
        return f"<PacketIndex: {len(self)} {noun} of {self._records.subject!r}>"

    @property
    def timestamps(self) -> memoryview:
        """The packets' times, as ``timestamp_ns`` has them: a read-only memoryview of int64."""
        times = memoryview(self._records)
        rows = self._rows
        if isinstance(rows, range):
            return times[_slice_of(rows)]
        return memoryview(_numbers(times[row] for row in rows)).toreadonly()

    def between(self, start: Time, end: Time) -> PacketIndex:
        """The packets of ``start <= time < end``, in their order here, whatever that is.

        Both are seconds since the epoch (float as ``timestamp`` is, or int, Decimal, Fraction) or a datetime;
        one without a time zone is local time.
        """
        first, last = _first_ns(start, "start"), _first_ns(end, "end")
        if first >= _LATEST and start != math.inf and not hasattr(start, "year"):
            raise ValueError(f"start must be seconds, not nanoseconds, since 1970: {start} is beyond 2262")
        rows = self._rows
        if not isinstance(rows, range) or not self._records.is_in_order:
            times = memoryview(self._records)
            return PacketIndex(
                self._records, memoryview(_numbers(row for row in rows if first <= times[row] < last))
            )
        forward = rows if rows.step > 0 else rows[::-1]
        times = memoryview(self._records)[_slice_of(forward)]
        begin = bisect_left(times, first)
        part = forward[begin : max(begin, bisect_left(times, last))]
        return PacketIndex(self._records, part if rows.step > 0 else part[::-1])


def _numbers(numbers: Iterator[int]) -> memoryview:
    from array import array

    return memoryview(array("q", numbers))


def _slice_of(rows: range) -> slice:
    stop = rows.stop if rows.stop >= 0 else None  # of a negative step that goes down to 0
    return slice(rows.start, stop, rows.step) if rows else slice(0, 0)


def _first_ns(time: object, name: str) -> int:
    """The least timestamp_ns that is not before ``time``, from which none is beyond 64 bits."""
    if isinstance(time, float):
        if math.isnan(time):
            raise ValueError(f"{name} must be a time, not nan")
        if not _EARLIEST < time * _NS < _LATEST:
            return _LATEST if time > 0 else _EARLIEST
        # A float of today is exact to 240 ns: these are the ones that have it as their timestamp.
        ns = int(time) * _NS + round((time - int(time)) * _NS)
        step = max(1, int(math.ulp(time) * _NS))
        while _seconds(ns) >= time:
            ns -= step
        while _seconds(ns) < time:
            ns += 1
        return ns
    if hasattr(time, "as_integer_ratio"):
        if time in (math.inf, -math.inf):
            return _LATEST if time > 0 else _EARLIEST
        numerator, denominator = time.as_integer_ratio()
        return int(-(-numerator * _NS // denominator))
    from datetime import datetime

    if isinstance(time, datetime):
        if not 1677 < time.year < 2262:  # datetime itself can't convert all of them
            return _LATEST if time.year > 1970 else _EARLIEST
        return round(time.timestamp() * 1_000_000) * 1000
    raise TypeError(f"{name} must be a number of seconds or a datetime, not {type(time).__name__}")


def _seconds(ns: int) -> float:
    """As Packet.timestamp has it."""
    seconds, fraction = divmod(ns, _NS)
    return float(seconds) + fraction / 1e9
