"""Files that are there when others are written: none that is still read is lost, none is written twice."""

from __future__ import annotations

import errno
import itertools
import os

import pytest
from capture_files import numbered, pcap, read_pcap
from test_write import packets
from written_files import EVERY_FORMAT, judged, records_in

from umpa_sniffing import Dump, Packet, from_file, open_offline, write
from umpa_sniffing._core import PacketWriter


@pytest.mark.parametrize("append", [False, True])
@pytest.mark.parametrize("name", ["in.pcap", "other name"])
def test_the_file_that_is_read_is_not_written(name, append, tmp_path):
    path = tmp_path / "in.pcap"
    path.write_bytes(pcap(numbered(9)))
    if name != "in.pcap":
        os.link(path, tmp_path / name)
    with open_offline(path) as capture, pytest.raises(ValueError, match="the very file") as caught:
        write(tmp_path / name, capture, append=append, format="nsecpcap")
    assert str(tmp_path / name) in str(caught.value)
    assert read_pcap(path) == numbered(9)


def opened(path):
    """Ways in which a file is still read when write() begins: what to write, and what keeps it open."""
    other = path.with_name("other.pcap")
    other.write_bytes(pcap(numbered(3)))
    yield open_offline([other, path])
    yield open_offline([other, path], merge=True)
    yield open_offline([path, other])
    yield (packet for packet in open_offline(path))
    yield (Packet(bytes(packet)) for packet in open_offline(path))
    yield itertools.chain(packets(1), open_offline(path))
    yield open_offline(path).index()
    yield open_offline(os.open(path, os.O_RDONLY))


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("way", range(8))
@pytest.mark.parametrize("options", [{}, {"append": True}])
def test_no_file_that_is_still_read_is_written(way, options, tmp_path):
    path = tmp_path / "in.pcap"
    path.write_bytes(pcap(numbered(5000)))
    some = next(itertools.islice(opened(path), way, None))
    with pytest.raises(ValueError, match=r"the very file|is being read") as caught:
        write(path, some, **options)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == pcap(numbered(5000))


def test_a_dump_does_not_write_over_its_source(tmp_path):
    paths = [tmp_path / "a.pcap", tmp_path / "b.pcap"]
    for path in paths:
        path.write_bytes(pcap(numbered(5)))
    for path in paths:
        with pytest.raises(ValueError, match="the very file"):
            open_offline(paths, dump=path)
        assert path.read_bytes() == pcap(numbered(5))


def test_rotation_does_not_write_over_its_sources(tmp_path):
    write(tmp_path / "x.pcap", packets(30), rotate_packets=10)
    files = sorted(tmp_path.iterdir())
    before = [path.read_bytes() for path in files]
    with pytest.raises(ValueError, match=f"{files[0].name}.*the very file"):
        write(tmp_path / "x.pcap", open_offline(files), rotate_packets=10)
    assert [path.read_bytes() for path in files] == before


def test_what_was_read_to_its_end_and_closed_may_be_replaced(tmp_path):
    path = tmp_path / "in.pcap"
    path.write_bytes(pcap(numbered(5)))
    some = from_file(path)
    assert write(path, (packet for packet in some if packet is not some[0])) == 4
    assert read_pcap(path) == numbered(5)[1:]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_was_read_to_its_end_may_be_replaced(tmp_path):
    """Though nobody closed the capture: as when a notebook's cell runs again."""
    path, out = tmp_path / "in.pcap", tmp_path / "out.pcap"
    path.write_bytes(pcap(numbered(5)))
    capture = open_offline(path)
    some = list(capture)
    assert write(path, (packet for packet in some if packet is not some[0])) == 4
    for _ in range(2):
        copied = open_offline(path, dump=out)
        assert len(list(copied)) == 4 == len(read_pcap(out))


def test_a_list_may_replace_the_file_it_was_read_from(tmp_path):
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap(numbered(9)))
    assert write(path, from_file(path)[:4]) == 4
    assert read_pcap(path) == numbered(4)


@pytest.mark.parametrize("opened", [open_offline, lambda path: open_offline(path).index()])
@pytest.mark.parametrize("options", [{}, {"append": True}])
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_list_does_not_replace_a_file_that_is_open(opened, options, tmp_path):
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap(numbered(9)))
    some = from_file(path)[:4]
    reader = opened(path)
    with pytest.raises(ValueError, match="is being read"):
        write(path, some, **options)
    assert len(list(reader)) == 9
    assert write(path, some, atomic=True) == 4


def test_a_capture_may_replace_its_file_at_the_end(tmp_path):
    path = tmp_path / "some.pcap"
    path.write_bytes(pcap(numbered(900)))
    with open_offline(path, filter="udp dst port 54") as capture:
        assert write(path, capture, atomic=True) == 450
    assert read_pcap(path) == numbered(900)[1::2]


# At the end: atomic=True


@pytest.mark.parametrize("format", EVERY_FORMAT)
def test_an_atomic_file_appears_at_the_end(format, tmp_path):
    path, part = tmp_path / "whole", tmp_path / "whole.part"
    path.write_bytes(b"old")

    def some():
        for packet in packets(5):
            assert path.read_bytes() == b"old" and part.exists()
            yield packet

    write(path, some(), atomic=True, format=format)
    assert len(records_in(path)) == 5 and judged(path, tmp_path) == 5
    assert not part.exists()


def test_an_atomic_file_that_is_not_finished_keeps_its_other_name(tmp_path):
    path, part = tmp_path / "whole.pcap", tmp_path / "whole.pcap.part"
    with pytest.raises(TypeError) as caught:
        write(path, [*packets(5), None], atomic=True)
    assert not path.exists() and len(read_pcap(part)) == 5
    if hasattr(caught.value, "add_note"):
        assert any("whole.pcap.part" in note for note in caught.value.__notes__)


def test_an_atomic_dump_of_a_damaged_file_is_not_finished(tmp_path):
    path, part = tmp_path / "whole.pcap", tmp_path / "whole.pcap.part"
    path.write_bytes(b"old")
    (tmp_path / "cut.pcap").write_bytes(pcap(numbered(9))[:-1])
    with (
        pytest.raises(ValueError, match="file is cut") as caught,
        open_offline(tmp_path / "cut.pcap", dump=Dump(path, atomic=True)) as capture,
    ):
        capture.consume()
    assert path.read_bytes() == b"old" and len(read_pcap(part)) == 8
    if hasattr(caught.value, "add_note"):
        assert any("whole.pcap.part" in note for note in caught.value.__notes__)


def test_two_atomic_dumps_do_not_share_a_part(tmp_path):
    path = tmp_path / "whole.pcap"
    refused = []

    def some():
        for number, packet in enumerate(packets(5)):
            if number == 3:
                with pytest.raises(OSError, match="another dump is writing") as caught:
                    write(path, packets(1), atomic=True)
                refused.append(caught.value)
            yield packet

    assert write(path, some(), atomic=True) == 5
    assert len(refused) == 1 and len(read_pcap(path)) == 5


@pytest.mark.parametrize("is_there", [False, True])
@pytest.mark.parametrize("options", [{}, {"append": True}, {"atomic": True}])
def test_no_dump_replaces_what_another_writes(options, is_there, tmp_path):
    source, path = tmp_path / "in.pcap", tmp_path / "some.pcap"
    source.write_bytes(pcap(numbered(900)))
    if is_there:
        path.write_bytes(pcap(numbered(2)))
    with open_offline(source, dump=Dump(path, **options)) as capture:
        next(capture)
        with pytest.raises(OSError, match="another dump is writing") as caught:
            write(path, from_file(source), atomic=True)
        assert caught.value.errno == errno.EBUSY
        capture.consume()
    assert len(read_pcap(path)) == 900 + (2 if options == {"append": True} and is_there else 0)


def test_no_dump_writes_what_another_replaces(tmp_path):
    source, path = tmp_path / "in.pcap", tmp_path / "some.pcap"
    for each in (source, path):
        each.write_bytes(pcap(numbered(900)))
    with open_offline(source, dump=Dump(path, atomic=True)) as capture:
        next(capture)
        for options in ({}, {"append": True}):
            with pytest.raises(OSError, match="another dump is writing"):
                write(path, packets(1), **options)
        capture.consume()
    assert len(read_pcap(path)) == 900


def test_a_dump_that_began_later_is_not_replaced(tmp_path):
    source, path = tmp_path / "in.pcap", tmp_path / "some.pcap"
    source.write_bytes(pcap(numbered(900)))
    replacing = PacketWriter(Dump(path, atomic=True))
    replacing.write_all(packets(3))
    with open_offline(source, dump=path) as capture:
        next(capture)
        with pytest.raises(
            OSError, match=r"another dump is writing .*3 packets are safely.*some\.pcap\.part"
        ):
            replacing.close()
        capture.consume()
    assert len(read_pcap(path)) == 900 and len(read_pcap(tmp_path / "some.pcap.part")) == 3


def test_a_part_is_not_written_through_a_link(tmp_path):
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "some.pcap.part").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic links"):
        write(tmp_path / "some.pcap", packets(1), atomic=True)
    assert (tmp_path / "victim").read_bytes() == b"precious"


def test_a_part_that_was_left_is_written_anew(tmp_path):
    (tmp_path / "some.pcap.part").write_bytes(b"left by a crash" * 100)
    write(tmp_path / "some.pcap", packets(2), atomic=True)
    assert len(read_pcap(tmp_path / "some.pcap")) == 2


def test_what_replaces_a_file_is_as_secret(tmp_path):
    path = tmp_path / "some.pcap"
    path.touch(mode=0o600)
    write(path, packets(1), atomic=True)
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_atomic_file_replaces_no_link(tmp_path):
    (tmp_path / "link.pcap").symlink_to(tmp_path / "some.pcap")
    with pytest.raises(OSError, match="symbolic link: give the path"):
        write(tmp_path / "link.pcap", packets(1), atomic=True)


@pytest.mark.parametrize("path", ["/no/such/directory/some.pcap", "/dev/full"])
def test_no_part_is_told_of_where_there_is_none(path):
    with pytest.raises(OSError) as caught:
        write(path, packets(1), atomic=True)
    assert not getattr(caught.value, "__notes__", [])


def test_an_atomic_file_replaces_no_device(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError, match="regular files only"):
        write(tmp_path / "fifo", packets(1), atomic=True)


def test_a_dump_is_not_finished_where_a_file_object_raised(tmp_path):
    parts = [pcap(numbered(3))]

    class Failing:
        def read(self, size):
            if parts:
                return parts.pop()
            raise OSError(5, "the disk is gone")

    path = tmp_path / "whole.pcap"
    path.write_bytes(b"old")
    with open_offline(Failing(), dump=Dump(path, atomic=True)) as capture:
        with pytest.raises(OSError, match="the disk is gone"):
            list(capture)
        assert capture.delivered == 3
    assert path.read_bytes() == b"old" and len(read_pcap(tmp_path / "whole.pcap.part")) == 3
