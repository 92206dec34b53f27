"""All that can be read of a layer, for tests that say what is there and what is not."""

from __future__ import annotations

from umpa_sniffing import Layer, UMPAAttributeException, _core

ROWS = {protocol["name"]: protocol["fields"] for protocol in _core.protocol_table()}


def hidden_fields(layer: Layer) -> dict[str, object]:
    """The fields that do not print, by their rows' names: those that this layer has."""
    found = {}
    for row in ROWS[layer.name]:
        try:
            if not row["printed"]:
                found[row["name"]] = layer.get_field(row["name"])
        except UMPAAttributeException:
            pass
    return found
