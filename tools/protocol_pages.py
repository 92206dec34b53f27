"""Writes docs/protocols, a page for each protocol, from the protocols' tables.

With --check it writes nothing, and fails when the pages are not what it would write.
"""

import sys
from pathlib import Path

from umpa_sniffing import _core

PAGES = Path(__file__).parent.parent / "docs" / "protocols"

KINDS = {
    "uint": "integer",
    "int": "integer",
    "bool": "bool",
    "flags": "flags",
    "big_uint": "integer",
    "padding": "integer",
    "mac": "MAC address",
    "ipv4": "IPv4 address",
    "ipv6": "IPv6 address",
    "bytes": "bytes",
    "list": "list",
    "items": "list of options",
    "packet": "packet",
}
SPACES = {
    "link_type": "link type (DLT) {}",
    "ethertype": "ethertype 0x{:04x}",
    "llc.dsap": "LLC SAP 0x{:02x}",
    "ppp.protocol": "PPP protocol 0x{:04x}",
    "ip.version": "IP version {}",
    "ip.proto": "IP protocol {}",
    "udp.port": "UDP port {}",
}
LEGEND = """\
Bits count from the header's first; "n on" reaches to its end, and what stands where others say has no number.
A field without the underscore of its name is the same field, where no other has that name; the name of a
value is the field's name and ``_name``: ``pkt.ip.proto_name``. Fields in italics can be read, but are not
printed."""


def title(text, line="="):
    return f"{text}\n{line * len(text)}\n"


def bits(field):
    if field["located"]:
        return ""
    if field["bit_width"] == 0:
        return "" if field["kind"] == "padding" else f"{field['bit_offset']} on"
    return f"{field['bit_offset']}, {field['bit_width']}"


def kind(field):
    if field["kind"] == "list":
        return f"list of {KINDS[field['element']]}{'es' if field['element'] != 'uint' else 's'}"
    return KINDS[field["kind"]]


def explanation(field):
    parts = [field["doc"] + "."]
    if field["in_contents"]:
        parts.append("Behind the header.")
    if field["conditional"]:
        parts.append("Not in every one.")
    if field["flags"]:
        parts.append("Bits: " + ", ".join(f"``{flag}``" for flag in field["flags"]) + ".")
    return " ".join(parts)


def table(fields):
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: 10 18 22 14 60", ""]
    rows = [["Bits", "Field", "Label", "Kind", "What it is"]]
    for field in fields:
        name = f"``{field['name']}``" if field["printed"] else "*" + field["name"].replace("_", r"\_") + "*"
        rows.append([bits(field), name, field["label"], kind(field), explanation(field)])
    for row in rows:
        first, *others = (f" {cell}".rstrip() for cell in row)
        lines += [f"   * -{first}", *(f"     -{cell}" for cell in others)]
    return "\n".join(lines) + "\n"


def number(value):
    """A large one as its registry writes it, too."""
    return f"{value} (0x{value:04x})" if value > 0xFF else str(value)


def names(rows, told=number):
    return "\n".join(f"- {told(value)}: ``{name}``" for value, name in rows) + "\n"


def options(fields, told):
    """The options, chunks or records of the fields that are lists, and what each has: a list that many
    share is told once."""
    parts = []
    for field in fields:
        if field["items"] and field["items"] not in told:
            told.append(field["items"])
            parts += [option_list(field), *options(fields_of_options(field), told)]
    return parts


def fields_of_options(field):
    items = field["items"]
    return items["fields"] + [inner for each in items["types"] for inner in each["fields"]]


def option_list(field):
    items = field["items"]
    parts = [title(f"``{field['name']}``", "-")]
    if items["fields"]:
        parts += ["Each has:\n", table(items["fields"])]
    if items["types"]:
        parts.append(names([(each["kind"], each["name"]) for each in items["types"]]))
    for each in items["types"]:
        if each["fields"]:
            parts += [f"``{each['name']}`` has, counted from its first bit:\n", table(each["fields"])]
    return "\n".join(parts)


def values(field, fields):
    """Where a name is found by more bits than the field's, by those that have them: ICMP's type, code."""
    begin, width = field["named_by"]
    parts = [
        (each["name"], begin + width - each["bit_offset"] - each["bit_width"], (1 << each["bit_width"]) - 1)
        for each in fields
        if begin <= each["bit_offset"] < begin + width
        if not (each["conditional"] or each["located"])
    ]

    def told(value):
        return ", ".join(f"{name} {value >> shift & mask}" for name, shift, mask in parts)

    return (
        title(f"Values of ``{field['name']}``", "-")
        + "\n"
        + names(field["values"], told if width else number)
    )


def page(protocol):
    parts = [title(protocol["name"]), protocol["doc"] + "\n"]
    if protocol["bindings"]:
        bound = ", ".join(SPACES[space].format(value) for space, value in protocol["bindings"])
        parts.append(f"``pkt.{protocol['name'].lower()}``, found by {bound}.\n")
    else:
        parts.append(f"``pkt.{protocol['name'].lower()}``.\n")
    parts.append(table(protocol["fields"]))
    parts += options(protocol["fields"], [])
    parts += [values(field, protocol["fields"]) for field in protocol["fields"] if field["values"]]
    return "\n".join(parts)


def index(table):
    made_from = "Made from the tables in ``csrc/decode/protocols``, a page for each protocol.\n"
    lines = [title("The protocols"), made_from, LEGEND, ""]
    by_layer = sorted(table, key=lambda protocol: (protocol["layer"], protocol["name"].lower()))
    for protocol in by_layer:
        name = protocol["name"]
        lines.append(f"- `{name} <{name.lower()}.rst>`_ (layer {protocol['layer']}): {protocol['doc']}")
    return "\n".join(lines) + "\n"


def pages():
    protocols = _core.protocol_table()
    made = {f"{protocol['name'].lower()}.rst": page(protocol) for protocol in protocols}
    return made | {"index.rst": index(protocols)}


def main():
    made = pages()
    there = {path.name: path.read_text() for path in PAGES.glob("*.rst")}
    if "--check" in sys.argv[1:]:
        if there != made:
            sys.exit("docs/protocols is not what the tables say: type `make stubs`")
        return
    PAGES.mkdir(exist_ok=True)
    for name in there.keys() - made.keys():
        (PAGES / name).unlink()
    for name, text in made.items():
        (PAGES / name).write_text(text)


if __name__ == "__main__":
    main()
