"""IPsec's headers: AH, behind which decoding goes on, and ESP, behind which it can't."""

from __future__ import annotations

import frames
import pytest
from layer_fields import names

from umpa_sniffing import Packet

UDP, ESP, AH = 17, 50, 51


@pytest.mark.parametrize("build", [frames.ipv4, frames.ipv6])
def test_authentication_header(build):
    head = bytes([UDP, 4]) + bytes.fromhex("aabb 01020304 00000007") + bytes(range(12))
    packet = Packet(build(head + frames.udp(b"data"), AH), frames.RAW)
    ah = packet.ah
    assert names(packet)[1:] == ["AH", "UDP", "Payload"]
    assert (ah.next_header, ah.next_header_name, ah.length, ah.reserved) == (17, "udp", 4, 0xAABB)
    assert (ah.spi, ah.sequence, ah.icv) == (0x01020304, 7, bytes(range(12)))
    without = Packet(build(bytes([UDP, 1]) + bytes(10) + frames.udp(), AH), frames.RAW)
    assert without.ah.icv == b""


@pytest.mark.parametrize("build", [frames.ipv4, frames.ipv6])
def test_encapsulating_security_payload(build):
    packet = Packet(build(bytes.fromhex("01020304 00000007") + b"secret", ESP), frames.RAW)
    assert names(packet)[1:] == ["ESP", "Payload"]
    assert (packet.esp.spi, packet.esp.sequence, packet.payload.data) == (0x01020304, 7, b"secret")
