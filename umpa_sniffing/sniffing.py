"""The functions of umit.umpa.sniffing: thin wrappers over open_live() and open_offline().

Their arguments are those of sniff().

An exception that ends sniff(), sniff_next() or from_file() carries the packets so far as
``packets``, one that ends a loop or to_file() their number as ``delivered``. Ctrl-C is such an
exception (KeyboardInterrupt).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable

from umpa_sniffing._core import (
    SNAPLEN_MAX,
    Capture,
    Packet,
    get_available_devices,
    open_live,
    open_offline,
)
from umpa_sniffing.dump import Dump
from umpa_sniffing.exceptions import UMPACallbackException, UMPATimeoutException
from umpa_sniffing.packet_list import PacketList

__all__ = [
    "from_bytes",
    "from_file",
    "from_file_loop",
    "get_available_devices",
    "sniff",
    "sniff_any",
    "sniff_loop",
    "sniff_next",
    "to_file",
]

TYPE_CHECKING = False  # as in typing, which takes longer to import than all else here
if TYPE_CHECKING:
    from typing import Literal, TypeVar

    from typing_extensions import Buffer

    from umpa_sniffing._core import CaptureFiles

    Result = TypeVar("Result")

Callback = Callable[..., object]
Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]


def _keep_packets(error: BaseException, packets: PacketList) -> None:
    """Hands the packets so far to whoever catches the exception."""
    with contextlib.suppress(AttributeError, TypeError):  # an exception may refuse attributes
        error.packets = packets  # type: ignore[attr-defined]
        if packets and hasattr(error, "add_note"):
            noun = "packet was" if len(packets) == 1 else "packets were"
            error.add_note(f"{len(packets)} {noun} captured before: sys.last_value.packets")


def _read_all(open_capture: Callable[[], Capture]) -> PacketList:
    packets = PacketList()
    capture = None
    try:
        with open_capture() as capture:
            capture.read_into(packets)
        return packets
    except BaseException as error:
        _keep_packets(error, packets)
        raise
    finally:
        if capture is not None:
            packets.stats = capture.stats()


def _counted(open_capture: Callable[[], Capture], read: Callable[[Capture], Result]) -> Result:
    """What ``read`` returns; an exception says how many packets were delivered before."""
    capture = None
    try:
        with open_capture() as capture:
            return read(capture)
    except BaseException as error:
        with contextlib.suppress(AttributeError, TypeError):
            error.delivered = 0 if capture is None else capture.delivered  # type: ignore[attr-defined]
        raise


def _arguments(callback_args: Iterable[object] | None) -> tuple[object, ...]:
    if callback_args is None:
        return ()
    if not isinstance(callback_args, Iterable):
        raise TypeError(f"callback_args must be a sequence, not {type(callback_args).__name__}")
    return tuple(callback_args)


def _check_callback(callback: Callback | None) -> Callback:
    if callback is None:
        raise UMPACallbackException("no callback: pass callback=f, with f(timestamp, pkt, *callback_args)")
    if not callable(callback):
        raise UMPACallbackException(f"the callback must be callable, not {type(callback).__name__}")
    return callback


def _open_live(
    count: int,
    filter: str | None,
    device: str | None,
    timeout: float,
    snaplen: int,
    promisc: bool,
    dump: Path | Dump | None,
) -> Capture:
    return open_live(
        device,
        filter=filter,
        snaplen=snaplen,
        promisc=promisc,
        timeout=timeout,
        count=count,
        dump=dump,
    )


def sniff(
    count: int,
    filter: str | None = None,
    device: str | None = None,
    timeout: float = 0,
    snaplen: int = SNAPLEN_MAX,
    promisc: bool = True,
    dump: Path | Dump | None = None,
) -> PacketList:
    """Captures ``count`` packets, or those that come until ``timeout``, and returns them.

    count: packets to deliver, 0 for no limit.
    filter: a BPF expression, see pcap-filter(7); None for all packets.
    device: a device's name; None takes the first that libpcap lists, "any" all of them (Linux).
    timeout: milliseconds for the whole call, 0 for none.
    snaplen: bytes to keep of each packet, 1 to 262144; 0 means 262144.
    promisc: whether the device shall also take packets that are for other hosts.
    dump: path of a file that gets every packet delivered, or a Dump, which says more; an existing file is
        replaced. Its extension says what it is: .pcapng, else pcap; then .gz, .zst or .xz.

    >>> packets = sniff(3, "tcp port 81", "lo", timeout=10)
    >>> packets
    <PacketList: 0 packets>
    """
    return _read_all(lambda: _open_live(count, filter, device, timeout, snaplen, promisc, dump))


def sniff_next(
    filter: str | None = None,
    device: str | None = None,
    timeout: float = 0,
    snaplen: int = SNAPLEN_MAX,
    promisc: bool = True,
    dump: Path | Dump | None = None,
) -> Packet:
    """Captures one packet and returns it; UMPATimeoutException when none came in time."""
    packets = sniff(1, filter, device, timeout, snaplen, promisc, dump)
    if packets:
        return packets[0]
    error = UMPATimeoutException(f"no packet came within {timeout} ms")
    _keep_packets(error, packets)
    raise error


def sniff_any(dump: Path | Dump | None = None) -> Packet:
    """Captures the first packet that comes on any device and returns it."""
    return sniff_next(device="any", dump=dump)


def sniff_loop(
    count: int = 0,
    filter: str | None = None,
    device: str | None = None,
    timeout: float = 0,
    snaplen: int = SNAPLEN_MAX,
    promisc: bool = True,
    dump: Path | Dump | None = None,
    callback: Callback | None = None,
    callback_args: Iterable[object] | None = None,
) -> None:
    """Calls ``callback(timestamp, pkt, *callback_args)`` for each packet captured.

    ``timestamp`` is a float of seconds since the epoch. An exception in the callback ends the loop.
    """
    function = _check_callback(callback)
    arguments = _arguments(callback_args)
    _counted(
        lambda: _open_live(count, filter, device, timeout, snaplen, promisc, dump),
        lambda capture: capture.loop(function, arguments),
    )


def to_file(
    fname: Path | Dump,
    count: int,
    filter: str | None = None,
    device: str | None = None,
    timeout: float = 0,
    snaplen: int = SNAPLEN_MAX,
    promisc: bool = True,
    format: str | None = None,
) -> int:
    """Captures ``count`` packets into a file and returns how many it wrote.

    fname: a path, or a Dump, which says more. format: as of Dump; None goes by the extension.
    """
    dump = _required(fname, format)
    return _counted(
        lambda: _open_live(count, filter, device, timeout, snaplen, promisc, dump),
        lambda capture: capture.consume(),
    )


def _required(fname: Path | Dump, format: str | None) -> Path | Dump:
    if fname is None:
        raise TypeError("fname must be a path (str, bytes or os.PathLike) or a Dump, not None")
    if format is None:
        return fname
    if isinstance(fname, Dump):
        raise TypeError("a Dump has its own format: pass a path, or a Dump alone")
    return Dump(fname, format=format)


def from_file(
    filename: CaptureFiles,
    count: int = 0,
    filter: str | None = None,
    *,
    merge: bool = False,
    errors: Literal["raise", "warn", "ignore"] = "raise",
) -> PacketList:
    """Reads a capture file and returns its packets: ``count`` that match ``filter``.

    filename, merge, errors: as of open_offline(). A file that is damaged or cut raises an exception that has
    the good packets as ``packets``; with errors="warn" or "ignore", what is good behind the damage comes too.
    """
    return _read_all(lambda: open_offline(filename, filter=filter, count=count, merge=merge, errors=errors))


class _Contents:
    """A buffer as a file, which is not copied."""

    name = "<bytes>"

    def __init__(self, buffer: Buffer) -> None:
        self._left = memoryview(buffer).cast("B")

    def readinto(self, target: memoryview) -> int:
        size = min(len(target), len(self._left))
        target[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def from_bytes(
    buffer: Buffer,
    count: int = 0,
    filter: str | None = None,
    *,
    errors: Literal["raise", "warn", "ignore"] = "raise",
) -> PacketList:
    """The packets of a capture file whose contents are in memory; else as from_file()."""
    try:
        contents = _Contents(buffer)
    except TypeError:
        raise TypeError(
            f"buffer must be bytes, or the like of them, in one piece, not {type(buffer).__name__}"
        ) from None
    try:
        return from_file(contents, count, filter, errors=errors)
    finally:
        contents._left.release()


def from_file_loop(
    filename: CaptureFiles,
    count: int = 0,
    filter: str | None = None,
    callback: Callback | None = None,
    callback_args: Iterable[object] | None = None,
    *,
    merge: bool = False,
    errors: Literal["raise", "warn", "ignore"] = "raise",
) -> None:
    """Calls ``callback(timestamp, pkt, *callback_args)`` for each packet of a file; else as from_file()."""
    function = _check_callback(callback)
    arguments = _arguments(callback_args)
    _counted(
        lambda: open_offline(filename, filter=filter, count=count, merge=merge, errors=errors),
        lambda capture: capture.loop(function, arguments),
    )
