"""The knobs of open_live, each by what it does, and what a device or libpcap has not."""

from __future__ import annotations

import errno
import struct
import threading
import time

import pytest
from capture_files import read_pcap
from processes import needs_root, run_python
from traffic import Chatter, assert_consecutive, eventually, own_network
from waiting_calls import NEVER

from umpa_sniffing import Packet, open_live, sniff
from umpa_sniffing.exceptions import UMPADeviceException

pytestmark = needs_root


def test_timestamp_precision_is_that_of_packets_and_dump(tmp_path):
    for precision, magic, unit_ns in [("nano", 0xA1B23C4D, 1), ("micro", 0xA1B2C3D4, 1000)]:
        path = tmp_path / precision
        with Chatter() as chatter:
            options = {"filter": chatter.filter, "timestamp_precision": precision, "count": 20, "dump": path}
            with open_live("lo", **options) as capture:
                times = [packet.timestamp_ns for packet in capture]
        assert struct.unpack("I", path.read_bytes()[:4])[0] == magic
        assert [each.timestamp_ns for each in read_pcap(path)] == times
        assert all(each % unit_ns == 0 for each in times)
        assert any(each % 1000 for each in times) == (precision == "nano")
        assert abs(times[0] / 1e9 - time.time()) < 60


@pytest.mark.parametrize("timestamp_type", [None, "host"])
def test_the_hosts_timestamps(timestamp_type):
    with Chatter() as chatter, open_live("lo", timestamp_type=timestamp_type) as capture:
        capture.set_filter(chatter.filter)
        assert abs(next(capture).timestamp - time.time()) < 60


def test_direction_on_loopback_where_each_packet_goes_out_and_comes_in():
    """libpcap itself delivers of lo what comes in."""
    with Chatter() as chatter, open_live("lo", filter=chatter.filter, direction="in") as capture:
        assert [next(capture).udp.dstport for _ in range(5)] == [chatter.port] * 5
    with (
        Chatter() as chatter,
        open_live("lo", filter=chatter.filter, direction="out", timeout=300) as capture,
    ):
        assert list(capture) == []


@pytest.mark.parametrize("link_type", ["LINUX_SLL2", "linux_sll2", 276, "276"])
def test_a_link_type_that_the_device_offers(link_type):
    with Chatter() as chatter, open_live("any", filter=chatter.filter, datalink=link_type) as capture:
        assert capture.datalink == 276
        assert next(capture).datalink == 276


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"timestamp_type": "adapter"}, "'lo': the device has no timestamps of type 'adapter', it has: host"),
        ({"datalink": "DOCSIS"}, "'lo': the device does not offer link type 'DOCSIS', it offers: EN10MB"),
        ({"datalink": 9999}, "'lo': the device does not offer link type '9999', it offers: EN10MB"),
        ({"monitor": True}, "'lo': the device has no monitor mode"),
    ],
)
def test_what_the_device_has_not(options, text):
    with pytest.raises(UMPADeviceException) as caught:
        open_live("lo", **options)
    assert caught.value.errno == errno.EOPNOTSUPP
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"timestamp_type": "sundial"}, ValueError, "timestamp_type must be one of host, .*, not 'sundial'"),
        ({"timestamp_type": 1}, TypeError, "timestamp_type must be a str"),
        (
            {"timestamp_precision": "pico"},
            ValueError,
            "timestamp_precision must be 'nano' or 'micro', not 'pico'",
        ),
        ({"timestamp_precision": 9}, TypeError, "timestamp_precision must be a str, not int"),
        ({"direction": "up"}, ValueError, "direction must be 'inout' or 'in' or 'out', not 'up'"),
        ({"datalink": "ETHERNET"}, ValueError, "datalink must be a DLT's name or number .*, not 'ETHERNET'"),
        ({"datalink": -1}, ValueError, "datalink must be a DLT's name or number .*, not '-1'"),
        ({"datalink": 1.5}, TypeError, "datalink must be a str"),
        ({"flush_interval": -1}, ValueError, "flush_interval must be 0 to"),
        ({"to_ms": 0}, ValueError, "to_ms must be 1 to 1000, not 0"),
        ({"buffer_size": 2**30 + 1}, ValueError, "buffer_size must be 65536 to 1073741824, not 1073741825"),
        ({"snaplen": 2**31}, ValueError, "snaplen must be 0 to 262144, not 2147483648"),
    ],
)
def test_wrong_values_name_what_is_right(options, error, text):
    with pytest.raises(error, match=text):
        open_live("lo", **options)


@pytest.mark.parametrize(("interval", "at_least", "at_most"), [(0, 1, 1), (60_000, 0, 0)])
def test_the_flush_interval_is_how_long_a_packet_waits_in_memory(tmp_path, interval, at_least, at_most):
    path = tmp_path / "dump.pcap"
    options = {"dump": path, "flush_interval": interval}
    with Chatter() as chatter, open_live("lo", filter=chatter.filter, **options) as capture:
        next(capture)
        assert at_least <= len(read_pcap(path)) <= at_most
    assert len(read_pcap(path)) == 1


def test_a_packet_is_flushed_while_the_link_is_idle(tmp_path):
    path = tmp_path / "dump.pcap"
    with Chatter() as chatter, open_live("lo", filter=chatter.filter, dump=path, count=6) as capture:
        for _ in range(5):
            next(capture)
        capture.set_filter(NEVER)
        reader = threading.Thread(target=list, args=(capture,))
        reader.start()
        eventually(lambda: len(read_pcap(path)) == 5, "the dump has the packets")
        capture.stop()
        reader.join()


def test_a_filter_beyond_the_kernels_memory_is_found_out_before_libpcap_prints():
    """Linux has less room for filters than for 4,096 instructions where net.core.optmem_max says so."""
    told = run_python(
        """
        import json, os, socket, sys, tempfile, warnings
        from pathlib import Path
        from traffic import quiet_network

        quiet_network()
        Path("/proc/sys/net/core/optmem_max").write_text("4096")
        printed = tempfile.TemporaryFile()
        os.dup2(printed.fileno(), 2)
        import umpa_sniffing

        never = " or ".join(f"len = {length}" for length in range(2000, 3000))
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with umpa_sniffing.open_live("lo", filter=f"udp port 9 or {never}") as capture:
                for port in [8, 9]:
                    sender.sendto(b"", ("127.0.0.1", port))
                port = next(capture).udp.dstport
        printed.seek(0)
        print(json.dumps([port, [str(each.message) for each in caught], printed.read().decode()]))
        """
    )
    port, [warning], printed = told
    assert port == 9
    assert "too long for the kernel" in warning
    assert printed == ""


def test_inbound_is_a_filter_of_live_captures_alone():
    with Chatter() as chatter, open_live("lo", filter=f"inbound and {chatter.filter}") as capture:
        assert isinstance(next(capture), Packet)
        with pytest.raises(ValueError, match="inbound, outbound and ifindex are for the kernel alone"):
            capture.set_filter("inbound")
        assert isinstance(next(capture), Packet)


def test_what_came_before_the_filter_is_not_delivered():
    """Packets come from libpcap's opening of a device on, and for a moment none while it sets the filter."""
    with own_network(), Chatter(interval_s=0) as chatter:
        for _ in range(10):
            begin = time.time_ns()
            packets = sniff(200, chatter.filter, "lo")
            assert_consecutive(packets)
            assert packets[0].timestamp_ns > begin
