"""sniff_background(): a capture in a thread of its own.

Nothing here imports threading before a capture starts: `import umpa_sniffing` shall be fast.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from functools import cache
from time import monotonic

from umpa_sniffing._core import SNAPLEN_MAX, Capture
from umpa_sniffing.exceptions import (
    UMPACallbackException,
    UMPAStateException,
    UMPATimeoutException,
    UMPAWarning,
    _calling_line,
)
from umpa_sniffing.packet_list import PacketList
from umpa_sniffing.records import CaptureStats
from umpa_sniffing.sniffing import (
    Callback,
    Path,
    _arguments,
    _check_callback,
    _keep_packets,
    _open_live,
)

__all__ = ["BackgroundSniff", "sniff_background"]

TYPE_CHECKING = False  # as in typing, which takes longer to import than all else here
if TYPE_CHECKING:
    from weakref import ref

    from umpa_sniffing._core import Packet
    from umpa_sniffing.dump import Dump

LOOK_S = 0.1  # a signal that the kernel gave to another thread does not end our wait
EXIT_S = 5.0  # how long the interpreter's exit waits for callbacks to return
LONGEST_MS = 1e12


class BackgroundSniff:
    """A capture that runs in a thread of its own; sniff_background() makes one.

    ``packets`` is a PacketList that grows while it runs, and may be read at any time.
    """

    packets: PacketList
    _error: BaseException | None = None
    _is_told = True  # what goes wrong before the thread has started is told by what kept it from that
    _has_ended = False

    def __init__(self, capture: Capture, packets: PacketList, read: Callable[[Capture], object]) -> None:
        import threading
        import weakref

        self.packets = packets
        self._capture = capture
        self._device = capture._subject
        self._process = os.getpid()
        # Thread.join() would do, but in CPython 3.10 to 3.12 Ctrl-C makes it take the thread for dead.
        self._running = threading.Lock()
        self._running.acquire()
        self._thread = threading.Thread(
            target=self._run, args=(read,), name=f"sniff_background of {self._device}", daemon=True
        )
        self._thread.called_from = _calling_line()  # type: ignore[attr-defined]
        self._thread.start()
        self._is_told = False
        key = id(self)
        _living[key] = weakref.ref(self, lambda _: _living.pop(key, None))
        _end_all_at_exit()

    def _run(self, read: Callable[[Capture], object]) -> None:
        try:
            try:
                with self._capture as capture:
                    read(capture)
            finally:
                self.packets.stats = self._capture.stats()
        except BaseException as error:
            self._error = error
            with contextlib.suppress(AttributeError, TypeError):  # an exception may refuse attributes
                error.packets = self.packets  # type: ignore[attr-defined]
                error.delivered = self._capture.delivered  # type: ignore[attr-defined]
        finally:
            self._has_ended = True
            self._running.release()
            # The exception's traceback holds this frame; without a cycle we go when the user lets go of us.
            del self, read

    @property
    def running(self) -> bool:
        """True until the capture has ended, for whatever reason."""
        return not self._has_ended and self._is_ours()

    def stats(self) -> CaptureStats:
        """The counters as they are now; the final ones when it has ended."""
        return self._capture.stats()

    def stop(self) -> PacketList:
        """Ends the capture with the packets that have come by now, and returns them.

        Waits until the callback has had them; for one that is behind by more than a second those that were
        taken from the kernel are all. In its own callback stop() does not wait. An exception that ended
        the capture comes out here.
        """
        self._check_process()
        self._end()
        if not self._is_in_callback():
            self._raise_error()
        return self.packets

    def wait(self, timeout: float = 0) -> PacketList:
        """Waits until the capture has ended, and returns the packets.

        ``timeout`` is in milliseconds, 0 for no limit: UMPATimeoutException when the capture still runs
        then, which goes on. An exception that ended the capture comes out here.
        """
        seconds = _seconds(timeout)
        self._check_process()
        if self._is_in_callback():
            raise UMPAStateException(f"wait() in a callback of {self!r} would never end")
        if not self._wait_for_end(seconds):
            raise UMPATimeoutException(f"the capture of {self._device!r} still runs after {timeout} ms")
        self._raise_error()
        return self.packets

    def __enter__(self) -> BackgroundSniff:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Stops it. An exception of the capture that nobody has been told comes out, or goes to
        threading.excepthook when another exception is on its way."""
        if not self._is_ours():
            return
        self._end()
        if kind is None and not self._is_told:
            self._raise_error()
        self._report()

    def __repr__(self) -> str:
        if self._error is not None:
            state = f"failed with {type(self._error).__name__}"
        elif self._has_ended:
            state = "ended"
        else:
            state = "running" if self._is_ours() else "the parent process's"
        count = self._capture.delivered
        return f"<BackgroundSniff of {self._device!r}, {state}, {count} packet{'' if count == 1 else 's'}>"

    def __del__(self) -> None:
        self._report()

    def _is_ours(self) -> bool:
        return self._process == os.getpid()

    def _check_process(self) -> None:
        if not self._is_ours():
            raise UMPAStateException(
                f"the capture of {self._device!r} belongs to the parent process: start one in the child"
            )

    def _is_in_callback(self) -> bool:
        import threading

        return threading.current_thread() is self._thread

    def _end(self) -> None:
        if self._is_in_callback():
            self._capture.stop()
        else:
            self._capture.finish()
            self._wait_for_end(float("inf"))

    def _wait_for_end(self, seconds: float) -> bool:
        deadline = monotonic() + seconds
        while not self._has_ended:
            left = deadline - monotonic()
            if left <= 0:
                return False
            if self._running.acquire(timeout=min(left, LOOK_S)):
                self._running.release()
        self._thread.join()
        return True

    def _raise_error(self) -> None:
        if self._error is None:
            return
        if not self._is_told:
            _keep_packets(self._error, self.packets)
        self._is_told = True
        raise self._error

    def _report(self) -> None:
        """What nobody asked for goes where Python's uncaught exceptions of threads go."""
        if self._error is None or self._is_told or not self._is_ours():
            return
        import threading

        self._is_told = True
        threading.excepthook(
            threading.ExceptHookArgs(
                (type(self._error), self._error, self._error.__traceback__, self._thread)
            )
        )


_living: dict[int, ref[BackgroundSniff]] = {}


def _end_all() -> None:
    """At the interpreter's exit: the dumps become complete, and what went wrong is told."""
    found = [each() for each in list(_living.values())]
    sniffs = [sniff for sniff in found if sniff is not None and sniff._is_ours()]
    for sniff in sniffs:
        sniff._capture.finish()
    deadline = monotonic() + EXIT_S
    for sniff in sniffs:
        if not sniff._wait_for_end(deadline - monotonic()):
            import warnings

            warnings.warn(f"the callback of {sniff!r} does not return", UMPAWarning, stacklevel=1)
        sniff._report()


@cache
def _end_all_at_exit() -> None:
    import atexit

    atexit.register(_end_all)


def _seconds(timeout: float) -> float:
    try:
        is_in_range = 0 <= timeout <= LONGEST_MS
    except TypeError:
        raise TypeError(f"timeout must be a number of milliseconds, not {type(timeout).__name__}") from None
    if not is_in_range:
        raise ValueError(f"timeout must be 0 to {LONGEST_MS:.0f} milliseconds, not {timeout!r}")
    return timeout / 1000 or float("inf")


def _reader(
    callback: Callback | None, arguments: tuple[object, ...], packets: PacketList, keep: bool
) -> Callable[[Capture], object]:
    if callback is None:
        return (lambda capture: capture.read_into(packets)) if keep else Capture.consume
    function = _check_callback(callback)
    if not keep:
        return lambda capture: capture.loop(function, arguments)

    def keep_and_call(timestamp: float, packet: Packet, *arguments: object) -> None:
        packets.append(packet)
        function(timestamp, packet, *arguments)

    return lambda capture: capture.loop(keep_and_call, arguments)


def sniff_background(
    count: int = 0,
    filter: str | None = None,
    device: str | None = None,
    timeout: float = 0,
    snaplen: int = SNAPLEN_MAX,
    promisc: bool = True,
    dump: Path | Dump | None = None,
    callback: Callback | None = None,
    callback_args: Iterable[object] | None = None,
    *,
    keep: bool = True,
) -> BackgroundSniff:
    """Starts a capture in a thread of its own and returns at once; no packet is missed from then on.

    The arguments are those of sniff_loop(). The callback, which may be left out, is called in that
    thread, perhaps before this function has returned.
    keep: whether ``packets`` keeps the packets; False for a callback or a dump that runs for long.

    >>> with sniff_background(device="lo") as background:
    ...     pass  # whatever sends packets; background.packets grows
    >>> packets = background.packets
    """
    if callback is None and dump is None and not keep:
        raise UMPACallbackException("keep=False leaves nothing to do: pass callback=f or dump=path")
    packets = PacketList()
    read = _reader(callback, _arguments(callback_args), packets, keep)
    capture = _open_live(count, filter, device, timeout, snaplen, promisc, dump)
    try:
        return BackgroundSniff(capture, packets, read)
    except BaseException:
        with capture:
            raise
