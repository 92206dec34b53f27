"""What soak does: short captures of every kind, one after another, beside a long busy one."""

import asyncio
import gc
import itertools
import os
import statistics
import sys
import threading
import time
from pathlib import Path

from live.network import BPF, LO, NEAR, number

from umpa_sniffing import from_file, open_live, sniff, sniff_background, sniff_loop, sniff_next, to_file
from umpa_sniffing.exceptions import UMPADeviceException, UMPAFilterException, UMPATimeoutException

BUSY_RATE, SHORT_RATE, FRAME = 20_000, 5_000, 100
BUSY_RING = 1 << 27  # by blocks of 10 ms: other programs may have the processors for five seconds
COUNT = 100
PAGE = os.sysconf("SC_PAGE_SIZE")
# How much more a figure may be at the end than at the beginning: of all the cycles, not of each.
SLACK = {"rss_kib": 1024, "blocks": 500, "objects": 100, "fds": 0, "threads": 0}


class Soak:
    def __init__(self, network, directory):
        self.network = network
        self.file = Path(directory) / "soak.pcap"
        self.busy_packets = self.busy_last = 0
        self.complaints = []
        self.kinds = [
            self.sniff, self.sniff_loop, self.sniff_next, self.to_file, self.iterate, self.next,
            self.async_for, self.background, self.stop, self.set_filter, self.deadline, self.errors,
        ]  # fmt: skip

    # The kinds of short captures. Packets come all the time: those of one capture are consecutive.

    def sniff(self):
        packets = sniff(COUNT, BPF, LO)
        self.expect_whole(packets, COUNT)

    def sniff_loop(self):
        packets = []
        sniff_loop(COUNT, BPF, LO, callback=lambda timestamp, pkt: packets.append(pkt))
        self.expect_whole(packets, COUNT)

    def sniff_next(self):
        self.expect_whole([sniff_next(BPF, LO)], 1)

    def to_file(self):
        written = to_file(self.file, COUNT, BPF, LO)
        self.expect(written == COUNT, f"to_file wrote {written} packets")
        self.expect_whole(from_file(self.file), COUNT)

    def iterate(self):
        with open_live(LO, filter=BPF, count=COUNT, dump=self.file) as capture:
            self.expect_whole(list(capture), COUNT)
        self.expect_whole(from_file(self.file), COUNT)

    def next(self):
        with open_live(LO, filter=BPF) as capture:
            self.expect_whole([capture.next(timeout=5000) for _ in range(COUNT)], COUNT)

    def async_for(self):
        async def main():
            with open_live(LO, filter=BPF, count=COUNT) as capture:
                return [pkt async for pkt in capture]

        self.expect_whole(asyncio.run(main()), COUNT)

    def background(self):
        with sniff_background(COUNT, BPF, LO) as capture:
            capture.wait(5000)
        self.expect_whole(capture.packets, COUNT)

    def stop(self):
        """Stopped by another thread: all that it had is delivered, and counted."""
        with open_live(LO, filter=BPF) as capture:
            stopper = threading.Timer(0.05, capture.stop)
            stopper.start()
            packets = list(capture)
            stopper.join()
        self.expect_whole(packets, len(packets))
        stats = capture.stats()
        self.expect(stats.delivered == len(packets), f"{stats.delivered} told, {len(packets)} delivered")
        self.expect(stats.received >= 2 * stats.delivered, f"too few received: {stats}")

    def set_filter(self):
        with open_live(LO, filter=BPF) as capture:
            self.expect_whole([next(capture) for _ in range(COUNT)], COUNT)
            capture.set_filter(f"{BPF} and ether[49] & 1 = 1")
            odd = [number(bytes(next(capture))) for _ in range(COUNT)]
        self.expect(all(each % 2 for each in odd), "a packet of the old filter")
        self.expect(odd == list(range(odd[0], odd[0] + 2 * COUNT, 2)), "a gap under the new filter")

    def deadline(self):
        self.expect(len(sniff(0, "udp port 4", LO, timeout=20)) == 0, "a packet that should not match")
        self.expect_raises(UMPATimeoutException, lambda: sniff_next("udp port 4", LO, timeout=20))

    def errors(self):
        self.expect_raises(UMPAFilterException, lambda: sniff(1, "nonsense here", LO))
        self.expect_raises(UMPADeviceException, lambda: sniff(1, None, "nosuchdevice"))
        self.expect_raises(NotADirectoryError, lambda: to_file(self.file / "below", 1, BPF, LO))
        self.expect_raises(ZeroDivisionError, lambda: sniff_loop(1, BPF, LO, callback=lambda *_: 1 / 0))

    def expect(self, condition, complaint):
        if not condition:
            self.complaints.append(complaint)

    def expect_whole(self, packets, count):
        numbers = [number(bytes(pkt)) for pkt in packets]
        consecutive = list(range(numbers[0], numbers[0] + count)) if numbers else []
        self.expect(numbers == consecutive, f"{len(numbers)} packets of {count}, or a gap in them")

    def expect_raises(self, kind, function):
        try:
            function()
        except kind:
            return
        self.complaints.append(f"no {kind.__name__}")

    # The long one.

    def busy_callback(self, timestamp, pkt):
        self.expect(number(bytes(pkt)) == self.busy_packets, f"busy: a gap before {self.busy_packets}")
        self.busy_packets += 1

    def run(self, seconds):
        """What went wrong, in words."""
        interval_s = min(60, seconds / 10)
        figures = []
        with open_live(NEAR, filter=BPF, buffer_size=BUSY_RING) as busy:
            reader = threading.Thread(target=busy.loop, args=[self.busy_callback])
            reader.start()
            with (
                self.network.sending(NEAR, frame=FRAME, rate=BUSY_RATE) as sender,
                self.network.sending(LO, frame=FRAME, rate=SHORT_RATE),
            ):
                self.cycle(seconds, interval_s, figures)
            time.sleep(0.5)
            busy.stop()
            reader.join()
        stats = busy.stats()
        print(f"soak: the long capture: {sender.report['sent']:,} sent, {stats}")
        self.expect(stats.delivered == self.busy_packets == sender.report["sent"], "busy: not all delivered")
        self.expect(stats.received == stats.delivered + stats.dropped, "busy: the counts do not add up")
        return [*self.complaints[:20], *growth(figures)]

    def cycle(self, seconds, interval_s, figures):
        start = told = time.monotonic()
        for captures, kind in enumerate(itertools.cycle(self.kinds), start=1):
            kind()
            now = time.monotonic()
            if now - told >= interval_s or self.complaints:
                told = now
                figures.append(look())
                told_figures = ", ".join(f"{value:,} {name}" for name, value in figures[-1].items())
                busy = f"{self.busy_packets:,} packets"
                print(
                    f"soak: {now - start:6.0f} s: {captures:,} captures, {busy}; {told_figures}", flush=True
                )
            if now - start >= seconds or self.complaints:
                return


def look():
    gc.collect()
    return {
        "rss_kib": int(Path("/proc/self/statm").read_text().split()[1]) * PAGE // 1024,
        "blocks": sys.getallocatedblocks(),
        "objects": len(gc.get_objects()),
        "fds": len(os.listdir("/proc/self/fd")),
        "threads": threading.active_count(),
    }


def growth(figures):
    """Between the medians of the second fifth, when all is warm, and the last."""
    fifth = len(figures) // 5
    if fifth == 0:
        return ["too short to see growth"]
    for name, slack in SLACK.items():
        before, after = (
            statistics.median(figure[name] for figure in figures[first : first + fifth])
            for first in (fifth, len(figures) - fifth)
        )
        if after - before > slack:
            yield f"{name} grew from {before:,} to {after:,}"
