"""Capture files written and read with struct alone: nothing that is tested judges itself."""

from __future__ import annotations

import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

import frames

ETHERNET, RAW_IP, LINUX_SLL = frames.ETHERNET, frames.RAW, frames.SLL
SECOND = 1_000_000_000


@dataclass(frozen=True)
class Record:
    timestamp_ns: int
    data: bytes
    wire_len: int

    @property
    def caplen(self) -> int:
        return len(self.data)


def record(data: bytes, timestamp_ns: int = 1_249_423_424 * SECOND, wire_len: int | None = None) -> Record:
    return Record(timestamp_ns, data, len(data) if wire_len is None else wire_len)


def pcap(records, *, order="<", nanoseconds=True, link_type=ETHERNET, snaplen=262144) -> bytes:
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    parts = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link_type)]
    for each in records:
        seconds, fraction = divmod(each.timestamp_ns, SECOND)
        fraction //= 1 if nanoseconds else 1000
        parts.append(struct.pack(order + "IIII", seconds, fraction, each.caplen, each.wire_len) + each.data)
    return b"".join(parts)


def pcapng(records, *, order="<", nanoseconds=True, link_type=ETHERNET, snaplen=262144) -> bytes:
    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        total = len(body) + 12
        return struct.pack(order + "II", kind, total) + body + struct.pack(order + "I", total)

    resolution = struct.pack(order + "HHB3xHH", 9, 1, 9, 0, 0) if nanoseconds else b""
    parts = [
        block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)),
        block(1, struct.pack(order + "HHI", link_type, 0, snaplen) + resolution),
    ]
    for each in records:
        stamp = each.timestamp_ns // (1 if nanoseconds else 1000)
        head = struct.pack(order + "IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, each.caplen, each.wire_len)
        parts.append(block(6, head + each.data))
    return b"".join(parts)


def read_pcap(path: str | bytes | os.PathLike) -> list[Record]:
    """The records of a whole pcap file: every byte must be accounted for."""
    return parse_pcap(Path(os.fsdecode(path)).read_bytes())[1]


def parse_pcap(content: bytes) -> tuple[int, list[Record]]:
    """The link type and the records."""
    orders = {b"\xd4\xc3\xb2\xa1": ("<", 1000), b"\x4d\x3c\xb2\xa1": ("<", 1),
              b"\xa1\xb2\xc3\xd4": (">", 1000), b"\xa1\xb2\x3c\x4d": (">", 1)}  # fmt: skip
    order, unit_ns = orders[content[:4]]
    assert struct.unpack_from(order + "HH", content, 4) == (2, 4)
    (link_type,) = struct.unpack_from(order + "I", content, 20)
    records, offset = [], 24
    while offset < len(content):
        assert offset + 16 <= len(content), "the file ends within a record's header"
        seconds, fraction, caplen, wire_len = struct.unpack_from(order + "IIII", content, offset)
        offset += 16
        assert offset + caplen <= len(content), "the file ends within a record"
        data = content[offset : offset + caplen]
        records.append(Record(seconds * SECOND + fraction * unit_ns, data, wire_len))
        offset += caplen
    return link_type, records


def ip_udp(payload: bytes, source_port: int = 1024, destination_port: int = 53) -> bytes:
    """From 127.0.0.1 to itself, with checksums that hold."""
    loopback = ("127.0.0.1", "127.0.0.1")
    ports = (source_port, destination_port)
    plain = frames.udp(payload, ports=ports, sum_of_all=0)
    pseudo_header = socket.inet_aton(loopback[0]) * 2 + struct.pack("!HH", socket.IPPROTO_UDP, len(plain))
    datagram = frames.udp(payload, ports=ports, sum_of_all=frames.checksum(pseudo_header + plain))
    header = {"identification": 1, "flags": 2, "ttl": 64, "addresses": loopback}
    plain = frames.ipv4(datagram, **header, header_checksum=0)
    return frames.ipv4(datagram, **header, header_checksum=frames.checksum(plain[:20]))


def ethernet_udp(payload: bytes, source_port: int = 1024, destination_port: int = 53) -> bytes:
    return bytes(12) + b"\x08\x00" + ip_udp(payload, source_port, destination_port)


def numbered(count: int, *, size: int = 0) -> list[Record]:
    """Packets whose payload is their number, a second apart, to ports 53 and 54 in turn."""
    return [
        record(
            ethernet_udp(b"%d" % number + bytes(size), destination_port=53 + number % 2),
            (1_249_423_424 + number) * SECOND + 123_456_789 + number,
        )
        for number in range(count)
    ]


def seen(packet) -> Record:
    """What a Packet says it is, to be compared with the record that it was read from."""
    return Record(packet.timestamp_ns, bytes(packet), packet.wire_len)
