"""from_file, from_file_loop, open_offline: every form of capture file, and files that are none."""

from __future__ import annotations

import errno
import os
import pathlib
import struct
import threading

import pytest
from capture_files import (
    ETHERNET,
    LINUX_SLL,
    RAW_IP,
    Record,
    ethernet_udp,
    ip_udp,
    numbered,
    pcap,
    pcapng,
    record,
    seen,
)
from processes import AS_NOBODY, needs_root, run_python

from umpa_sniffing import PacketList, from_file, from_file_loop, open_offline
from umpa_sniffing.exceptions import UMPASniffingException

PACKETS = numbered(10)


@pytest.fixture
def file(tmp_path):
    """file(content) -> path"""

    def make(content: bytes, name: str = "packets.pcap") -> pathlib.Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return make


def loop_packets(path, *arguments) -> list:
    packets = []
    assert from_file_loop(path, *arguments, callback=lambda timestamp, packet: packets.append(packet)) is None
    return packets


def iterated(path, count=0, filter=None) -> list:
    with open_offline(path, count=count, filter=filter) as capture:
        return list(capture)


READERS = pytest.mark.parametrize("read", [from_file, loop_packets, iterated])


@READERS
@pytest.mark.parametrize("write", [pcap, pcapng])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("nanoseconds", [False, True])
def test_every_form(file, read, write, order, nanoseconds):
    path = file(write(PACKETS, order=order, nanoseconds=nanoseconds))
    unit = 1 if nanoseconds else 1000
    expected = [Record(each.timestamp_ns // unit * unit, each.data, each.wire_len) for each in PACKETS]
    packets = read(path)
    assert [seen(packet) for packet in packets] == expected
    assert {packet.udp.dstport for packet in packets} == {53, 54}


def test_from_file_returns_a_packet_list(file):
    assert isinstance(from_file(file(pcap(PACKETS))), PacketList)
    assert from_file(file(pcap([]))) == []
    assert isinstance(from_file(file(pcap([]))), PacketList)


@READERS
@pytest.mark.parametrize("count", [1, 3, 10, 11, 1_000_000])
def test_count(file, read, count):
    packets = read(file(pcap(PACKETS)), count)
    assert [seen(packet) for packet in packets] == PACKETS[:count]


@READERS
def test_filter(file, read):
    path = file(pcap(PACKETS))
    assert [seen(packet) for packet in read(path, 0, "udp dst port 54")] == PACKETS[1::2]
    assert list(read(path, 0, "tcp")) == []
    assert len(read(path, 0, "")) == 10


@READERS
def test_filter_and_count_count_what_matches(file, read):
    assert [seen(packet) for packet in read(file(pcap(PACKETS)), 2, "udp dst port 54")] == PACKETS[1:4:2]


@READERS
def test_a_filter_does_not_tire(file, read):
    packets = read(file(pcap(numbered(30_000))), 0, "udp dst port 54")
    assert len(packets) == 15_000


@READERS
def test_paths_may_be_str_bytes_or_pathlike(file, read):
    class Named:
        def __init__(self, path):
            self.path = path

        def __fspath__(self):
            return self.path

    path = file(pcap(PACKETS))
    for form in (str(path), bytes(path), path, Named(str(path)), Named(bytes(path))):
        assert len(read(form)) == 10


@READERS
def test_a_path_that_is_not_utf8(tmp_path, read):
    path = os.fsencode(tmp_path) + b"/caf\xe9\xff.pcap"
    with open(path, "wb") as written:
        written.write(pcap(PACKETS))
    assert len(read(path)) == 10
    assert len(read(os.fsdecode(path))) == 10


def test_relative_paths(file, monkeypatch):
    path = file(pcap(PACKETS))
    monkeypatch.chdir(path.parent)
    assert len(from_file(path.name)) == 10


@pytest.mark.parametrize(
    ("link_type", "data", "names"),
    [
        (ETHERNET, ethernet_udp(b"x"), ["Ethernet", "IP", "UDP", "Payload"]),
        (RAW_IP, ip_udp(b"x"), ["IP", "UDP", "Payload"]),
        (
            LINUX_SLL,
            struct.pack("!HHH8xH", 0, 772, 6, 0x0800) + ip_udp(b"x"),
            ["SLL", "IP", "UDP", "Payload"],
        ),
        (147, ethernet_udp(b"x"), ["Payload"]),
    ],
)
@pytest.mark.parametrize("write", [pcap, pcapng])
def test_link_types(file, link_type, data, names, write):
    (packet,) = from_file(file(write([record(data)], link_type=link_type)))
    assert [layer.name for layer in packet.protos] == names
    assert bytes(packet) == data


def test_wire_length_and_capture_length_are_the_files(file):
    data = ethernet_udp(b"some bytes")
    records = [
        record(data[:20], wire_len=70),
        record(data, wire_len=10),
        record(data, wire_len=2**32 - 1),
        record(b""),
    ]
    assert [seen(packet) for packet in from_file(file(pcap(records)))] == records


def test_packets_outlive_their_file(file):
    path = file(pcap(PACKETS))
    packets = from_file(path)
    path.write_bytes(bytes(4000))
    path.unlink()
    assert [seen(packet) for packet in packets] == PACKETS
    assert packets[3].udp.dstport == 54


def test_a_fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(pcap(PACKETS),))
    writer.start()
    packets = from_file(path)
    writer.join()
    assert [seen(packet) for packet in packets] == PACKETS


# Files that are cut, or none at all


def is_what_a_programmer_expects(error: BaseException, builtin: type, path) -> None:
    assert isinstance(error, builtin)
    assert os.fsdecode(path) in str(error)


@pytest.mark.parametrize("write", [pcap, pcapng])
@pytest.mark.parametrize("missing_bytes", [1, 20, 50])
def test_a_file_cut_in_its_last_record(file, write, missing_bytes):
    path = file(write(PACKETS)[:-missing_bytes])
    with pytest.raises(UMPASniffingException, match=r"(?i)cut|truncated") as caught:
        from_file(path)
    is_what_a_programmer_expects(caught.value, ValueError, path)
    assert [seen(packet) for packet in caught.value.packets] == PACKETS[:9]

    packets = []
    with pytest.raises(UMPASniffingException, match=r"(?i)cut|truncated") as caught:
        from_file_loop(path, callback=lambda _, packet: packets.append(packet))
    assert isinstance(caught.value, ValueError)
    assert caught.value.delivered == len(packets) == 9

    packets = []
    with pytest.raises(UMPASniffingException), open_offline(path) as capture:
        packets.extend(iter(capture.__next__, None))
    assert len(packets) == 9


def test_count_may_end_before_the_cut(file):
    path = file(pcap(PACKETS)[:-5])
    assert len(from_file(path, 9)) == 9
    with pytest.raises(UMPASniffingException) as caught:
        from_file(path, 0, "udp dst port 54")
    assert len(caught.value.packets) == 4


def test_a_record_that_claims_too_much(file):
    path = file(pcap(PACKETS[:2]) + struct.pack("<IIII", 0, 0, 0x7FFFFFFF, 0x7FFFFFFF) + bytes(100))
    with pytest.raises(UMPASniffingException) as caught:
        from_file(path)
    is_what_a_programmer_expects(caught.value, ValueError, path)
    assert len(caught.value.packets) == 2


@READERS
@pytest.mark.parametrize(
    "content", [b"", b"\xd4", pcap([])[:23], b"this is no capture file at all\n" * 9, bytes(100)],
    ids=["empty", "one byte", "header cut", "text", "zeros"],
)  # fmt: skip
def test_not_a_capture_file(file, read, content):
    path = file(content, "something.txt")
    with pytest.raises(UMPASniffingException) as caught:
        read(path)
    is_what_a_programmer_expects(caught.value, ValueError, path)


def test_each_kind_of_bad_file_has_its_own_words(file, tmp_path):
    words = set()
    cut = file(pcap(PACKETS)[:-5], "x1")
    for path in (
        file(b"", "x2"),
        file(b"some text that is long enough" * 3, "x3"),
        cut,
        tmp_path,
        tmp_path / "x4",
    ):
        with pytest.raises((UMPASniffingException, OSError)) as caught:
            from_file(path)
        words.add(str(caught.value).replace(str(path), "PATH"))
    assert len(words) == 5


@READERS
def test_a_missing_file(tmp_path, read):
    with pytest.raises(FileNotFoundError) as caught:
        read(tmp_path / "missing.pcap")
    assert caught.value.errno == errno.ENOENT
    is_what_a_programmer_expects(caught.value, OSError, tmp_path / "missing.pcap")


@READERS
def test_a_directory(tmp_path, read):
    with pytest.raises(IsADirectoryError) as caught:
        read(tmp_path)
    assert caught.value.errno == errno.EISDIR
    is_what_a_programmer_expects(caught.value, OSError, tmp_path)


@READERS
def test_a_path_through_a_file(file, read):
    with pytest.raises(NotADirectoryError):
        read(file(b"") / "x.pcap")


@READERS
def test_a_path_that_is_too_long(tmp_path, read):
    with pytest.raises(OSError) as caught:
        read(tmp_path / ("x" * 300))
    assert caught.value.errno == errno.ENAMETOOLONG


@needs_root
def test_a_file_without_permission(tmp_path):
    path = tmp_path / "secret.pcap"
    path.write_bytes(pcap(PACKETS))
    path.chmod(0)
    for directory in [tmp_path, *tmp_path.parents][:3]:
        directory.chmod(0o755)
    kinds, number, text = run_python(
        f"""
        import json, sys, umpa_sniffing
        {AS_NOBODY.replace(chr(10), "; ").strip("; ")}
        try:
            umpa_sniffing.from_file(sys.argv[1])
        except OSError as error:
            print(json.dumps([[kind.__name__ for kind in type(error).mro()], error.errno, str(error)]))
        """,
        path,
    )
    assert "PermissionError" in kinds and number == errno.EACCES
    assert str(path) in text
    assert "setcap" not in text, "the remedy for live capture would not help here"


def test_an_error_of_open_offline_comes_at_once(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_offline(tmp_path / "missing.pcap")
    with pytest.raises(UMPASniffingException):
        open_offline("/dev/null")
