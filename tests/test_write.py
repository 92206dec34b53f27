"""write() and Dump: every format, compressed and plain, is what others read."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time

import pytest
from capture_files import ETHERNET, SECOND, numbered, pcap, read_pcap, seen
from pcapng_blocks import parse_pcapng
from written_files import (
    COMPRESSIONS,
    EVERY_FORMAT,
    FORMATS,
    compression_of,
    judged,
    records_in,
    run,
    unpacked,
)

from umpa_sniffing import Dump, Packet, UMPASniffingException, open_offline, write
from umpa_sniffing._core import PacketWriter

DBUS = 231
MAGICS = {"pcap": b"\xd4\xc3\xb2\xa1", "nsecpcap": b"\x4d\x3c\xb2\xa1", "pcapng": b"\x0a\x0d\x0d\x0a"}


def packets(count: int = 20, *, size: int = 30) -> list[Packet]:
    return [
        Packet(each.data, ETHERNET, each.timestamp_ns, each.wire_len + 1)
        for each in numbered(count, size=size)
    ]


def in_format(records, format: str):
    """What the format can hold of them."""
    unit = 1000 if format.split(".")[0] == "pcap" else 1
    return [type(each)(each.timestamp_ns // unit * unit, each.data, each.wire_len) for each in records]


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_other_programs_read_every_format(format, tmp_path):
    path = tmp_path / "some.file"
    some = packets()
    assert write(path, some, format=format) == len(some)
    name, _, compression = format.partition(".")
    assert unpacked(path).startswith(MAGICS[name])
    assert compression_of(path) == (f".{compression}" if compression else "")
    assert records_in(path) == in_format([seen(packet) for packet in some], format)
    assert judged(path, tmp_path) == len(some)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize(
    ("extension", "format"),
    [
        ("pcap", "nsecpcap"), ("cap", "nsecpcap"), ("dmp", "nsecpcap"), ("pcapng", "pcapng"),
        ("ntar", "pcapng"), ("PcapNG", "pcapng"), ("", "nsecpcap"),
    ],
)  # fmt: skip
def test_the_extension_tells_the_format(extension, format, compression, tmp_path):
    path = tmp_path / f"some.{extension}{compression}"
    write(path, packets(1))
    assert unpacked(path).startswith(MAGICS[format]) and compression_of(path) == compression


@pytest.mark.parametrize("format", FORMATS)
def test_a_format_goes_together_with_the_extension_of_a_compression(format, tmp_path):
    write(tmp_path / "some.gz", packets(1), format=format)
    assert compression_of(tmp_path / "some.gz") == ".gz"
    assert unpacked(tmp_path / "some.gz").startswith(MAGICS[format])


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_no_packet_makes_a_whole_file_too(format, tmp_path):
    path = tmp_path / "empty"
    assert write(path, [], format=format) == 0
    assert records_in(path) == [] and judged(path, tmp_path) == 0


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_packets_of_any_size(format, tmp_path):
    """Also larger than the buffer, and than its rest."""
    sizes = [0, 1, 2, 3, 4, 262_144, 300_000, 0, 1_200_000, 200_000, 200_000, 17, 1, 262_144]
    some = [Packet(os.urandom(size), DBUS, timestamp_ns=SECOND) for size in sizes]
    path = tmp_path / "sizes"
    write(path, some, format=format)
    assert records_in(path) == [seen(packet) for packet in some]


@pytest.mark.parametrize("format", ["pcap", "pcapng"])
def test_a_packet_that_no_reader_takes_is_refused(format, tmp_path):
    path = tmp_path / "some"
    some = [*packets(2), Packet(bytes(262_145)), *packets(2)]
    with pytest.raises(ValueError, match=r"262145 bytes does not fit.*262144") as caught:
        write(path, some, format=format)
    assert caught.value.delivered == 2 and len(records_in(path)) == 2


@pytest.mark.parametrize("link_type", [0x04000001, 0x7FFFFFFF])
def test_a_link_type_that_a_pcap_file_cannot_tell_is_refused(link_type, tmp_path):
    with pytest.raises(ValueError, match=f"26 bits.* {link_type} "):
        write(tmp_path / "some.pcap", [Packet(b"x", link_type)])
    assert write(tmp_path / "some.pcap", [Packet(b"x", 0x03FFFFFF)]) == 1


def test_an_application_is_told(tmp_path):
    write(tmp_path / "some.pcapng", packets(1))
    [section] = parse_pcapng((tmp_path / "some.pcapng").read_bytes())
    import umpa_sniffing

    system = os.uname()
    assert section.options == [
        (2, system.machine.encode()),
        (3, f"{system.sysname} {system.release}".encode()),
        (4, f"umpa_sniffing {umpa_sniffing.__version__}".encode()),
    ]


# Where the packets come from


def test_an_iterable_that_raises(tmp_path):
    error = RuntimeError("no more")

    def some():
        yield from packets(5)
        raise error

    with pytest.raises(RuntimeError) as caught:
        write(tmp_path / "some.pcap", some())
    assert caught.value is error
    assert len(records_in(tmp_path / "some.pcap")) == 5


def test_something_that_is_no_packet(tmp_path):
    with pytest.raises(TypeError, match=r"not str .*number 3"):
        write(tmp_path / "some.pcap", [*packets(2), "packet"])
    assert len(records_in(tmp_path / "some.pcap")) == 2


@pytest.mark.parametrize("packets", [None, 5, "text", [None]])
def test_nothing_to_write_leaves_an_old_file_alone(packets, tmp_path):
    path = tmp_path / "old.pcap"
    path.write_bytes(b"precious")
    with pytest.raises(TypeError):
        write(path, packets)
    assert path.read_bytes() == b"precious"
    with pytest.raises(TypeError):
        write(tmp_path / "new.pcap", packets)
    assert not (tmp_path / "new.pcap").exists()


@pytest.mark.parametrize("format", ["nsecpcap", "pcapng.gz"])
def test_a_capture_is_written(format, tmp_path):
    records = numbered(3000, size=500)
    (tmp_path / "in.pcap").write_bytes(pcap(records))
    with open_offline(tmp_path / "in.pcap", filter="udp dst port 53") as capture:
        assert write(tmp_path / "out", capture, format=format) == 1500
        assert capture.delivered == 1500
    assert records_in(tmp_path / "out") == records[::2]


def test_a_capture_whose_file_is_damaged(tmp_path):
    (tmp_path / "cut.pcap").write_bytes(pcap(numbered(9))[:-1])
    with open_offline(tmp_path / "cut.pcap") as capture, pytest.raises(ValueError, match=r"cut\.pcap"):
        write(tmp_path / "out.pcap", capture)
    assert read_pcap(tmp_path / "out.pcap") == numbered(8)


# Arguments


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"format": "cap"}, ValueError, "'pcap', 'nsecpcap' or 'pcapng'"),
        ({"format": "pcap.bz2"}, ValueError, "not 'pcap.bz2'"),
        ({"format": "pcap."}, ValueError, "not 'pcap.'"),
        ({"format": 3}, TypeError, "format must be a str"),
        ({"rotate_bytes": -1}, ValueError, "rotate_bytes must be 0 to"),
        ({"rotate_packets": 1.5}, TypeError, "rotate_packets must be an int, not float"),
        ({"rotate_seconds": float("nan")}, ValueError, "rotate_seconds must be"),
        ({"rotate_seconds": "60"}, TypeError, "rotate_seconds must be a number"),
        ({"ring": 3}, ValueError, "ring needs"),
        ({"ring": 10**6, "rotate_packets": 1}, ValueError, "ring must be 0 to 100000"),
        ({"append": True, "atomic": True}, ValueError, "atomic=True begins another"),
        ({"append": True, "rotate_packets": 1}, ValueError, "rotation begins another"),
    ],
)
def test_options_that_are_wrong(options, error, words, tmp_path):
    for function in (
        lambda: Dump("some.pcap", **options),
        lambda: write(tmp_path / "some.pcap", [], **options),
    ):
        with pytest.raises(error) as caught:
            function()
        assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "words"),
    [(None, "not None"), (5, "not int"), ("a\0b", "NUL"), (Dump("x"), "not Dump")],
)
def test_paths_that_are_wrong(path, words):
    with pytest.raises((TypeError, ValueError), match=words):
        Dump(path)


@pytest.mark.parametrize("extension", ["bz2", "lz4", "pcapng.lz4", "pcap.zip", "PCAP.BZ2"])
def test_a_compression_that_is_not_written(extension, tmp_path):
    with pytest.raises(ValueError, match="not compressed as"):
        write(tmp_path / f"some.{extension}", [])
    write(tmp_path / f"some.{extension}", packets(1), format="pcap")


def test_a_name_is_no_extension(tmp_path):
    for name in ("z", "br", "zip", "lzma"):
        assert write(tmp_path / name, packets(1)) == 1


def test_what_an_iterable_gives_slowly_is_in_the_file(tmp_path):
    path = tmp_path / "slow.pcap"
    sizes = []

    def slow():
        for packet in packets(5):
            yield packet
            time.sleep(0.12)
            sizes.append(path.stat().st_size)

    assert write(path, slow()) == 5
    assert sizes[0] < sizes[2] < sizes[4]


def test_what_a_growing_file_gives_is_in_the_other(tmp_path):
    path, copy = tmp_path / "growing.pcap", tmp_path / "copy.pcap"
    path.write_bytes(pcap(numbered(3)))
    capture = open_offline(path, follow=True)
    writer = threading.Thread(target=write, args=(copy, capture))
    writer.start()
    deadline = time.monotonic() + 20
    while not copy.exists() or copy.stat().st_size < path.stat().st_size:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    capture.stop()
    writer.join()
    capture.close()
    assert read_pcap(copy) == numbered(3)


def test_a_handler_may_close_a_writer_in_the_midst(tmp_path):
    """Nothing worse comes of it than an exception."""
    some = [Packet(bytes(1400))] * 3000
    writer = None
    signal.signal(signal.SIGALRM, lambda *_: writer.close())
    try:
        for number in range(200):
            writer = PacketWriter(tmp_path / "some.pcap")
            signal.setitimer(signal.ITIMER_REAL, 0.0002 + number * 1e-5)
            with contextlib.suppress(UMPASniffingException):
                writer.write_all(some)
            signal.setitimer(signal.ITIMER_REAL, 0)
            with contextlib.suppress(UMPASniffingException):
                writer.close()
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def test_nothing_is_appended_where_nothing_comes(tmp_path):
    for name in ("some.pcapng", "some.pcap.gz"):
        write(tmp_path / name, packets(2))
        before = (tmp_path / name).read_bytes()
        assert write(tmp_path / name, [], append=True) == 0
        assert (tmp_path / name).read_bytes() == before


def test_a_dump_has_its_own_options(tmp_path):
    dump = Dump(tmp_path / "some", format="pcapng")
    assert write(dump, packets(2)) == 2
    assert len(parse_pcapng((tmp_path / "some").read_bytes())[0].packets) == 2
    with pytest.raises(TypeError, match="its own options"):
        write(dump, [], append=True)


def test_repr():
    assert repr(Dump("x.pcap")) == "Dump('x.pcap')"
    dump = Dump(
        b"x", format="pcap.xz", atomic=True, rotate_bytes=10**6, rotate_packets=5, rotate_seconds=0.5, ring=2
    )
    assert repr(dump) == (
        "Dump(b'x', format='pcap.xz', atomic=True, rotate_bytes=1000000, rotate_packets=5, "
        "rotate_seconds=0.5, ring=2)"
    )
    assert repr(Dump("x", append=True)) == "Dump('x', append=True)"


# The object below


def test_packets_wait_until_they_are_flushed(tmp_path):
    path = tmp_path / "some.pcap"
    with PacketWriter(path) as writer:
        for packet in packets(3):
            assert writer.write(packet) is None
        assert path.stat().st_size == 0
        writer.flush()
        assert len(read_pcap(path)) == 3
        assert repr(writer) == f"<PacketWriter {str(path)!r}: 3 written>"
    writer.close()
    for call in (writer.flush, lambda: writer.write(packets(1)[0]), lambda: writer.write_all([])):
        with pytest.raises(ValueError, match="is closed"):
            call()


def test_a_writer_that_is_forgotten_loses_nothing(tmp_path):
    writer = PacketWriter(tmp_path / "some.pcap")
    writer.write(packets(1)[0])
    del writer
    assert len(read_pcap(tmp_path / "some.pcap")) == 1


@pytest.mark.parametrize("format", ["pcap.gz", "nsecpcap.zst", "pcapng.zst"])
@pytest.mark.parametrize("random", [True, False])
def test_wireshark_reads_large_compressed_files(format, random, tmp_path):
    """Its release of Debian 12 loses its way in a large file of many zstd frames."""
    path = tmp_path / "some"
    some = (Packet(os.urandom(1000) if random else bytes(1000), timestamp_ns=n * 1000) for n in range(20_000))
    assert write(path, some, format=format) == 20_000
    assert f"{20_000}" in run("capinfos", "-M", "-c", path)
