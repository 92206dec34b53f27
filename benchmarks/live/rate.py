"""The highest constant rate at which nothing is lost, of packets of 500 bytes on the veth pair.

Each contestant's search is a bisection by short trials, then trials of the full length, lower and lower until
one loses nothing. The contestants take turns, trial by trial.
"""

import time

from live.captor import Captor
from live.network import NEAR

FRAME = 500
QUIET_S = 0.7
LEAST, MOST = 500, 2_000_000
STEP_DOWN = 0.95
CONTESTANTS = {
    "to_file": "count to_file",
    "tcpdump -w": "tcpdump",
    "tcpdump -B 16384 -w": "tcpdump -B 16384",
    "dumpcap -w": "dumpcap",
    "sniff_loop, fields": "fields sniff_loop",
    "pypcap and dpkt, fields": "fields pypcap",
    "scapy, fields": "fields scapy",
}


class Search:
    def __init__(self, precision):
        self.precision = precision
        self.lossless, self.lossy = LEAST, MOST
        self.rate = MOST
        self.is_confirming = self.is_done = self.is_senders = False

    def learn(self, rate, lost):
        """The outcome of a trial: the rate is the one that the sender reached."""
        if self.is_confirming:
            self.is_done = lost == 0
            self.rate = rate if lost == 0 else rate * STEP_DOWN
            if self.rate < LEAST / 2:
                self.is_done, self.rate = True, 0
            return
        if lost == 0:
            self.lossless = max(self.lossless, rate)
            self.is_senders = rate < self.rate * 0.97
        else:
            self.lossy = min(self.lossy, rate)
        if self.is_senders or self.lossy / self.lossless <= self.precision:
            self.is_confirming, self.rate = True, self.lossless
        else:
            self.rate = (self.lossless * self.lossy) ** 0.5


def trial(network, directory, what, rate, seconds):
    """The rate that was sent, and how many packets were lost."""
    captor = Captor(what, NEAR, directory, FRAME)
    # Beyond the sender's own most, a trial would take longer than asked.
    report = network.send(NEAR, frame=FRAME, rate=round(rate), count=round(min(rate, 1_000_000) * seconds))
    time.sleep(QUIET_S)
    return report["sent"] / report["seconds"], report["sent"] - captor.end()


def measure(network, directory, rounds, precision, short_s, long_s, say):
    """{contestant: packets a second of each round}; whose highest rate was the sender's own."""
    highest = {name: [] for name in CONTESTANTS}
    senders = set()
    for number in range(rounds):
        searches = {name: Search(precision) for name in CONTESTANTS}
        while any(not search.is_done for search in searches.values()):
            for name, search in searches.items():
                if search.is_done:
                    continue
                seconds = long_s if search.is_confirming else short_s
                rate, lost = trial(network, directory, CONTESTANTS[name], search.rate, seconds)
                say(f"round {number + 1} of {rounds}: {name}: {rate:,.0f}/s for {seconds} s, {lost:,} lost")
                search.learn(rate, lost)
        for name, search in searches.items():
            highest[name].append(search.rate)
            if search.is_senders:
                senders.add(name)
    return {"highest": highest, "senders": sorted(senders), "seconds": long_s}
