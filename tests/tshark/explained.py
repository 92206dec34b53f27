"""Why tshark may say something else than we do: each reason, and the differences for which it holds.

A rule is as narrow as it can be, and goes when nothing needs it any more: what no rule explains fails the
test, and so does a rule that explains nothing in all of the corpus."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from tshark.entries import ABSENT, number

if TYPE_CHECKING:
    from tshark.compare import Difference
    from tshark.scope import Pair

# Noted by compare.py itself, of whole files and packets; libpcap alone says then what ours must be.
NOT_COMPARED = {
    "not compared: libpcap": "files that it does not open",
    "not compared: end": "files that tshark or libpcap reads in part: a link type or a block that it refuses",
    "not compared: count": "files in which tshark takes blocks for packets that are none to libpcap",
    "not compared: snaplen": "packets that libpcap clips to the file's snaplen, which tshark ignores",
}
CUT = {"cut by snaplen", "header truncated", "length field too short"}
ISL_ADDRESSES = {"01:00:0c:00:00", "03:00:0c:00:00"}
ATM = 19


def layer_of_tshark_alone(difference: Difference) -> bool:
    return difference.field == "layer" and difference.ours is None


def reason_we_stopped(difference: Difference) -> str:
    stopped = difference.packet.stopped
    return "" if stopped is None else stopped.reason


def version_is_wrong(difference: Difference) -> bool:
    wrong = reason_we_stopped(difference) == "wrong version number"
    return layer_of_tshark_alone(difference) and wrong


def header_is_not_whole(difference: Difference) -> bool:
    """We say so, or of a layer before, and then tshark does of some layer."""
    reason = reason_we_stopped(difference)
    bad = reason in CUT or (reason != "" and difference.dissection.is_malformed)
    return layer_of_tshark_alone(difference) and bad


def layers_are_too_many(difference: Difference) -> bool:
    return layer_of_tshark_alone(difference) and reason_we_stopped(difference) == "too many layers"


def tshark_gave_up(difference: Difference) -> bool:
    """An exception in the layer before, mostly at an option."""
    ends = difference.field == "layer" and difference.ours is not None and difference.theirs is None
    return ends and difference.dissection.is_malformed


def source_route(difference: Difference) -> bool:
    """tshark shows the last address of the route."""
    if difference.field != "IP.dst" or difference.theirs is ABSENT:
        return False
    header = bytes(difference.pair.ours)
    kinds = [number(kind) for kind in difference.pair.theirs.all("ip.opt.type")]
    return bool({131, 137} & set(kinds)) and IPv4Address(difference.theirs).packed in header[20:]


def drarp_error(difference: Difference) -> bool:
    is_target = difference.field == "ARP.dstproto_ipv4" and difference.theirs is ABSENT
    return is_target and bool(difference.pair.theirs.all("arp.dst.drarp_error_status"))


def option_of_other_length(difference: Difference) -> bool:
    """tshark shows no fields of an option whose length is not the one it knows."""
    if "[" not in difference.field or difference.theirs is not ABSENT:
        return False
    messages = [one.get("show", "") for one in difference.pair.theirs.all("_ws.expert.message")]
    return any("length should be" in message for message in messages)


def told_end(pair: Pair) -> int | None:
    """Where the layer ends by its own length field, if it has one."""
    lengths = {"IP": "_len", "IPV6": "_payload", "UDP": "_length"}
    name = lengths.get(pair.ours.name)
    fixed = 40 if pair.ours.name == "IPV6" else 0
    return None if name is None else pair.theirs.position + fixed + pair.ours.get_field(name)


def udp_ends_before_ip(difference: Difference) -> bool:
    """Bytes between the two ends are trailer to us; tshark has no name for them."""
    pairs = difference.scope.pairs
    if difference.field != "trailer" or not pairs or pairs[-1].ours.name != "UDP":
        return False
    ends = [end for end in map(told_end, pairs) if end is not None]
    between = ends[-2] - ends[-1]
    return between > 0 and difference.ours[between:] == difference.theirs


def udp_length_is_zero(difference: Difference) -> bool:
    """tshark takes it for a jumbogram's in IPv6 only, and gives up."""
    is_checksum = difference.field == "UDP._checksum" and difference.theirs is ABSENT
    return is_checksum and difference.pair.ours.length == 0 and difference.scope.pairs[-2].ours.name == "IP"


def udp_payload_is_labelled_right(difference: Difference) -> bool:
    """Where the next dissector fails, tshark's field reaches to the packet's end; its label tells better."""
    if difference.field != "Payload.data" or difference.pair.theirs.name != "udp":
        return False
    label = difference.pair.theirs.all("udp.payload")[0].get("showname", "")
    return difference.theirs.startswith(difference.ours) and f"({len(difference.ours)} bytes)" in label


def arp_for_atm(difference: Difference) -> bool:
    layer = difference.ours if difference.field == "layer" else difference.pair and difference.pair.ours
    return getattr(layer, "name", "") == "ARP" and layer.hwtype == ATM


def isl(difference: Difference) -> bool:
    is_isl = difference.field == "layer" and difference.theirs == "isl"
    return is_isl and difference.ours.dst[:14] in ISL_ADDRESSES


def type_without_fields(difference: Difference) -> bool:
    """Of these types we have no fields yet but the unused bytes."""
    protocol, _, name = difference.field.partition(".")
    types = {"ICMP": {42, 43}, "ICMPV6": {139, 140, 155, 160, 161}}.get(protocol, set())
    return name in {"ident", "unused"} and difference.pair.ours.type in types


# Their rows have no checksum yet: a name goes from here when the row gets one.
NOT_VERIFIED = {"IP", "TCP", "UDP", "ICMP", "ICMPV6"}


def checksum_is_not_verified(difference: Difference) -> bool:
    protocol, _, name = difference.field.partition(".")
    return name == "checksum_ok" and protocol in NOT_VERIFIED and difference.ours is None


RULES: dict[str, tuple[str, Callable[[Difference], bool]]] = {
    "checksum": ("not verified by us", checksum_is_not_verified),
    "wrong version": ("tshark reads on as if it were right", version_is_wrong),
    "header not whole": (
        "tshark shows the fields that it reached, we take a header whole",
        header_is_not_whole,
    ),
    "bytes between UDP's end and IP's": ("trailer to us, nameless to tshark", udp_ends_before_ip),
    "layer limit": ("we stop, tshark goes on", layers_are_too_many),
    "tshark gave up": ("at an option it calls malformed; no later layer is shown", tshark_gave_up),
    "source route": ("tshark's ip.dst is the route's last address", source_route),
    "DRARP error": ("tshark shows an error number where RFC 1931 has the target's address", drarp_error),
    "option length": ("tshark shows no fields of an option of another length", option_of_other_length),
    "UDP length 0 in IPv4": ("tshark allows it in IPv6 only and shows no more", udp_length_is_zero),
    "UDP payload": ("too long in tshark where what follows is malformed", udp_payload_is_labelled_right),
    "ARP for ATM": ("other header, guessed by the hardware type", arp_for_atm),
    "ISL": ("guessed by the destination address", isl),
    "ICMP type without fields": ("not decoded by us", type_without_fields),
}


def reason_of(difference: Difference) -> str | None:
    return next((name for name, (_, holds) in RULES.items() if holds(difference)), None)


def describe(name: str) -> str:
    return NOT_COMPARED[name] if name in NOT_COMPARED else RULES[name][0]
