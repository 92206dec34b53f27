"""Lists of options, chunks and records that do not end as they should, and their items."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tshark.entries import ABSENT, Items, number
from tshark.explained.common import is_prefix, reason_we_stopped, tshark_complains
from tshark.fields import FIELDS

if TYPE_CHECKING:
    from tshark.compare import Difference

MPTCP_LENGTHS = {0: {4, 12, 20, 22, 24}, 3: {8, 10, 16, 18, 20, 22, 28, 30}}  # by subtype


# Of which tshark lists an item that can't be right, and does not say so.
SILENT = {"IP.option_list kinds", "ICMP.extension_list kinds", "ICMPV6.extension_list kinds"}
IN_CONTENTS = {"ICMP", "ICMPV6", "IGMP", "SCTP", "PPPOE"}  # their lists may be cut


def is_broken(difference: Difference) -> bool:
    cut = difference.pair.ours.name in IN_CONTENTS and reason_we_stopped(difference) != ""
    return cut or tshark_complains(difference)


def last_item_is_beyond(difference: Difference) -> bool:
    """tshark's last item ends behind the header, or behind the packet, or is shorter than it says."""
    layer = difference.pair.ours
    entry = FIELDS[layer.name].fields.get(difference.field.partition(".")[2].removesuffix(" kinds"))
    if not isinstance(entry, Items):
        return False
    last = entry.found(difference.pair.theirs)[-1]
    header_end = difference.pair.theirs.position + len(bytes(layer))
    end = difference.packet.caplen if layer.name in IN_CONTENTS else header_end
    size = int(last.get("size", 0))
    told = [number(length) * 8 for length in last if length.get("name") == "icmpv6.opt.length"]
    return int(last.get("pos", 0)) + size > end or any(length > size for length in told)


def list_breaks(difference: Difference) -> bool:
    """We end a list before an item that can't be right; tshark lists that one too, or gives up before, or
    goes on where an item of that kind should end."""
    if not difference.field.endswith(" kinds"):
        return False
    one_more = difference.ours == difference.theirs[:-1]
    silent = one_more and (difference.field in SILENT or last_item_is_beyond(difference))
    return silent or is_broken(difference)


def item_breaks(difference: Difference) -> bool:
    """Of such an item, or of one that is longer or shorter than its kind is, tshark shows less or more."""
    of_item = "[" in difference.field or "_list " in difference.field
    return of_item and is_broken(difference)


def option_of_other_length(difference: Difference) -> bool:
    """tshark shows no fields of an option whose length is not the one it knows."""
    if "[" not in difference.field or difference.theirs is not ABSENT:
        return False
    messages = [one.get("show", "") for one in difference.pair.theirs.all("_ws.expert.message")]
    return any("length should be" in message for message in messages)


def extension_of_other_version(difference: Difference) -> bool:
    version = getattr(difference.pair and difference.pair.ours, "ext_version", 2)
    return difference.field.endswith("extension_list kinds") and not difference.ours and version != 2


def segments_beyond(difference: Difference) -> bool:
    return (
        difference.field == "ROUTING.addr"
        and difference.ours == []
        and (difference.pair.ours.last_entry + 1) * 16 + 8 > len(bytes(difference.pair.ours))
    )


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


def router_entry_size(difference: Difference) -> bool:
    """tshark lists nothing of entries that are not of two words; we hold them for extensions."""
    is_list = difference.field == "ICMP.mip_list kinds" and difference.theirs == []
    return is_list and difference.pair.ours.addr_entry_size != 2


def records_beyond_their_number(difference: Difference) -> bool:
    """tshark lists all that there are."""
    is_list = difference.field == "ICMPV6.record_list kinds" and is_prefix(difference.ours, difference.theirs)
    return is_list and difference.pair.ours.num_records == len(difference.ours)


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


def timestamp_flag(difference: Difference) -> bool:
    """tshark shows timestamps also under a flag that is not known."""
    return "timestamp.entries" in difference.field and difference.ours == []


RULES = {
    "list breaks": ("we end it at an item that can't be right", list_breaks),
    "item breaks": ("tshark complains and shows less of it", item_breaks),
    "extension of another version": ("objects of version 2 alone to us", extension_of_other_version),
    "segments beyond": ("we show none where they do not fit", segments_beyond),
    "end of GRE's routes": ("an entry to tshark", routing_behind_the_last),
    "compact identifiers": ("tshark leaves out padding", compact_padding),
    "router entries": ("of another size than two words", router_entry_size),
    "records beyond their number": ("listed by tshark", records_beyond_their_number),
    "MPTCP option": ("of a length or version that tshark does not know", mptcp_option),
    "interface's address": ("of another length than its family's", address_length),
    "names behind an empty one": ("not listed by tshark", names_end_early),
    "timestamp flag": ("unknown: tshark shows timestamps", timestamp_flag),
    "option length": ("tshark shows no fields of an option of another length", option_of_other_length),
}
