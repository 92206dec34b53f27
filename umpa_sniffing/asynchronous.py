"""A capture in asyncio's event loop: ``async for pkt in capture`` and ``await anext(capture)``.

No thread and no loop of its own: the running loop watches the capture's descriptors. It looks
after it every 100 ms as well, since a deleted device never wakes its descriptor.
"""

from __future__ import annotations

import asyncio

from umpa_sniffing._core import Capture, Packet

# A descriptor that is ready where no packet is (one in error stays so) must not keep the loop busy.
PAUSE_S = 0.01


async def next_packet(capture: Capture) -> Packet:
    """The next packet; StopAsyncIteration at the capture's end."""
    while (packet := capture._poll()) is None:
        await _wait(capture)
        if capture.closed:
            raise StopAsyncIteration
    return packet


async def _wait(capture: Capture) -> None:
    """Until there are packets, or the end; the loop has its turn in any case."""
    watch = _Watch(capture)
    try:
        await asyncio.sleep(0)
        watch.look()
        if not watch.found.done():
            watch.watch()
        await watch.found
    finally:
        try:
            watch.end()
        finally:
            capture._end_wait()


class _Watch:
    """Looks into the capture when a descriptor is ready, and from time to time: the wait has begun."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self.watched: list[int] = []
        self.loop = asyncio.get_running_loop()
        self.found: asyncio.Future[None] = self.loop.create_future()
        self.timer: asyncio.TimerHandle | None = None
        self.descriptors = capture._begin_wait()  # last: whoever has a watch ends the wait

    def watch(self) -> None:
        for descriptor in self.descriptors:
            self.loop.add_reader(descriptor, self.look_when_ready)
            self.watched.append(descriptor)

    def look(self) -> None:
        """Tells what it finds, or will look again."""
        if self.found.done():  # a descriptor and the timer had their turn together
            return
        try:
            seconds = self.capture._look()
            if seconds is None:
                self.found.set_result(None)
            else:
                self.timer = self.loop.call_later(seconds, self.look)
        except asyncio.InvalidStateError:
            return  # cancelled meanwhile
        except Exception as error:
            self.found.set_exception(error)

    def look_when_ready(self) -> None:
        self.end_timer()
        self.look()
        if not self.found.done():
            self.unwatch()
            self.end_timer()
            self.timer = self.loop.call_later(PAUSE_S, self.look_after_pause)

    def look_after_pause(self) -> None:
        self.watch()
        self.look()

    def end_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()

    def unwatch(self) -> None:
        while self.watched:
            self.loop.remove_reader(self.watched.pop())

    def end(self) -> None:
        self.end_timer()
        self.unwatch()
