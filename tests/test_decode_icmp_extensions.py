"""What ICMP and ICMPv6 carry behind the packet that an error quotes, and in an extended echo (RFC 4884)."""

from __future__ import annotations

import socket
import struct

import frames
import pytest
from layer_fields import newer_fields

from umpa_sniffing import Packet

QUOTED = frames.ipv4(frames.udp(bytes(200)))
QUOTED6 = frames.ipv6(frames.udp(bytes(200)))
IPV4, IPV6 = socket.inet_aton("192.0.2.1"), bytes.fromhex("20010db8" + "00" * 11 + "01")


def icmp(message_type: int, rest: bytes, contents: bytes):
    message = struct.pack("!BBH", message_type, 0, 0) + rest + contents
    return Packet(frames.ethernet(frames.ipv4(message, 1))).icmp


def icmpv6(message_type: int, rest: bytes, contents: bytes):
    message = struct.pack("!BBH", message_type, 0, 0) + rest + contents
    return Packet(frames.ethernet(frames.ipv6(message, 58), 0x86DD)).icmpv6


def extension_object(kind: int, ctype: int, value: bytes) -> bytes:
    return struct.pack("!HBB", 4 + len(value), kind, ctype) + value


def structure(objects: bytes, *, version: int = 2) -> bytes:
    """With a checksum that is right; the objects are an even number of bytes."""
    total = (version << 12) + sum(struct.unpack(f"!{len(objects) // 2}H", objects))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!HH", version << 12, 0xFFFF - total) + objects


def objects_of(objects: bytes) -> list:
    return icmp(42, bytes(4), structure(objects)).extension_list


LABEL = extension_object(1, 1, struct.pack("!I", 16 << 12 | 5 << 9 | 1 << 8 | 64))


@pytest.mark.parametrize("message_type", [3, 11, 12])
def test_a_structure_follows_what_is_quoted(message_type):
    layer = icmp(message_type, b"\0\x20\0\0", QUOTED[:128] + structure(LABEL))
    assert bytes(layer.quoted) == QUOTED[:128]
    assert layer.ext_version == 2
    assert layer.ext_checksum == int.from_bytes(structure(LABEL)[2:4], "big")
    assert [(each.kind, each.name) for each in layer.extension_list] == [(1, "mpls_label_stack")]


@pytest.mark.parametrize("message_type", [1, 3])
def test_a_structure_follows_what_icmpv6_quotes(message_type):
    layer = icmpv6(message_type, b"\x11\0\0\0", QUOTED6[:136] + structure(LABEL))
    assert bytes(layer.quoted) == QUOTED6[:136]
    assert layer.ext_version == 2
    assert layer.ext_checksum == int.from_bytes(structure(LABEL)[2:4], "big")
    assert [(each.kind, each.name) for each in layer.extension_list] == [(1, "mpls_label_stack")]


@pytest.mark.parametrize(("message_type", "rest"), [(4, b"\0\x20\0\0"), (5, b"\0\x20\0\0"), (31, bytes(4))])
def test_other_errors_have_no_structure(message_type, rest):
    layer = icmp(message_type, rest, QUOTED[:128] + structure(LABEL))
    assert bytes(layer.quoted) == QUOTED[:128] + structure(LABEL)
    assert not {"ext_version", "_ext_checksum", "extension_list"} & set(newer_fields(layer))


@pytest.mark.parametrize("message_type", [1, 2, 4])
def test_icmpv6_has_no_structure_that_is_not_told(message_type):
    layer = icmpv6(message_type, b"\0\x11\0\0", QUOTED6[:128] + structure(LABEL))
    assert bytes(layer.quoted) == QUOTED6[:128] + structure(LABEL)
    assert not {"ext_version", "_ext_checksum", "extension_list"} & set(newer_fields(layer))


def test_systems_older_than_rfc_4884_quote_128_bytes():
    layer = icmp(11, bytes(4), QUOTED[:128] + structure(LABEL))
    assert bytes(layer.quoted) == QUOTED[:128]
    assert [each.kind for each in layer.extension_list] == [1]


@pytest.mark.parametrize(
    "contents",
    [
        QUOTED[:128] + structure(LABEL)[:-1] + b"\0",  # its checksum is wrong
        QUOTED[:128] + structure(LABEL, version=1),
        QUOTED[:128],
        QUOTED[:128] + b"\x20",
        QUOTED,
    ],
)
def test_bytes_that_only_might_be_a_structure_are_quoted(contents):
    layer = icmp(11, bytes(4), contents)
    assert bytes(layer.quoted) == contents
    assert set(newer_fields(layer)) == {"_length", "quoted"}


def test_a_length_beyond_the_message_is_no_structure():
    layer = icmp(11, b"\0\xff\0\0", QUOTED)
    assert bytes(layer.quoted) == QUOTED
    assert set(newer_fields(layer)) == {"_length", "quoted"}


def test_objects_of_another_version_are_not_read():
    layer = icmp(11, b"\0\x20\0\0", QUOTED[:128] + structure(LABEL, version=1))
    assert layer.ext_version == 1
    assert "extension_list" not in newer_fields(layer)


@pytest.mark.parametrize(("length", "fields"), [(1, {"ext_version"}), (4, {"ext_version", "_ext_checksum"})])
def test_a_structure_may_be_cut(length, fields):
    layer = icmp(3, b"\0\x20\0\0", QUOTED[:128] + structure(LABEL)[:length])
    found = newer_fields(layer)
    assert set(found) - {"_length", "quoted", "extension_list"} == fields
    assert found.get("extension_list", []) == []


@pytest.mark.parametrize("make", [lambda c: icmp(42, bytes(4), c), lambda c: icmpv6(160, bytes(4), c)])
def test_an_extended_echo_quotes_nothing(make):
    layer = make(structure(extension_object(3, 1, b"eth0")))
    assert layer.extension_list == [
        (3, "interface_identification", b"eth0", {"length": 8, "ctype": 1, "if_name": b"eth0"})
    ]
    assert "quoted" not in newer_fields(layer)


def test_a_label_stack():
    entries = struct.pack("!II", 0xFFFFF << 12 | 5 << 9 | 64, 17 << 12 | 1 << 8 | 255)
    (stack,) = objects_of(extension_object(1, 1, entries))
    assert stack == (
        1,
        "mpls_label_stack",
        entries,
        {
            "length": 12,
            "ctype": 1,
            "stack": [
                (0, "label", entries[:4], {"label": 0xFFFFF, "exp": 5, "s": False, "ttl": 64}),
                (0, "label", entries[4:], {"label": 17, "exp": 0, "s": True, "ttl": 255}),
            ],
        },
    )
    assert objects_of(extension_object(1, 1, entries[:6]))[0].stack == stack.stack[:1]


INDEX = struct.pack("!I", 7)
WITH_IPV4 = struct.pack("!HH", 1, 0) + IPV4
WITH_IPV6 = struct.pack("!HH", 2, 0) + IPV6
NAME = b"\x08eth0\0\0\0"
NAMED = {"if_name": b"eth0\0\0\0"}
MTU = struct.pack("!I", 1500)


@pytest.mark.parametrize(
    ("ctype", "value", "fields"),
    [
        (0x00, b"", {"role": 0}),
        (0x48, INDEX, {"role": 1, "ifindex": 7}),
        (0x84, WITH_IPV4, {"role": 2, "afi": 1, "ipv4": "192.0.2.1"}),
        (0xC4, WITH_IPV6, {"role": 3, "afi": 2, "ipv6": "2001:db8::1"}),
        (0x02, NAME, {"role": 0, **NAMED}),
        (0x01, MTU, {"role": 0, "mtu": 1500}),
        (
            0x0F,
            INDEX + WITH_IPV4 + NAME + MTU,
            {"role": 0, "ifindex": 7, "afi": 1, "ipv4": "192.0.2.1", "mtu": 1500, **NAMED},
        ),
        (
            0x0F,
            INDEX + WITH_IPV6 + NAME + MTU,
            {"role": 0, "ifindex": 7, "afi": 2, "ipv6": "2001:db8::1", "mtu": 1500, **NAMED},
        ),
        (0x0B, INDEX + NAME + MTU, {"role": 0, "ifindex": 7, "mtu": 1500, **NAMED}),
        (0x05, WITH_IPV4 + MTU, {"role": 0, "afi": 1, "ipv4": "192.0.2.1", "mtu": 1500}),
        # A family that nobody knows: where the rest begins cannot be told.
        (0x07, b"\0\3\0\0" + IPV4 + NAME + MTU, {"role": 0, "afi": 3}),
        (0x0C, INDEX + WITH_IPV4[:6], {"role": 0, "ifindex": 7, "afi": 1}),
        (0x08, INDEX[:2], {"role": 0}),
        (0x03, b"\0\0" + MTU, {"role": 0, "mtu": int.from_bytes(b"\0\0" + MTU[:2], "big")}),
        (0x02, b"\xff\0", {"role": 0}),
        (0x02, b"\1\0", {"role": 0}),
    ],
)
def test_an_interface(ctype, value, fields):
    role_name = {0: "incoming", 1: "sub_ip", 2: "outgoing", 3: "next_hop"}[fields["role"]]
    expected = {"length": 4 + len(value), "ctype": ctype, "role_name": role_name, **fields}
    assert objects_of(extension_object(2, ctype, value)) == [(2, "interface_information", value, expected)]


@pytest.mark.parametrize(
    ("ctype", "value", "fields"),
    [
        (1, b"eth0", {"if_name": b"eth0"}),
        (2, INDEX, {"ifindex": 7}),
        (3, b"\0\1\4\0" + IPV4, {"afi": 1, "addr_length": 4, "ipv4": "192.0.2.1"}),
        (3, b"\0\2\x10\0" + IPV6, {"afi": 2, "addr_length": 16, "ipv6": "2001:db8::1"}),
        (3, b"\x40\5\6\0" + bytes(8), {"afi": 0x4005, "addr_length": 6}),
        (3, b"\0\2\x10\0" + IPV4, {"afi": 2, "addr_length": 16}),
        (4, INDEX, {}),
    ],
)
def test_the_interface_that_is_asked_for(ctype, value, fields):
    expected = {"length": 4 + len(value), "ctype": ctype, **fields}
    assert objects_of(extension_object(3, ctype, value)) == [(3, "interface_identification", value, expected)]


def test_objects_follow_each_other_and_unknown_ones_are_kept():
    first, second = objects_of(extension_object(200, 9, b"data") + LABEL)
    assert first == (200, None, b"data", {"length": 8, "ctype": 9})
    assert second.stack[0].ttl == 64


@pytest.mark.parametrize("rest", [b"\0\0\1\1", b"\0\3\1\1", b"\0\x09\1\1" + bytes(4), b"\0\x08", b""])
def test_a_list_ends_at_an_object_that_cannot_be(rest):
    assert [each.kind for each in objects_of(LABEL + rest)] == [1]
