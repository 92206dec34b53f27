"""libpcap itself, through ctypes: what it reads from a file is what ours must read."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from typing import NamedTuple

from capture_files import SECOND, Record

NANOSECONDS = 1


class Header(ctypes.Structure):
    _fields_ = (
        ("seconds", ctypes.c_long),
        ("fraction", ctypes.c_long),
        ("caplen", ctypes.c_uint32),
        ("wire_len", ctypes.c_uint32),
    )


class Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint), ("instructions", ctypes.c_void_p))


_pcap = ctypes.CDLL(ctypes.util.find_library("pcap") or "libpcap.so.0.8")
_pcap.pcap_open_offline_with_tstamp_precision.restype = ctypes.c_void_p
_pcap.pcap_open_offline_with_tstamp_precision.argtypes = [ctypes.c_char_p, ctypes.c_uint, ctypes.c_char_p]
_pcap.pcap_next_ex.argtypes = [
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.POINTER(Header)),
    ctypes.POINTER(ctypes.c_void_p),
]
_pcap.pcap_compile.argtypes = [
    ctypes.c_void_p,
    ctypes.POINTER(Program),
    ctypes.c_char_p,
    ctypes.c_int,
    ctypes.c_uint32,
]
_pcap.pcap_setfilter.argtypes = [ctypes.c_void_p, ctypes.POINTER(Program)]
_pcap.pcap_freecode.argtypes = [ctypes.POINTER(Program)]
_pcap.pcap_close.argtypes = [ctypes.c_void_p]
_pcap.pcap_datalink.argtypes = [ctypes.c_void_p]
_pcap.pcap_snapshot.argtypes = [ctypes.c_void_p]
_pcap.pcap_geterr.argtypes = [ctypes.c_void_p]
_pcap.pcap_geterr.restype = ctypes.c_char_p


def set_filter(handle: int, filter: str) -> bool:
    program = Program()
    if _pcap.pcap_compile(handle, ctypes.byref(program), filter.encode(), 1, 0xFFFFFFFF) != 0:
        return False
    assert _pcap.pcap_setfilter(handle, ctypes.byref(program)) == 0
    _pcap.pcap_freecode(ctypes.byref(program))
    return True


class Reading(NamedTuple):
    opened: bool
    link_type: int
    snaplen: int
    records: list[Record]
    error: str | None  # None: read to a good end

    @property
    def good_end(self) -> bool:
        return self.error is None


def read(path, filter: str = "") -> Reading:
    """Where there is no such filter for the file's link type, it is not opened."""
    errors = ctypes.create_string_buffer(256)
    handle = _pcap.pcap_open_offline_with_tstamp_precision(os.fsencode(path), NANOSECONDS, errors)
    if not handle:
        return Reading(False, -1, -1, [], errors.value.decode())
    try:
        if filter and not set_filter(handle, filter):
            return Reading(False, -1, -1, [], _pcap.pcap_geterr(handle).decode())
        header, data = ctypes.POINTER(Header)(), ctypes.c_void_p()
        records = []
        while (result := _pcap.pcap_next_ex(handle, ctypes.byref(header), ctypes.byref(data))) == 1:
            one = header.contents
            stamp = one.seconds * SECOND + one.fraction
            records.append(Record(stamp, ctypes.string_at(data, one.caplen), one.wire_len))
        error = None if result == -2 else _pcap.pcap_geterr(handle).decode()
        return Reading(True, _pcap.pcap_datalink(handle), _pcap.pcap_snapshot(handle), records, error)
    finally:
        _pcap.pcap_close(handle)


def read_file(path, filter: str = "") -> tuple[int, list[Record], bool] | None:
    """The link type, the packets, and whether the file was read to a good end. None: it does not open,
    or there is no such filter for its link type."""
    reading = read(path, filter)
    return (reading.link_type, reading.records, reading.good_end) if reading.opened else None
