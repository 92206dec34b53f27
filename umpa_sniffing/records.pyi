from typing import Any, NamedTuple

class Option(NamedTuple):
    kind: int
    name: str | None
    value: bytes
    fields: dict[str, Any]
    def __getattr__(self, name: str) -> Any: ...

class Interface(NamedTuple):
    name: str | None = None
    description: str | None = None
    datalink: int = 1
    snaplen: int = 0
    filter: str | None = None
    hardware: str | None = None
    os: str | None = None
    speed: int | None = None
    mac: str | None = None
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    resolution: int = 1000000000
    offset: int = 0
    fcs_length: int | None = None
    comment: str | None = None
    options: tuple[Option, ...] = ()

class Stopped(NamedTuple):
    layer: str
    reason: str

class CaptureStats(NamedTuple):
    received: int
    dropped: int
    dropped_by_interface: int
    delivered: int
    filtered: int
    seconds: float
