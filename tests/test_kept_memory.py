"""What a kept packet keeps: its own bytes and some, not the memory of all that came with it."""

from __future__ import annotations

import gc
import itertools
import sys

import frames
import pcapng_blocks as ng
import pytest
from capture_files import ethernet_udp, numbered, pcap, record
from processes import needs_root, run_python

from umpa_sniffing import Packet, from_file, open_offline

MiB = 1 << 20

ONE_OF_1000 = "udp dst port 7"

RESIDENT = """
    import json, re, sys
    from umpa_sniffing import from_file, sniff

    def resident():
        with open("/proc/self/status") as status:
            return int(re.search(r"VmRSS:\\s+(\\d+)", status.read())[1]) * 1024
"""


def to_1000_ports(count: int, *, size: int):
    return [record(ethernet_udp(bytes(size), destination_port=number % 1000)) for number in range(count)]


@pytest.mark.measures_memory
def test_a_narrow_filter_keeps_what_matches(tmp_path):
    path = tmp_path / "much.pcap"
    path.write_bytes(pcap(to_1000_ports(40_000, size=1000)))
    growth, count = run_python(
        RESIDENT
        + """
    from_file(sys.argv[1], count=1)
    before = resident()
    packets = from_file(sys.argv[1], filter=sys.argv[2])
    print(json.dumps([resident() - before, len(packets)]))
    """,
        path,
        ONE_OF_1000,
    )
    assert count == 40
    assert growth < 4 * MiB, growth


def test_filters_of_any_width_keep_the_packets_that_are_there(tmp_path):
    path = tmp_path / "much.pcap"
    path.write_bytes(pcap(to_1000_ports(20_000, size=100)))
    packets = list(open_offline(path))
    assert from_file(path) == from_file(path, filter="udp") == packets
    for ports in (1, 400, 600):
        some = [packet for packet in packets if packet.udp.dstport < ports]
        assert from_file(path, filter=f"udp dst portrange 0-{ports - 1}") == some


def test_what_pcapng_says_of_few_packets_is_kept_with_them(tmp_path):
    blocks = ng.LITTLE
    path = tmp_path / "much.pcapng"
    records = to_1000_ports(3000, size=50)
    path.write_bytes(
        blocks.section()
        + blocks.interface(options=[(ng.IF_NAME, b"eth7")])
        + b"".join(
            blocks.enhanced(each.data, options=[(ng.COMMENT, b"no. %d" % number)])
            for number, each in enumerate(records)
        )
    )
    packets = from_file(path, filter=ONE_OF_1000)
    assert [packet.comment for packet in packets] == ["no. 7", "no. 1007", "no. 2007"]
    assert {packet.interface.name for packet in packets} == {"eth7"}


@pytest.mark.parametrize(
    "keep", [lambda pkt: pkt, lambda pkt: pkt.protos[0], memoryview, lambda pkt: [pkt, pkt]]
)
@pytest.mark.parametrize("every", [1, 2, 3, 7])
def test_an_iteration_leaves_alone_what_somebody_still_has(keep, every, tmp_path):
    """Objects and bytes that nobody has are used again for the next packets."""
    path = tmp_path / "mixed.pcap"
    datagrams = to_1000_ports(3000, size=10)
    for number in range(0, 3000, 5):  # with fewer layers
        datagrams[number] = record(bytes(range(14)) + bytes([number % 256]))
    path.write_bytes(pcap(datagrams))
    kept = [keep(pkt) for number, pkt in enumerate(open_offline(path)) if number % every == 0]
    assert kept == [keep(pkt) for pkt in from_file(path)[::every]]


def read_on(capture) -> None:
    for _ in itertools.islice(capture, 20_000):
        pass


SEEN_WHILE = [
    lambda pkt: pkt.tcp.option_list,
    lambda pkt: pkt.tcp.get_field("option_list"),
    lambda pkt: pkt.tcp.get_fields(),
    hash,
    lambda pkt: pkt.__reduce__()[1][1],
]


@pytest.mark.parametrize("see", SEEN_WHILE)
@pytest.mark.parametrize("how", ["profile", "collector"])
def test_what_is_read_of_a_packet_is_its_own_whatever_runs_meanwhile(see, how, tmp_path):
    """The next packets, say, are read into the memory that this one's bytes were lent of: by a handler,
    another thread, a profiler or what the garbage collector finalizes."""
    path = tmp_path / "many.pcap"
    timestamps = bytes.fromhex("0101 080a 0000 0001 0000 0002") * 3
    segments = [
        frames.ethernet(frames.ipv4(frames.tcp(options=timestamps, payload=b"%d" % number), 6))
        for number in range(30_000)
    ]
    path.write_bytes(pcap([record(each) for each in segments]))
    with open_offline(path) as capture:
        packet = next(capture)
        expected = see(
            Packet(segments[0], timestamp_ns=packet.timestamp_ns, source=path, interface=packet.interface)
        )
        ran = []

        def meanwhile(*_):
            if not ran:
                ran.append(True)
                read_on(capture)

        if how == "profile":
            sys.setprofile(meanwhile)
        else:
            gc.collect()
            gc.callbacks.append(meanwhile)
            gc.set_threshold(1, 1, 1)
        try:
            got = see(packet)
        finally:
            sys.setprofile(None)
            gc.set_threshold(700, 10, 10)
            if how == "collector":
                gc.callbacks.remove(meanwhile)
    assert got == expected


@pytest.mark.measures_memory
def test_one_packet_of_a_list_keeps_its_chunks_alone(tmp_path):
    path = tmp_path / "much.pcap"
    path.write_bytes(pcap(numbered(40_000, size=1000)))
    all_growth, growth = run_python(
        RESIDENT
        + """
    from_file(sys.argv[1], count=1)
    before = resident()
    packets = from_file(sys.argv[1])
    grown = resident() - before
    kept = packets[20000]
    text = str(kept)
    del packets
    assert str(kept) == text
    print(json.dumps([grown, resident() - before]))
    """,
        path,
    )
    assert all_growth > 40 * MiB
    assert growth < 5 * MiB, growth


@pytest.mark.measures_memory
@needs_root
def test_packets_that_come_one_by_one_are_kept_side_by_side():
    growth, count = run_python(
        RESIDENT
        + """
    from traffic import Chatter

    with Chatter(interval_s=0.012) as chatter:
        sniff(1, chatter.filter, "lo")
        before = resident()
        packets = sniff(150, chatter.filter, "lo")
        print(json.dumps([resident() - before, len(packets)]))
    """
    )
    assert count == 150
    assert growth < 8 * MiB, growth
