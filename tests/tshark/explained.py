"""Why tshark may say something else than we do: each reason, and the differences for which it holds.

A rule is as narrow as it can be, and goes when nothing needs it any more: what no rule explains fails the
test, and so does a rule that explains nothing in all of the corpus."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address
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
    if difference.field != "IP.dst":
        return False
    if difference.theirs is ABSENT:  # that route is broken
        return bool(difference.pair.theirs.all("ip.opt.len"))
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
    if pair.ours.name not in LENGTHS:
        return None
    name, unit, fixed = LENGTHS[pair.ours.name]
    return pair.theirs.position + getattr(pair.ours, name, 0) * unit + fixed


def ends_within(difference: Difference) -> bool:
    """Bytes between the end of a layer and that of the one around it are trailer to us; tshark has no name
    for them."""
    if difference.field != "trailer" or not difference.ours.endswith(difference.theirs):
        return False
    ends = [end for end in map(told_end, difference.scope.pairs) if end is not None]
    start = difference.packet.caplen - len(difference.ours)
    return start in ends


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


LEFT_TO_THE_CARD = ("IP.checksum_ok", "TCP.checksum_ok", "UDP.checksum_ok")
WARNING = 0x600000  # tshark's severity


def tshark_complains(difference: Difference) -> bool:
    """Of the packet, or of something else in the layer than a checksum."""
    if difference.dissection.is_malformed:
        return True
    if difference.pair is None:
        return False
    messages = difference.pair.theirs.all("_ws.expert.message")
    severities = difference.pair.theirs.all("_ws.expert.severity")
    return any(
        number(severity) >= WARNING and "checksum" not in message.get("show", "").lower()
        for message, severity in zip(messages, severities, strict=True)
    )


def is_prefix(one: list, other: list) -> bool:
    return one == other[: len(one)]


def list_breaks(difference: Difference) -> bool:
    """We end a list before an item that can't be right; tshark lists that one too, or gives up before, or
    goes on where an item of that kind should end."""
    if not difference.field.endswith(" kinds") or len(difference.theirs) == len(difference.ours) == 0:
        return False
    lists = difference.ours, difference.theirs
    one_more = is_prefix(difference.ours, difference.theirs) and len(lists[1]) == len(lists[0]) + 1
    return one_more or tshark_complains(difference) or reason_we_stopped(difference) != ""


def item_breaks(difference: Difference) -> bool:
    """Of such an item, or of one that is longer or shorter than its kind is, tshark shows less or more."""
    of_item = "[" in difference.field or "_list " in difference.field
    return of_item and (tshark_complains(difference) or (reason_we_stopped(difference) != ""))


def has_only(pair: Pair, *names: str) -> bool:
    """tshark shows no fields of the layer but these, and its checksum and data."""
    shown = {child.get("name", "").partition(".")[2] for child in pair.theirs.element if child.tag == "field"}
    return shown <= {*names, "checksum", "checksum.status", "data", "reserved", "no_resp", ""}


def message_is_not_decoded(difference: Difference) -> bool:
    pair = difference.pair
    if pair is None or pair.ours.name not in ("ICMP", "ICMPV6", "IGMP") or difference.field == "layer":
        return False
    return has_only(pair, "type", "code", "version", "ident") and theirs_is_missing(difference)


def theirs_is_missing(difference: Difference) -> bool:
    return difference.theirs in (ABSENT, None, [])


def layer_is_not_whole(difference: Difference) -> bool:
    """Then we say nothing of a checksum, and tshark of that of the bytes that are there."""
    _, _, name = difference.field.partition(".")
    return name == "checksum_ok" and difference.ours is None and reason_we_stopped(difference) != ""


def extension_without_length(difference: Difference) -> bool:
    """tshark takes whatever stands behind 128 quoted bytes for a structure; see RFC 4884 5.5."""
    name = difference.field.partition(".")[2]
    return name in ("ext_version", "_ext_checksum") and difference.ours is ABSENT


def extension_of_other_version(difference: Difference) -> bool:
    version = getattr(difference.pair and difference.pair.ours, "ext_version", 2)
    return difference.field.endswith("extension_list kinds") and not difference.ours and version != 2


def two_tags_in_one(difference: Difference) -> bool:
    """802.1ad's inner tag is part of tshark's layer of the outer one."""
    pairs = difference.scope.pairs
    return bool(pairs and pairs[-1].theirs.all("ieee8021ad.svid")) and (
        difference.field in ("layer", "VLAN._etype")
    )


def family_of_linux(difference: Difference) -> bool:
    """tshark knows IPv6's family of the BSDs and macOS alone."""
    pairs = difference.scope.pairs
    is_next = difference.field == "layer" and difference.theirs is None
    return is_next and pairs and pairs[-1].ours.name == "NULL" and pairs[-1].ours.family == 10


def route_pointer(difference: Difference) -> bool:
    """tshark shows no addresses where the pointer points amid one or before them."""
    return difference.field.endswith("route.addr") and difference.theirs == []


def segments_beyond(difference: Difference) -> bool:
    return (
        difference.field == "ROUTING.addr"
        and difference.ours == []
        and (difference.pair.ours.last_entry + 1) * 16 + 8 > len(bytes(difference.pair.ours))
    )


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


def home_address_of_other_length(difference: Difference) -> bool:
    """tshark takes the sender's address from an option of any length."""
    is_verdict = difference.field.endswith(".checksum_ok") and difference.theirs is True
    lists = [pair.ours.option_list for pair in difference.scope.pairs if pair.ours.name == "DSTOPTS"]
    return is_verdict and any(
        item.kind == 201 and len(item.value) != 16 for options in lists for item in options
    )


def abbreviated_route(difference: Difference) -> bool:
    """We do not put together the final destination of an abbreviated or broken source route."""
    routes = [pair.ours for pair in difference.scope.pairs if pair.ours.name == "ROUTING"]
    is_verdict = difference.field.endswith(".checksum_ok") and difference.ours is None
    return is_verdict and any(route.segleft for route in routes)


def left_to_the_card(difference: Difference) -> bool:
    """A checksum of 0 in IP, or that of the pseudo-header alone in TCP and UDP, is what a system leaves that
    lets the network card make it."""
    if difference.field not in LEFT_TO_THE_CARD or difference.ours is not None:
        return False
    told = difference.pair.ours._checksum
    return told == 0 or told == pseudo_header_sum(difference)


def pseudo_header_sum(difference: Difference) -> int:
    layers = difference.packet.protos
    index = layers.index(difference.pair.ours)
    network = next(layer for layer in reversed(layers[:index]) if layer.name in ("IP", "IPV6"))
    length = sum(len(bytes(layer)) for layer in layers[index:])
    words = ip_address(network.src).packed + ip_address(network.dst).packed
    number = {"TCP": 6, "UDP": 17}.get(difference.pair.ours.name, 0)
    total = sum(int.from_bytes(words[at : at + 2], "big") for at in range(0, len(words), 2)) + length + number
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def routing_behind_the_last(difference: Difference) -> bool:
    """tshark lists the entry of zeros that ends GRE's routes."""
    return difference.field.startswith("GRE.routing ") and difference.theirs == [*difference.ours, 0]


def compact_padding(difference: Difference) -> bool:
    """tshark leaves out the zeros behind a compact routing header's identifiers."""
    is_list = difference.field in ("ROUTING.crh16_sid", "ROUTING.crh32_sid")
    return (
        is_list
        and is_prefix(difference.theirs, difference.ours)
        and not any(difference.ours[len(difference.theirs) :])
    )


def unused_is_nameless(difference: Difference) -> bool:
    """Unused bytes that tshark has no field for."""
    return difference.field in ("ICMP.unused", "ICMPV6.unused") and difference.theirs is ABSENT


def router_entry_size(difference: Difference) -> bool:
    """tshark lists nothing of entries that are not of two words; we hold them for extensions."""
    is_list = difference.field == "ICMP.mip_list kinds" and difference.theirs == []
    return is_list and difference.pair.ours.addr_entry_size != 2


def records_beyond_their_number(difference: Difference) -> bool:
    """tshark lists all that there are."""
    is_list = difference.field == "ICMPV6.record_list kinds" and is_prefix(difference.ours, difference.theirs)
    return is_list and difference.pair.ours.num_records == len(difference.ours)


MPTCP_LENGTHS = {0: {4, 12, 20, 22, 24}, 3: {8, 10, 16, 18, 20, 22, 28, 30}}  # by subtype


def mptcp_option(difference: Difference) -> bool:
    """Of a version or a length that tshark does not know it shows less."""
    found = re.match(r"TCP\.option_list\[(\d+)\] mptcp", difference.field)
    if found is None or difference.theirs is not ABSENT:
        return False
    option = difference.pair.ours.option_list[int(found[1])]
    subtype = option.fields["subtype"]
    known = MPTCP_LENGTHS.get(subtype, {len(option.value) + 2})
    return len(option.value) + 2 not in known or option.fields.get("version", 0) > 1


def address_length(difference: Difference) -> bool:
    """tshark shows no address whose length is not its family's."""
    is_address = re.search(r"interface_identification\.ipv[46]$", difference.field) is not None
    return is_address and difference.theirs is ABSENT


def names_end_early(difference: Difference) -> bool:
    """tshark lists no names behind an empty one."""
    is_list = difference.field.endswith("dnssl.domain_names") and difference.theirs is ABSENT
    return is_list and difference.ours.startswith(b"\0")


def verdict_of_cut(difference: Difference) -> bool:
    """tshark verifies no checksum in a packet that is cut, though all that it covers be there."""
    is_verdict = difference.field.endswith(".checksum_ok") and difference.theirs is None
    return is_verdict and reason_we_stopped(difference) == "cut by snaplen"


def timestamp_flag(difference: Difference) -> bool:
    """tshark shows timestamps also under a flag that is not known."""
    return "timestamp.entries" in difference.field and difference.ours == []


def odd_next(difference: Difference) -> bool:
    """What tshark decodes by a guess or a port that is not bound here."""
    below = difference.scope.pairs[-1].ours.name if difference.scope.pairs else ""
    guesses = {
        ("GRE", "ip"),
        ("LLC", "eth"),
        ("MPLS", "eth"),
        ("UDP", "gtp"),
        ("UDP", "mpls"),
        ("UDP", "vxlan"),
    }
    return difference.ours is None and (below, difference.theirs) in guesses


def ethertype_is_not_bound(difference: Difference) -> bool:
    """tshark has PPP's ethertype in GRE alone, and VLAN's not in GRE."""
    pairs = difference.scope.pairs
    is_next = difference.field == "layer" and difference.theirs is None and bool(pairs)
    return is_next and (pairs[-1].ours.name, difference.ours.name) in {("GRE", "VLAN"), ("Ethernet", "PPP")}


def other_protocol_of_igmp(difference: Difference) -> bool:
    """PIM version 1 and DVMRP are types of IGMP: tshark shows them as layers of their own."""
    layer = getattr(difference.ours, "name", "")
    return (
        difference.field == "layer"
        and layer == "IGMP"
        and difference.theirs in ("pim", "dvmrp", "mrdisc", "msnip", "rgmp")
    )


def arp_for_atm(difference: Difference) -> bool:
    layer = difference.ours if difference.field == "layer" else difference.pair and difference.pair.ours
    return getattr(layer, "name", "") == "ARP" and layer.hwtype == ATM


def isl(difference: Difference) -> bool:
    is_isl = difference.field == "layer" and difference.theirs == "isl"
    return is_isl and difference.ours.dst[:14] in ISL_ADDRESSES


RULES: dict[str, tuple[str, Callable[[Difference], bool]]] = {
    "checksum left to the card": ("None to us", left_to_the_card),
    "layer not whole": ("its checksum is not verified by us", layer_is_not_whole),
    "list breaks": ("we end it at an item that can't be right", list_breaks),
    "item breaks": ("tshark complains and shows less of it", item_breaks),
    "message not decoded": ("by tshark", message_is_not_decoded),
    "extension without length": (
        "tshark takes any bytes for it, we by version and checksum",
        extension_without_length,
    ),
    "extension of another version": ("objects of version 2 alone to us", extension_of_other_version),
    "802.1ad twice": ("two tags are one layer to tshark", two_tags_in_one),
    "AF_INET6 of Linux": ("not known to tshark", family_of_linux),
    "route pointer": ("tshark shows no addresses where it is wrong", route_pointer),
    "segments beyond": ("we show none where they do not fit", segments_beyond),
    "coverage": ("tshark shows no more where it is illegal", coverage_is_illegal),
    "mobility message": ("data to us, or known with fewer flags to tshark", mobility_message),
    "mobility header": ("tshark reads beyond its length", mobility_header_is_short),
    "home address": ("tshark takes it from an option of any length", home_address_of_other_length),
    "abbreviated route": ("its destination is not made out by us", abbreviated_route),
    "end of GRE's routes": ("an entry to tshark", routing_behind_the_last),
    "compact identifiers": ("tshark leaves out padding", compact_padding),
    "unused bytes": ("no field of tshark's", unused_is_nameless),
    "router entries": ("of another size than two words", router_entry_size),
    "records beyond their number": ("listed by tshark", records_beyond_their_number),
    "MPTCP option": ("of a length or version that tshark does not know", mptcp_option),
    "interface's address": ("of another length than its family's", address_length),
    "names behind an empty one": ("not listed by tshark", names_end_early),
    "checksum in a cut packet": ("not verified by tshark", verdict_of_cut),
    "timestamp flag": ("unknown: tshark shows timestamps", timestamp_flag),
    "guessed layer": ("Payload to us", odd_next),
    "ethertype": ("data to tshark", ethertype_is_not_bound),
    "protocols in IGMP": ("layers of their own to tshark", other_protocol_of_igmp),
    "wrong version": ("tshark reads on as if it were right", version_is_wrong),
    "header not whole": (
        "tshark shows the fields that it reached, we take a header whole",
        header_is_not_whole,
    ),
    "bytes between two ends": ("trailer to us, nameless to tshark", ends_within),
    "layer limit": ("we stop, tshark goes on", layers_are_too_many),
    "tshark gave up": ("at an option it calls malformed; no later layer is shown", tshark_gave_up),
    "source route": ("tshark's ip.dst is the route's last address", source_route),
    "DRARP error": ("tshark shows an error number where RFC 1931 has the target's address", drarp_error),
    "option length": ("tshark shows no fields of an option of another length", option_of_other_length),
    "UDP length 0 in IPv4": ("tshark allows it in IPv6 only and shows no more", udp_length_is_zero),
    "UDP payload": ("too long in tshark where what follows is malformed", udp_payload_is_labelled_right),
    "ARP for ATM": ("other header, guessed by the hardware type", arp_for_atm),
    "ISL": ("guessed by the destination address", isl),
}


def reason_of(difference: Difference) -> str | None:
    return next((name for name, (_, holds) in RULES.items() if holds(difference)), None)


def describe(name: str) -> str:
    return NOT_COMPARED[name] if name in NOT_COMPARED else RULES[name][0]
