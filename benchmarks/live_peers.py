"""Ctrl-C on an idle link, and a burst, by each library with its own defaults: live_peers.py LIBRARY...

Prints JSON: {library: {"ctrl_c_ms": milliseconds to its end, null after 5 s; "arrived": packets of
each burst, "sent": packets that each had}}. Needs root.
"""

import json
import signal
import socket
import subprocess
import sys
import time

BURST_PACKETS, PACKET_BYTES = 20_000, 458
PATIENCE_S = 5
BURSTS = 3

# Each counts in `n` the packets of lo that match `bpf`, for ever, as the library's own docs do it.
CAPTURES = {
    "umpa_sniffing": """
import umpa_sniffing

def count(timestamp, pkt):
    global n
    n += 1

ready()
umpa_sniffing.sniff_loop(0, bpf, "lo", callback=count)
""",
    "scapy": """
import scapy.all

def count(pkt):
    global n
    n += 1

ready()
scapy.all.sniff(iface="lo", filter=bpf, prn=count, store=False)
""",
    "pypcap": """
import pcap

handle = pcap.pcap("lo")
handle.setfilter(bpf)
ready()
for timestamp, data in handle:
    n += 1
""",
    "pcapy_ng": """
import pcapy

def count(header, data):
    global n
    n += 1

handle = pcapy.open_live("lo", 65536, 1, 100)
handle.setfilter(bpf)
ready()
handle.loop(0, count)
""",
    "cypcap": """
import cypcap

def count(header, data):
    global n
    n += 1

handle = cypcap.create("lo")
handle.activate()
handle.setfilter(cypcap.compile(handle.datalink(), 65536, bpf, True, 0xFFFFFFFF))
ready()
handle.loop(-1, count)
""",
}

# A line on standard input asks for the count, which ends the program: not all hear Ctrl-C.
FRAME = """
import os, sys, threading

n, bpf = 0, sys.argv[1]

def report():
    sys.stdin.readline()
    print(n, flush=True)
    os._exit(0)

def ready():
    threading.Thread(target=report, daemon=True).start()
    print("ready", flush=True)
"""


def start(library, bpf):
    pipes = dict.fromkeys(["stdin", "stdout"], subprocess.PIPE)
    program = subprocess.Popen(
        [sys.executable, "-c", FRAME + CAPTURES[library], bpf],
        stderr=subprocess.DEVNULL, text=True, **pipes,
    )  # fmt: skip
    if program.stdout.readline() != "ready\n":
        sys.exit(f"live_peers.py: {library} did not start")
    time.sleep(1)  # some open their device only now
    return program


def ctrl_c(library):
    program = start(library, "udp port 4")
    sent = time.monotonic()
    program.send_signal(signal.SIGINT)
    try:
        program.wait(PATIENCE_S)
        return (time.monotonic() - sent) * 1e3
    except subprocess.TimeoutExpired:
        program.kill()
        return None


def burst(library):
    """How many packets of a burst, sent as fast as one Python can, arrive."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))
        program = start(library, f"udp dst port {receiver.getsockname()[1]}")
        sender.connect(receiver.getsockname())
        for _ in range(BURST_PACKETS):
            sender.send(bytes(PACKET_BYTES))
        time.sleep(2)
        return int(program.communicate("\n")[0])


def measure(library):
    bursts = [burst(library) for _ in range(BURSTS)]
    return {"ctrl_c_ms": ctrl_c(library), "arrived": bursts, "sent": BURST_PACKETS}


def main(libraries):
    print(json.dumps({library: measure(library) for library in CAPTURES if library in libraries}))


if __name__ == "__main__":
    main(sys.argv[1:])
