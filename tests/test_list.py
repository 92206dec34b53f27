"""PacketList: a list of packets that stays one."""

from __future__ import annotations

import copy
import pickle

import pytest
from capture_files import numbered, pcap, seen
from processes import run_python

from umpa_sniffing import PacketList, from_file, open_offline


@pytest.fixture
def packets(tmp_path):
    path = tmp_path / "packets.pcap"
    path.write_bytes(pcap(numbered(6)))
    return from_file(path)


def test_it_is_a_list(packets):
    assert isinstance(packets, list) and type(packets) is PacketList
    assert len(packets) == 6 and bool(packets) and not PacketList()
    assert [packet.udp.dstport for packet in packets] == [53, 54] * 3
    assert packets[-1] is packets[5]
    assert packets[2] in packets and packets.index(packets[2]) == 2
    assert PacketList(iter(packets)) == packets == list(packets)


def test_repr_is_one_line_of_summary(packets):
    text = repr(packets)
    assert "\n" not in text
    assert "6" in text and "UDP" in text
    assert len(text) < 120
    assert "\n" not in repr(PacketList())
    assert len(repr(packets * 1000)) < 120


@pytest.mark.parametrize(
    ("part", "length"),
    [(slice(None), 6), (slice(1, 3), 2), (slice(None, None, -2), 3), (slice(9, 20), 0)],
)
def test_slices_are_packet_lists(packets, part, length):
    sliced = packets[part]
    assert type(sliced) is PacketList and len(sliced) == length
    assert sliced == list(packets)[part]


def test_joined_lists_are_packet_lists(packets):
    assert type(packets + packets) is PacketList and len(packets + packets) == 12
    assert type(packets + list(packets)) is PacketList
    assert type(packets * 2) is PacketList and type(2 * packets) is PacketList
    assert len(2 * packets) == 12
    assert type(packets.copy()) is PacketList
    assert packets.copy() == packets and packets.copy() is not packets


def test_the_methods_of_a_list(packets):
    first, last = packets[0], packets[-1]
    packets.append(first)
    packets.extend([last, last])
    packets += [first]
    packets.insert(0, last)
    assert type(packets) is PacketList and len(packets) == 11
    assert packets.count(last) == 4
    assert packets.pop() == first and packets.pop(0) == last
    packets.remove(last)
    packets.reverse()
    packets.sort(key=lambda packet: packet.timestamp_ns)
    assert packets[0] == first
    del packets[0], packets[:2]
    packets[0] = last
    packets[1:2] = [first, first]
    assert packets[0] == last and packets[1] == packets[2] == first
    packets.clear()
    assert packets == []


def test_copies_and_pickles(packets):
    for other in (copy.copy(packets), copy.deepcopy(packets), pickle.loads(pickle.dumps(packets))):
        assert type(other) is PacketList and other == packets and other is not packets


@pytest.fixture
def long_file(tmp_path):
    """Some 3 MB: several blocks of memory that its packets share."""
    path = tmp_path / "long.pcap"
    path.write_bytes(pcap(numbered(6000, size=400)))
    return path


def test_packets_that_share_memory_are_the_packets_that_were_read(long_file):
    packets = from_file(long_file)
    assert [seen(packet) for packet in packets] == numbered(6000, size=400)
    with open_offline(long_file) as capture:
        assert list(capture) == packets


def test_a_packet_outlives_those_that_it_shares_memory_with(long_file):
    kept = from_file(long_file)[3000]
    expected = numbered(6000, size=400)[3000]
    layer = kept.udp
    others = [from_file(long_file) for _ in range(3)]  # would take freed memory
    assert seen(kept) == expected
    assert layer.dstport == 53
    assert others[0][3000] == kept


def test_one_by_one_and_all_at_once_may_alternate(long_file):
    packets = []
    with open_offline(long_file) as capture:
        packets.append(next(capture))
        capture.read_into(packets)
    assert packets == from_file(long_file)


@pytest.mark.measures_memory
def test_shared_memory_is_freed(long_file):
    grown = run_python(
        """
        import json, sys
        from umpa_sniffing import from_file

        def resident():
            with open("/proc/self/statm") as statm:
                return int(statm.read().split()[1]) * 4096

        def read(times):
            for _ in range(times):
                from_file(sys.argv[1])

        read(5)
        before = resident()
        read(60)
        print(json.dumps(resident() - before))
        """,
        long_file,
    )
    assert grown < 2_000_000  # reading 60 times allocates some 180 MB
