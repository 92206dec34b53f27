"""Named tuples that the C core fills.

Not typing.NamedTuple: importing typing takes longer than all else here.
"""

from collections import namedtuple


class Option(namedtuple("Option", ["kind", "name", "value", "fields"])):
    """An option, chunk or record of a layer's list; its fields are attributes, too.

    kind: its number. name: None for a kind that has none here. value: the bytes behind kind and length.
    fields: what is known to be in it, by name.
    """

    __slots__ = ()

    def __getattr__(self, name):
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(f"this {self.name or self.kind} has no {name}") from None


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
