"""The functions of umpa_sniffing.sniffing, and what is beneath them; help(sniff) has the arguments."""

from umpa_sniffing import (
    BackgroundSniff,
    Capture,
    PacketList,
    can_capture,
    devices,
    open_live,
    open_offline,
    sniff_background,
)
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

__all__ = [
    "BackgroundSniff",
    "Capture",
    "PacketList",
    "can_capture",
    "devices",
    "from_bytes",
    "from_file",
    "from_file_loop",
    "get_available_devices",
    "open_live",
    "open_offline",
    "sniff",
    "sniff_any",
    "sniff_background",
    "sniff_loop",
    "sniff_next",
    "to_file",
]
