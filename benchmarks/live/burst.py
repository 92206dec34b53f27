"""A burst of 20,000 packets of 500 bytes on lo, as fast as one sender sends them."""

import time

from live.captor import Captor
from live.network import LO

PACKETS, FRAME = 20_000, 500
QUIET_S = 0.7
CONTESTANTS = {
    "sniff": "count sniff",
    "sniff_loop": "count sniff_loop",
    "to_file": "count to_file",
    "async for": "count async_for",
    "scapy": "count scapy",
    "pypcap": "count pypcap",
    "pcapy-ng": "count pcapy_ng",
    "cypcap": "count cypcap",
    "tcpdump -w": "tcpdump",
}


def measure(network, directory, runs, say):
    """{contestant: packets of each burst}, and the packets a second that were sent in each."""
    had = {name: [] for name in CONTESTANTS}
    rates = []
    for run in range(runs):
        say(f"burst {run + 1} of {runs}")
        for name, what in CONTESTANTS.items():
            captor = Captor(what, LO, directory, FRAME)
            report = network.send(LO, frame=FRAME, count=PACKETS)
            time.sleep(QUIET_S)
            had[name].append(captor.end())
            rates.append(report["sent"] / report["seconds"])
    return {"had": had, "sent": PACKETS, "rates": rates}
