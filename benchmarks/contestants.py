"""What each library does in the benchmarks: contestants.py TASK LIBRARY FILE

Prints JSON: the seconds that the work took, imports not counted; the process's largest memory; what
was found, which must be the same for all. Each library is used in the fastest way that it offers.
"""

import json
import os
import socket
import sys
from pathlib import Path
from time import perf_counter
from timeit import Timer


def second_list(read):
    """Of two lists: for the first, a virtual machine's host may have to give the memory, which takes
    longer than all else and is no library's doing."""
    read()
    start = perf_counter()
    packets = read()
    return perf_counter() - start, packets_found(packets)


def list_umpa_sniffing(path):
    from umpa_sniffing import from_file

    return second_list(lambda: from_file(path))


def list_cypcap(path):
    import cypcap

    return second_list(lambda: [data for _, data in cypcap.open_offline(path)])


def list_pypcap(path):
    import pcap

    return second_list(lambda: [data for _, data in pcap.pcap(path)])


def list_pcapy_ng(path):
    import pcapy

    def read():
        packets = []
        append = packets.append
        pcapy.open_offline(path).loop(0, lambda _, data: append(data))
        return packets

    return second_list(read)


def packets_found(packets):
    return {"packets": len(packets), "bytes": sum(map(len, packets))}


def iterate_umpa_sniffing(path):
    from umpa_sniffing import open_offline

    start = perf_counter()
    for data in open_offline(path):  # noqa: B007
        pass
    return perf_counter() - start, {"last": bytes(data).hex()}


def iterate_cypcap(path):
    import cypcap

    start = perf_counter()
    for _, data in cypcap.open_offline(path):  # noqa: B007
        pass
    return perf_counter() - start, {"last": data.hex()}


def iterate_pypcap(path):
    import pcap

    start = perf_counter()
    for _, data in pcap.pcap(path):  # noqa: B007
        pass
    return perf_counter() - start, {"last": data.hex()}


def iterate_pcapy_ng(path):
    import pcapy

    last = None

    def keep(_, data):
        nonlocal last
        last = data

    start = perf_counter()
    pcapy.open_offline(path).loop(0, keep)
    return perf_counter() - start, {"last": last.hex()}


def iterate_dpkt(path):
    import dpkt

    start = perf_counter()
    with Path(path).open("rb") as file:
        for _, data in dpkt.pcap.Reader(file):  # noqa: B007
            pass
    return perf_counter() - start, {"last": data.hex()}


def fields_umpa_sniffing(path):
    from umpa_sniffing import from_file_loop

    times = lengths = ports = 0
    sources = {}

    def callback(timestamp, pkt):
        nonlocal times, lengths, ports
        times += timestamp
        if "ip" in pkt and "tcp" in pkt:
            ip = pkt.ip
            lengths += ip.len
            ports += pkt.tcp.srcport
            sources[ip.src] = timestamp

    start = perf_counter()
    from_file_loop(path, callback=callback)
    return perf_counter() - start, fields_found(times, lengths, ports, sources)


def dpkt_callback():
    """A callback for packets as bytes that decodes them by dpkt, and what gives its findings."""
    from dpkt.ethernet import Ethernet
    from dpkt.ip import IP
    from dpkt.tcp import TCP

    times = lengths = ports = 0
    sources = {}
    inet_ntoa = socket.inet_ntoa

    def callback(timestamp, data):
        nonlocal times, lengths, ports
        times += timestamp
        ip = Ethernet(data).data
        if isinstance(ip, IP):
            tcp = ip.data
            if isinstance(tcp, TCP):
                lengths += ip.len
                ports += tcp.sport
                sources[inet_ntoa(ip.src)] = timestamp

    return callback, lambda: fields_found(times, lengths, ports, sources)


def fields_dpkt(path):
    import dpkt

    callback, found = dpkt_callback()
    start = perf_counter()
    with Path(path).open("rb") as file:
        for timestamp, data in dpkt.pcap.Reader(file):
            callback(timestamp, data)
    return perf_counter() - start, found()


def fields_pypcap(path):
    import pcap

    callback, found = dpkt_callback()
    start = perf_counter()
    for timestamp, data in pcap.pcap(path):
        callback(timestamp, data)
    return perf_counter() - start, found()


def fields_cypcap(path):
    import cypcap

    callback, found = dpkt_callback()
    start = perf_counter()
    for header, data in cypcap.open_offline(path):
        callback(header.ts, data)
    return perf_counter() - start, found()


def fields_pcapy_ng(path):
    import pcapy

    callback, found = dpkt_callback()

    def with_header(header, data):
        seconds, microseconds = header.getts()
        callback(seconds + microseconds / 1e6, data)

    start = perf_counter()
    pcapy.open_offline(path).loop(0, with_header)
    return perf_counter() - start, found()


def fields_scapy(path):
    from scapy.layers.inet import IP, TCP
    from scapy.layers.l2 import Ether
    from scapy.utils import RawPcapReader

    times = lengths = ports = 0
    sources = {}
    start = perf_counter()
    for data, header in RawPcapReader(path):
        timestamp = header.sec + header.usec / 1e6
        times += timestamp
        pkt = Ether(data)
        if IP in pkt and TCP in pkt:
            ip = pkt[IP]
            lengths += ip.len
            ports += pkt[TCP].sport
            sources[ip.src] = timestamp
    return perf_counter() - start, fields_found(times, lengths, ports, sources)


def fields_found(times, lengths, ports, sources):
    return {"fields": [times, lengths, ports, sorted(map(list, sources.items()))]}


def memory_umpa_sniffing(path):
    from umpa_sniffing import from_file

    return bytes_a_packet(lambda: from_file(path))


def memory_cypcap(path):
    import cypcap

    return bytes_a_packet(lambda: [data for _, data in cypcap.open_offline(path)])


def memory_pypcap(path):
    import pcap

    return bytes_a_packet(lambda: [data for _, data in pcap.pcap(path)])


def memory_dpkt(path):
    import dpkt

    def decode():
        with Path(path).open("rb") as file:
            return [dpkt.ethernet.Ethernet(data) for _, data in dpkt.pcap.Reader(file)]

    return bytes_a_packet(decode)


def memory_scapy(path):
    from scapy.layers.l2 import Ether
    from scapy.utils import RawPcapReader

    return bytes_a_packet(lambda: [Ether(data) for data, _ in RawPcapReader(path)])


def bytes_a_packet(read):
    """How much the process grew, its list included, for each packet kept."""
    before = resident_bytes()
    packets = read()
    return (resident_bytes() - before) / len(packets), packets_found(packets)


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def access_umpa_sniffing(path):
    """Nanoseconds of each expression, without the loop around it."""
    from datetime import datetime

    from umpa_sniffing import open_offline

    class Slotted:
        __slots__ = ("field",)

    slotted = Slotted()
    slotted.field = 1
    pkt = next(pkt for pkt in open_offline(path) if "ip" in pkt and "tcp" in pkt)
    names = {"pkt": pkt, "ip": pkt.ip, "tcp": pkt.tcp, "now": datetime.now(), "slotted": slotted}
    statements = (
        "slotted.field",
        "now.year",
        "tcp.srcport",
        "ip.src",
        "pkt.tcp",
        "pkt.tcp.srcport",
        "pkt.timestamp",
        '"tcp" in pkt',
        '"arp" in pkt',
        "try: pkt.arp\nexcept AttributeError: pass",
    )
    count, rounds = 200_000, 7
    timers = {statement: Timer(statement, globals=names) for statement in ("pass", *statements)}
    times = {statement: [] for statement in timers}
    for _ in range(rounds):
        for statement, timer in timers.items():
            times[statement].append(timer.timeit(count) / count * 1e9)
    loop = min(times["pass"])
    return {statement: sorted(times[statement])[rounds // 2] - loop for statement in statements}, {}


def peak_memory():
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def main(task, library, path):
    measured, found = globals()[f"{task}_{library}"](path)
    print(json.dumps({"measured": measured, "peak_memory": peak_memory(), "found": found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
