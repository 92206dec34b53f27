"""The one-line repr of layers whose fields are not all as usual."""

from __future__ import annotations

import struct

import frames
import pytest

from umpa_sniffing import Packet, UMPAAttributeException


def test_the_padding_that_a_captured_header_never_has():
    packet = Packet(frames.ipv4(b""), frames.RAW)
    assert repr(packet.ip) == (
        "<IP _version=4 _hdr_len=5 tos=0 _len=20 _id=4660 flags=0 _frag_offset=0 ttl=63 _proto=17 "
        "_checksum=48879 src=192.0.2.1 dst=198.51.100.200 options=0 bytes>"
    )
    assert packet.ip.padding == 0


def test_addresses_that_are_not_those_of_ip():
    message = struct.pack("!HHBBH", 1, 0x0800, 1, 2, 1) + bytes(range(6))
    packet = Packet(frames.ethernet(message, 0x0806))
    assert repr(packet) == "<Packet 28 bytes: Ethernet / ARP>"
    assert repr(packet.arp) == (
        "<ARP hwtype=1 prototype=2048 _hwsize=1 _protosize=2 opcode=1 "
        "srchw=1 byte srcproto=2 bytes dsthw=1 byte dstproto=2 bytes>"
    )


def test_a_values_name_by_the_name_of_its_field():
    ip = Packet(frames.ipv4(frames.udp()), frames.RAW).ip
    assert ip.get_field("proto_name") == ip.proto_name == "udp"
    assert ip.get_offset("proto_name") == 72
    for name in ["_proto_name", "ttl_name", "proto_names", "prot_name", "_name"]:
        with pytest.raises(UMPAAttributeException):
            ip.get_field(name)
