"""Named tuples that the C core fills.

Not typing.NamedTuple: importing typing takes longer than all else here.
"""

from collections import namedtuple

Option = namedtuple("Option", ["kind", "name", "value"])
Option.__doc__ = "An option of a header."
Option.kind.__doc__ = "Its number."
Option.name.__doc__ = "Its name, None for a kind that has none here."
Option.value.__doc__ = "The bytes behind kind and length."

Stopped = namedtuple("Stopped", ["layer", "reason"])
Stopped.__doc__ = "What kept a packet from being decoded whole."
Stopped.layer.__doc__ = "The protocol at which it happened."
Stopped.reason.__doc__ = "What was wrong."

CaptureStats = namedtuple(
    "CaptureStats", ["received", "dropped", "dropped_by_interface", "delivered", "filtered", "seconds"]
)
CaptureStats.__doc__ = "Counters of a capture."
CaptureStats.received.__doc__ = (
    "Packets as the kernel counts them, dropped ones included (on lo each twice); of a file: those read."
)
CaptureStats.dropped.__doc__ = "Packets that the kernel dropped: nobody took them in time."
CaptureStats.dropped_by_interface.__doc__ = (
    "Packets that the device or its driver dropped; 0 may mean unknown."
)
CaptureStats.delivered.__doc__ = "Packets that the reader has been given."
CaptureStats.filtered.__doc__ = "Packets that were read but did not match the filter."
CaptureStats.seconds.__doc__ = "Since the capture was opened, up to its close."
