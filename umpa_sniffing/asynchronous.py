"""A capture in asyncio's event loop: ``async for pkt in capture`` and ``await anext(capture)``.

No thread and no loop of its own: the running loop watches the capture's descriptors. It looks
after it every 100 ms as well, since a deleted device never wakes its descriptor.
"""

from __future__ import annotations

import asyncio

from umpa_sniffing._core import Capture, Packet

# A descriptor that is ready where no packet is (one in error stays so) must not keep the loop busy.
PAUSE_AFTER_NOTHING_S = 0.01


async def next_packet(capture: Capture) -> Packet:
    """The next packet; StopAsyncIteration at the capture's end."""
    packet = capture._poll(False)
    if packet is not None:
        return packet
    await asyncio.sleep(0)
    was_woken = False
    while (packet := capture._poll(True)) is None:
        if was_woken:
            await asyncio.sleep(PAUSE_AFTER_NOTHING_S)
        was_woken = await _wait(capture)
        if capture.closed:
            raise StopAsyncIteration
    return packet


async def _wait(capture: Capture) -> bool:
    """Until there may be packets; True when a descriptor says so."""
    loop = asyncio.get_running_loop()
    woken: asyncio.Future[bool] = loop.create_future()

    def wake(is_ready: bool) -> None:
        if not woken.done():
            woken.set_result(is_ready)

    descriptors, seconds = capture._begin_wait()
    timer = loop.call_later(seconds, wake, False)
    try:
        for descriptor in descriptors:
            loop.add_reader(descriptor, wake, True)
        return await woken
    finally:
        timer.cancel()
        for descriptor in descriptors:
            loop.remove_reader(descriptor)
        capture._end_wait()
