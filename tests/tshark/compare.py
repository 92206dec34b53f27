"""Compares what our decoders and tshark make of a file; every difference is explained or stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import libpcap
from capture_files import seen

import umpa_sniffing
from tshark import oracle
from tshark.entries import ABSENT, Entry, Flat, Items, Quoted, Unnamed, entry_of, number, of_item, raw
from tshark.explained import describe, reason_of
from tshark.fields import FIELDS
from tshark.scope import LINK_TYPES, OURS, Pair, Scope, headers, payload_pair, scope
from umpa_sniffing import _core
from umpa_sniffing.exceptions import UMPASniffingException

NAMES = {
    protocol["name"]: [name for row in protocol["fields"] for name in (row["name"], *row["flags"])]
    for protocol in _core.protocol_table()
}


@dataclass(frozen=True)
class Difference:
    """`pair` is None where a whole layer stands against something else."""

    path: Path
    packet: Any
    dissection: oracle.Dissection
    scope: Scope
    pair: Pair | None
    field: str
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        where = f"{self.path.name} packet {self.dissection.number}"
        ours, theirs = f"{self.ours!r:.200}", f"{self.theirs!r:.200}"
        return f"{where}: {self.field}: ours {ours}, tshark's {theirs}; {self.packet!r}"


@dataclass
class Report:
    files: int = 0
    packets: int = 0
    values: Counter[str] = field(default_factory=Counter)  # by our protocol's name
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: list[Difference] = field(default_factory=list)
    not_ours: Counter[str] = field(default_factory=Counter)  # what tshark decodes where we have Payload

    def add(self, difference: Difference) -> None:
        reason = reason_of(difference)
        if reason is None:
            self.unexplained.append(difference)
        else:
            self.explained[reason] += 1

    def text(self, most: int = 40) -> str:
        lines = [
            f"tshark {oracle.version()}: {self.files} files, {self.packets} packets, "
            f"{sum(self.values.values())} values compared, {len(self.unexplained)} unexplained differences",
            "  values of: " + ", ".join(f"{name} {count}" for name, count in self.values.most_common()),
            "  explained:",
            *(f"    {count:6} {name}: {describe(name)}" for name, count in self.explained.most_common()),
            "  left as Payload where tshark goes on: "
            + ", ".join(f"{name} {count}" for name, count in self.not_ours.most_common(most)),
        ]
        return "\n".join(lines)


def our_packets(path: Path) -> list:
    try:
        return umpa_sniffing.from_file(path)
    except UMPASniffingException as error:
        return error.packets


def compare_file(path: Path, report: Report) -> None:
    """All that is in packets is tshark's to say, of files that libpcap reads as we do; where it does not,
    test_savefiles_libpcap.py and test_savefiles_tshark.py say why."""
    expected = libpcap.read_file(path)
    packets = our_packets(path)
    if expected is None or [seen(packet) for packet in packets] != expected[1]:
        report.explained["not compared: libpcap"] += 1
        return
    link_type, _, good_end = expected
    assert {packet.datalink for packet in packets} <= {link_type}, path
    answer = oracle.ask(path)
    if answer.packet_count != len(packets):
        reason = "count" if good_end and not answer.complaint else "end"
        report.explained[f"not compared: {reason}"] += 1
        return
    report.files += 1
    for packet, dissection in zip(packets, answer, strict=True):
        compare_packet(path, packet, dissection, report)


def compare_packet(path: Path, packet, dissection: oracle.Dissection, report: Report) -> None:
    if dissection.caplen > packet.caplen:
        report.explained["not compared: snaplen"] += 1
        return
    report.packets += 1
    found = scope(packet, dissection)

    def compare(pair: Pair | None, name: str, ours: Any, theirs: Any) -> None:
        if ours != theirs:
            report.add(Difference(path, packet, dissection, found, pair, name, ours, theirs))

    for pair in found.pairs:
        for name, ours, theirs in [*values(pair.ours.name, pair), *checksum(pair)]:
            report.values[pair.ours.name] += 1
            compare(pair, f"{pair.ours.name}.{name}", ours, theirs)
    if packet.datalink not in LINK_TYPES:
        assert [layer.name for layer in packet.protos] in ([], ["Payload"]), path
        report.not_ours[dissection.protos[0].name if dissection.protos else "nothing"] += 1
    elif found.ours_next is not None:
        compare(None, "layer", found.ours_next, found.theirs_next and found.theirs_next.name)
    elif found.theirs_next is not None and found.theirs_next.name in OURS:
        compare(None, "layer", None, found.theirs_next.name)
    else:
        for pair, name, ours, theirs in contents(packet, dissection, found):
            report.values[name.partition(".")[0]] += 1
            compare(pair, name, ours, theirs)
        if found.theirs_next is not None:
            report.not_ours[found.theirs_next.name] += 1


# What lies behind the end of a frame's contents, or of a tag's.
TRAILERS = ("eth.padding", "eth.trailer", "vlan.trailer", "ieee8021ah.trailer")


def contents(
    packet, dissection: oracle.Dissection, found: Scope
) -> Iterator[tuple[Pair | None, str, Any, Any]]:
    """What is left behind the last header: the Payload, and what lies behind its end."""
    pair = payload_pair(packet, dissection, found)
    if pair is not None:
        for name, ours, theirs in values("Payload", pair):
            yield pair, f"Payload.{name}", ours, theirs
    if found.both_end and found.pairs and found.pairs[0].ours.name == "Ethernet":
        fields = [field for one in found.pairs for name in TRAILERS for field in one.theirs.all(name)]
        fields.sort(key=lambda field: int(field.get("pos", 0)))
        yield None, "trailer", packet.trailer, b"".join(map(raw, fields))


def values(protocol: str, pair: Pair) -> Iterator[tuple[str, Any, Any]]:
    """Every value that our layer or tshark's has, by our field's name."""
    for name in NAMES[protocol]:
        entry = entry_of(FIELDS[protocol].fields[name])
        value = getattr(pair.ours, name, ABSENT)
        if not isinstance(entry, Quoted):
            yield from compared(entry, name, value, pair.theirs)
        elif isinstance(value, umpa_sniffing.Packet):
            offset = pair.theirs.position + pair.ours.get_offset(name) // 8
            yield from quoted(name, value, pair.theirs.nested(), offset)


def compared(
    entry: Entry | None, name: str, value: Any, proto: oracle.Proto
) -> Iterator[tuple[str, Any, Any]]:
    if entry is None:
        yield name, value, "no entry in the map"
    elif isinstance(entry, Items):
        yield from items(entry, name, [] if value is ABSENT else value, proto)
    elif isinstance(entry, Flat):
        for which, ours, theirs in entry.pairs([] if value is ABSENT else value, proto):
            if ours or theirs:
                yield f"{name} {which}", ours, theirs
    elif not isinstance(entry, Unnamed):
        ours, theirs = entry.ours(value), entry.theirs(proto, value)
        if ours is not ABSENT or theirs is not ABSENT:
            yield name, ours, theirs


def quoted(name: str, packet, protos: list[oracle.Proto], offset: int) -> Iterator[tuple[str, Any, Any]]:
    """The layers of the quoted packet, which begins at `offset`: each of ours must be one of tshark's."""
    for place, layer in headers(packet):
        at = f"{name}.{layer.name}"
        proto = next((one for one in protos if one.position == offset + place), None)
        if proto is None or proto.name not in FIELDS[layer.name].protos:
            yield at, layer, proto and proto.name
            return
        for field_name, ours, theirs in values(layer.name, Pair(layer, proto)):
            yield f"{at}.{field_name}", ours, theirs


VERDICTS = {0: False, 1: True}  # and None for all that was not verified


def checksum(pair: Pair) -> Iterator[tuple[str, Any, Any]]:
    name = FIELDS[pair.ours.name].checksum
    verdicts = pair.theirs.all(name) if name and isinstance(name, str) else []
    for element in verdicts[:1]:
        yield "checksum_ok", pair.ours.checksum_ok, VERDICTS.get(number(element))


def items(entry: Items, name: str, ours: list, proto: oracle.Proto) -> Iterator[tuple[str, Any, Any]]:
    kinds = entry.kinds(proto)
    yield f"{name} kinds", [item.kind for item in ours], kinds
    for place, (item, element) in enumerate(zip(ours, entry.found(proto)[: len(kinds)], strict=False)):
        where = f"{name}[{place}] {item.name}"
        within = oracle.Proto(element)
        if entry.skip is not None and raw(element):
            yield f"{where} value", item.value, raw(element)[entry.skip :]
        elif entry.skip is not None and item.value:
            yield f"{where} size", entry.skip + len(item.value), int(element.get("size", 0))
        length = ABSENT if entry.length is None else entry.length.theirs(within, 0)
        if length is not ABSENT:
            yield f"{where} length", entry.length.ours(len(item.value)), length
        for key, one in entry.entries(item):
            yield from compared(one, f"{where}.{key}", of_item(item, key), within)
