"""The tutorial's import paths give the very same objects."""

from __future__ import annotations

import importlib

import pytest
from capture_files import numbered, pcap
from processes import run_python

import umpa_sniffing

FUNCTIONS = ["sniff", "sniff_next", "sniff_any", "sniff_loop", "to_file", "from_file", "from_file_loop",
             "get_available_devices"]  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    sniffing = importlib.import_module("umit.umpa.sniffing")
    assert getattr(sniffing, name) is getattr(umpa_sniffing, name)
    assert getattr(importlib.import_module("umit.umpa").sniffing, name) is getattr(umpa_sniffing, name)
    assert name in umpa_sniffing.__all__


def test_public_names():
    for name in umpa_sniffing.__all__:
        assert hasattr(umpa_sniffing, name)
    assert {"Packet", "PacketList", "Capture", "open_live", "open_offline"} <= set(umpa_sniffing.__all__)


def test_packet():
    assert importlib.import_module("umit.umpa").Packet is umpa_sniffing.Packet
    assert importlib.import_module("umit.umpa._packets").Packet is umpa_sniffing.Packet


def test_protocols(tmp_path):
    protocols = importlib.import_module("umit.umpa.protocols")
    path = tmp_path / "packets.pcap"
    path.write_bytes(pcap(numbered(1)))
    (packet,) = umpa_sniffing.from_file(path)
    assert isinstance(packet.ip, protocols.IP) and isinstance(packet.protos[0], protocols.Ethernet)
    assert isinstance(packet.udp, protocols.UDP) and not isinstance(packet.udp, protocols.TCP)
    assert packet[protocols.UDP] == packet.udp and protocols.TCP not in packet
    for name in ["Ethernet", "SLL", "ARP", "IP", "IPV6", "TCP", "UDP", "ICMP", "ICMPV6", "Payload"]:
        assert isinstance(getattr(protocols, name), type)


def test_exceptions():
    exceptions = importlib.import_module("umit.umpa.utils.exceptions")
    for kind in ("", "Sniffing", "NotPermitted", "Attribute", "Timeout"):
        name = f"UMPA{kind}Exception"
        assert getattr(exceptions, name) is getattr(umpa_sniffing.exceptions, name)


def test_umit_is_a_namespace_package():
    umit = importlib.import_module("umit")
    assert getattr(umit, "__file__", None) is None


@pytest.mark.parametrize(
    "lines",
    [
        "import umit.umpa; umit.umpa.sniffing.sniff",
        "import umit.umpa.sniffing; umit.umpa.sniffing.sniff",
        "from umit.umpa.sniffing import sniff",
        "from umit.umpa import Packet; from umit.umpa.protocols import IP",
        "import umpa_sniffing; umpa_sniffing.exceptions.UMPAException; umpa_sniffing.sniff",
    ],
)
def test_the_lines_work_in_a_fresh_interpreter(lines):
    assert run_python(f"{lines}\nprint(1)") == 1
