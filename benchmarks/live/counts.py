"""Whether the counters add up: on lo with nothing dropped, and on the veth pair under overload."""

import threading
import time
import warnings

from live.network import BPF, HEADERS, LO, NEAR, arrived

from umpa_sniffing import open_live
from umpa_sniffing.exceptions import UMPAWarning

FRAME, PACKETS = 100, 50_000
QUIET_S = 0.2
SMALL_RING = 512 * 1024
SLOW_CALLS, SLOW_S = 100, 0.001
ODD = f"{BPF} and ether[{HEADERS + 7}] & 1 = 1"
# More instructions than the kernel takes: the library filters.
LATE = " or ".join(f"len={length}" for length in range(3000, 7300)) + f" or ({ODD})"


def captured(network, device, callback, **options):
    """The final stats of a capture of PACKETS as fast as they are sent, with all that the kernel kept."""

    def send():
        network.send(device, frame=FRAME, count=PACKETS)
        before = None
        while (now := capture.stats().delivered) != before:
            before = now
            time.sleep(QUIET_S)
        capture.stop()

    with open_live(device, **options) as capture:
        sender = threading.Thread(target=send)
        sender.start()
        capture.loop(callback, (capture,))
        sender.join()
    return capture.stats()


def on_lo(network, **options):
    calls = 0

    def callback(timestamp, pkt, capture):
        nonlocal calls
        calls += 1

    stats = captured(network, LO, callback, **options)
    holds = stats.received == 2 * stats.delivered and stats.delivered == calls == PACKETS
    return holds and stats.dropped == 0, stats


def overloaded(network, new_filter=None, **options):
    calls = 0

    def callback(timestamp, pkt, capture):
        nonlocal calls
        calls += 1
        if calls <= SLOW_CALLS:
            time.sleep(SLOW_S)
        if calls == SLOW_CALLS and new_filter:
            capture.set_filter(new_filter)

    before = arrived(NEAR)
    stats = captured(network, NEAR, callback, buffer_size=SMALL_RING, **options)
    rest = stats.received - stats.delivered - stats.dropped - stats.filtered
    came = arrived(NEAR) - before
    holds = rest == 0 and stats.received == came == PACKETS
    return holds and stats.delivered == calls and stats.dropped > 0, stats


CASES = {
    "lo: received = 2 x delivered": (on_lo, {}),
    "lo, with a filter": (on_lo, {"filter": BPF}),
    "overloaded: received = delivered + dropped": (overloaded, {}),
    "overloaded, with a filter": (overloaded, {"filter": BPF}),
    "overloaded, set_filter meanwhile: received = ... + filtered": (overloaded, {"new_filter": ODD}),
    "overloaded, filtered by us: received = ... + filtered": (overloaded, {"filter": LATE}),
}


def measure(network, directory, runs, say):
    """[case, in how many of the runs the identity held, the stats of the last run or of one that failed]"""
    rows = []
    for case, (run, options) in CASES.items():
        outcomes = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UMPAWarning)
            outcomes = [run(network, **options) for _ in range(runs)]
        held = sum(holds for holds, _ in outcomes)
        _, stats = min(outcomes, key=lambda outcome: outcome[0])
        say(f"counts: {case}: {held} of {runs}, {stats}")
        rows.append([case, held, runs, stats.received, stats.dropped, stats.delivered, stats.filtered])
    return rows
