"""What captures in bench-live: contestants.py TASK LIBRARY DEVICE BPF FILE

Captures, as the library's own docs do it, until a line comes on standard input; then prints how many packets
it had. Those that no signal ends are asked by a thread.
"""

import contextlib
import os
import signal
import sys
import threading

packets = 0
TIMEOUT_MS = 100  # of those that hand over a block when it is full, unless they are told when


def count_sniff(device, bpf, file):
    from live.network import number

    from umpa_sniffing import sniff

    global packets
    try:
        sniff(0, filter=bpf, device=device)
    except KeyboardInterrupt as error:
        numbers = [number(bytes(pkt)) for pkt in error.packets]
        assert numbers == sorted(set(numbers)), "packets twice or out of order"
        packets = len(numbers)


def count_sniff_loop(device, bpf, file):
    from umpa_sniffing import sniff_loop

    def callback(timestamp, pkt):
        global packets
        packets += 1

    sniff_loop(0, filter=bpf, device=device, callback=callback)


def count_async_for(device, bpf, file):
    import asyncio

    from umpa_sniffing import open_live

    async def main():
        global packets
        with open_live(device, filter=bpf) as capture:
            async for _ in capture:
                packets += 1

    asyncio.run(main())


def count_to_file(device, bpf, file):
    from umpa_sniffing import to_file

    global packets
    try:
        to_file(file, 0, filter=bpf, device=device)
    except KeyboardInterrupt as error:
        packets = error.delivered


def count_scapy(device, bpf, file):
    from scapy.sendrecv import sniff

    def callback(pkt):
        global packets
        packets += 1

    sniff(iface=device, filter=bpf, prn=callback, store=False)


def count_pypcap(device, bpf, file):
    import pcap

    global packets
    handle = pcap.pcap(device, timeout_ms=TIMEOUT_MS)
    handle.setfilter(bpf)
    for _, _ in handle:
        packets += 1


def count_pcapy_ng(device, bpf, file):
    import pcapy

    def callback(header, data):
        global packets
        packets += 1

    handle = pcapy.open_live(device, 65536, 1, TIMEOUT_MS)
    handle.setfilter(bpf)
    handle.loop(0, callback)


def count_cypcap(device, bpf, file):
    import cypcap

    def callback(header, data):
        global packets
        packets += 1

    handle = cypcap.create(device)
    handle.set_timeout(TIMEOUT_MS / 1000)
    handle.activate()
    handle.setfilter(cypcap.compile(handle.datalink(), 65536, bpf, True, 0xFFFFFFFF))
    handle.loop(-1, callback)


def fields_sniff_loop(device, bpf, file):
    from umpa_sniffing import sniff_loop

    def callback(timestamp, pkt):
        global packets
        ip = pkt.ip
        found = ip.src, pkt.udp.srcport, ip.len  # noqa: F841
        packets += 1

    sniff_loop(0, filter=bpf, device=device, callback=callback)


def fields_pypcap(device, bpf, file):
    import socket

    import pcap
    from dpkt.ethernet import Ethernet

    global packets
    handle = pcap.pcap(device, timeout_ms=TIMEOUT_MS)
    handle.setfilter(bpf)
    for _, data in handle:
        ip = Ethernet(data).data
        found = socket.inet_ntoa(ip.src), ip.data.sport, ip.len  # noqa: F841
        packets += 1


def fields_scapy(device, bpf, file):
    from scapy.layers.inet import IP, UDP
    from scapy.sendrecv import sniff

    def callback(pkt):
        global packets
        ip = pkt[IP]
        found = ip.src, pkt[UDP].sport, ip.len  # noqa: F841
        packets += 1

    sniff(iface=device, filter=bpf, prn=callback, store=False)


DEAF = {"pypcap", "pcapy_ng", "cypcap"}  # to SIGINT


def end_when_asked(library):
    sys.stdin.readline()
    if library in DEAF:
        print(packets, flush=True)
        os._exit(0)
    os.kill(os.getpid(), signal.SIGINT)


def main(task, library, *arguments):
    threading.Thread(target=end_when_asked, args=[library], daemon=True).start()
    with contextlib.suppress(KeyboardInterrupt):
        globals()[f"{task}_{library}"](*arguments)
    print(packets, flush=True)
    os._exit(0)  # the thread still reads


if __name__ == "__main__":
    main(*sys.argv[1:])
