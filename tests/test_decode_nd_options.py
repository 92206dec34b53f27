"""Neighbor Discovery's options, each with what is in it."""

from __future__ import annotations

import struct

import frames
import pytest

from umpa_sniffing import Packet, _core

ADDRESS, ADDRESS_TEXT = bytes.fromhex("20010db8" + "00" * 11 + "01"), "2001:db8::1"


def options(body: bytes) -> list:
    message = struct.pack("!BBHI", 133, 0, 0, 0) + body
    return Packet(frames.ethernet(frames.ipv6(message, 58), 0x86DD)).icmpv6.option_list


def option(kind: int, value: bytes) -> bytes:
    assert len(value) % 8 == 6
    return bytes([kind, (len(value) + 2) // 8]) + value


@pytest.mark.parametrize(
    ("kind", "name", "value", "fields"),
    [
        (1, "source_link_address", bytes.fromhex("020000000001"), {"linkaddr": "02:00:00:00:00:01"}),
        (2, "target_link_address", bytes.fromhex("020000000002"), {"linkaddr": "02:00:00:00:00:02"}),
        (2, "target_link_address", bytes(14), {}),
        (
            3,
            "prefix_information",
            bytes([64, 0xA0]) + struct.pack("!III", 0xFFFFFFFF, 600, 0) + ADDRESS,
            {
                "prefix_length": 64,
                "l": True,
                "a": False,
                "r": True,
                "valid_lifetime": 0xFFFFFFFF,
                "pref_lifetime": 600,
                "prefix": ADDRESS_TEXT,
            },
        ),
        (4, "redirected_header", bytes(6) + b"a packet", {"packet": b"a packet"}),
        (5, "mtu", b"\0\0" + struct.pack("!I", 1500), {"mtu": 1500}),
        (6, "nbma_shortcut_limit", b"\3" + bytes(5), {"shortcut_limit": 3}),
        (7, "advertisement_interval", b"\0\0" + struct.pack("!I", 70000), {"interval": 70000}),
        (8, "home_agent_information", bytes.fromhex("000000050708"), {"preference": 5, "lifetime": 1800}),
        (9, "source_address_list", bytes(6) + ADDRESS + ADDRESS, {"addresses": [ADDRESS_TEXT] * 2}),
        (10, "target_address_list", bytes(6) + ADDRESS, {"addresses": [ADDRESS_TEXT]}),
        (11, "cga", b"\3" + bytes(5), {"pad_length": 3}),
        (12, "rsa_signature", b"\0\0" + ADDRESS + bytes(4), {"key_hash": ADDRESS}),
        (13, "timestamp", bytes(6) + struct.pack("!Q", 5 << 16), {"timestamp": 5 << 16}),
        (14, "nonce", b"nonces", {"nonce": b"nonces"}),
        (15, "trust_anchor", b"\2\1" + bytes(4), {"name_type": 2, "pad_length": 1}),
        (16, "certificate", b"\1" + bytes(5), {"cert_type": 1}),
        (
            17,
            "ip_address_prefix",
            b"\1\x40" + bytes(4) + ADDRESS,
            {"option_code": 1, "prefix_length": 64, "address": ADDRESS_TEXT},
        ),
        (18, "new_router_prefix", b"\0\x40" + bytes(4), {"option_code": 0, "prefix_length": 64}),
        (19, "link_address", b"\2" + bytes(5), {"option_code": 2}),
        (20, "advertisement_ack", b"\0\3" + bytes(4), {"option_code": 0, "status": 3}),
        (
            23,
            "mobility_anchor_point",
            b"\x1f\x80" + struct.pack("!I", 60) + ADDRESS,
            {"distance": 1, "preference": 15, "r": True, "valid_lifetime": 60, "address": ADDRESS_TEXT},
        ),
        (
            24,
            "route_information",
            b"\0\x18" + struct.pack("!I", 60),
            {"prefix_length": 0, "prf": 3, "prf_name": "low", "lifetime": 60, "prefix_bytes": b""},
        ),
        (
            24,
            "route_information",
            b"\x40\x08" + struct.pack("!I", 60) + ADDRESS[:8],
            {"prefix_length": 64, "prf": 1, "prf_name": "high", "lifetime": 60, "prefix_bytes": ADDRESS[:8]},
        ),
        (
            24,
            "route_information",
            b"\x80\0" + struct.pack("!I", 60) + ADDRESS,
            {
                "prefix_length": 128,
                "prf": 0,
                "prf_name": "medium",
                "lifetime": 60,
                "prefix_bytes": ADDRESS,
                "prefix": ADDRESS_TEXT,
            },
        ),
        (
            25,
            "rdnss",
            b"\0\0" + struct.pack("!I", 60) + ADDRESS,
            {"lifetime": 60, "addresses": [ADDRESS_TEXT]},
        ),
        (26, "flags_expansion", bytes.fromhex("800000000001"), {"flags": 0x800000000001}),
        (27, "handover_key_request", bytes(6), {}),
        (
            31,
            "dnssl",
            b"\0\0" + struct.pack("!I", 60) + b"\2ab\3com\0",
            {"lifetime": 60, "domain_names": b"\2ab\3com\0"},
        ),
        (32, "proxy_signature", b"\0\0" + ADDRESS + bytes(4), {"key_hash": ADDRESS}),
        (
            33,
            "address_registration",
            b"\2" + bytes(3) + b"\0\x3c" + b"12345678",
            {"status": 2, "lifetime": 60, "eui64": b"12345678"},
        ),
        (
            34,
            "6lowpan_context",
            b"\x40\x15\0\0\0\x3c" + ADDRESS[:8],
            {
                "context_length": 64,
                "c": True,
                "cid": 5,
                "valid_lifetime": 60,
                "prefix_bytes": ADDRESS[:8],
            },
        ),
        (
            35,
            "authoritative_border_router",
            struct.pack("!HHH", 1, 2, 3) + ADDRESS,
            {"version_low": 1, "version_high": 2, "valid_lifetime": 3, "address": ADDRESS_TEXT},
        ),
        (36, "6lowpan_capability", bytes.fromhex("000100000002"), {"flags": 0x000100000002}),
        (37, "captive_portal", b"https://a/b\0\0\0", {"uri": b"https://a/b\0\0\0"}),
        (
            38,
            "pref64",
            struct.pack("!H", 10 << 3 | 1) + ADDRESS[:12],
            {"scaled_lifetime": 10, "plc": 1, "prefix_bytes": ADDRESS[:12]},
        ),
        (253, "experiment_1", bytes(6), {}),
        (200, None, b"unkept", {}),
    ],
)
def test_an_option(kind, name, value, fields):
    assert options(option(kind, value)) == [(kind, name, value, fields)]


def test_options_follow_each_other():
    both = options(option(14, b"nonces") + option(200, bytes(14)) + option(5, bytes(6)))
    assert [each.kind for each in both] == [14, 200, 5]
    assert both[2].mtu == 0


def test_options_of_every_named_kind_may_be_as_short_as_can_be():
    """Fields that an option is too short for are not there; none reads beyond it."""
    (rows,) = (
        row
        for each in _core.protocol_table()
        for row in each["fields"]
        if each["name"] == "ICMPV6" and row["name"] == "option_list"
    )
    for kind in rows["items"]["types"]:
        (short,) = options(option(kind["kind"], b"\xff" * 6))
        assert short.name == kind["name"]
        rows = [row for row in kind["fields"] if row["bit_offset"] + row["bit_width"] <= 64]
        names = {row["name"] for row in rows} | {row["name"] + "_name" for row in rows if row["values"]}
        assert set(short.fields) == names


@pytest.mark.parametrize("body", [b"\0\0" + bytes(6), b"\5\2" + bytes(6), b"\5", b"\5\xff" + bytes(14), b""])
def test_a_list_ends_at_an_option_that_cannot_be(body):
    assert [each.kind for each in options(option(14, b"nonces") + body)] == [14]
