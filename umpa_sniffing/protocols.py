"""The layer types, one a protocol: IP, TCP, ...; made from the tables in csrc/decode/protocols."""

from umpa_sniffing import _core

_TYPES = {
    name: value for name, value in vars(_core).items() if _core.Layer in getattr(value, "__bases__", ())
}
globals().update(_TYPES)
__all__ = list(_TYPES)
