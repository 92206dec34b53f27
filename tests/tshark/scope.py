"""Which of tshark's layers is which of ours: both lists side by side, as far as they go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tshark.entries import entry_of
from tshark.fields import FIELDS
from tshark.oracle import Dissection, Proto
from umpa_sniffing import _core

# Of these tshark makes a layer, though no header stands in the packet; the wrapper holds plain data.
NO_HEADER = {"raw", "fake-field-wrapper"}
CONTENTS_ARE_SHOWN = {"tcp", "udp"}
# And of these it shows what is our Payload as fields of the layer.
READS_ON = {"icmp", "icmpv6", "igmp", "sctp"}
RAW_IP = {12, 14, 101}
LINK_TYPES = RAW_IP | {
    value
    for protocol in _core.protocol_table()
    for space, value in protocol["bindings"]
    if space == "link_type"
}
# tshark's names of what we decode.
OURS = {name for protocol in _core.protocol_table() for name in FIELDS[protocol["name"]].protos}


@dataclass(frozen=True)
class Pair:
    ours: Any
    theirs: Proto


@dataclass(frozen=True)
class Scope:
    pairs: list[Pair]
    ours_next: Any | None  # our first layer that tshark has not at that place
    theirs_next: Proto | None  # tshark's first that we have not

    @property
    def both_end(self) -> bool:
        return self.ours_next is None and self.theirs_next is None


def headers(packet) -> list[tuple[int, Any]]:
    """Our layers but the Payload, with the place of each in the packet."""
    found, offset = [], 0
    for layer in packet.protos:
        if layer.name != "Payload":
            found.append((offset, layer))
        offset += len(bytes(layer))
    return found


def payload_pair(packet, dissection: Dissection, found: Scope) -> Pair | None:
    """The Payload beside the bytes that tshark shows as the contents of the layer before, whatever it makes
    of them, or as data where it makes nothing of them."""
    names = entry_of(FIELDS["Payload"].fields["data"]).names
    holders = [pair.theirs for pair in found.pairs[-1:] if pair.theirs.name in CONTENTS_ARE_SHOWN]
    if found.both_end and not (found.pairs and found.pairs[-1].theirs.name in READS_ON):
        holders += [proto for proto in dissection.protos if proto.name == "fake-field-wrapper"]
    holder = next((proto for proto in holders if any(map(proto.all, names))), None)
    payload = packet.protos[-1] if packet.protos and packet.protos[-1].name == "Payload" else None
    return None if holder is None else Pair(payload, holder)


def scope(packet, dissection: Dissection) -> Scope:
    ours = headers(packet)
    theirs = [proto for proto in dissection.protos if proto.name not in NO_HEADER]
    pairs = []
    for (offset, layer), proto in zip(ours, theirs, strict=False):
        if proto.name not in FIELDS[layer.name].protos or proto.position != offset:
            break
        pairs.append(Pair(layer, proto))
    count = len(pairs)
    return Scope(
        pairs,
        ours[count][1] if count < len(ours) else None,
        theirs[count] if count < len(theirs) else None,
    )
