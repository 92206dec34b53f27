"""The exceptions of umpa_sniffing.

Each is a UMPAException, and also the built-in exception that a Python programmer would
catch. Functions with a leading underscore make them for the C core.
"""

import contextlib as _contextlib
import errno as _errno
import os as _os
import sys as _sys

TYPE_CHECKING = False  # as in typing, which takes longer to import than all else here
if TYPE_CHECKING:
    from umpa_sniffing.records import CaptureStats as _CaptureStats


class UMPAWarning(UserWarning):
    """Something that works, but not as well as it could."""


class UMPADropWarning(UMPAWarning):
    """Packets were dropped: ``stats`` has the counters."""

    stats: "_CaptureStats"


class UMPAException(Exception):
    """The root of all exceptions of this package."""


class UMPASniffingException(UMPAException):
    """Something went wrong while sniffing."""


class UMPAAttributeException(UMPAException, AttributeError):
    """A layer has no field of this name."""


class UMPACallbackException(UMPASniffingException, TypeError):
    """A loop was given no callback, or one that cannot be called."""


class UMPAFilterException(UMPASniffingException, ValueError):
    """libpcap does not understand a filter, which is in ``filter``."""

    filter: str


class UMPATimeoutException(UMPASniffingException, TimeoutError):
    """The deadline passed, and there is nothing to return."""


class UMPAStateException(UMPASniffingException, ValueError):
    """The capture is closed, read by somebody else, or another process's."""


class UMPAFileFormatException(UMPASniffingException, ValueError):
    """A file is no capture file, is cut or damaged, or cannot hold what is to be written.

    offset: the byte at which the damage begins, of the decompressed bytes for a compressed file.
    packet: the number of the packet, from 1. None where it is not about a packet.
    """

    offset: "int | None" = None
    packet: "int | None" = None


class UMPASystemException(UMPASniffingException, OSError):
    """The operating system refused something; ``errno`` says what."""


class _SubjectFirst(UMPASystemException):
    """Says what it is about before what to do, so that a command can be copied from its end."""

    def __str__(self) -> str:
        subject = "" if self.filename is None else f"{self.filename!r}: "
        return f"[Errno {self.errno}] {subject}{self.strerror}"


class UMPADeviceException(_SubjectFirst):
    """A device is missing (ENODEV), down (ENETDOWN), or cannot do what was asked."""


class UMPANotPermittedException(_SubjectFirst, PermissionError):
    """Live capture, or a file, needs a permission that this process lacks."""


class UMPAFileNotFoundException(UMPASystemException, FileNotFoundError):
    """No such file."""


class UMPANotADirectoryException(UMPASystemException, NotADirectoryError):
    """A path leads through something that is no directory."""


class UMPABrokenPipeException(UMPASystemException, BrokenPipeError):
    """The reader of a dump that is a pipe has left."""


class UMPAIsADirectoryException(UMPASystemException, IsADirectoryError):
    """A directory stands where a file was expected."""


_CLASS_OF_ERRNO: dict[int, type[UMPASystemException]] = {
    _errno.ENOENT: UMPAFileNotFoundException,
    _errno.ENOTDIR: UMPANotADirectoryException,
    _errno.EPIPE: UMPABrokenPipeException,
    _errno.EISDIR: UMPAIsADirectoryException,
    _errno.EACCES: UMPANotPermittedException,
    _errno.EPERM: UMPANotPermittedException,
}


def _note(error: BaseException, text: str) -> bool:
    """Says more of an exception, where Python can."""
    try:
        error.add_note(text)  # type: ignore[attr-defined]
    except (AttributeError, TypeError):  # before 3.11; or it refuses attributes
        return False
    return True


def _system(errno: int, text: str, subject: str | None) -> UMPASystemException:
    return _CLASS_OF_ERRNO.get(errno, UMPASystemException)(errno, text, subject)


def _printable(text: str) -> str:
    """As it is, unless a terminal would not show it or an encoding not have it: escaped."""
    return str(text) if text.isprintable() else ascii(str(text))[1:-1]


def _device(errno: int, text: str, subject: str | None) -> UMPADeviceException:
    if errno == _errno.ENODEV and subject is not None:
        from umpa_sniffing._core import get_available_devices

        with _contextlib.suppress(UMPAException):  # such as when no descriptor is left
            text += f"; there are: {', '.join(map(_printable, get_available_devices()))}"
    elif errno == _errno.ENETDOWN and subject is not None:
        text += f"; bring it up first: ip link set {_printable(subject)} up"
    return UMPADeviceException(errno, text, subject)


def _not_permitted(errno: int, text: str, subject: str | None) -> UMPANotPermittedException:
    # setcap cannot act on the link that a virtual environment has for an interpreter.
    python = _os.path.realpath(_sys.executable)
    remedy = f"run as root, or once: sudo setcap cap_net_raw,cap_net_admin+eip {python}"
    return UMPANotPermittedException(
        errno or _errno.EPERM, f"no permission to capture on this device; {remedy}", subject
    )


def _filter(errno: int, text: str, subject: str) -> UMPAFilterException:
    shown = _shortened(subject)
    error = UMPAFilterException(f"bad filter {shown!r}: {text} (pcap-filter(7) tells the syntax)")
    error.filter = subject
    return error


def _shortened(filter: str) -> str:
    return filter if len(filter) <= 200 else f"{filter[:200]}..."


def _file_format(errno: int, text: str, subject: str | None) -> UMPAFileFormatException:
    return UMPAFileFormatException(f"{subject!r}: {text}")


def _libpcap(errno: int, text: str, subject: str | None) -> UMPASniffingException:
    return UMPASniffingException(text if subject is None else f"{subject!r}: {text}")


def _argument(errno: int, text: str, subject: str | None) -> ValueError:
    return ValueError(text)


def _warn_of_drops(stats: "_CaptureStats", subject: str) -> None:
    by_interface = stats.dropped_by_interface
    whose = f", {by_interface} of them by the interface" if by_interface else ""
    warning = UMPADropWarning(
        f"{subject!r}: {stats.dropped + by_interface} packets were dropped{whose}; {stats.delivered} were"
        " delivered. They came faster than they were taken: a larger buffer_size or to_ms, a narrower filter,"
        " a smaller snaplen or less work for each packet loses fewer"
    )
    warning.stats = stats
    _warn(warning)


def _warn_of_notice(text: str, subject: str) -> None:
    _warn(UMPAWarning(f"{subject!r}: {text}"))


def _warn_of_late_filter(filter: str) -> None:
    _warn(
        UMPAWarning(
            f"the filter {_shortened(filter)!r} is too long for the kernel: each packet is copied before it"
            " is filtered, which loses packets earlier"
        )
    )


def _warn(warning: UMPAWarning) -> None:
    """Points at the line that called this package, and is told each time, as it is about one capture."""
    import warnings

    warnings.warn_explicit(warning, type(warning), *_calling_line())


def _calling_line() -> tuple[str, int]:
    """File and line outside this package; a thread of ours knows by ``called_from`` where it was started."""
    package = _os.path.dirname(__file__)
    frame = _sys._getframe()
    while frame.f_back is not None and _os.path.dirname(frame.f_code.co_filename) == package:
        frame = frame.f_back
    line = frame.f_code.co_filename, frame.f_lineno
    if frame.f_globals.get("__name__") == "threading":
        import threading

        line = getattr(threading.current_thread(), "called_from", line)
    return line
