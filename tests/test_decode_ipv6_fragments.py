"""IPv6's fragment header: a first fragment is decoded on, the others are Payload."""

from __future__ import annotations

import frames
from layer_fields import names

from umpa_sniffing import Packet

FRAGHDR, UDP = 44, 17


def fragment(offset_and_bits: int, contents: bytes = b"contents") -> Packet:
    head = bytes([UDP, 0xEE]) + offset_and_bits.to_bytes(2, "big") + bytes.fromhex("01020304")
    return Packet(frames.ipv6(head + contents, FRAGHDR), frames.RAW)


def test_fragment_header():
    packet = fragment(8191 << 3 | 0b101)
    fraghdr = packet.fraghdr
    assert names(packet) == ["IPV6", "FRAGHDR", "Payload"]
    assert (fraghdr.nxt, fraghdr.nxt_name, fraghdr.reserved_octet) == (17, "udp", 0xEE)
    assert (fraghdr.offset, fraghdr.reserved_bits, fraghdr.more) == (8191, 2, True)
    assert fraghdr.ident == 0x01020304
    assert packet.stopped is None


def test_a_first_fragment_is_decoded_on():
    first = fragment(1, frames.udp(b"first", length=2000))
    assert names(first) == ["IPV6", "FRAGHDR", "UDP", "Payload"]
    assert first.fraghdr.more is True
    assert first.stopped is None


def test_a_last_fragment_is_payload():
    last = fragment(1 << 3)
    assert names(last) == ["IPV6", "FRAGHDR", "Payload"]
    assert (last.fraghdr.offset, last.fraghdr.more) == (1, False)


def test_a_whole_packet_with_a_fragment_header():
    packet = fragment(0, frames.udp(b"data"))
    assert names(packet) == ["IPV6", "FRAGHDR", "UDP", "Payload"]
    lying = fragment(0, frames.udp(b"data", length=2000))
    assert lying.stopped == ("UDP", "length field beyond the bytes")
