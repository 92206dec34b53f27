"""What rules ask of a difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tshark.entries import number

if TYPE_CHECKING:
    from tshark.compare import Difference

WARNING = 0x600000  # tshark's severity  # tshark's severity


def layer_of_tshark_alone(difference: Difference) -> bool:
    return difference.field == "layer" and difference.ours is None


def reason_we_stopped(difference: Difference) -> str:
    stopped = difference.packet.stopped
    return "" if stopped is None else stopped.reason


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
