"""What run_files measures, beside the tasks of contestants.py: file_contestants.py TASK LIBRARY FILE [OUT]

Prints JSON as contestants.py does. A task that the build has no means for ends with Python's own error.
"""

import json
import sys
from pathlib import Path
from time import perf_counter

import contestants
from contestants import packets_found, peak_memory


def index_umpa_sniffing(path):
    from umpa_sniffing import open_offline

    start = perf_counter()
    with open_offline(path) as capture:
        packets = capture.index()
        seconds = perf_counter() - start
        return seconds, packets_found(packets)


def three_fields_umpa_sniffing(path):
    """Of IPv4 the source as text and the length, of TCP over it the source port."""
    from umpa_sniffing import from_file_loop

    source = port = length = None

    def callback(_, pkt):
        nonlocal source, port, length
        if "ip" in pkt:
            ip = pkt.ip
            source = ip.src
            length = ip.len
            if "tcp" in pkt:
                port = pkt.tcp.srcport

    start = perf_counter()
    from_file_loop(path, callback=callback)
    return perf_counter() - start, {"last_fields": [source, port, length]}


def three_fields_dpkt(path):
    import socket

    import dpkt
    from dpkt.ethernet import Ethernet
    from dpkt.ip import IP
    from dpkt.tcp import TCP

    source = port = length = None
    inet_ntoa = socket.inet_ntoa
    start = perf_counter()
    with Path(path).open("rb") as file:
        for _, data in dpkt.pcap.Reader(file):
            ip = Ethernet(data).data
            if isinstance(ip, IP):
                source = inet_ntoa(ip.src)
                length = ip.len
                tcp = ip.data
                if isinstance(tcp, TCP):
                    port = tcp.sport
    return perf_counter() - start, {"last_fields": [source, port, length]}


def three_fields_scapy(path):
    from scapy.layers.inet import IP, TCP
    from scapy.layers.l2 import Ether
    from scapy.utils import RawPcapReader

    source = port = length = None
    start = perf_counter()
    for data, _ in RawPcapReader(path):
        pkt = Ether(data)
        if IP in pkt:
            ip = pkt[IP]
            source = ip.src
            length = ip.len
            if TCP in pkt:
                port = pkt[TCP].sport
    return perf_counter() - start, {"last_fields": [source, port, length]}


def dump_umpa_sniffing(path, out):
    from umpa_sniffing import open_offline

    start = perf_counter()
    with open_offline(path, dump=out) as capture:
        capture.consume()
    return perf_counter() - start, {}


def write_umpa_sniffing(path, out):
    from umpa_sniffing import open_offline, write

    start = perf_counter()
    with open_offline(path) as capture:
        packets = write(out, capture, format="pcap")
    return perf_counter() - start, {"packets": packets}


def open_umpa_sniffing(path):
    """The baseline of memory: the package imported, the file open, nothing read."""
    from umpa_sniffing import open_offline

    with open_offline(path):
        return 0, {}


def main(task, library, path, *out):
    name = f"{task}_{library}"
    work = globals().get(name) or getattr(contestants, name)
    measured, found = work(path, *out)
    print(json.dumps({"measured": measured, "peak_memory": peak_memory(), "found": found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
