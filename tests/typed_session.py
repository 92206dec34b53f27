"""What a user writes, with the types that mypy must find in it: `make types` checks it, test_typed_session.py
runs it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import umpa_sniffing
from umpa_sniffing import Interface, Option, Packet, Stopped
from umpa_sniffing.protocols import IP, TCP, VLAN, Payload

if TYPE_CHECKING:
    from typing_extensions import assert_type
else:

    def assert_type(value: Any, expected: Any) -> Any:
        return value


def addresses(path: str | os.PathLike[str]) -> set[tuple[str, str]]:
    return {(packet.ip.src, packet.ip.dst) for packet in umpa_sniffing.from_file(path) if "ip" in packet}


def largest_segment(tcp: TCP) -> int | None:
    for option in tcp.option_list:
        assert_type(option, Option)
        if option.name == "mss":
            return int(option.fields["mss"])
    return None


def look(packet: Packet) -> list[str]:
    found = []
    assert_type(packet.ip, IP)
    assert_type(packet.ip.proto_name, str | None)
    assert_type(packet.tcp.syn, bool)
    assert_type(packet.tcp.seq, int)
    assert_type(packet.payload, Payload)
    assert_type(packet.payload.data, bytes)
    assert_type(packet.tcp.checksum_ok, bool | None)
    assert_type(packet.stopped, Stopped | None)
    assert_type(packet.interface, Interface | None)
    assert_type(packet.comment, str | None)
    assert_type(packet.replace(comment="seen").options, tuple[Option, ...])
    assert_type(packet.icmp.quoted, Packet) if "icmp" in packet else None
    assert_type(packet.vlan, VLAN) if VLAN in packet else None
    assert_type(packet.routing.addr, list[str]) if "routing" in packet else None
    assert_type(packet[IP], IP)
    inner = packet.get(IP, 2)
    assert_type(inner, IP | None)
    if inner is not None:
        found.append(inner.src)
    for layer in packet.protos:
        found.append(f"{layer.name} {layer.checksum_ok}")
    return found


if TYPE_CHECKING:

    def mistakes(packet: Packet) -> None:
        """mypy --strict complains of an `ignore` that nothing needs."""
        _ = packet.tcp.sport  # type: ignore[attr-defined]
        _ = packet.get("ip", 2).src  # type: ignore[union-attr]
        _ = packet.vlan.id + "1"  # type: ignore[operator]


def tunnels(path: str) -> int:
    with umpa_sniffing.open_offline(path, decode_as={("udp.port", 8472): "vxlan"}) as capture:
        return sum(1 for packet in capture if "vxlan" in packet)
