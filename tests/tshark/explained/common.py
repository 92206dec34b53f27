"""What rules ask of a difference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tshark.entries import number

if TYPE_CHECKING:
    from tshark.compare import Difference

COMPLAINTS = "(?i)length|invalid|bogus|malformed|pointer"
WARNING = 0x600000  # tshark's severity  # tshark's severity


def layer_of_tshark_alone(difference: Difference) -> bool:
    return difference.field == "layer" and difference.ours is None


def reason_we_stopped(difference: Difference) -> str:
    stopped = difference.packet.stopped
    return "" if stopped is None else stopped.reason


def tshark_complains(difference: Difference) -> bool:
    """Of the packet, or of a length or the like in the layer."""
    if difference.dissection.is_malformed:
        return True
    if difference.pair is None:
        return False
    messages = difference.pair.theirs.all("_ws.expert.message")
    severities = difference.pair.theirs.all("_ws.expert.severity")
    return any(
        number(severity) >= WARNING and re.search(COMPLAINTS, message.get("show", "")) is not None
        for message, severity in zip(messages, severities, strict=True)
    )


def is_prefix(one: list, other: list) -> bool:
    return one == other[: len(one)]
