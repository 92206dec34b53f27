"""The protocols' tables: what no compiler checks of them."""

from __future__ import annotations

import keyword
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


@pytest.fixture(params=TABLE, ids=NAMES)
def protocol(request):
    return request.param


def test_names_of_fields_are_unique_and_do_not_hide_a_layers_own(protocol):
    names = [field["name"] for field in protocol["fields"]]
    names += [flag for field in protocol["fields"] for flag in field["flags"]]
    assert len(names) == len(set(names))
    assert not {name for name in names if hasattr(Layer, name)}
    assert not any(keyword.iskeyword(name) or not name.isidentifier() for name in names)


def test_rows_lie_inside_the_header(protocol):
    for field in protocol["fields"]:
        fixed = field["bit_width"] > 0 and not field["conditional"]
        if fixed and protocol["name"] != "ARP":  # whose min_header covers but its sizes
            assert field["bit_offset"] + field["bit_width"] <= protocol["min_header"] * 8, field
        if field["kind"] in ("mac", "ipv4", "ipv6"):
            assert field["bit_width"] == {"mac": 48, "ipv4": 32, "ipv6": 128}[field["kind"]]
            assert field["bit_offset"] % 8 == 0
        if field["kind"] in ("bytes", "big_uint", "options", "padding"):
            assert field["bit_width"] == 0
        if field["kind"] in ("uint", "flags"):
            assert 1 <= field["bit_width"] <= 64
        if field["kind"] == "flags":
            assert len(field["flags"]) == field["bit_width"]


def test_printed_fields_cover_the_fixed_header_without_overlap(protocol):
    if protocol["name"] in ("Payload", "ICMP", "ICMPV6"):  # no header, or one that varies
        return
    end = 0
    for field in protocol["fields"]:
        if field["printed"] and field["bit_width"] > 0:
            assert field["bit_offset"] == end, field["name"]
            end += field["bit_width"]
    assert end % 8 == 0


def test_labels_and_docs(protocol):
    assert protocol["doc"].endswith(".")
    for field in protocol["fields"]:
        assert field["label"].isascii() and len(field["label"]) <= 25
        assert len(field["name"]) <= 15
        assert field["doc"].isascii() and len(field["doc"]) > 1


def test_every_row_is_an_attribute_with_its_doc(protocol):
    layer_type = getattr(protocols, protocol["name"])
    for field in protocol["fields"]:
        assert getattr(layer_type, field["name"]).__doc__ == field["doc"]
        assert all(hasattr(layer_type, flag) for flag in field["flags"])


def test_each_number_is_bound_once():
    bindings = [tuple(binding) for protocol in TABLE for binding in protocol["bindings"]]
    assert len(bindings) == len(set(bindings))
    limits = {"link type": 512, "ethertype": 65536, "IP protocol": 256, "IP version": 16}
    assert all(value < limits[space] for space, value in bindings)
    assert not {value for space, value in bindings if space == "link type"} & RAW_IP


def test_names_of_protocols():
    assert len({name.lower() for name in NAMES}) == len(NAMES)
    own = set(dir(Packet)) - {name.lower() for name in NAMES}
    assert not {name.lower() for name in NAMES} & own
    assert sorted(protocols.__all__) == sorted(NAMES)


def test_type_stubs_are_what_the_tables_say():
    subprocess.run([sys.executable, TOP / "tools/stubs.py", "--check"], check=True)
