"""Layers that only one of the two has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tshark.explained.common import layer_of_tshark_alone, reason_we_stopped

if TYPE_CHECKING:
    from tshark.compare import Difference

CUT = {"cut by snaplen", "header truncated", "length field too short"}
ISL_ADDRESSES = {"01:00:0c:00:00", "03:00:0c:00:00"}


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


def isl(difference: Difference) -> bool:
    is_isl = difference.field == "layer" and difference.theirs == "isl"
    return is_isl and difference.ours.dst[:14] in ISL_ADDRESSES


RULES = {
    "802.1ad twice": ("two tags are one layer to tshark", two_tags_in_one),
    "AF_INET6 of Linux": ("not known to tshark", family_of_linux),
    "guessed layer": ("Payload to us", odd_next),
    "ethertype": ("data to tshark", ethertype_is_not_bound),
    "protocols in IGMP": ("layers of their own to tshark", other_protocol_of_igmp),
    "wrong version": ("tshark reads on as if it were right", version_is_wrong),
    "header not whole": (
        "tshark shows the fields that it reached, we take a header whole",
        header_is_not_whole,
    ),
    "layer limit": ("we stop, tshark goes on", layers_are_too_many),
    "tshark gave up": ("at an option it calls malformed; no later layer is shown", tshark_gave_up),
    "ISL": ("guessed by the destination address", isl),
}
