"""What an entry of the map in tshark.fields can be: how one field of ours is read out of tshark's layer.

An entry finds tshark's side in a layer (`theirs`) and brings ours to the same form (`ours`); ABSENT is a
value that isn't there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any
from xml.etree.ElementTree import Element

from tshark.oracle import Proto, fields_below

ABSENT = type("Absent", (), {"__repr__": lambda self: "ABSENT"})()


def as_is(value: Any) -> Any:
    return value


def raw(element: Element) -> bytes:
    """The bytes that tshark took the field from; of a bit field the bits alone."""
    return bytes.fromhex(element.get("value", ""))


def number(element: Element) -> int:
    """As shown: what tshark takes for bytes needs raw_number."""
    shown = element.get("show", "")
    return {"True": 1, "False": 0}[shown] if shown in ("True", "False") else int(shown, 0)


def raw_number(element: Element) -> int:
    return int.from_bytes(raw(element), "big")


def mac(element: Element) -> str:
    """Of the bytes, where tshark does not take them for one."""
    return raw(element).hex(":")


def ipv4(element: Element) -> str:
    return str(IPv4Address(raw(element)))


def alike(ours: Any, element: Element) -> Any:
    """tshark's value in the type of ours."""
    if isinstance(ours, int):
        return number(element)
    return raw(element) if isinstance(ours, bytes) else element.get("show")


@dataclass(frozen=True)
class Field:
    """The first field of these names. `read` makes a value of it (None: in the type of ours), `brought` our
    value equal to that. `without`: what ours holds where tshark shows no field. `shared`: tshark uses the
    name in other packets for something else, so that it counts only where ours has a value."""

    names: tuple[str, ...]
    read: Callable[[Element], Any] | None = None
    brought: Callable[[Any], Any] = as_is
    without: Any = ABSENT
    shared: bool = False

    def theirs(self, proto: Proto, ours: Any) -> Any:
        if self.shared and ours is ABSENT:
            return ABSENT
        for name in self.names:
            for element in proto.all(name)[:1]:
                return self.read(element) if self.read else alike(ours, element)
        return self.without

    def ours(self, value: Any) -> Any:
        return value if value is ABSENT else self.brought(value)


@dataclass(frozen=True)
class Each:
    """A list of plain values: all fields of these names, in the order shown."""

    names: tuple[str, ...]
    read: Callable[[Element], Any] = lambda element: element.get("show")

    def theirs(self, proto: Proto, _: Any) -> Any:
        return [
            self.read(element) for element in fields_below(proto.element) if element.get("name") in self.names
        ]

    def ours(self, value: Any) -> Any:
        return [] if value is ABSENT else list(value)


@dataclass(frozen=True)
class Made:
    """Put together from several fields of the layer; None: tshark shows too little of it."""

    make: Callable[[Proto], Any]

    def theirs(self, proto: Proto, _: Any) -> Any:
        value = self.make(proto)
        return ABSENT if value is None else value

    def ours(self, value: Any) -> Any:
        return value


@dataclass(frozen=True)
class Unnamed:
    """tshark has no name for it: the reason says why, or what covers it."""

    reason: str


@dataclass(frozen=True)
class Quoted:
    """A packet within the layer: tshark nests its layers in this one."""


EVERY = "every item"


@dataclass(frozen=True)
class Items:
    """A list of options, chunks, records: tshark's items are the fields below which a `kind` field stands
    as a child, in order. Of each item are compared: kind (`read` from the item, if the field is not all of
    it), value (the bytes behind the first `skip` of tshark's item, where it shows them; None: it never shows
    all), the value's length (`length`, where tshark shows it) and `fields`, by the item's name (EVERY for
    what all items have) and then its field's; these may be Items again."""

    kind: str
    skip: int | None = 2
    length: Field | None = None
    fields: Mapping[str, Mapping[str, Entry | str]] = field(default_factory=dict)
    ends: tuple[int, ...] = ()  # kinds that tshark lists as items and ours takes for the end of the list
    read: Callable[[Proto], int] | None = None

    def found(self, proto: Proto) -> list[Element]:
        whole = [proto.element, *fields_below(proto.element)]
        items = [one for one in whole if any(child.get("name") == self.kind for child in one)]
        kinds = [self.kind_of(item) for item in items]
        return items[: min([kinds.index(end) for end in self.ends if end in kinds], default=len(items))]

    def kind_of(self, item: Element) -> int:
        proto = Proto(item)
        return self.read(proto) if self.read else number(proto.all(self.kind)[0])

    def entry(self, item_name: str, field_name: str) -> Entry | None:
        given = self.fields.get(item_name, {}).get(field_name) or self.fields.get(EVERY, {}).get(field_name)
        return None if given is None else entry_of(given)


@dataclass(frozen=True)
class Layer:
    """`protos`: the names under which tshark lists the layer. `checksum`: the field with tshark's verdict on
    the layer's checksum."""

    protos: tuple[str, ...]
    fields: Mapping[str, Entry | str]
    checksum: str = ""


Entry = Field | Each | Made | Items | Quoted | Unnamed


def entry_of(given: Entry | str) -> Entry:
    """A plain name stands for the field of that name."""
    return Field((given,)) if isinstance(given, str) else given


def either(*names: str, **more: Any) -> Field:
    return Field(names, **more)


def bits(name: str, mask: int, **more: Any) -> Field:
    """Those bits of a number that tshark shows as one."""
    shift = (mask & -mask).bit_length() - 1
    return Field((name,), read=lambda element: (number(element) & mask) >> shift, **more)


def flags(name: str, *bit_names: str, below: int = 0) -> dict[str, Field]:
    """Entries for named bits, most significant first as in the field table, of a number of tshark's that has
    so many more bits `below` them."""
    return {each: bits(name, 1 << place) for place, each in enumerate(reversed(bit_names), below)}


def times(factor: int) -> Callable[[int], int]:
    """Ours counts in units of that many of tshark's."""
    return lambda value: value * factor


def on_the_wire(name: str) -> Field:
    """A length that tshark shows as counted where it is 0 (segmentation left to the card)."""
    return Field((name,), read=raw_number)


PADDING = Unnamed("always 0, printed for the original's sake")
