"""What was read from pcapng and is written as pcapng is the same again: packets, options, interfaces."""

from __future__ import annotations

import pickle
import shutil
import sys

import pcapng_blocks as ng
import pytest
from capture_files import numbered, pcap, pcapng
from pcapng_variants import Variant, variants
from processes import needs_root
from traffic import Chatter
from written_files import judged, run

from umpa_sniffing import Interface, Option, Packet, PacketList, from_file, open_live, write

DATA = numbered(1)[0].data
NO_OPTIONS = (None, (), (), None, None, None, (), None, None, None)


def said_by(options: tuple[Option, ...]) -> list[tuple]:
    """Numbers are in the file's byte order, which need not be the same when they are written again."""
    return [(each.kind, each.name, each.fields or each.value) for each in options]


def told(packet: Packet) -> tuple:
    return (
        packet.comment, packet.comments, tuple(said_by(packet.options)), packet.direction, packet.reception,
        packet.fcs_length, packet.link_errors, packet.drop_count, packet.packet_id, packet.queue,
    )  # fmt: skip


def described(interface: Interface) -> dict:
    """All attributes. Of a time that its unit can't tell, the writer says the unit anew."""
    return interface._asdict() | {"options": said_by(interface.options)}


def assert_same(before: PacketList, after: PacketList) -> None:
    assert after == before
    assert [told(each) for each in after] == [told(each) for each in before]
    assert [bytes(each) for each in after] == [bytes(each) for each in before]


def read(path, *parts: bytes) -> PacketList:
    path.write_bytes(b"".join(parts))
    return from_file(path)


def written(tmp_path, packets) -> PacketList:
    path = tmp_path / "written.pcapng"
    assert write(path, packets) == len(packets)
    return from_file(path)


@pytest.mark.parametrize("variant", [*variants()], ids=lambda variant: variant.name)
def test_every_variant(variant: Variant, tmp_path):
    packets = read(tmp_path / "read.pcapng", variant.content)
    assert len(packets) == len(variant.packets)
    again = written(tmp_path, packets)
    assert_same(packets, again)
    names = [packet.interface.name for packet in again]
    assert names == [packet.interface.name for packet in packets]
    assert [packet.source for packet in again] == [str(tmp_path / "written.pcapng")] * len(packets)
    assert_same(packets, pickle.loads(pickle.dumps(packets)))


@pytest.mark.parametrize("resolution", [0, 6, 9, 12, 19, 20, 0x80, 0x94, 0xBF, 0xC0])
def test_no_time_but_the_offset(resolution, tmp_path):
    options = [ng.LITTLE.resolution(resolution), ng.LITTLE.offset(1000)]
    parts = [ng.LITTLE.section(), ng.LITTLE.interface(options=options), ng.LITTLE.enhanced(DATA, stamp=0)]
    [packet] = packets = read(tmp_path / "read.pcapng", *parts)
    assert packet.timestamp_ns == 1000 * 10**9 and packet.interface.offset == 1000
    assert_same(packets, written(tmp_path, packets))


EVERYTHING_OF_AN_INTERFACE = {
    ng.COMMENT: b"a comment", ng.IF_NAME: b"eth0", ng.IF_DESCRIPTION: "Büro".encode(),
    ng.IF_IPV4: bytes([10, 0, 0, 1, 255, 255, 255, 0]),
    ng.IF_IPV6: bytes(15) + b"\1\x40", ng.IF_MAC: bytes(range(6)),
    ng.IF_EUI: bytes(range(8)), ng.IF_FILTER: b"\0tcp", ng.IF_OS: b"an OS", ng.IF_FCSLEN: b"\4",
    ng.IF_HARDWARE: b"a card", 0x7FFF: b"unknown",
}  # fmt: skip
EVERYTHING = {
    "name": "eth0", "description": "Büro", "datalink": 1, "snaplen": 4096, "filter": "tcp",
    "hardware": "a card", "os": "an OS", "speed": 10**10, "mac": "00:01:02:03:04:05",
    "ipv4": ("10.0.0.1/24",), "ipv6": ("::1/64",), "resolution": 10**9, "offset": -7,
    "fcs_length": 4, "comment": "a comment",
}  # fmt: skip


@pytest.mark.parametrize("blocks", [ng.LITTLE, ng.BIG], ids=["little", "big"])
@pytest.mark.parametrize("code", [9, 12, 6, 3, 0x94, 0x8A])
def test_all_attributes_of_an_interface(blocks, code, tmp_path):
    options = [
        *EVERYTHING_OF_AN_INTERFACE.items(), (ng.IF_SPEED, blocks.pack("Q", 10**10)), blocks.resolution(code),
        blocks.offset(-7), (ng.IF_TXSPEED, blocks.pack("Q", 1)), (ng.IF_RXSPEED, blocks.pack("Q", 2)),
        (ng.IF_TZONE, blocks.pack("i", -1)), (ng.IF_IPV4, bytes([10, 0, 0, 2, 255, 0, 255, 0])),
    ]  # fmt: skip
    parts = [blocks.section(), blocks.interface(1, 4096, options), blocks.enhanced(DATA, stamp=8 * 10**9)]
    [packet] = packets = read(tmp_path / "read.pcapng", *parts)
    units = ng.units_per_second(code)
    expected = EVERYTHING | {"resolution": units, "ipv4": ("10.0.0.1/24", "10.0.0.2/255.0.255.0")}
    attributes = packet.interface._asdict()
    assert [(each.kind, each.value) for each in attributes.pop("options")] == options
    assert attributes == expected
    [again] = written(tmp_path, packets)
    assert described(again.interface) == described(packet.interface)
    assert again == packet
    unpickled = pickle.loads(pickle.dumps(packet))
    assert described(unpickled.interface) == described(packet.interface)
    assert (unpickled, unpickled.source) == (packet, packet.source)


def test_sections_of_both_orders_with_interfaces_of_many_kinds(tmp_path):
    parts = []
    for number, blocks in enumerate((ng.LITTLE, ng.BIG, ng.LITTLE)):
        parts.append(blocks.section())
        for index, (link_type, code) in enumerate(((1, 9), (113, 12), (101, 0x94))):
            name = f"{number} {index}".encode()
            options = [(ng.IF_NAME, name), blocks.resolution(code), (ng.IF_SPEED, blocks.pack("Q", 5))]
            parts.append(blocks.interface(link_type, 1000 + index, options))
        for index in (2, 0, 1, 0):
            said = [
                (ng.COMMENT, b"%d" % index),
                (ng.EPB_FLAGS, blocks.pack("I", 1)),
                (ng.EPB_HASH, b"\2abcd"),
            ]
            parts.append(blocks.enhanced(DATA, stamp=2**50 + index, interface=index, options=said))
        parts.append(blocks.obsolete(DATA, stamp=9, interface=1, drops=number))
    packets = read(tmp_path / "read.pcapng", *parts)
    again = written(tmp_path, packets)
    assert_same(packets, again)
    assert [described(each.interface) for each in again] == [described(each.interface) for each in packets]
    assert [each.drop_count for each in again] == [*[None] * 4, 0, *[None] * 4, 1, *[None] * 4, 2]
    assert len({each.interface for each in again}) == 9
    assert judged(tmp_path / "written.pcapng", tmp_path) == len(packets)
    assert_same(again, written(tmp_path, again))


def test_all_options_of_packets(tmp_path):
    """In this machine's order when they are written; unknown ones as they are."""
    for blocks in (ng.LITTLE, ng.BIG):
        options = [
            (ng.COMMENT, b"bad \xff"), (ng.EPB_FLAGS, blocks.pack("I", 0xFF000092)), (ng.EPB_HASH, b"\2abcd"),
            (ng.EPB_DROPCOUNT, blocks.pack("Q", 2**40)), (ng.EPB_PACKETID, blocks.pack("Q", 6)),
            (ng.EPB_QUEUE, blocks.pack("I", 7)), (ng.EPB_VERDICT, b"\0\1"),
            (ng.EPB_PROCESSID_THREADID, blocks.pack("II", 8, 9)), (0x7FFF, b"unknown"),
            (ng.CUSTOM_BINARY, blocks.pack("I", 32473) + b"12345"), (ng.EPB_QUEUE, b"short"),
        ]  # fmt: skip
        parts = [blocks.section(), blocks.interface(), blocks.enhanced(DATA, options=options)]
        [packet] = packets = read(tmp_path / "read.pcapng", *parts)
        [again] = written(tmp_path, packets)
        assert told(again) == told(packet) != NO_OPTIONS
        native = [(each.kind, each.value) for each in again.options]
        assert native == [(each.kind, each.value) for each in packet.replace().options]
        if blocks.pack("H", 1) == (1).to_bytes(2, sys.byteorder):
            assert native == options
        numbers = {each.name: each.fields for each in again.options if each.fields}
        assert numbers["processid_threadid"] == {"processid": 8, "threadid": 9}
        assert numbers["custom"] == {"enterprise": 32473, "data": b"12345"}


def test_a_nanosecond_pcap_becomes_pcapng(tmp_path):
    packets = read(tmp_path / "read.pcap", pcap(numbered(5)))
    assert packets[0].interface == Interface(snaplen=packets[0].interface.snaplen)
    again = written(tmp_path, packets)
    assert_same(packets, again)
    assert again[0].interface.resolution == 10**9
    assert pickle.loads(pickle.dumps(packets[0])).interface == packets[0].interface


def seen_by_tshark(path, *fields: str) -> list[list[str]]:
    shown = [word for field in fields for word in ("-e", field)]
    lines = run("tshark", "-n", "-r", path, "-Tfields", *shown).splitlines()
    return [line.split("\t") for line in lines]


def test_comments_made_here_are_seen_by_others(tmp_path):
    path = tmp_path / "made.pcapng"
    plain = Packet(DATA, timestamp_ns=10**9)
    packets = [
        plain,
        plain.replace(comment="zwölf ☂"),
        plain.replace(options=[(ng.EPB_FLAGS, 2), (ng.EPB_QUEUE, 3)], comment="out"),
        plain.replace(interface=Interface(name="eth7", mac="02:00:00:00:00:07"), comment="c"),
    ]
    assert write(path, packets) == 4
    again = from_file(path)
    assert_same(PacketList(packets), again)
    fields = ("frame.comment", "frame.interface_name", "frame.packet_flags_direction")
    rows = seen_by_tshark(path, *fields)
    assert [row[0] for row in rows] == ["", "zwölf ☂", "out", "c"]
    assert rows[3][1] == "eth7" and rows[2][2] in ("2", "0x00000002", "0x2")
    assert judged(path, tmp_path) == 4
    assert "eth7" in run("capinfos", "-I", path)


def test_the_file_can_be_read_as_another_program_wrote_it(tmp_path):
    """editcap's comment, and ours again."""
    write(tmp_path / "plain.pcapng", [Packet(DATA), Packet(DATA, timestamp_ns=5)])
    run("editcap", "-a", "2:added by editcap", tmp_path / "plain.pcapng", tmp_path / "edited.pcapng")
    packets = from_file(tmp_path / "edited.pcapng")
    assert [packet.comment for packet in packets] == [None, "added by editcap"]
    assert_same(packets, written(tmp_path, packets))


@needs_root
def test_live_packets_have_the_devices_name(tmp_path):
    path = tmp_path / "live.pcapng"
    with (
        Chatter() as chatter,
        open_live("lo", filter=chatter.filter, count=5, snaplen=2000, dump=path) as capture,
    ):
        packets = PacketList(capture)
    for packet in packets:
        assert (packet.interface.name, packet.interface.snaplen, packet.source) == ("lo", 2000, None)
        assert packet.interface.resolution == 10**9 and told(packet) == NO_OPTIONS
    assert [row[0] for row in seen_by_tshark(path, "frame.interface_name")] == ["lo"] * 5
    again = from_file(path)
    assert again == packets and {each.interface.name for each in again} == {"lo"}
    assert "lo" in run("capinfos", "-I", path)
    assert written(tmp_path, packets)[0].interface.name == "lo"


@pytest.mark.skipif(shutil.which("tcpdump") is None, reason="there is no tcpdump here")
def test_longer_data_is_no_more_of_an_interface_that_is_shorter(tmp_path):
    """libpcap ends at a packet that is longer than its interface's snaplen."""
    path, longer = tmp_path / "some.pcapng", tmp_path / "longer.pcapng"
    path.write_bytes(pcapng(numbered(3), snaplen=60))
    some = [packet.replace(data=bytes(packet) + bytes(100)) for packet in from_file(path)]
    assert [packet.interface.snaplen for packet in some] == [0] * 3
    assert [packet.replace(data=b"x").interface.snaplen for packet in from_file(path)] == [60] * 3
    write(longer, some)
    assert from_file(longer) == some
    run("tcpdump", "-Z", "root", "-r", longer, "-w", tmp_path / "again")
    assert len(from_file(tmp_path / "again")) == 3
