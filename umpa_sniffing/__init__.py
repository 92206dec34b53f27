"""Packet sniffing on libpcap, live or from files, decoded in C: UMPA's tool for Python 3."""

from umpa_sniffing._core import (
    Capture,
    Layer,
    Packet,
    open_live,
    open_offline,
)
from umpa_sniffing.background import BackgroundSniff, sniff_background
from umpa_sniffing.device_list import Address, Device, DeviceList, Refusal, can_capture, devices
from umpa_sniffing.dump import Dump, write
from umpa_sniffing.exceptions import (
    UMPAAttributeException,
    UMPADropWarning,
    UMPAException,
    UMPANotPermittedException,
    UMPASniffingException,
    UMPAWarning,
)
from umpa_sniffing.file_info import FileInfo, InterfaceInfo, info
from umpa_sniffing.packet_index import PacketIndex
from umpa_sniffing.packet_list import PacketList
from umpa_sniffing.records import CaptureStats, Interface, Option, Stopped
from umpa_sniffing.sniffing import (
    from_bytes,
    from_file,
    from_file_loop,
    get_available_devices,
    sniff,
    sniff_any,
    sniff_loop,
    sniff_next,
    to_file,
)

__version__ = "0.1.0"

__all__ = [
    "Address",
    "BackgroundSniff",
    "Capture",
    "CaptureStats",
    "Device",
    "DeviceList",
    "Dump",
    "FileInfo",
    "Interface",
    "InterfaceInfo",
    "Layer",
    "Option",
    "Packet",
    "PacketIndex",
    "PacketList",
    "Refusal",
    "Stopped",
    "UMPAAttributeException",
    "UMPADropWarning",
    "UMPAException",
    "UMPANotPermittedException",
    "UMPASniffingException",
    "UMPAWarning",
    "can_capture",
    "devices",
    "from_bytes",
    "from_file",
    "from_file_loop",
    "get_available_devices",
    "info",
    "open_live",
    "open_offline",
    "sniff",
    "sniff_any",
    "sniff_background",
    "sniff_loop",
    "sniff_next",
    "to_file",
    "write",
]
