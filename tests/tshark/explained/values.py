"""Single fields, the payload and the trailer."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from tshark.entries import ABSENT, number
from tshark.explained.common import tshark_complains

if TYPE_CHECKING:
    from tshark.compare import Difference
    from tshark.scope import Pair

# Of layers that tell their length: the field, its unit in bytes, and what it does not count.
LENGTHS = {
    "IP": ("_len", 1, 0),
    "IPV6": ("_payload", 1, 40),
    "UDP": ("_length", 1, 0),
    "PPPOE": ("_payload_length", 1, 6),
    "GRE": ("_payload_length", 1, 16),
    "GTP": ("_length", 1, 8),
    "MIPV6": ("_hlen", 8, 8),
}


def has_only(pair: Pair, *names: str) -> bool:
    """tshark shows no fields of the layer but these, and its checksum and data."""
    shown = {child.get("name", "").partition(".")[2] for child in pair.theirs.element if child.tag == "field"}
    return shown <= {*names, "checksum", "checksum.status", "data", "reserved", "no_resp", ""}


def theirs_is_missing(difference: Difference) -> bool:
    return difference.theirs in (ABSENT, None, [])


def told_end(pair: Pair) -> int | None:
    """Where the layer ends by its own length field, if it has one."""
    if pair.ours.name not in LENGTHS:
        return None
    name, unit, fixed = LENGTHS[pair.ours.name]
    return pair.theirs.position + getattr(pair.ours, name, 0) * unit + fixed


def message_is_not_decoded(difference: Difference) -> bool:
    pair = difference.pair
    if pair is None or pair.ours.name not in ("ICMP", "ICMPV6", "IGMP") or difference.field == "layer":
        return False
    return has_only(pair, "type", "code", "version", "ident") and theirs_is_missing(difference)


def extension_without_length(difference: Difference) -> bool:
    """tshark takes whatever stands behind 128 quoted bytes for a structure; see RFC 4884 5.5."""
    name = difference.field.partition(".")[2]
    return name in ("ext_version", "_ext_checksum") and difference.ours is ABSENT


def source_route(difference: Difference) -> bool:
    """tshark shows the last address of the route."""
    if difference.field != "IP.dst":
        return False
    header = bytes(difference.pair.ours)
    if difference.theirs is ABSENT:  # that route is broken
        return bool({131, 137} & set(header[20:]))
    kinds = [number(kind) for kind in difference.pair.theirs.all("ip.opt.type")]
    return bool({131, 137} & set(kinds)) and IPv4Address(difference.theirs).packed in header[20:]


def drarp_error(difference: Difference) -> bool:
    is_target = difference.field == "ARP.dstproto_ipv4" and difference.theirs is ABSENT
    return is_target and bool(difference.pair.theirs.all("arp.dst.drarp_error_status"))


def ends_within(difference: Difference) -> bool:
    """Bytes between the end of a layer and that of the one around it are trailer to us; tshark has no name
    for them."""
    if difference.field != "trailer" or not difference.ours.endswith(difference.theirs):
        return False
    ends = [end for end in map(told_end, difference.scope.pairs) if end is not None]
    start = difference.packet.caplen - len(difference.ours)
    return start in ends


def udp_length_is_left_out(difference: Difference) -> bool:
    """As IP's is, above 65,535 bytes: tshark knows that of IPv6 only, and gives up."""
    is_checksum = difference.field == "UDP._checksum" and difference.theirs is ABSENT
    lengths = [getattr(pair.ours, "_len", None) for pair in difference.scope.pairs]
    return is_checksum and difference.pair.ours.length == 0 and 0 in lengths


def udp_payload_is_labelled_right(difference: Difference) -> bool:
    """Where the next dissector fails, tshark's field reaches to the packet's end; its label tells better."""
    if difference.field != "Payload.data" or difference.pair.theirs.name != "udp":
        return False
    label = difference.pair.theirs.all("udp.payload")[0].get("showname", "")
    return difference.theirs.startswith(difference.ours) and f"({len(difference.ours)} bytes)" in label


def coverage_is_illegal(difference: Difference) -> bool:
    return difference.field == "UDPLITE._checksum" and (
        difference.theirs is ABSENT and tshark_complains(difference)
    )


def mobility_message(difference: Difference) -> bool:
    """Types that we leave as data, and those of fast handovers, of which tshark knows fewer flags."""
    pair = difference.pair
    if pair is None or pair.ours.name != "MIPV6":
        return False
    fast = pair.ours.mhtype in (8, 9) and difference.theirs is ABSENT and difference.ours is False
    return hasattr(pair.ours, "data") or fast


def mobility_header_is_short(difference: Difference) -> bool:
    """tshark reads a message beyond the header's length."""
    pair = difference.pair
    return pair is not None and pair.ours.name == "MIPV6" and pair.ours._hlen == 0


def unused_is_nameless(difference: Difference) -> bool:
    """Unused bytes that tshark has no field for."""
    return difference.field in ("ICMP.unused", "ICMPV6.unused") and difference.theirs is ABSENT


RULES = {
    "message not decoded": ("by tshark", message_is_not_decoded),
    "extension without length": (
        "tshark takes any bytes for it, we by version and checksum",
        extension_without_length,
    ),
    "coverage": ("tshark shows no more where it is illegal", coverage_is_illegal),
    "mobility message": ("data to us, or known with fewer flags to tshark", mobility_message),
    "mobility header": ("tshark reads beyond its length", mobility_header_is_short),
    "unused bytes": ("no field of tshark's", unused_is_nameless),
    "bytes between two ends": ("trailer to us, nameless to tshark", ends_within),
    "source route": ("tshark's ip.dst is the route's last address", source_route),
    "DRARP error": ("tshark shows an error number where RFC 1931 has the target's address", drarp_error),
    "UDP length left out": ("tshark allows it in IPv6 only and shows no more", udp_length_is_left_out),
    "UDP payload": ("too long in tshark where what follows is malformed", udp_payload_is_labelled_right),
}
