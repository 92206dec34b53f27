"""Writes the capture files that the benchmarks read, the same bytes each time.

    generator.py DIRECTORY PACKETS PREFIX ECHOES

mixed.pcap: PACKETS frames of some 400 bytes, mostly TCP over IPv4. prefix.pcap: its first PREFIX
frames, for contestants that take minutes over the whole. echoes.pcap: ECHOES frames of 98 bytes,
each an ICMP echo request. expected.json: what is to be found in each, from the values written.
"""

import json
import random
import socket
import struct
import sys
from itertools import islice
from pathlib import Path

FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
RECORD = struct.Struct("<IIII")
ETHERNET_IPV4 = "!6s6sH BBHHHBBH4s4s"
IPV4_TCP = struct.Struct(ETHERNET_IPV4 + "HHIIHHHH12s")
IPV4_UDP = struct.Struct(ETHERNET_IPV4 + "HHHH")
IPV4_ECHO = struct.Struct(ETHERNET_IPV4 + "BBHHH")
ETHERNET_IPV6 = "!6s6sH IHBB16s16s"
IPV6_TCP = struct.Struct(ETHERNET_IPV6 + "HHIIHHHH12s")
IPV6_UDP = struct.Struct(ETHERNET_IPV6 + "HHHH")
ARP = struct.Struct("!6s6sH HHBBH6s4s6s4s 18s")

FLOWS = 4096
TCP, UDP, ICMP = 6, 17, 1
TCP_OPTIONS = bytes.fromhex("0101080a0012d687001c8f3a")  # two NOPs and a timestamp
MIX = {"ipv4_tcp": 80, "ipv4_udp": 8, "ipv6_tcp": 4, "ipv6_udp": 4, "icmp": 2, "arp": 2}


class Expected:
    def __init__(self):
        self.packets = self.bytes = self.lengths = self.ports = 0
        self.times = 0.0
        self.sources = {}
        self.last = b""
        self.last_port = self.last_source = self.last_length = None

    def add(self, timestamp, frame, ipv4):
        """`ipv4` is the source, the TCP source port or None, and the length; None where it is not IPv4."""
        self.packets += 1
        self.bytes += len(frame)
        self.times += timestamp
        self.last = frame
        if ipv4 is None:
            return
        source, port, length = ipv4
        self.last_source, self.last_length = source, length
        if port is not None:
            self.last_port = port
            self.ports += port
            self.lengths += length
            self.sources[source] = timestamp

    def facts(self):
        sources = {socket.inet_ntoa(source): time for source, time in self.sources.items()}
        return {
            "packets": self.packets,
            "bytes": self.bytes,
            "last": self.last.hex(),
            "fields": [self.times, self.lengths, self.ports, sorted(sources.items())],
            "last_fields": [socket.inet_ntoa(self.last_source), self.last_port, self.last_length],
        }


class Frames:
    """Frames of random flows; transport checksums are zero, as a sender leaves them to its card."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.noise = self.random.randbytes(1 << 16)
        self.flows = [self._flow() for _ in range(FLOWS)]

    def _flow(self):
        bits = self.random.getrandbits
        client = bytes([10, bits(2), bits(8), 1 + bits(7)])
        server = bytes([192, 0, 2, 1 + bits(7)])
        macs = b"\x02" + bits(40).to_bytes(5, "big"), b"\x02" + bits(40).to_bytes(5, "big")
        ports = 32768 + bits(14), self.random.choice((80, 443, 443, 8080))
        if bits(1):
            return *macs, server, client, *reversed(ports)
        return *macs, client, server, *ports

    def _payload_size(self):
        """A third empty, half small, the rest full segments; 400 bytes a frame on the whole."""
        which = self.random.random()
        if which < 0.36:
            return 0
        if which < 0.833:
            return 1 + self.random.getrandbits(9)
        return 1448

    def _payload(self, size):
        start = self.random.getrandbits(15)
        return self.noise[start : start + size]

    def _ipv4(self, protocol, length, source, destination):
        ident = self.random.getrandbits(16)
        words = struct.unpack("!4H", source + destination)
        total = 0x4500 + length + ident + 0x4000 + (64 << 8 | protocol) + sum(words)
        total = (total & 0xFFFF) + (total >> 16)
        checksum = (total & 0xFFFF) + (total >> 16) ^ 0xFFFF
        return 0x0800, 0x45, 0, length, ident, 0x4000, 64, protocol, checksum, source, destination

    def _tcp(self, source_port, destination_port):
        bits = self.random.getrandbits
        numbers = bits(32), bits(32)
        return source_port, destination_port, *numbers, 0x8018, bits(16), 0, 0, TCP_OPTIONS

    def ipv4_tcp(self):
        to, by, source, destination, *ports = self.random.choice(self.flows)
        payload = self._payload(self._payload_size())
        length = 52 + len(payload)
        ip = self._ipv4(TCP, length, source, destination)
        header = IPV4_TCP.pack(to, by, *ip, *self._tcp(*ports))
        return header + payload, (source, ports[0], length)

    def ipv4_udp(self):
        to, by, source, destination, *ports = self.random.choice(self.flows)
        size = 18 + self.random.getrandbits(9)
        ip = self._ipv4(UDP, 28 + size, source, destination)
        header = IPV4_UDP.pack(to, by, *ip, *ports, 8 + size, 0)
        return header + self._payload(size), (source, None, 28 + size)

    def _ipv6(self, protocol, length, source, destination):
        network = bytes.fromhex("20010db8") + bytes(8)
        return 0x86DD, 6 << 28, length, protocol, 64, network + source, network + destination

    def ipv6_tcp(self):
        to, by, source, destination, *ports = self.random.choice(self.flows)
        payload = self._payload(self._payload_size())
        ip = self._ipv6(TCP, 32 + len(payload), source, destination)
        return IPV6_TCP.pack(to, by, *ip, *self._tcp(*ports)) + payload, None

    def ipv6_udp(self):
        to, by, source, destination, *ports = self.random.choice(self.flows)
        size = 18 + self.random.getrandbits(9)
        ip = self._ipv6(UDP, 8 + size, source, destination)
        return IPV6_UDP.pack(to, by, *ip, *ports, 8 + size, 0) + self._payload(size), None

    def icmp(self):
        to, by, source, destination, ident, _ = self.random.choice(self.flows)
        ip = self._ipv4(ICMP, 84, source, destination)
        echo = IPV4_ECHO.pack(to, by, *ip, 8, 0, 0, ident, self.random.getrandbits(16))
        return echo + self._payload(56), (source, None, 84)

    def arp(self):
        to, by, source, destination, *_ = self.random.choice(self.flows)
        reply = 1, 0x0800, 6, 4, 2, by, source, to, destination
        return ARP.pack(to, by, 0x0806, *reply, bytes(18)), None

    def mixed(self):
        makers = [getattr(self, kind) for kind in MIX]
        while True:
            for make in self.random.choices(makers, MIX.values(), k=1024):
                yield make()

    def echoes(self):
        while True:
            yield self.icmp()


def write(path, frames, expected):
    """Times are multiples of 1/64 s: a float holds them exactly, so all sums are the same."""
    with path.open("wb", buffering=1 << 20) as file:
        file.write(FILE_HEADER)
        ticks = 1_700_000_000 * 64
        for frame, ipv4 in frames:
            ticks += 1
            seconds, fraction = divmod(ticks, 64)
            file.write(RECORD.pack(seconds, fraction * 15625, len(frame), len(frame)) + frame)
            expected.add(ticks / 64, frame, ipv4)


def main(directory, packets, prefix, echoes):
    directory = Path(directory)
    facts = {}
    files = {
        "mixed": (Frames(seed=1).mixed(), packets),
        "prefix": (Frames(seed=1).mixed(), prefix),
        "echoes": (Frames(seed=1).echoes(), echoes),
    }
    for name, (frames, count) in files.items():
        expected = Expected()
        write(directory / f"{name}.pcap", islice(frames, int(count)), expected)
        facts[name] = expected.facts()
    (directory / "expected.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(*sys.argv[1:])
