"""What is said of checksums."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from tshark.explained.common import reason_we_stopped

if TYPE_CHECKING:
    from tshark.compare import Difference

LEFT_TO_THE_CARD = ("IP.checksum_ok", "TCP.checksum_ok", "UDP.checksum_ok")


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


def left_to_the_card(difference: Difference) -> bool:
    """A checksum of 0 in IP, or that of the pseudo-header alone in TCP and UDP, is what a system leaves that
    lets the network card make it."""
    if difference.field not in LEFT_TO_THE_CARD or difference.ours is not None:
        return False
    told = difference.pair.ours._checksum
    return told == 0 or told == pseudo_header_sum(difference)


def layer_is_not_whole(difference: Difference) -> bool:
    """Then we say nothing of a checksum, and tshark of that of the bytes that are there."""
    _, _, name = difference.field.partition(".")
    return name == "checksum_ok" and difference.ours is None and reason_we_stopped(difference) != ""


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


def verdict_of_cut(difference: Difference) -> bool:
    """tshark verifies no checksum in a packet that is cut, though all that it covers be there."""
    is_verdict = difference.field.endswith(".checksum_ok") and difference.theirs is None
    return is_verdict and reason_we_stopped(difference) == "cut by snaplen"


RULES = {
    "checksum left to the card": ("None to us", left_to_the_card),
    "layer not whole": ("its checksum is not verified by us", layer_is_not_whole),
    "home address": ("tshark takes it from an option of any length", home_address_of_other_length),
    "abbreviated route": ("its destination is not made out by us", abbreviated_route),
    "checksum in a cut packet": ("not verified by tshark", verdict_of_cut),
}
