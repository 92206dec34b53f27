"""How late a packet comes to its callback, from its sending, and what a capture costs that waits."""

import threading
import time
from pathlib import Path

from live.captor import Captor
from live.network import BPF, LO, sent_ns

from umpa_sniffing import open_live

FRAME = 100
MODES = {"default": (10, {}), "immediate": (1, {"immediate": True})}
IDLE = {
    "sniff_loop": "count sniff_loop",
    "async for": "count async_for",
    "scapy": "count scapy",
    "pypcap": "count pypcap",
    "pcapy-ng": "count pcapy_ng",
    "cypcap": "count cypcap",
    "tcpdump -w": "tcpdump",
}


def latencies_ms(network, rate, count, **options):
    late = []

    def callback(timestamp, pkt):
        late.append(time.time_ns() - sent_ns(bytes(pkt)))

    with open_live(LO, filter=BPF, count=count, **options) as capture:
        sender = threading.Thread(
            target=network.send, args=[LO], kwargs={"frame": FRAME, "rate": rate, "count": count}
        )
        sender.start()
        capture.loop(callback)
        sender.join()
    return [ns / 1e6 for ns in late]


def idle_cost(what, directory, seconds):
    """Wake-ups a second, and the share of a core, of all threads of a capture to which nothing comes."""
    captor = Captor(what, LO, directory, FRAME)
    time.sleep(1)
    begin = time.monotonic()
    wakes, busy_ns = usage(captor.process.pid)
    time.sleep(seconds)
    later_wakes, later_ns = usage(captor.process.pid)
    elapsed = time.monotonic() - begin
    captor.process.kill()
    captor.process.communicate()
    return {"wakes": (later_wakes - wakes) / elapsed, "cpu": (later_ns - busy_ns) / 1e9 / elapsed}


def usage(pid):
    """Context switches, and nanoseconds on a core."""
    wakes = busy_ns = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        status = (task / "status").read_text().splitlines()
        wakes += sum(int(line.split()[1]) for line in status if "ctxt_switches" in line)
        busy_ns += int((task / "schedstat").read_text().split()[0])
    return wakes, busy_ns


def measure(network, directory, counts, idle_s, say):
    """[mode, to_ms, packets a second, milliseconds of each packet]; what each costs while it waits"""
    rows = []
    for mode, (to_ms, options) in MODES.items():
        for rate, count in counts:
            say(f"latency: {mode}, {rate}/s")
            rows.append([mode, to_ms, rate, latencies_ms(network, rate, count, **options)])
    say("idle")
    return {
        "latency": rows,
        "idle": {name: idle_cost(what, directory, idle_s) for name, what in IDLE.items()},
    }
