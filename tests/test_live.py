"""The functions on live devices: real packets on loopback."""

from __future__ import annotations

import threading
import time

import pytest
from capture_files import read_pcap, seen
from processes import needs_root, run_python
from traffic import Chatter, assert_consecutive, payload_number
from waiting_calls import NEVER

import umpa_sniffing
from umpa_sniffing import Packet, PacketList, sniff, sniff_loop, sniff_next, to_file

pytestmark = needs_root


@pytest.mark.parametrize(("device", "link_type"), [("lo", 1), ("any", 113)])
def test_sniff_delivers_the_packets_that_match(device, link_type):
    with Chatter() as chatter, Chatter():
        packets = sniff(5, chatter.filter, device)
    assert isinstance(packets, PacketList)
    assert len(packets) == 5
    assert {packet.datalink for packet in packets} == {link_type}
    assert {packet.udp.dstport for packet in packets} == {chatter.port}
    assert_consecutive(packets)
    for packet in packets:
        assert abs(packet.timestamp - time.time()) < 60
        assert packet.caplen == packet.wire_len == len(packet)


def test_without_a_filter_everything_comes():
    with Chatter(), Chatter():
        packets = sniff(20, device="lo")
    assert len(packets) == 20


@pytest.mark.parametrize("count", [1, 2, 64, 500])
def test_count_is_met_exactly(count):
    with Chatter(interval_s=0) as chatter:
        packets = sniff(count, chatter.filter, "lo")
    assert len(packets) == count
    assert_consecutive(packets)


def test_a_timeout_on_an_idle_link_is_milliseconds():
    start = time.monotonic()
    packets = sniff(3, NEVER, "lo", 300)
    elapsed = time.monotonic() - start
    assert packets == [] and isinstance(packets, PacketList)
    assert 0.3 <= elapsed < 2.3


@pytest.mark.parametrize("count", [0, 1_000_000])
def test_a_timeout_on_a_busy_link_returns_what_came(count):
    with Chatter() as chatter:
        start = time.monotonic()
        packets = sniff(count, chatter.filter, "lo", 400)
        elapsed = time.monotonic() - start
    assert 0.4 <= elapsed < 2.4
    assert packets
    assert_consecutive(packets)


def test_packets_before_the_timeout_are_in_time():
    with Chatter() as chatter:
        begin = time.time()
        packets = sniff(0, chatter.filter, "lo", 300)
        end = time.time()
    assert begin <= packets[0].timestamp <= packets[-1].timestamp <= end


def test_snaplen_cuts_and_keeps_the_wire_length():
    with Chatter(size=500) as chatter:
        whole = sniff_next(chatter.filter, "lo")
        cut = sniff_next(chatter.filter, "lo", 0, 60)
        zero = sniff_next(chatter.filter, "lo", snaplen=0)
    assert whole.caplen == whole.wire_len > 540
    assert (cut.caplen, len(bytes(cut))) == (60, 60)
    assert cut.wire_len > 540
    assert cut.stopped is not None
    assert zero.caplen == zero.wire_len > 540


def test_the_default_snaplen_keeps_the_largest_packets():
    with Chatter(size=60_000) as chatter:
        packet = sniff_next(chatter.filter, "lo")
    assert packet.caplen == packet.wire_len > 60_000


@pytest.mark.parametrize("promisc", [True, False])
def test_promisc(promisc):
    with Chatter() as chatter:
        assert isinstance(sniff_next(chatter.filter, "lo", 0, 0, promisc), Packet)


def test_sniff_next_returns_a_packet():
    with Chatter() as chatter:
        packet = sniff_next(chatter.filter, "lo")
    assert isinstance(packet, Packet)
    assert packet.udp.dstport == chatter.port


def test_sniff_next_with_nothing_to_return_raises():
    with pytest.raises(TimeoutError) as caught:
        sniff_next(NEVER, "lo", 200)
    assert isinstance(caught.value, umpa_sniffing.exceptions.UMPASniffingException)
    assert isinstance(caught.value, umpa_sniffing.exceptions.UMPATimeoutException)
    assert list(caught.value.packets) == []
    assert "200" in str(caught.value)


ON_THE_FIRST_DEVICE = """
    import json, subprocess, sys
    import umpa_sniffing
    from traffic import Chatter, payload_number, quiet_network

    quiet_network()
    with Chatter() as chatter:
        packets = umpa_sniffing.sniff(3, chatter.filter)
        loop_packets = []
        umpa_sniffing.sniff_loop(2, chatter.filter, callback=lambda time, packet: loop_packets.append(packet))
        next_packet = umpa_sniffing.sniff_next(chatter.filter, None)
        any_packet = umpa_sniffing.sniff_any(sys.argv[1])
    first = subprocess.run(["tcpdump", "-D"], capture_output=True, text=True, check=True).stdout
    first = first.splitlines()[0].removeprefix("1.").split()[0]
    device = umpa_sniffing.open_live(first)
    named = [packet.datalink for packet in [*packets, *loop_packets, next_packet, any_packet]]
    print(json.dumps([umpa_sniffing.get_available_devices()[0] == first, set(named) == {device.datalink},
                      [payload_number(packet) for packet in packets], bytes(any_packet).hex()]))
"""


def test_device_none_is_the_first_as_tcpdump_lists_them(tmp_path):
    dump = tmp_path / "any.pcap"
    same_device, same_link_type, numbers, any_packet = run_python(ON_THE_FIRST_DEVICE, dump)
    assert same_device and same_link_type
    assert_consecutive(numbers)
    (dumped,) = read_pcap(dump)
    assert dumped.data.hex() == any_packet


def test_sniff_any_returns_a_packet_of_the_first_device():
    assert umpa_sniffing.get_available_devices()
    packet = run_python("""
        import json, umpa_sniffing
        from traffic import Chatter, quiet_network
        quiet_network()
        with Chatter():
            packet = umpa_sniffing.sniff_any()
        print(json.dumps(isinstance(packet, umpa_sniffing.Packet) and "ip" in packet))
    """)
    assert packet is True


def test_get_available_devices():
    devices = umpa_sniffing.get_available_devices()
    assert isinstance(devices, list)
    assert all(isinstance(name, str) for name in devices)
    assert {"lo", "any"} <= set(devices)


@pytest.mark.parametrize("function", ["sniff", "sniff_next", "sniff_loop"])
@pytest.mark.parametrize("device", ["lo", "any"])
def test_dump_holds_every_packet_delivered(function, device, tmp_path):
    dump = tmp_path / "dump.pcap"
    delivered = []
    with Chatter(size=100) as chatter:
        if function == "sniff":
            delivered = sniff(7, chatter.filter, device, 0, 100, True, dump)
        elif function == "sniff_next":
            delivered = [sniff_next(chatter.filter, device, 0, 100, True, dump)]
        else:
            sniff_loop(
                7,
                chatter.filter,
                device,
                0,
                100,
                True,
                dump,
                lambda _, packet: delivered.append(packet),
            )
    assert delivered[0].caplen == 100 < delivered[0].wire_len
    assert read_pcap(dump) == [seen(packet) for packet in delivered]


def test_to_file_returns_how_many_it_wrote(tmp_path):
    path = tmp_path / "out.cap"
    with Chatter(size=300) as chatter:
        assert to_file(path, 6, chatter.filter, "lo", 0, 128, True) == 6
    records = read_pcap(path)
    assert len(records) == 6
    assert {each.caplen for each in records} == {128}
    assert all(each.wire_len > 340 for each in records)


def test_to_file_until_the_timeout(tmp_path):
    path = tmp_path / "out.cap"
    with Chatter() as chatter:
        written = to_file(path, 0, chatter.filter, "lo", 300)
    assert written == len(read_pcap(path)) > 0
    assert to_file(path, 0, NEVER, "lo", 100) == 0
    assert read_pcap(path) == []


def test_sniff_loop_with_a_timeout_returns_none():
    numbers = []
    with Chatter() as chatter:
        start = time.monotonic()
        result = sniff_loop(0, chatter.filter, "lo", 300, callback=lambda _, packet: numbers.append(packet))
        elapsed = time.monotonic() - start
    assert result is None
    assert 0.3 <= elapsed < 2.3
    assert_consecutive(numbers)


def test_sniff_loop_looks_at_the_deadline_before_each_callback():
    calls = []

    def slow(timestamp, packet):
        calls.append(time.monotonic())
        time.sleep(0.2)

    with Chatter(interval_s=0) as chatter:
        start = time.monotonic()
        sniff_loop(0, chatter.filter, "lo", 500, callback=slow)
    assert 1 <= len(calls) <= 3
    assert all(moment - start < 0.5 + 0.1 for moment in calls)


def test_captures_follow_one_another():
    with Chatter() as chatter:
        for _ in range(5):
            assert_consecutive(sniff(3, chatter.filter, "lo"))


def test_packets_outlive_their_capture():
    with Chatter() as chatter, umpa_sniffing.open_live("lo", filter=chatter.filter) as capture:
        packet = next(capture)
    before = bytes(packet), str(packet.ip), packet.udp.dstport
    del capture
    assert (bytes(packet), str(packet.ip), packet.udp.dstport) == before
    assert payload_number(packet) >= 0


def test_nothing_is_lost_in_a_burst():
    with Chatter(interval_s=0) as chatter:
        packets = sniff(3000, chatter.filter, "lo")
    assert_consecutive(packets)
    assert threading.active_count() == 1
