"""What pcapng says of a packet beside its bytes: options of blocks into values, and back.

The C core has them raw, in the byte order of the file, and asks here. draft-ietf-opsawg-pcapng, 3.5 and 4.3.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterable, Iterator

from umpa_sniffing.records import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from umpa_sniffing._core import Packet
    from umpa_sniffing.records import Interface

NATIVE, SWAPPED = "<>" if sys.byteorder == "little" else "><"
_LONGEST_OPTION = 65535
_LONGEST_OPTIONS = 16_000_000  # of a block: readers refuse more

# By an option's number: its name, what is in it, and the names of its fields. There is a text, bytes without
# a byte order, or numbers by struct's letters, behind which one more field has the rest.
Layouts = dict[int, tuple[str, str, tuple[str, ...]]]
TEXT, BYTES = "text", "bytes"
COMMENT, _FLAGS, _DROP_COUNT, _PACKET_ID, _QUEUE = 1, 2, 4, 5, 6
CUSTOM: Layouts = dict.fromkeys((2988, 2989, 19372, 19373), ("custom", "I", ("enterprise", "data")))
_OF_PACKET: Layouts = CUSTOM | {
    COMMENT: ("comment", TEXT, ("comment",)),
    _FLAGS: ("flags", "I", ("flags",)),
    3: ("hash", BYTES, ()),
    _DROP_COUNT: ("dropcount", "Q", ("dropcount",)),
    _PACKET_ID: ("packetid", "Q", ("packetid",)),
    _QUEUE: ("queue", "I", ("queue",)),
    7: ("verdict", BYTES, ()),
    8: ("processid_threadid", "II", ("processid", "threadid")),
}


# Options


def text_of(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def _split(raw: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Up to the end of options, or to the first that is cut."""
    offset = 0
    while offset + 4 <= len(raw):
        kind, length = struct.unpack_from(order + "HH", raw, offset)
        end = offset + 4 + length
        if kind == 0 or end > len(raw):
            return
        yield kind, raw[offset + 4 : end]
        offset = end + -length % 4


def _size_of(layout: str, names: tuple[str, ...]) -> tuple[int, bool]:
    """Of numbers; and whether more bytes may follow."""
    return struct.calcsize("=" + layout), len(names) > len(layout)


def _has_size(value: bytes, size: int, has_rest: bool) -> bool:
    return len(value) == size or (has_rest and len(value) > size)


def _fields(layout: str, names: tuple[str, ...], value: bytes, order: str) -> dict[str, Any]:
    if layout == TEXT:
        return {names[0]: text_of(value)}
    if layout == BYTES:
        return {}
    size, has_rest = _size_of(layout, names)
    if not _has_size(value, size, has_rest):
        return {}
    parts = struct.unpack_from(order + layout, value) + ((value[size:],) if has_rest else ())
    return dict(zip(names, parts, strict=True))


def options_of(raw: bytes, order: str, known: Layouts) -> tuple[Option, ...]:
    found = []
    for kind, value in _split(raw, order):
        name, layout, names = known.get(kind, (None, BYTES, ()))
        found.append(Option(kind, name, value, _fields(layout, names, value, order)))
    return tuple(found)


def _numbers(option: Option, known: Layouts) -> bytes | None:
    """The value out of the fields, in this machine's byte order; None where it has no numbers."""
    _, layout, names = known.get(option.kind, (None, BYTES, ()))
    if layout in (TEXT, BYTES) or set(option.fields) != set(names):
        return None
    values = [option.fields[name] for name in names]
    try:
        return struct.pack("=" + layout, *values[: len(layout)]) + b"".join(values[len(layout) :])
    except (struct.error, TypeError) as error:
        raise ValueError(f"option {option.kind} can't have the fields {option.fields!r}: {error}") from None


def number_range(letter: str) -> tuple[int, int]:
    values = 256 ** struct.calcsize("=" + letter)
    return (-values // 2, values // 2 - 1) if letter.islower() else (0, values - 1)


def kind_and_value(option: object, known: Layouts) -> tuple[int, bytes]:
    """In this machine's byte order, of an Option, or of a pair of both."""
    value: Any
    if isinstance(option, Option):
        numbers = _numbers(option, known)
        kind, value = option.kind, option.value if numbers is None else numbers
    elif isinstance(option, tuple) and len(option) == 2:
        kind, value = option
    else:
        raise TypeError(f"an option must be an Option or a (number, value), not {option!r}")
    checked_integer("an option's number", kind, 1, 65535)
    layout = known.get(kind, (None, BYTES))[1]
    if isinstance(value, str):
        value = value.encode()
    elif isinstance(value, int) and len(layout) == 1:
        value = struct.pack("=" + layout, checked_integer(f"option {kind}", value, *number_range(layout)))
    elif not isinstance(value, bytes | bytearray | memoryview):
        raise TypeError(
            f"the value of option {kind} must be bytes, or a str or an int for some, not {value!r}"
        )
    value = bytes(value)
    if not isinstance(option, Option):  # what a file has is left as it is there
        _check_length(kind, value, known)
    if len(value) > _LONGEST_OPTION:
        raise ValueError(f"an option has {_LONGEST_OPTION} bytes at most, and option {kind} {len(value)}")
    return kind, value


def _check_length(kind: int, value: bytes, known: Layouts) -> None:
    """Others refuse a file for a wrong one."""
    _, layout, names = known.get(kind, (None, BYTES, ()))
    if layout in (TEXT, BYTES):
        return
    size, has_rest = _size_of(layout, names)
    if not _has_size(value, size, has_rest):
        least = " at least" if has_rest else ""
        raise ValueError(f"option {kind} has {size} bytes{least}, and {value!r} {len(value)}")


def checked_integer(name: str, value: object, low: int, high: int) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name} must be {low} to {high}, not {value}")
    return value


def joined(pairs: Iterable[tuple[int, bytes]]) -> bytes:
    parts = [struct.pack("=HH", kind, len(value)) + value + bytes(-len(value) % 4) for kind, value in pairs]
    raw = b"".join(parts)
    if len(raw) > _LONGEST_OPTIONS:
        raise ValueError(f"options have at most {_LONGEST_OPTIONS} bytes in all, not {len(raw)}")
    return raw


# Of packets


def packet_options(raw: bytes, is_swapped: bool, drops: int | None) -> tuple[Option, ...]:
    """`drops`: what the block's header says, if it does. Blocks that came later have an option for it."""
    order = SWAPPED if is_swapped else NATIVE
    options = options_of(raw, order, _OF_PACKET)
    if drops is not None and all(option.kind != _DROP_COUNT for option in options):
        value = struct.pack(order + "Q", drops)
        options += (Option(_DROP_COUNT, "dropcount", value, {"dropcount": drops}),)
    return options


def comments(options: tuple[Option, ...]) -> tuple[str, ...]:
    return tuple(option.fields["comment"] for option in options if option.kind == COMMENT)


def comment(options: tuple[Option, ...]) -> str | None:
    return next(iter(comments(options)), None)


def _number(options: tuple[Option, ...], kind: int) -> int | None:
    for option in options:
        if option.kind == kind:
            for number in option.fields.values():
                return int(number)
    return None


def drop_count(options: tuple[Option, ...]) -> int | None:
    return _number(options, _DROP_COUNT)


def packet_id(options: tuple[Option, ...]) -> int | None:
    return _number(options, _PACKET_ID)


def queue(options: tuple[Option, ...]) -> int | None:
    return _number(options, _QUEUE)


_DIRECTIONS = (None, "in", "out", None)
_RECEPTIONS = (None, "unicast", "multicast", "broadcast", "promiscuous", None, None, None)
_LINK_ERRORS = (
    "CRC error", "packet too long", "packet too short", "wrong inter-frame gap", "unaligned frame",
    "start frame delimiter error", "preamble error", "symbol error",
)  # fmt: skip
_FIRST_LINK_ERROR = 24


def direction(options: tuple[Option, ...]) -> str | None:
    return _DIRECTIONS[(_number(options, _FLAGS) or 0) & 3]


def reception(options: tuple[Option, ...]) -> str | None:
    return _RECEPTIONS[(_number(options, _FLAGS) or 0) >> 2 & 7]


def fcs_length(options: tuple[Option, ...]) -> int | None:
    return (_number(options, _FLAGS) or 0) >> 5 & 15 or None


def link_errors(options: tuple[Option, ...]) -> tuple[str, ...]:
    flags = _number(options, _FLAGS) or 0
    return tuple(text for bit, text in enumerate(_LINK_ERRORS, _FIRST_LINK_ERROR) if flags >> bit & 1)


def packet_options_raw(options: Iterable[object] | None, comment: object) -> bytes:
    """As a block has them. A comment that is not None takes the first one's place, or is the first option."""
    pairs = [kind_and_value(option, _OF_PACKET) for option in options or ()]
    if comment is not None:
        if not isinstance(comment, str):
            raise TypeError(f"comment must be a str or None, not {comment!r}")
        index = next((i for i, (kind, _) in enumerate(pairs) if kind == COMMENT), None)
        pair = kind_and_value((COMMENT, comment), _OF_PACKET)
        pairs[slice(0, 0) if index is None else slice(index, index + 1)] = [pair]
    return joined(pairs)


def packet_again(
    packet_type: type[Packet],
    arguments: tuple[bytes, int, int, int, Any],
    options: tuple[Option, ...],
    interface: Interface | None,
    source: str | None,
    /,
    **changes: Any,
) -> Packet:
    """A packet out of all that is known of one, but for the changes: unpickled, or replaced."""
    data, datalink, timestamp_ns, wire_len, decode_as = arguments
    known: dict[str, Any] = {
        "data": data,
        "datalink": datalink,
        "timestamp_ns": timestamp_ns,
        "wire_len": None if "data" in changes and wire_len == len(data) else wire_len,
        "decode_as": decode_as,
        "interface": interface,
        "options": options,
        "source": source,
    }
    if interface is not None and len(changes.get("data") or b"") > interface.snaplen > 0:
        known["interface"] = interface._replace(snaplen=0)  # many readers refuse a packet that is longer
    known |= changes
    if "comment" in changes and changes["comment"] is None:
        known["options"] = [each for each in known["options"] or () if not _is_comment(each)]
    return packet_type(**known)


def _is_comment(option: object) -> bool:
    return isinstance(option, tuple) and option[:1] == (COMMENT,)
