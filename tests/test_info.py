"""info() tells what Wireshark's capinfos tells."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess

import pytest
from capture_files import LINUX_SLL, SECOND, numbered, pcap, pcapng, record
from processes import unpreloaded

from umpa_sniffing import Packet, UMPAWarning, from_file, info, open_offline, write
from umpa_sniffing.exceptions import UMPAFileFormatException

needs_capinfos = pytest.mark.skipif(shutil.which("capinfos") is None, reason="there is no capinfos here")

PACKETS = numbered(10)
DISORDERED = [record(b"x" * 60, stamp * SECOND // 7) for stamp in (50, 20, 90, 30)]
CUT = [record(b"x" * 60, stamp * SECOND, wire_len=1500) for stamp in (1, 2, 2)]

FILES = {
    "pcap": pcap(PACKETS),
    "pcap of microseconds": pcap(PACKETS, nanoseconds=False),
    "big-endian": pcap(PACKETS, order=">"),
    "pcapng": pcapng(PACKETS),
    "big-endian pcapng": pcapng(PACKETS, order=">"),
    "cooked": pcap(PACKETS, link_type=LINUX_SLL),
    "disordered": pcap(DISORDERED),
    "disordered pcapng": pcapng(DISORDERED),
    "cut by snaplen": pcap(CUT, snaplen=60),
    "one": pcap(PACKETS[:1]),
    "none": pcap([]),
    "gzip": gzip.compress(pcapng(PACKETS)),
}
WRITTEN = ["a.pcap", "a.pcapng", "a.pcap.gz", "a.pcapng.gz"]


def capinfos(path) -> dict[str, str]:
    """Its long report; what is told of interfaces comes last."""
    command = ["capinfos", "-M", "-S", path]
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=unpreloaded()).stdout
    return dict(re.findall(r"^(\S.*?): +(.*)$", told, re.MULTILINE))


def judged(path) -> None:
    told, judge = info(path), capinfos(path)
    assert judge["Number of packets"] == str(told.packets)
    assert judge["Data size"].split()[0] == str(told.bytes_on_wire)
    assert told.format in judge["File type"]
    if told.packets == 0:
        assert (told.first_ns, told.last_ns, told.duration, told.average_size) == (None, None, 0, None)
        return
    assert ns(judge["First packet time"]) == told.first_ns
    assert ns(judge["Last packet time"]) == told.last_ns
    assert judge["Strict time order"] == str(told.is_in_order)
    assert close(judge["Average packet size"], told.average_size)
    if told.duration:
        assert close(judge["Capture duration"], told.duration)
        assert close(judge["Average packet rate"], told.packets_per_second)
        assert close(judge["Data bit rate"], told.bits_per_second)
    assert judge["Number of interfaces in file"] == str(len(told.interfaces))


def ns(seconds: str) -> int:
    whole, _, fraction = seconds.partition(".")
    return int(whole) * SECOND + int(fraction.ljust(9, "0"))


def close(text: str, number: float) -> bool:
    return abs(float(text.split()[0]) - number) <= 0.01


@needs_capinfos
@pytest.mark.parametrize("name", FILES)
def test_as_capinfos(name, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(FILES[name])
    judged(path)


@needs_capinfos
@pytest.mark.parametrize("name", WRITTEN)
def test_what_we_write(name, tmp_path):
    path = tmp_path / name
    write(path, [Packet(each.data, timestamp_ns=each.timestamp_ns) for each in PACKETS])
    judged(path)


@pytest.mark.parametrize("name", FILES)
def test_sums_are_those_of_the_packets(name, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(FILES[name])
    told, packets = info(path), from_file(path)
    assert told.packets == len(packets)
    assert told.bytes_captured == sum(packet.caplen for packet in packets)
    assert told.bytes_on_wire == sum(packet.wire_len for packet in packets)
    assert told.compression == ("gzip" if name == "gzip" else None)
    assert sum(each.packets for each in told.interfaces) == told.packets


class Blocks:
    """Blocks of pcapng in one byte order."""

    def __init__(self, order: str) -> None:
        self.order = order

    def number(self, value: int, size: int = 4) -> bytes:
        return value.to_bytes(size, self.order)

    def option(self, code: int, value: bytes) -> bytes:
        return self.number(code, 2) + self.number(len(value), 2) + value + bytes(-len(value) % 4)

    def block(self, kind: int, body: bytes) -> bytes:
        length = self.number(len(body) + 12)
        return self.number(kind) + length + body + length

    def section(self, comment: bytes) -> bytes:
        head = self.number(0x1A2B3C4D) + self.number(1, 2) + self.number(0, 2) + b"\xff" * 8
        return self.block(0x0A0D0D0A, head + self.option(1, comment) + self.option(0, b""))

    def interface(self, name: bytes, link_type: int = 1) -> bytes:
        texts = self.option(2, name) + self.option(3, b"of " + name) + self.option(1, b"on " + name)
        head = self.number(link_type, 2) + self.number(0, 2) + self.number(96)
        return self.block(1, head + texts + self.option(0, b""))

    def packet(self, which: int, comment: bytes = b"") -> bytes:
        options = self.option(1, comment) + self.option(0, b"") if comment else b""
        head = self.number(which) + bytes(8) + self.number(4) + self.number(4)
        return self.block(6, head + b"data" + options)

    def statistics(self, which: int, received: int, dropped: int) -> bytes:
        counts = self.option(4, self.number(received, 8)) + self.option(5, self.number(dropped, 8))
        return self.block(5, self.number(which) + bytes(8) + counts + self.option(0, b""))


@pytest.mark.parametrize("order", ["little", "big"])
def test_sections_interfaces_and_comments(order, tmp_path):
    path = tmp_path / "all.pcapng"
    ng = Blocks(order)
    parts = [ng.section(b"first"), ng.interface(b"eth0"), ng.packet(0), ng.interface(b"raw", 101)]
    parts += [ng.packet(1, b"mark"), ng.packet(1), ng.statistics(0, 100, 7), ng.statistics(1, 50, 3)]
    parts += [ng.section(b"second"), ng.interface(b"eth1"), ng.packet(0, b"mark"), ng.packet(0, b"mark")]
    path.write_bytes(b"".join([*parts, ng.statistics(0, 4, 1)]))
    told = info(path)
    assert (told.sections, told.comments, told.packets_with_comments) == (2, ("first", "second"), 3)
    assert [each.name for each in told.interfaces] == ["eth0", "raw", "eth1"]
    assert [each.description for each in told.interfaces] == ["of eth0", "of raw", "of eth1"]
    assert [each.comment for each in told.interfaces] == ["on eth0", "on raw", "on eth1"]
    assert [each.packets for each in told.interfaces] == [1, 2, 2]
    assert [(each.received, each.dropped) for each in told.interfaces] == [(100, 7), (50, 3), (4, 1)]
    assert [each.snaplen for each in told.interfaces] == [96, 96, 96]
    assert (told.dropped, len(told.link_types)) == (11, 2)
    for words in ("first", "second", "eth0", "7 dropped", "Commented packets"):
        assert words in repr(told)


def test_damage(tmp_path):
    path = tmp_path / "cut.pcap"
    path.write_bytes(pcap(PACKETS)[:-3])
    with pytest.raises(UMPAFileFormatException) as caught:
        info(path)
    assert caught.value.packet == len(PACKETS)
    with pytest.warns(UMPAWarning, match="packet 10"):
        assert info(path, errors="warn").packets == len(PACKETS) - 1
    assert info(path, errors="ignore").packets == len(PACKETS) - 1


def test_repr_reads_like_capinfos(tmp_path):
    path = tmp_path / "file.pcapng"
    path.write_bytes(pcapng(PACKETS))
    told = dict(re.findall(r"^(\S.*?): +(.*)$", repr(info(path)), re.MULTILINE))
    assert told["File name"] == str(path)
    assert (told["File type"], told["Number of packets"]) == ("pcapng", "10")
    assert told["Earliest packet"].startswith("2009-08-04 22:03:44")


def test_lists_and_live_captures_have_none(tmp_path):
    path = tmp_path / "file.pcap"
    path.write_bytes(pcap(PACKETS))
    with pytest.raises(TypeError, match="one file"):
        info([path])
    with open_offline([path, path]) as capture, pytest.raises(ValueError, match="one file"):
        capture._summarize()
