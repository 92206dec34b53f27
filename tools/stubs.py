"""Writes umpa_sniffing/protocols.pyi, the types of all layers, from the protocols' tables.

With --check it writes nothing, and fails when the file is not what it would write.
"""

import sys
from pathlib import Path

from umpa_sniffing import _core

STUB = Path(__file__).parent.parent / "umpa_sniffing" / "protocols.pyi"

TYPE_OF_KIND = {
    "uint": "int",
    "int": "int",
    "bool": "bool",
    "flags": "int",
    "big_uint": "int",
    "padding": "int",
    "mac": "str",
    "ipv4": "str",
    "ipv6": "str",
    "bytes": "bytes",
    "items": "list[Option]",
    "packet": "Packet",
}


def attribute(name, value_type):
    return f"    @property\n    def {name}(self) -> {value_type}: ...\n"


def type_of(field):
    if field["kind"] == "list":
        return f"list[{TYPE_OF_KIND[field['element']]}]"
    return TYPE_OF_KIND[field["kind"]]


def layer_class(protocol):
    types = {field["name"]: type_of(field) for field in protocol["fields"]}
    types |= {flag: "bool" for field in protocol["fields"] for flag in field["flags"]}
    aliases = {name[1:]: types[name] for name in types if name.startswith("_")}
    types |= {
        alias: value_type
        for alias, value_type in aliases.items()
        if alias not in types and alias in vars(getattr(_core, protocol["name"]))
    }
    types |= {f"{f['name'].lstrip('_')}_name": "str | None" for f in protocol["fields"] if f["values"]}
    return f"class {protocol['name']}(Layer):\n" + "".join(map(attribute, types, types.values()))


def stub():
    table = _core.protocol_table()
    text = '"""Made by tools/stubs.py from csrc/decode/protocols: do not edit."""\n\n'
    classes = "\n".join(layer_class(protocol) for protocol in table)
    quotes = ", Packet" if "-> Packet" in classes else ""
    text += f"from umpa_sniffing._core import Layer{quotes}\n"
    text += f"from umpa_sniffing.records import Option\n\n{classes}"
    text += "\nclass LayersOfPacket:\n"
    text += "".join(attribute(p["name"].lower(), p["name"]) for p in table)
    return text


def main():
    if "--check" not in sys.argv[1:]:
        STUB.write_text(stub())
    elif STUB.read_text() != stub():
        sys.exit(f"{STUB.name} is not what the tables say: type `make stubs`")


if __name__ == "__main__":
    main()
