"""The text of packets and layers beyond the golden files: escapes, repr, addresses."""

from __future__ import annotations

import ipaddress
import random
import re

import frames
import pytest

from umpa_sniffing import Packet


def data_line(data: bytes) -> str:
    text = str(Packet(frames.ethernet(data, 0x88B5)).payload)
    return re.search(r"data            : (.*)\n\\-<", text, re.DOTALL)[1]


def test_only_printable_ascii_tab_and_newline_go_through():
    assert data_line(b"tab\tline\nback\\slash ~") == "tab\tline\nback\\slash ~"
    assert data_line(b"\x1b[31m\r\0\x7f\x80\xff") == r"\x1b[31m\x0d\x00\x7f\x80\xff"
    everything = data_line(bytes(range(256)))
    assert everything.isascii()
    assert all(character.isprintable() or character in "\t\n" for character in everything)


def test_a_layer_prints_its_block_of_the_tree():
    packet = Packet(frames.ethernet(frames.ipv4(frames.udp(b"data"))))
    lines = str(packet).split("\n")
    blocks = [line for layer in packet.protos for line in str(layer).split("\n")]
    assert lines[0] == "Packet contains 4 protocols"
    assert lines[1:-1] == blocks
    assert lines[-1] == f"<umit.umpa._packets.Packet object at {id(packet):#x}>"


def test_object_lines_differ_from_layer_to_layer():
    packet = Packet(frames.ethernet(frames.ipv4(frames.udp(b"data"))))
    addresses = re.findall(r"object at (0x[0-9a-f]+)>", str(packet))
    assert len(set(addresses)) == 5


def test_repr_is_one_line():
    packet = Packet(frames.ethernet(frames.ipv4(frames.tcp(b"a\nb\n"), 6)), wire_len=100)
    assert repr(packet) == (
        "<Packet 100 bytes: Ethernet / IP 192.0.2.1 > 198.51.100.200 / TCP 40551 > 80 / Payload 4 bytes>"
    )
    assert repr(packet.tcp) == (
        "<TCP srcport=40551 dstport=80 _seq=4002535750 _ack=4004130011 _hdr_len=5 _reserved=0 "
        "flags=ack|psh _window_size=513 _checksum=65072 _urgent_pointer=7 options=0 bytes>"
    )
    assert repr(packet.payload) == "<Payload data=4 bytes>"
    assert repr(Packet(b"")) == "<Packet 0 bytes of EN10MB>"
    assert repr(Packet(b"\0\0", datalink=105)) == "<Packet 2 bytes of IEEE802_11: Payload 2 bytes>"
    assert repr(Packet(b"\0", datalink=65535)) == "<Packet 1 byte of an unknown link type: Payload 1 byte>"


def test_ipv6_addresses_as_rfc_5952_writes_them():
    chance = random.Random(5952)
    addresses = [
        ipaddress.IPv6Address(
            b"".join(chance.choice([b"\0\0", b"\0\0", b"\0\x01", b"\x0a\xbc"]) for _ in range(8))
        )
        for _ in range(2000)
    ]
    for address in addresses:
        if address.ipv4_mapped:
            continue
        packet = Packet(frames.ipv6(b"")[:8] + address.packed + bytes(16), frames.RAW)
        assert packet.ipv6.src == str(address)


def test_an_ipv4_mapped_address():
    address = ipaddress.IPv6Address("::ffff:192.0.2.33").packed
    packet = Packet(frames.ipv6(b"")[:8] + address + address, frames.RAW)
    assert packet.ipv6.src == "::ffff:192.0.2.33"


@pytest.mark.parametrize("options", [bytes(40), b"\xff" * 40, b"\x01" + bytes(39), b"\0\0\0\x01"])
def test_options_as_one_integer(options):
    packet = Packet(frames.ipv4(b"", options=options), frames.RAW)
    expected = int.from_bytes(options, "big")
    assert packet.ip.options == expected
    assert f"options         : {expected}\n" in str(packet.ip)
