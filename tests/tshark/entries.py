"""What an entry of the map in tshark.fields can be: how one field of ours is read out of tshark's layer.

An entry finds tshark's side in a layer (`theirs`) and brings ours to the same form (`ours`); ABSENT is a
value that isn't there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Any
from xml.etree.ElementTree import Element

from tshark.oracle import Proto, fields_below, fields_of

ABSENT = type("Absent", (), {"__repr__": lambda self: "ABSENT"})()


def as_is(value: Any) -> Any:
    return value


def raw(element: Element) -> bytes:
    """The bytes that tshark took the field from; of a bit field the bits alone."""
    return bytes.fromhex(element.get("value", ""))


def raw_whole(element: Element) -> bytes:
    """Of a bit field, too, all of them."""
    return bytes.fromhex(element.get("unmaskedvalue") or element.get("value", ""))


def first_byte(item: Proto) -> int | None:
    return next(iter(raw(item.element)), None)


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
        return ABSENT if ours is ABSENT else self.without

    def ours(self, value: Any) -> Any:
        return value if value is ABSENT else self.brought(value)


@dataclass(frozen=True)
class Each:
    """A list of plain values: all fields of these names, in the order shown. `shared`: as Field's."""

    names: tuple[str, ...]
    read: Callable[[Element], Any] = lambda element: element.get("show")
    shared: bool = False

    def theirs(self, proto: Proto, ours: Any) -> Any:
        if self.shared and ours is ABSENT:
            return []
        return [
            self.read(element) for element in fields_below(proto.element) if element.get("name") in self.names
        ]

    def ours(self, value: Any) -> Any:
        return [] if value is ABSENT else list(value)


@dataclass(frozen=True)
class Made:
    """Put together from several fields of the layer; None: tshark shows too little of it. `shared`: as
    Field's."""

    make: Callable[[Proto], Any]
    shared: bool = False

    def theirs(self, proto: Proto, ours: Any) -> Any:
        if self.shared and ours is ABSENT:
            return ABSENT
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
# What an item has besides its fields, where it is compared with a field of tshark's.
KIND, VALUE = "its kind", "its value"


def of_item(item: Any, name: str) -> Any:
    return {KIND: item.kind, VALUE: item.value}.get(name) if name in (KIND, VALUE) else item.fields[name]


@dataclass(frozen=True)
class Items:
    """A list of options, chunks, records: tshark's items are the fields below which a `kind` field stands
    as a child, or whose own name begins with `named`, or whose label does with `labelled`, in order. Of each
    item are compared: kind (`read` from the item, if the field is not all of it; `told`: fields of that
    name say the kinds, each of the item behind it), value (the bytes behind the first `skip` of its item,
    or how many they are where it shows none; skip is None where its item is not all of ours), the value's
    length (`length`, where tshark shows it) and `fields`, by the item's name (EVERY for what all items have)
    and then its field's; these may be Items again."""

    kind: str = ""
    skip: int | None = 2
    length: Field | None = None
    fields: Mapping[str, Mapping[str, Entry | str]] = field(default_factory=dict)
    ends: tuple[int, ...] = ()  # kinds that tshark lists as items and ours takes for the end of the list
    read: Callable[[Proto], int | None] | None = None
    named: str | None = None
    labelled: str | None = None
    told: str | None = None

    def found(self, proto: Proto) -> list[Element]:
        return list(self._below(proto.element))

    def _below(self, element: Element) -> Iterator[Element]:
        for child in fields_of(element):
            if self._is_item(child):
                yield child
            else:
                yield from self._below(child)

    def _is_item(self, element: Element) -> bool:
        if self.labelled is not None and element.get("show", "").startswith(self.labelled):
            return element.get("name") == ""
        if self.named is not None:
            return element.get("name", "").startswith(self.named)
        return any(child.get("name") == self.kind for child in element)

    def kinds(self, proto: Proto) -> list[int | None]:
        items = self.found(proto)
        if self.told is not None:
            return [number(kind) for kind in proto.all(self.told)[: len(items)]]
        kinds = [self._kind_of(Proto(item)) for item in items]
        return kinds[: min([kinds.index(end) for end in self.ends if end in kinds], default=len(kinds))]

    def _kind_of(self, item: Proto) -> int | None:
        return self.read(item) if self.read else number(item.all(self.kind)[0])

    def entries(self, item: Any) -> Iterator[tuple[str, Entry | None]]:
        """For each of our fields, and for the value where an entry says what it is."""
        given = {**self.fields.get(EVERY, {}), **self.fields.get(item.name, {})}
        for name in [*item.fields, *({VALUE} & set(given))]:
            if name not in given and name.removesuffix("_name") in item.fields:
                continue  # the name of a value
            yield name, entry_of(given[name]) if name in given else None


@dataclass(frozen=True)
class Flat:
    """A list whose items tshark shows as plain fields, one behind the other: by the item's name (EVERY: of
    any) and its field's, all values of that field."""

    fields: Mapping[str, Mapping[str, Field | Unnamed | str]]

    def pairs(self, ours: list, proto: Proto) -> Iterator[tuple[str, list, list]]:
        for item_name, fields in self.fields.items():
            for name, given in fields.items():
                entry = entry_of(given)
                if isinstance(entry, Unnamed):
                    continue
                items = [item for item in ours if item_name in (EVERY, item.name)]
                values = [of_item(item, name) for item in items if name in (KIND, VALUE, *item.fields)]
                values = [value for value in values if value != b""]  # of which tshark shows nothing
                elements = [element for one in entry.names for element in proto.all(one)]
                like = values[0] if values else None
                theirs = [entry.read(one) if entry.read else alike(like, one) for one in elements]
                yield f"{item_name}.{name}", list(map(entry.brought, values)), theirs


@dataclass(frozen=True)
class Layer:
    """`protos`: the names under which tshark lists the layer. `checksum`: the field with tshark's verdict on
    the layer's checksum."""

    protos: tuple[str, ...]
    fields: Mapping[str, Entry | str]
    checksum: str | Unnamed = ""


Entry = Field | Each | Made | Items | Flat | Quoted | Unnamed


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


def named(prefix: str, /, *names: str, **others: Entry | str) -> dict[str, Entry | str]:
    """Entries for fields that tshark calls by our name behind a prefix, and for others."""
    return {**{name: prefix + name for name in names}, **others}


def spanning(offset: int, length: int) -> Made:
    """The integer in those bytes of a layer, of which tshark makes several fields."""

    def make(proto: Proto) -> int | None:
        fields = [field for field in fields_of(proto.element) if raw_whole(field)]
        places = {int(field.get("pos", 0)) - proto.position: raw_whole(field) for field in fields}
        found = b"".join(places[place] for place in sorted(places) if offset <= place < offset + length)
        return int.from_bytes(found, "big") if len(found) == length else None

    return Made(make, shared=True)


def times(factor: int) -> Callable[[int], int]:
    """Ours counts in units of that many of tshark's."""
    return lambda value: value * factor


def on_the_wire(name: str) -> Field:
    """A length that tshark shows as counted where it is 0 (segmentation left to the card)."""
    return Field((name,), read=raw_number)


PADDING = Unnamed("always 0, printed for the original's sake")
