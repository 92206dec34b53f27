"""dump= and to_file() in every format, and what a Dump adds to them."""

from __future__ import annotations

import os
import signal
import struct
import threading
import time

import pytest
from capture_files import ETHERNET, RAW_IP, SECOND, pcap, read_pcap, record, seen
from pcapng_blocks import IF_FILTER, IF_OS, parse_pcapng
from processes import needs_root
from test_write_rotation import NAME, files_in
from traffic import Chatter
from waiting_calls import NEVER
from written_files import EVERY_FORMAT, judged, records_in

from umpa_sniffing import (
    Dump,
    UMPADropWarning,
    info,
    open_live,
    sniff,
    sniff_background,
    sniff_loop,
    to_file,
    write,
)

pytestmark = needs_root


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_every_format_is_dumped(format, tmp_path):
    path = tmp_path / "dump"
    with Chatter(size=100) as chatter:
        packets = sniff(25, chatter.filter, "lo", dump=Dump(path, format=format))
    unit = 1000 if format.split(".")[0] == "pcap" else 1
    assert [each.timestamp_ns for each in records_in(path)] == [
        packet.timestamp_ns // unit * unit for packet in packets
    ]
    assert [each.data for each in records_in(path)] == [bytes(packet) for packet in packets]
    assert judged(path, tmp_path) == 25


def test_a_device_is_described(tmp_path):
    path = tmp_path / "dump.pcapng"
    before = time.time_ns()
    with (
        Chatter() as chatter,
        open_live("lo", filter=chatter.filter, count=7, snaplen=60, dump=path) as capture,
    ):
        list(capture)
        capture.close()
        stats = capture.stats()
    [section] = parse_pcapng(path.read_bytes())
    [interface] = section.interfaces
    assert interface.link_type == ETHERNET and interface.units_per_second == SECOND
    assert interface.option(IF_FILTER, b"") == b"\0" + chatter.filter.encode()
    assert interface.option(IF_OS, b"") == f"{os.uname().sysname} {os.uname().release}".encode()
    [(number, ended_ns, options)] = section.statistics
    values = dict(options)
    started, ended = (
        (high << 32) + low for high, low in (struct.unpack("=II", values[code]) for code in (2, 3))
    )
    assert number == 0 and ended_ns == ended
    assert before - SECOND < started < section.packets[0].record.timestamp_ns < ended < time.time_ns()
    counted = [struct.unpack("=Q", values[code])[0] for code in (4, 5, 8)]
    assert counted == [stats.received, stats.dropped_by_interface + stats.dropped, 7]
    assert judged(path, tmp_path) == 7


def test_micro_is_a_pcap_files_default_there(tmp_path):
    for name, options in (("micro.pcap", {"timestamp_precision": "micro"}), ("nano.pcap", {})):
        with open_live("lo", dump=tmp_path / name, filter=NEVER, **options):
            magic = (tmp_path / name).read_bytes()[:4]
        assert magic == {"micro.pcap": b"\xd4\xc3\xb2\xa1", "nano.pcap": b"\x4d\x3c\xb2\xa1"}[name]


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_the_file_begins_at_once(format, tmp_path):
    with open_live("lo", dump=Dump(tmp_path / "dump", format=format), filter=NEVER):
        assert records_in(tmp_path / "dump", not format.endswith("zst")) == []
        assert (tmp_path / "dump").stat().st_size >= 24
    assert judged(tmp_path / "dump", tmp_path) == 0


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_a_packet_waits_for_the_flush_interval_at_most(format, cable, tmp_path):
    dump = Dump(tmp_path / "dump", format=format)
    with open_live("veth", filter="udp", dump=dump, flush_interval=0) as capture:
        for count in range(1, 6):
            cable.sender.send()
            next(capture)
            assert len(records_in(tmp_path / "dump", not format.endswith("zst"))) == count


def test_a_dump_everywhere(tmp_path):
    def dump(name):
        return Dump(tmp_path / name, format="pcapng.gz")

    with Chatter() as chatter:
        sniff_loop(3, chatter.filter, "lo", dump=dump("loop"), callback=lambda *_: None)
        assert to_file(dump("file"), 3, chatter.filter, "lo") == 3
        assert to_file(tmp_path / "format", 3, chatter.filter, "lo", format="pcapng.gz") == 3
        with sniff_background(3, chatter.filter, "lo", dump=dump("background")) as background:
            background.wait(20_000)
    for name in ("loop", "file", "format", "background"):
        assert judged(tmp_path / name, tmp_path) == 3
    with pytest.raises(TypeError, match="its own format"):
        to_file(dump("none"), 3, format="pcap")
    for wrong in (5, open_live):
        with pytest.raises(TypeError, match=r"dump must be a path .* or a Dump"):
            sniff(1, NEVER, "lo", 10, dump=wrong)


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_a_capture_goes_on_in_its_file(format, tmp_path):
    dump = Dump(tmp_path / "dump", format=format, append=True)
    packets = []
    with Chatter(size=30) as chatter:
        for _ in range(3):
            packets += sniff(5, chatter.filter, "lo", dump=dump)
    assert [each.data for each in records_in(tmp_path / "dump")] == [bytes(packet) for packet in packets]
    assert judged(tmp_path / "dump", tmp_path) == 15


@pytest.mark.parametrize(
    ("old", "words"),
    [
        (pcap([record(b"x")], link_type=RAW_IP), "link type 101, this device 1"),
        (pcap([record(b"x")], snaplen=1000), "snaplen of 1000, smaller than the capture's 262144"),
        (pcap([record(b"xy")])[:-1], "file is cut"),
        (b"precious", "not a capture file"),
    ],
)
def test_a_file_that_cannot_go_on_fails_before_the_capture(old, words, tmp_path):
    path = tmp_path / "dump.pcap"
    path.write_bytes(old)
    with pytest.raises(ValueError, match=words) as caught:
        open_live("lo", dump=Dump(path, append=True))
    assert str(path) in str(caught.value) and path.read_bytes() == old


def test_rotation_while_capturing(tmp_path):
    dump = Dump(tmp_path / "some.file", format="pcapng", rotate_packets=10, ring=2, atomic=True)
    with Chatter(size=30) as chatter:
        packets = sniff(45, chatter.filter, "lo", dump=dump)
    files = files_in(tmp_path)
    assert [NAME.fullmatch(path.name)[1] for path in files] == ["00004", "00005"]
    assert [record for path in files for record in records_in(path)] == [seen(each) for each in packets[30:]]
    assert [judged(path, tmp_path) for path in files] == [10, 5]


def test_an_atomic_dump_gets_its_name_at_the_end(tmp_path):
    path, part = tmp_path / "dump.pcap", tmp_path / "dump.pcap.part"
    with (
        Chatter() as chatter,
        open_live("lo", filter=chatter.filter, dump=Dump(path, atomic=True)) as capture,
    ):
        packets = [next(capture) for _ in range(3)]
        assert part.exists() and not path.exists()
    assert not part.exists() and read_pcap(path) == [seen(each) for each in packets]


def test_a_live_capture_is_written(tmp_path):
    with Chatter() as chatter, open_live("lo", filter=chatter.filter, count=20) as capture:
        assert write(tmp_path / "some.pcapng", capture) == 20
    assert judged(tmp_path / "some.pcapng", tmp_path) == 20


def test_a_live_capture_that_is_written_keeps_nothing_back(cable, tmp_path):
    """Whoever is killed while it waits has lost nothing."""
    path = tmp_path / "some.pcap"
    seen_in_file = []

    def look():
        cable.sender.send(4)
        while len(seen_in_file) < 4:
            time.sleep(0.01)
            seen_in_file[:] = read_pcap(path) if path.exists() else []
        capture.stop()

    with open_live("veth", filter="udp", timeout=20_000) as capture:
        looker = threading.Thread(target=look, daemon=True)
        looker.start()
        assert write(path, capture) == 4
        looker.join()


def test_drops_are_in_the_file(tmp_path):
    """Where Wireshark looks for them, and info() too; also where write() takes the packets of a capture."""
    for number, keep in enumerate(("dump", "write")):
        path = tmp_path / f"{number}.pcapng"
        dump = path if keep == "dump" else None
        with Chatter(interval_s=0, size=1000) as chatter:
            capture = open_live("lo", filter=chatter.filter, buffer_size=1 << 16, dump=dump, count=100)
            time.sleep(0.4)
            with pytest.warns(UMPADropWarning), capture:
                capture.consume() if keep == "dump" else write(path, capture)
        stats, told = capture.stats(), info(path)
        assert told.packets == 100 and 0 < told.dropped <= told.interfaces[0].received
        assert told.dropped <= stats.dropped + stats.dropped_by_interface


def test_two_dumps_do_not_write_into_one_file(tmp_path):
    path = tmp_path / "dump.pcap"
    with Chatter() as chatter, open_live("lo", filter=chatter.filter, count=5, dump=path) as capture:
        for second in (path, Dump(path, append=True)):
            with pytest.raises(OSError, match="another dump is writing this file") as caught:
                sniff(1, NEVER, "lo", 10, dump=second)
            assert caught.value.filename == str(path)
        assert len(list(capture)) == 5
    assert len(records_in(path)) == 5
    sniff(1, NEVER, "lo", 10, dump=path)
    assert records_in(path) == []


def test_ctrl_c_completes_an_atomic_dump_of_a_device(tmp_path):
    path = tmp_path / "dump.pcap"

    def interrupt(timestamp, packet):
        raise KeyboardInterrupt

    def fail(timestamp, packet):
        raise RuntimeError("not my day")

    with Chatter() as chatter:
        with pytest.raises(KeyboardInterrupt):
            sniff_loop(5, chatter.filter, "lo", dump=Dump(path, atomic=True), callback=interrupt)
        assert len(records_in(path)) == 1
        path.write_bytes(b"old")
        with pytest.raises(RuntimeError) as caught:
            sniff_loop(5, chatter.filter, "lo", dump=Dump(path, atomic=True), callback=fail)
    assert path.read_bytes() == b"old" and len(records_in(tmp_path / "dump.pcap.part")) == 1
    if hasattr(caught.value, "add_note"):
        assert any("dump.pcap.part" in note for note in caught.value.__notes__)


def test_ctrl_c_completes_what_write_takes_from_a_device(tmp_path):
    path = tmp_path / "dump.pcap"
    with Chatter() as chatter, open_live("lo", filter=chatter.filter) as capture:
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            with pytest.raises(KeyboardInterrupt) as caught:
                write(path, capture, atomic=True)
        finally:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
    assert len(records_in(path)) == caught.value.delivered > 0
    assert not getattr(caught.value, "__notes__", [])
