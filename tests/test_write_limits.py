"""What a format has no room for is an error: times, link types."""

from __future__ import annotations

import pytest
from capture_files import ETHERNET, RAW_IP, SECOND, seen
from pcapng_blocks import parse_pcapng
from test_write import packets
from written_files import judged, records_in

from umpa_sniffing import Packet, UMPASniffingException, write

ANY_TIMES = [0, 1, -1, -SECOND, 2**32 * SECOND, -(2**63), 2**63 - 1, 1_700_000_000_123_456_789]


def test_any_time_is_exact_in_pcapng(tmp_path):
    some = [Packet(b"x", timestamp_ns=time) for time in ANY_TIMES]
    write(tmp_path / "times.pcapng", some)
    assert [each.timestamp_ns for each in records_in(tmp_path / "times.pcapng")] == ANY_TIMES
    assert judged(tmp_path / "times.pcapng", tmp_path) == len(some)


def test_times_in_pcap_are_those_of_32_bits(tmp_path):
    some = [Packet(b"x", timestamp_ns=time) for time in (0, 1, 2**32 * SECOND - 1)]
    write(tmp_path / "times.pcap", some)
    assert records_in(tmp_path / "times.pcap") == [seen(packet) for packet in some]


@pytest.mark.parametrize("time", [-1, 2**32 * SECOND, -(2**63), 2**63 - 1])
def test_other_times_need_pcapng(time, tmp_path):
    some = [Packet(b"x", timestamp_ns=time) for time in (0, 1, time, 2)]
    with pytest.raises(UMPASniffingException, match=f"times.pcap.*2106.* {time} ns.*pcapng") as caught:
        write(tmp_path / "times.pcap", some)
    assert isinstance(caught.value, ValueError)
    assert records_in(tmp_path / "times.pcap") == [seen(packet) for packet in some[:2]]


def test_mixed_link_types(tmp_path):
    some = [*packets(3), Packet(b"E", RAW_IP), *packets(2)]
    write(tmp_path / "mixed.pcapng", some)
    [section] = parse_pcapng((tmp_path / "mixed.pcapng").read_bytes())
    assert [each.link_type for each in section.interfaces] == [ETHERNET, RAW_IP]
    assert [each.interface.link_type for each in section.packets] == [1, 1, 1, RAW_IP, 1, 1]
    with pytest.raises(UMPASniffingException) as caught:
        write(tmp_path / "mixed.pcap", some)
    words = str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert "mixed.pcap" in words and "link type 101" in words and "is 1" in words and "pcapng" in words
    assert records_in(tmp_path / "mixed.pcap") == [seen(packet) for packet in some[:3]]


def test_a_link_type_has_another_number_in_files(tmp_path):
    """DLT_RAW is 12 on Linux, LINKTYPE_RAW is 101."""
    for name in ("raw.pcap", "raw.pcapng"):
        write(tmp_path / name, [Packet(b"E", 12)])
        assert run_link_type(tmp_path / name) == 101


def run_link_type(path) -> int:
    content = path.read_bytes()
    if path.suffix == ".pcapng":
        return parse_pcapng(content)[0].interfaces[0].link_type
    return int.from_bytes(content[20:24], "little")


def test_a_link_type_that_pcapng_has_no_room_for(tmp_path):
    with pytest.raises(ValueError, match="16 bits"):
        write(tmp_path / "some.pcapng", [*packets(2), Packet(b"", 70_000)])
    assert len(records_in(tmp_path / "some.pcapng")) == 2
