from typing import NamedTuple

class Option(NamedTuple):
    kind: int
    name: str | None
    value: bytes

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
