"""devices(): what there is to capture from, and can_capture(): whether one may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest

from umpa_sniffing import _core
from umpa_sniffing.exceptions import UMPASniffingException, _printable

TYPE_CHECKING = False  # as in typing, which takes longer to import than all else here
if TYPE_CHECKING:
    from typing import Literal, SupportsIndex, overload

    from typing_extensions import Self


class _TextWithFacts(str):
    """A str with attributes beside, which ``__slots__`` names; neither can change."""

    __slots__: Mapping[str, str] = {}

    def __new__(cls, text: str, /, **facts: object) -> Self:
        self = super().__new__(cls, text)
        for name in cls.__slots__:
            object.__setattr__(self, name, facts[name])
        return self

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be deleted")

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (str(self),), {name: getattr(self, name) for name in self.__slots__}

    def __getstate__(self) -> None:
        """Nothing that pickle would have to set."""

    def __dir__(self) -> Iterable[str]:
        """Leaves out str's methods, among which tab completion would hide the facts."""
        return [name for name in super().__dir__() if name.startswith("__") or not hasattr(str, name)]


class Address(_TextWithFacts):
    """An IPv4 or IPv6 address of a device: the address as a str, with what belongs to it."""

    __slots__ = {
        "broadcast": "The IPv4 broadcast address, or None.",
        "netmask": "The subnet's mask as an address, or None.",
        "peer": "The other end's address on a point-to-point link, or None.",
        "prefixlen": "The netmask as a number of bits, or None.",
    }
    broadcast: str | None
    netmask: str | None
    peer: str | None
    prefixlen: int | None

    def __repr__(self) -> str:
        ends = str(self) if self.peer is None else f"{self} peer {self.peer}"
        return ends if self.prefixlen is None else f"{ends}/{self.prefixlen}"


class Device(_TextWithFacts):
    """A device to capture from: its name, a str that any ``device=`` takes, with what libpcap knows of it."""

    __slots__ = {
        "addresses": "The IPv4 and IPv6 addresses, a tuple of Address.",
        "connected": "Whether it has a carrier or network; None for unknown, or what has no such thing.",
        "description": "Words for a person, or None.",
        "loopback": "Whether its packets stay on this machine.",
        "mac": "The MAC address as printed, or None.",
        "running": "Whether it is ready for packets; None where libpcap does not know.",
        "up": "Whether it has been brought up; None where libpcap does not know.",
        "wireless": "Whether it is a radio.",
    }
    addresses: tuple[Address, ...]
    connected: bool | None
    description: str | None
    loopback: bool
    mac: str | None
    running: bool | None
    up: bool | None
    wireless: bool

    @property
    def name(self) -> str:
        """The device's name, a plain str."""
        return str(self)

    @property
    def link_types(self) -> list[str]:
        """The link types that it offers, by libpcap's names: EN10MB is Ethernet.

        Opens the device for a moment, and raises what open_live() does where that is impossible.
        """
        return _core.link_types(self)

    def __repr__(self) -> str:
        addresses = " ".join(map(repr, self.addresses))
        facts = [_flags(self), self.mac, addresses, _printable(self.description or "")]
        return f"<Device {_printable(self)}: {', '.join(filter(None, facts))}>"


class DeviceList(list[Device]):
    """A list of devices whose repr is a table, and that a device's name is an index of too."""

    def __repr__(self) -> str:
        if not self:
            return "<DeviceList: no devices>"
        rows = [["name", "flags", "MAC address", "addresses", "description"], *_table(self)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: SupportsIndex | str) -> Device: ...
        @overload
        def __getitem__(self, index: slice) -> DeviceList: ...

    def __getitem__(self, index: SupportsIndex | slice | str) -> Device | DeviceList:
        if isinstance(index, str):
            for device in self:
                if device == index:
                    return device
            raise KeyError(f"no device {str(index)!r}; there are: {', '.join(map(_printable, self))}")
        if isinstance(index, slice):
            return DeviceList(super().__getitem__(index))
        return super().__getitem__(index)


class Refusal(str):
    """Why a device cannot be captured from: false, where can_capture() is asked in a condition."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False


def devices() -> DeviceList:
    """The devices that libpcap can capture from; the first is what ``device=None`` takes.

    >>> devices()["lo"].loopback
    True
    """
    return DeviceList(
        Device(name, **facts, addresses=tuple(Address(address, **more) for address, more in addresses))
        for name, addresses, facts in _core.device_table()
    )


def can_capture(device: str) -> Literal[True] | Refusal:
    """True when the device can be opened now, else the reason, a str that is false.

    It is opened for a moment, not in promiscuous mode, and no packet is taken.

    >>> can_capture("lo")
    True
    >>> if not (answer := can_capture("eth9")):
    ...     print(answer)
    [Errno 19] 'eth9': no such device; there are: ...
    """
    try:
        _core.link_types(device)
    except UMPASniffingException as error:
        return Refusal(error)
    return True


def _flags(device: Device) -> str:
    words = {
        "up": device.up,
        "down": device.up is False,
        "running": device.running,
        "loopback": device.loopback,
        "wireless": device.wireless,
        "connected": device.connected,
        "disconnected": device.connected is False,
    }
    return " ".join(word for word, holds in words.items() if holds)


def _table(devices: Iterable[Device]) -> Iterator[list[str]]:
    """A row a device, and one more for each address after the first."""
    for device in devices:
        cells = [_printable(device), _flags(device), device.mac or ""]
        addresses = [repr(address) for address in device.addresses]
        description = [_printable(device.description or "")]
        for address, words in zip_longest(addresses or [""], description, fillvalue=""):
            yield [*cells, address, words]
            cells = [""] * len(cells)
