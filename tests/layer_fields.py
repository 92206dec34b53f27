"""What a packet's layers are and have, for tests that say what is there and what is not."""

from __future__ import annotations

from umpa_sniffing import Layer, Packet, UMPAAttributeException, _core

ROWS = {protocol["name"]: protocol["fields"] for protocol in _core.protocol_table()}

# Those that UMPA had.
ORIGINAL = {
    "type", "code", "_checksum", "ident", "seq", "unused",
    "redir_gw", "pointer", "pointer_unused", "originate", "receive", "transmit", "addressmask",
    "mtu", "cur_limit", "m", "o", "life_time", "reachable_time", "retrans_time", "r", "s", "o_na",
    "target_addr", "dest_addr",
}  # fmt: skip


def names(packet: Packet) -> list[str]:
    return [layer.name for layer in packet.protos]


def newer_fields(layer: Layer) -> dict[str, object]:
    """The fields that UMPA did not have, by their rows' names: those that are in this layer."""
    found = {}
    for row in ROWS[layer.name]:
        try:
            if row["name"] not in ORIGINAL or (layer.name, row["name"]) == ("ICMP", "mtu"):
                found[row["name"]] = layer.get_field(row["name"])
        except UMPAAttributeException:
            pass
    return found
