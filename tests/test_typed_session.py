"""The session whose types `make types` checks, run."""

from __future__ import annotations

from pathlib import Path

import frames
import typed_session

import umpa_sniffing

SNIFF = str(Path(__file__).parent / "golden" / "sniff.pcap")


def test_session():
    packets = umpa_sniffing.from_file(SNIFF)
    assert typed_session.addresses(SNIFF) == {("127.0.0.1", "127.0.0.1")}
    assert typed_session.look(packets[0]) == ["Ethernet None", "IP True", "TCP None", "Payload None"]
    assert typed_session.tunnels(SNIFF) == 0
    mss = umpa_sniffing.Packet(frames.ipv4(frames.tcp(options=bytes.fromhex("020405b4")), 6), frames.RAW)
    assert typed_session.largest_segment(mss.tcp) == 1460
    assert typed_session.largest_segment(packets[0].tcp) is None
