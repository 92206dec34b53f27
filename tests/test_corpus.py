"""Public capture files, many malformed on purpose: ours are the packets that libpcap reads."""

from __future__ import annotations

import pytest
from savefile_differences import Report

import umpa_sniffing
from umpa_sniffing.exceptions import UMPASniffingException


def corpus_files(shared):
    files = [path for path in (shared / "corpus").rglob("*") if path.suffix in {".pcap", ".pcapng"}]
    assert len(files) > 500
    return sorted(files)


def packets_and_error(path):
    try:
        return umpa_sniffing.from_file(path), None
    except UMPASniffingException as error:
        return error.packets, error


@pytest.mark.parametrize(
    "filter", ["ip", "not ip", "greater 100", "udp src port 53 or tcp[tcpflags] & 2 != 0"]
)
def test_filters_are_libpcaps(shared, filter):
    report = Report(filter)
    for path in corpus_files(shared)[::4]:
        report.compare(path)
    assert not report.unexplained, "\n".join(report.unexplained[:40])
    assert report.files > 100 and report.packets > 50


def test_every_packet_prints(shared):
    printed = 0
    for path in corpus_files(shared)[::4]:
        for packet in packets_and_error(path)[0]:
            assert str(packet).isascii() and "\n" not in repr(packet)
            layers = b"".join(map(bytes, packet.protos))
            assert layers + packet.trailer == bytes(packet), path
            printed += 1
    assert printed > 1000
