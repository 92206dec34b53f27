"""What pcapng says of an interface: its block's options into an Interface, and back.

The C core has them raw, in the byte order of the file, and asks here. draft-ietf-opsawg-pcapng, 4.2.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache

from umpa_sniffing.file_options import (
    BYTES,
    COMMENT,
    CUSTOM,
    NATIVE,
    SWAPPED,
    TEXT,
    Layouts,
    checked_integer,
    joined,
    kind_and_value,
    number_range,
    options_of,
    text_of,
)
from umpa_sniffing.records import Interface

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_RESOLUTION, _OFFSET = 9, 14
_OF_INTERFACE: Layouts = CUSTOM | {
    COMMENT: ("comment", TEXT, ("comment",)),
    2: ("name", TEXT, ("name",)),
    3: ("description", TEXT, ("description",)),
    4: ("ipv4addr", BYTES, ()),
    5: ("ipv6addr", BYTES, ()),
    6: ("macaddr", BYTES, ()),
    7: ("euiaddr", BYTES, ()),
    8: ("speed", "Q", ("speed",)),
    _RESOLUTION: ("tsresol", "B", ("tsresol",)),
    10: ("tzone", "i", ("tzone",)),
    11: ("filter", BYTES, ()),
    12: ("os", TEXT, ("os",)),
    13: ("fcslen", "B", ("fcslen",)),
    _OFFSET: ("tsoffset", "q", ("tsoffset",)),
    15: ("hardware", TEXT, ("hardware",)),
    16: ("txspeed", "Q", ("txspeed",)),
    17: ("rxspeed", "Q", ("rxspeed",)),
    18: ("iana_tzname", TEXT, ("iana_tzname",)),
}


# Addresses and other values


def _ipv4(value: bytes) -> str | None:
    if len(value) != 8:
        return None
    bits = f"{int.from_bytes(value[4:], 'big'):032b}"
    prefix = len(bits.rstrip("0"))
    is_prefix = "0" not in bits[:prefix]
    return _dotted(value[:4]) + f"/{prefix if is_prefix else _dotted(value[4:])}"


def _dotted(value: bytes) -> str:
    return ".".join(map(str, value))


def _text_value(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("it is a str")
    return text.encode()


def _ipv4_value(text: str) -> bytes:
    from ipaddress import IPv4Interface

    interface = IPv4Interface(text)
    return interface.packed + interface.netmask.packed


def _ipv6(value: bytes) -> str | None:
    from ipaddress import IPv6Address

    return f"{IPv6Address(value[:16])}/{value[16]}" if len(value) == 17 else None


def _ipv6_value(text: str) -> bytes:
    from ipaddress import IPv6Interface

    interface = IPv6Interface(text)
    return interface.packed + bytes([interface.network.prefixlen])


def _mac(value: bytes) -> str | None:
    return value.hex(":") if len(value) == 6 else None


def _mac_value(text: str) -> bytes:
    value = bytes.fromhex(text.replace(":", "").replace("-", ""))
    if len(value) != 6:
        raise ValueError(f"a MAC address has 6 bytes, and {text!r} {len(value)}")
    return value


def _filter(value: bytes) -> str | None:
    """What is no text is BPF's instructions, or of a kind that nobody writes."""
    return text_of(value[1:]) if value[:1] == b"\0" else None


def _filter_value(text: str) -> bytes:
    return b"\0" + text.encode()


def _units_per_second(value: bytes) -> int | None:
    if len(value) != 1:
        return None
    return int(2 ** (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0])


def _units_per_second_value(units: int) -> bytes:
    for code in range(256):
        if _units_per_second(bytes([code])) == units:
            return bytes([code])
    raise ValueError(f"an interface's resolution must be a power of 10 or of 2, not {units!r}")


def _numbers(layout: str, what: str) -> tuple[Callable[[bytes], Any], Callable[[Any], bytes]]:
    """In this machine's byte order."""
    size = struct.calcsize("=" + layout)

    def read(value: bytes) -> Any:
        return struct.unpack("=" + layout, value)[0] if len(value) == size else None

    def write(number: object) -> bytes:
        return struct.pack(
            "=" + layout, checked_integer(f"an interface's {what}", number, *number_range(layout))
        )

    return read, write


# By an Interface's attribute: the option's number, and what makes a value of its bytes, and bytes of a value.
_ATTRIBUTES: dict[str, tuple[int, Callable[[bytes], Any], Callable[[Any], bytes]]] = {
    "name": (2, text_of, _text_value),
    "description": (3, text_of, _text_value),
    "filter": (11, _filter, _filter_value),
    "hardware": (15, text_of, _text_value),
    "os": (12, text_of, _text_value),
    "speed": (8, *_numbers("Q", "speed")),
    "mac": (6, _mac, _mac_value),
    "ipv4": (4, _ipv4, _ipv4_value),
    "ipv6": (5, _ipv6, _ipv6_value),
    "resolution": (_RESOLUTION, _units_per_second, _units_per_second_value),
    "offset": (_OFFSET, *_numbers("q", "offset")),
    "fcs_length": (13, *_numbers("B", "fcs_length")),
    "comment": (COMMENT, text_of, _text_value),
}
_PLURAL = {"ipv4", "ipv6"}


def _attribute(name: str, pairs: list[tuple[int, bytes]]) -> Any:
    """As the options tell it; None where none does, and () of what may be told more than once."""
    kind, read, _ = _ATTRIBUTES[name]
    values = [read(value) for each, value in pairs if each == kind]
    values = [value for value in values if value is not None]
    return tuple(values) if name in _PLURAL else values[0] if values else None


@lru_cache(maxsize=1024)
def interface(
    datalink: int, snaplen: int, units_per_second: int, offset: int, is_swapped: bool, raw: bytes
) -> Interface:
    options = options_of(raw, SWAPPED if is_swapped else NATIVE, _OF_INTERFACE)
    pairs = [kind_and_value(option, _OF_INTERFACE) for option in options]
    told = {name: _attribute(name, pairs) for name in _ATTRIBUTES}
    if told["resolution"] is None:
        told["resolution"] = units_per_second
    if told["offset"] is None:
        told["offset"] = offset
    return Interface(datalink=datalink, snaplen=snaplen, options=options, **told)


def _is_told_without_option(name: str, value: object) -> bool:
    """The writer tells of nanoseconds itself, and microseconds are what readers assume."""
    return value in (None, ()) or (name, value) in {
        ("resolution", 10**6), ("resolution", 10**9), ("offset", 0),
    }  # fmt: skip


def interface_raw(given: object) -> tuple[int, int, int, int, bytes]:
    """Link type, snaplen, units per second (0: more than 64 bits hold), offset, and options in this machine's
    byte order: those that it has, but where its attributes say otherwise."""
    if not isinstance(given, Interface):
        raise TypeError(f"interface must be an Interface or None, not {given!r}")
    pairs = [kind_and_value(option, _OF_INTERFACE) for option in given.options]
    for name, (kind, _, write) in _ATTRIBUTES.items():
        value, told = getattr(given, name), _attribute(name, pairs)
        if value == told or (told is None and _is_told_without_option(name, value)):
            continue
        pairs = [pair for pair in pairs if pair[0] != kind]
        if name in _PLURAL and not isinstance(value, tuple):
            raise TypeError(f"an interface's {name} can't be {value!r}: it is a tuple of addresses")
        for each in value if name in _PLURAL else [] if value is None else [value]:
            try:
                pairs.append(kind_and_value((kind, write(each)), _OF_INTERFACE))
            except (TypeError, ValueError, AttributeError) as error:
                kind_of_error = ValueError if isinstance(error, ValueError) else TypeError
                raise kind_of_error(f"an interface's {name} can't be {each!r}: {error}") from None
    resolution = checked_integer("an interface's resolution", given.resolution, 1, 10**127)
    return (
        checked_integer("an interface's datalink", given.datalink, 0, 2**32 - 1),
        checked_integer("an interface's snaplen", given.snaplen, 0, 2**32 - 1),
        resolution if resolution < 2**64 else 0,
        checked_integer("an interface's offset", given.offset, -(2**63), 2**63 - 1),
        joined(pairs),
    )
