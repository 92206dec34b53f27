"""The protocols' tables: what no compiler checks of them."""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from pathlib import Path

import pytest

from umpa_sniffing import Layer, Packet, _core, protocols

TOP = Path(__file__).parent.parent
TABLE = _core.protocol_table()
NAMES = [protocol["name"] for protocol in TABLE]
# Link types that the decode loop itself opens, by the version of IP.
RAW_IP = {12, 14, 101}


# The original's tree: its labels fill a column, and names of fields another.
LABEL_WIDTH, NAME_WIDTH = 25, 15


@pytest.fixture(params=TABLE, ids=NAMES)
def protocol(request):
    return request.param


def tables_of_items(fields):
    """For each list of items, and for each kind of item: the rows that such an item has."""
    for field in fields:
        if field["items"] is not None:
            common = field["items"]["fields"]
            for rows in [common, *(common + kind["fields"] for kind in field["items"]["types"])]:
                yield rows
                yield from tables_of_items(rows)


def test_names_of_fields_are_unique_and_do_not_hide_a_layers_own(protocol):
    names = [field["name"] for field in protocol["fields"]]
    names += [flag for field in protocol["fields"] for flag in field["flags"]]
    assert len(names) == len(set(names))
    assert not {name for name in names if hasattr(Layer, name)}
    assert not any(keyword.iskeyword(name) or not name.isidentifier() for name in names)


def test_names_of_items_and_of_their_fields_are_unique(protocol):
    for rows in tables_of_items(protocol["fields"]):
        names = [row["name"] for row in rows]
        assert len(names) == len(set(names))
        assert not set(names) & {"kind", "name", "value", "fields", "count", "index"}
        assert not any(keyword.iskeyword(name) or not name.isidentifier() for name in names)
    for field in protocol["fields"]:
        types = field["items"]["types"] if field["items"] else []
        assert len({each["kind"] for each in types}) == len(types)
        assert len({each["name"] for each in types}) == len(types)


def test_values_that_a_field_can_have_are_named_once(protocol):
    for rows in [protocol["fields"], *tables_of_items(protocol["fields"])]:
        for row in rows:
            values = [value for value, _ in row["values"]]
            width = row["named_by"][1] or row["bit_width"] or 32
            assert len(values) == len(set(values)), row["name"]
            assert all(value >> width == 0 for value in values), row["name"]
            assert all(re.fullmatch("[a-z0-9_]+", name) for _, name in row["values"]), row["name"]


def test_rows_that_every_header_has_lie_inside_it(protocol):
    for field in protocol["fields"]:
        if not (field["conditional"] or field["located"] or field["in_contents"]):
            assert field["bit_offset"] + field["bit_width"] <= protocol["min_header"] * 8, field


def test_widths_are_those_of_the_kinds(protocol):
    for rows in [protocol["fields"], *tables_of_items(protocol["fields"])]:
        for field in rows:
            width = field["element_width"] if field["kind"] == "list" else field["bit_width"]
            kind = field["element"] if field["kind"] == "list" else field["kind"]
            if kind in ("mac", "ipv4", "ipv6"):
                assert width == {"mac": 48, "ipv4": 32, "ipv6": 128}[kind] or field["located"]
            if kind in ("uint", "int", "flags"):
                assert 1 <= width <= 64 or field["located"]
            if kind not in ("uint", "int", "flags", "bool"):
                assert field["bit_offset"] % 8 == 0
            if kind == "flags":
                assert len(field["flags"]) == width


def test_printed_fields_cover_a_fixed_header_without_overlap(protocol):
    fields = [each for each in protocol["fields"] if each["printed"] and not each["in_contents"]]
    if any(each["conditional"] or each["located"] for each in fields):
        return
    end = 0
    for field in fields:
        if field["bit_width"] > 0:
            assert field["bit_offset"] == end, field["name"]
            end += field["bit_width"]
    assert end % 8 == 0


def test_labels_and_docs(protocol):
    assert protocol["doc"].endswith(".")
    for field in protocol["fields"]:
        assert field["label"].isascii() and len(field["label"]) <= LABEL_WIDTH
        assert len(field["name"]) <= NAME_WIDTH
        assert field["doc"].isascii() and len(field["doc"]) > 1


def test_every_row_is_an_attribute_with_its_doc(protocol):
    layer_type = getattr(protocols, protocol["name"])
    for field in protocol["fields"]:
        doc = getattr(layer_type, field["name"]).__doc__
        assert doc.startswith(f"{field['label']}: ") and doc.endswith(f". {field['doc']}.")
        assert all(hasattr(layer_type, flag) for flag in field["flags"])
        assert hasattr(layer_type, field["name"].lstrip("_") + "_name") == bool(field["values"])


def test_each_number_is_bound_once():
    bindings = [tuple(binding) for protocol in TABLE for binding in protocol["bindings"]]
    assert len(bindings) == len(set(bindings))
    limits = dict(_core.selectors())
    assert all(value < limits[space] for space, value in bindings)
    assert not {value for space, value in bindings if space == "link_type"} & RAW_IP


def test_names_of_protocols():
    assert len({name.lower() for name in NAMES}) == len(NAMES)
    own = set(dir(Packet)) - {name.lower() for name in NAMES}
    assert not {name.lower() for name in NAMES} & own
    assert sorted(protocols.__all__) == sorted(NAMES)


def test_type_stubs_are_what_the_tables_say():
    subprocess.run([sys.executable, TOP / "tools/stubs.py", "--check"], check=True)
