from typing import Any, NamedTuple

class Option(NamedTuple):
    kind: int
    name: str | None
    value: bytes
    fields: dict[str, Any]
    def __getattr__(self, name: str) -> Any: ...

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
