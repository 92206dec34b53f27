"""Where our reader and libpcap's 1.10.3 may differ on a file, and why; nothing else may.

Each rule's doc string is its reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import libpcap
from capture_files import SECOND, Record, seen

from umpa_sniffing import from_file
from umpa_sniffing.exceptions import UMPASniffingException

PCAPNG = b"\x0a\x0d\x0d\x0a"
NEAREST = (-(2**63), 2**63 - 1)
# Of link types whose packets begin with a header of the capturing machine, in its byte order.
HOST_ORDER_HEADERS = {113, 117, 149, 189, 220, 239, 258, 276}
USB_MMAPPED = 220


@dataclass
class Compared:
    """A file, as both have it."""

    path: Path
    content: bytes
    theirs: libpcap.Reading
    packets: list
    error: UMPASniffingException | None

    @property
    def is_pcapng(self) -> bool:
        return self.content.startswith(PCAPNG)

    @property
    def is_swapped(self) -> bool:
        order = self.content[8:12] if self.is_pcapng else self.content[:4]
        return order[:2] in {b"\xa1\xb2", b"\x1a\x2b"}


PacketRule = Callable[[Compared, Record, Record], bool]
EndRule = Callable[[Compared], bool]
TIME: list[PacketRule] = []
BYTES: list[PacketRule] = []
LENGTH: list[PacketRule] = []
END: list[EndRule] = []


def rule_of(rules: list) -> Callable:
    def kept(rule: Callable) -> Callable:
        rules.append(rule)
        return rule

    return kept


@rule_of(TIME)
def more_than_64_bits(file: Compared, ours: Record, theirs: Record) -> bool:
    """What 64 bits of nanoseconds do not hold is the nearest that they do; libpcap has as many of seconds."""
    has_wrapped = (ours.timestamp_ns < 0) != (theirs.timestamp_ns < 0)
    is_beyond = not NEAREST[0] < theirs.timestamp_ns < NEAREST[1]
    return ours.timestamp_ns in NEAREST and (is_beyond or has_wrapped)


@rule_of(TIME)
def signed(file: Compared, ours: Record, theirs: Record) -> bool:
    """Seconds and fractions of a pcap record have no sign; they had one in libpcap before 1.10.5."""
    unit = 1 if file.content[:4] in {b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d"} else 1000
    difference = ours.timestamp_ns - theirs.timestamp_ns
    seconds, fraction = 2**32 * SECOND, 2**32 * unit
    return not file.is_pcapng and difference in {seconds, fraction, seconds + fraction}


@rule_of(TIME)
def fine_powers_of_two(file: Compared, ours: Record, theirs: Record) -> bool:
    """libpcap's product of a fraction finer than 2^-34 s and 10^9 overflows."""
    fine = re.search(rb"\x09\0\x01\0[\xa3-\xbf]|\0\x09\0\x01[\xa3-\xbf]", file.content)
    same_second = ours.timestamp_ns // SECOND == theirs.timestamp_ns // SECOND
    return file.is_pcapng and fine is not None and same_second


@rule_of(TIME)
def simple_packets_have_no_time(file: Compared, ours: Record, theirs: Record) -> bool:
    """Without a time there is nothing to add if_tsoffset to; libpcap adds it to 0."""
    return file.is_pcapng and ours.timestamp_ns == 0 and theirs.timestamp_ns % SECOND == 0


@rule_of(BYTES)
def clipped(file: Compared, ours: Record, theirs: Record) -> bool:
    """All bytes of a record are delivered; libpcap clips them to the snaplen that the file claims."""
    return len(theirs.data) == file.theirs.snaplen and ours.data.startswith(theirs.data)


@rule_of(BYTES)
def host_order(file: Compared, ours: Record, theirs: Record) -> bool:
    """Bytes are the file's; libpcap turns the machine's own headers round in files of the other order."""
    same_length = len(ours.data) == len(theirs.data)
    return same_length and file.is_swapped and file.theirs.link_type in HOST_ORDER_HEADERS


@rule_of(LENGTH)
def isochronous_usb(file: Compared, ours: Record, theirs: Record) -> bool:
    """The length is the file's; libpcap makes out another from the USB header of some packets."""
    return file.theirs.link_type == USB_MMAPPED


def went_on(file: Compared) -> bool:
    return len(file.packets) >= len(file.theirs.records)


def says(file: Compared, words: str) -> bool:
    return file.theirs.error is not None and re.search(words, file.theirs.error) is not None


@rule_of(END)
def mixed(file: Compared) -> bool:
    """Each interface has its own link type and snaplen, each section its byte order; not so in libpcap."""
    told = says(file, "different from the (type|snapshot length)|different byte orders")
    # The length of a section header of the other order, read in the order of the one before.
    mistaken = says(file, "pcapng block size 469762048 >")
    return went_on(file) and (told or mistaken)


@rule_of(END)
def longer_than_the_interfaces_snaplen(file: Compared) -> bool:
    """A packet of pcapng may be longer than its interface's snaplen; libpcap stops there."""
    return went_on(file) and file.is_pcapng and says(file, "bigger than snaplen")


@rule_of(END)
def finer_than_64_bits(file: Compared) -> bool:
    """A second may have more units than 64 bits can count; libpcap refuses such an interface."""
    return went_on(file) and file.is_pcapng and says(file, "if_tsresol.*too high")


@rule_of(END)
def no_interface_at_all(file: Compared) -> bool:
    """Where there is no packet, no interface is missing; libpcap wants to know a link type."""
    return file.error is None and file.packets == [] and says(file, "no Interface Description Blocks")


@dataclass
class Report:
    filter: str = ""
    files: int = 0
    packets: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)

    def compare(self, path: Path) -> None:
        try:
            packets, error = from_file(path, filter=self.filter or None), None
        except UMPASniffingException as caught:
            packets, error = caught.packets, caught
        file = Compared(path, path.read_bytes(), libpcap.read(path, self.filter), packets, error)
        self.files += 1
        self.packets += len(packets)
        theirs = file.theirs
        if (error is None, len(packets)) != (theirs.good_end, len(theirs.records)):
            ends = (
                f"{len(packets)} packets and {error!r:.300}, libpcap {len(theirs.records)} and {theirs.error}"
            )
            self.explain(f"{path.name}: {ends}", END, file)
        for number, (packet, expected) in enumerate(zip(packets, theirs.records, strict=False), start=1):
            self.compare_packet(file, f"{path.name}: packet {number}", packet, expected)

    def compare_packet(self, file: Compared, where: str, packet, expected: Record) -> None:
        ours = seen(packet)
        if packet.datalink != file.theirs.link_type:
            self.unexplained.append(f"{where}: link type {packet.datalink}, libpcap {file.theirs.link_type}")
        if ours == expected:
            return
        for name, rules in (("timestamp_ns", TIME), ("data", BYTES), ("wire_len", LENGTH)):
            one, other = getattr(ours, name), getattr(expected, name)
            if one != other:
                self.explain(
                    f"{where}: {name} {one!r:.90}, libpcap {other!r:.90}", rules, file, ours, expected
                )

    def explain(self, difference: str, rules: list, *arguments) -> None:
        for rule in rules:
            if rule(*arguments):
                self.explained[rule.__name__] += 1
                return
        self.unexplained.append(difference)

    def unused(self) -> list[str]:
        return [rule.__name__ for rules in (TIME, BYTES, LENGTH, END) for rule in rules
                if not self.explained[rule.__name__]]  # fmt: skip

    def text(self) -> str:
        lines = [
            f"{self.files} files, {self.packets} packets, {len(self.unexplained)} unexplained differences"
        ]
        for rule in [*TIME, *BYTES, *LENGTH, *END]:
            lines.append(f"  {self.explained[rule.__name__]:6} {rule.__name__}: {rule.__doc__}")
        return "\n".join(lines)
