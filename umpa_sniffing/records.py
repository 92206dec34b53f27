"""Named tuples that the C core fills.

Not typing.NamedTuple: importing typing takes longer than all else here.
"""

from collections import namedtuple


class Option(namedtuple("Option", ["kind", "name", "value", "fields"])):
    """An option, chunk or record of a layer's list, or of a pcapng block; its fields are attributes, too.

    kind: its number. name: None for a kind that has none here. value: the bytes behind kind and length.
    fields: what is known to be in it, by name.
    """

    __slots__ = ()

    def __getattr__(self, name):
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(f"this {self.name or self.kind} has no {name}") from None


class Interface(
    namedtuple(
        "Interface",
        [
            "name", "description", "datalink", "snaplen", "filter", "hardware", "os", "speed",
            "mac", "ipv4", "ipv6", "resolution", "offset", "fcs_length", "comment", "options",
        ],
        defaults=[None, None, 1, 0, None, None, None, None, None, (), (), 10**9, 0, None, None, ()],
    )
):  # fmt: skip
    """Where packets were captured, as far as it is told: by a pcapng file, or by a live capture.

    name, description, filter, hardware, os, comment: texts, or None.
    datalink: libpcap's number of the link type. snaplen: bytes kept of a packet, 0 where none is told.
    speed: bits per second, or None. mac: an address, or None.
    ipv4, ipv6: tuples of addresses with prefix lengths.
    resolution: units of time per second. offset: seconds that the file adds to its times.
    fcs_length: bytes of the frame check sequence in its packets, or None.
    options: all that its block has, a tuple of Option.
    """

    __slots__ = ()

    def __hash__(self):
        return hash(self[:-1])  # options have dicts


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
