"""TCP's options: the fields of each kind, those of Multipath TCP by subtype and length."""

from __future__ import annotations

import frames
import pytest

from umpa_sniffing import Option, Packet


def options_of(text):
    options = bytes.fromhex(text)
    segment = frames.tcp(options=options + bytes(-len(options) % 4), bits=2)
    return Packet(frames.ethernet(frames.ipv4(segment, 6))).tcp.option_list


COUNTERS_0 = {"ee0b": 1, "eceb": 2, "ee1b": 3}


@pytest.mark.parametrize(
    ("option", "name", "fields"),
    [
        ("020405b4", "mss", {"mss": 1460}),
        ("03030e", "window_scale", {"shift": 14}),
        ("0402", "sack_permitted", {}),
        ("050a 00000001 00000009", "sack", {"edges": [1, 9]}),
        ("0606aabbccdd", "echo", {"echo_value": 0xAABBCCDD}),
        ("0706aabbccdd", "echo_reply", {"echo_value": 0xAABBCCDD}),
        ("080a 00000001 00000002", "timestamps", {"tsval": 1, "tsecr": 2}),
        ("0902", "partial_order_permitted", {}),
        ("0a0380", "partial_order_profile", {"start": True, "end": False}),
        ("0b0600000001", "cc", {"cc_value": 1}),
        ("0c0600000002", "cc_new", {"cc_value": 2}),
        ("0d0600000003", "cc_echo", {"cc_value": 3}),
        (
            "0e0301",
            "alternate_checksum_request",
            {"checksum": 1, "checksum_name": "fletcher_8_bit"},
        ),
        ("0e0309", "alternate_checksum_request", {"checksum": 9, "checksum_name": None}),
        ("0f040102", "alternate_checksum_data", {}),
        ("1312" + "0f" * 16, "md5", {"digest": b"\x0f" * 16}),
        (
            "1404aa05",
            "scps",
            {"vector": 0xAA, "bets": True, "snack1": False, "snack2": True, "compress": False}
            | {"nlts": True, "binding": 5},
        ),
        ("150600010002", "snack", {"offset": 1, "size": 2}),
        ("1b08 05 23 00000007", "quick_start", {"rate": 5, "ttl_diff": 0x23, "nonce": 1}),
        ("1c048123", "user_timeout", {"granularity": True, "timeout": 0x123}),
        ("1c040123", "user_timeout", {"granularity": False, "timeout": 0x123}),
        ("1d100102" + "aa" * 12, "tcp_ao", {"keyid": 1, "rnextkeyid": 2, "mac": b"\xaa" * 12}),
        ("2202", "fast_open", {"cookie": b""}),
        ("220a0102030405060708", "fast_open", {"cookie": bytes(range(1, 9))}),
        ("4504aabb", "encryption_negotiation", {}),
        ("ac0b 000001 000002 000003", "accurate_ecn_0", COUNTERS_0),
        ("ae08 000003 000002", "accurate_ecn_1", {"ee1b": 3, "eceb": 2}),
        ("fd061234aabb", "experiment_1", {"exid": 0x1234}),
        ("fe04f989", "experiment_2", {"exid": 0xF989, "cookie": b""}),
        ("fe08f98901020304", "experiment_2", {"exid": 0xF989, "cookie": b"\1\2\3\4"}),
        ("c804aabb", None, {}),
    ],
)
def test_each_option_has_its_fields(option, name, fields):
    data = bytes.fromhex(option)
    assert options_of(option)[0] == Option(data[0], name, data[2:], fields)


CAPABLE = {"subtype": 0, "subtype_name": "mp_capable"}
CAPABLE_FLAGS = {"checksumreq": True, "extensibility": False, "nomoresubflows": False, "hmac_flag": True}
CAPABLE_V1 = CAPABLE | {"version": 1, "flags": 0x81} | CAPABLE_FLAGS
KEYS = {"sendkey": 0x0102030405060708, "recvkey": 0x1112131415161718}
JOIN = {"subtype": 1, "subtype_name": "mp_join"}
NO_DSS_FLAGS = dict.fromkeys(["datafin", "dseqn8", "dseqnpresent", "dataack8", "dataackpresent"], False)
DSS = {"subtype": 2, "subtype_name": "dss"} | NO_DSS_FLAGS
ADD = {"subtype": 3, "subtype_name": "add_addr", "addrid": 2}
V4, V6 = "c0000201", "20010db8000000000000000000000001"
ADDRESS_V4, ADDRESS_V6 = {"ipv4": "192.0.2.1"}, {"ipv6": "2001:db8::1"}
HMAC = {"addaddrtrunchmac": 0x0102030405060708}


@pytest.mark.parametrize(
    ("option", "fields"),
    [
        ("0181", CAPABLE_V1),
        (
            "0041 0102030405060708",
            CAPABLE
            | {"version": 0, "flags": 0x41, "checksumreq": False, "extensibility": True}
            | {"hmac_flag": True, "sendkey": 0x0102030405060708},
        ),
        ("0181 0102030405060708 1112131415161718", CAPABLE_V1 | KEYS),
        ("0181 0102030405060708 1112131415161718 0064", CAPABLE_V1 | KEYS | {"datalvllen": 100}),
        (
            "0181 0102030405060708 1112131415161718 0064 beef",
            CAPABLE_V1 | KEYS | {"datalvllen": 100, "checksum": 0xBEEF},
        ),
        (
            "1102 aabbccdd 11223344",
            JOIN | {"backup": True, "addrid": 2, "recvtok": 0xAABBCCDD, "sendrand": 0x11223344},
        ),
        (
            "1003 0102030405060708 11223344",
            JOIN
            | {"backup": False, "addrid": 3, "sendtrunchmac": 0x0102030405060708}
            | {"sendrand": 0x11223344},
        ),
        ("1000" + "ab" * 20, JOIN | {"sendhmac": b"\xab" * 20}),
        ("1000 aabb", JOIN),
        ("2000", DSS | {"flags": 0}),
        ("2001 11223344", DSS | {"flags": 1, "dataackpresent": True, "rawdataack": 0x11223344}),
        (
            "2003 1122334455667788",
            DSS | {"flags": 3, "dataackpresent": True, "dataack8": True} | {"rawdataack": 0x1122334455667788},
        ),
        (
            "2004 55667788 00000001 0064",
            DSS
            | {"flags": 4, "dseqnpresent": True, "rawdataseqno": 0x55667788}
            | {"subflowseqno": 1, "datalvllen": 100},
        ),
        (
            "201f 1122334455667788 99aabbccddeeff00 00000001 0064 beef",
            dict.fromkeys(NO_DSS_FLAGS, True)
            | {"subtype": 2, "subtype_name": "dss", "flags": 0x1F, "rawdataack": 0x1122334455667788}
            | {"rawdataseqno": 0x99AABBCCDDEEFF00, "subflowseqno": 1, "datalvllen": 100}
            | {"checksum": 0xBEEF},
        ),
        ("3102" + V4, ADD | ADDRESS_V4 | {"echo": True}),
        ("3102" + V4 + "1f90", ADD | ADDRESS_V4 | {"echo": True, "port": 8080}),
        ("3002" + V4 + "0102030405060708", ADD | ADDRESS_V4 | HMAC | {"echo": False}),
        ("3002" + V4 + "1f900102030405060708", ADD | ADDRESS_V4 | HMAC | {"echo": False, "port": 8080}),
        ("3102" + V6, ADD | ADDRESS_V6 | {"echo": True}),
        ("3102" + V6 + "1f90", ADD | ADDRESS_V6 | {"echo": True, "port": 8080}),
        ("3002" + V6 + "0102030405060708", ADD | ADDRESS_V6 | HMAC | {"echo": False}),
        ("3002" + V6 + "1f900102030405060708", ADD | ADDRESS_V6 | HMAC | {"echo": False, "port": 8080}),
        ("3402" + V4, ADD | ADDRESS_V4 | {"ipver": 4}),
        ("3602" + V6, ADD | ADDRESS_V6 | {"ipver": 6}),
        ("3002 aabb", ADD | {"echo": False}),
        ("40010203", {"subtype": 4, "subtype_name": "remove_addr", "addrids": [1, 2, 3]}),
        ("51", {"subtype": 5, "subtype_name": "mp_prio", "backup": True}),
        ("5105", {"subtype": 5, "subtype_name": "mp_prio", "backup": True, "addrid": 5}),
        (
            "6000 0102030405060708",
            {"subtype": 6, "subtype_name": "mp_fail", "rawdataseqno": 0x0102030405060708},
        ),
        (
            "7000 0102030405060708",
            {"subtype": 7, "subtype_name": "mp_fastclose", "recvkey": 0x0102030405060708},
        ),
        (
            "8103",
            {"subtype": 8, "subtype_name": "mp_tcprst", "reset_flags": 1, "transient": True}
            | {"rst_reason": 3, "rst_reason_name": "administratively_prohibited"},
        ),
        ("f0010203", {"subtype": 15, "subtype_name": "mp_experimental"}),
        ("9000", {"subtype": 9, "subtype_name": None}),
        ("", {}),
    ],
)
def test_multipath_tcp_has_the_fields_of_its_subtype(option, fields):
    value = bytes.fromhex(option)
    assert options_of(f"1e{len(value) + 2:02x}" + option)[0] == Option(30, "mptcp", value, fields)
