"""SCTP: the common header, its checksum, and every kind of chunk with its parameters and causes."""

from __future__ import annotations

import struct

import frames
import pytest

from umpa_sniffing import Option, Packet

HEADER = struct.pack("!HHI", 1000, 2905, 0xDEADBEEF)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def sctp_packet(chunks, checksum=None):
    if checksum is None:
        checksum = crc32c(HEADER + bytes(4) + chunks)
    segment = HEADER + struct.pack("<I", checksum) + chunks
    return Packet(frames.ethernet(frames.ipv4(segment, 132)))


def chunks_of(text):
    return sctp_packet(bytes.fromhex(text)).sctp.chunks


def test_common_header():
    packet = sctp_packet(bytes.fromhex("0b000004"), checksum=0x78563412)
    assert [layer.name for layer in packet.protos] == ["Ethernet", "IP", "SCTP", "Payload"]
    assert dict(packet.sctp.get_fields()) == {
        "srcport": 1000,
        "dstport": 2905,
        "_verif_tag": 0xDEADBEEF,
        "_checksum": 0x12345678,
        "chunks": [Option(11, "cookie_ack", b"", {"flags": 0, "length": 4})],
    }
    assert packet.payload.data == bytes.fromhex("0b000004")
    assert packet.stopped is None


def test_checksum():
    assert sctp_packet(bytes.fromhex("0b000004")).sctp.checksum_ok is True
    assert sctp_packet(bytes.fromhex("0b000004"), checksum=1).sctp.checksum_ok is False


def test_a_header_alone_has_no_chunks():
    packet = sctp_packet(b"")
    assert packet.sctp.chunks == []
    assert "payload" not in packet


def test_a_header_that_is_cut_is_payload():
    packet = Packet(frames.ethernet(frames.ipv4(HEADER, 132)))
    assert packet.stopped == ("SCTP", "header truncated")


DATA_BITS = {"i_bit": False, "u_bit": False, "b_bit": True, "e_bit": True}
INIT = {"initiate_tag": 0x11223344, "a_rwnd": 65535, "nr_out_streams": 10, "nr_in_streams": 11}
INIT |= {"initial_tsn": 100, "parameters": []}
SACK = {"cumulative_tsn": 100, "a_rwnd": 65536}
HEARTBEAT = {"parameters": [Option(1, "heartbeat_info", b"\1\2\3\4", {"length": 8})]}
CAUSES = {"causes": [Option(12, "user_initiated_abort", b"abcd", {"length": 8})]}


@pytest.mark.parametrize(
    ("chunk", "name", "fields"),
    [
        (
            "00030014 00000001 0002 0003 00000033 61626364",
            "data",
            DATA_BITS | {"tsn": 1, "sid": 2, "ssn": 3, "ppid": 51, "data": b"abcd"},
        ),
        (
            "000c0010 00000001 0002 0003 00000033",
            "data",
            {"i_bit": True, "u_bit": True, "b_bit": False, "e_bit": False}
            | {"tsn": 1, "sid": 2, "ssn": 3, "ppid": 51, "data": b""},
        ),
        ("01000014 11223344 0000ffff 000a 000b 00000064", "init", INIT),
        ("02000014 11223344 0000ffff 000a 000b 00000064", "init_ack", INIT),
        (
            "0300001c 00000064 00010000 0002 0001 00020003 00050006 00000063",
            "sack",
            SACK | {"nr_gap_blocks": 2, "nr_duplicates": 1, "gap_blocks": [2, 3, 5, 6], "duplicates": [99]},
        ),
        ("03000010 00000064 00010000 0000 0000", "sack", SACK | {"nr_gap_blocks": 0, "nr_duplicates": 0}),
        (
            "03000014 00000064 00010000 0000 0001 00000011",
            "sack",
            SACK | {"nr_gap_blocks": 0, "nr_duplicates": 1, "duplicates": [17]},
        ),
        (
            "03000014 00000064 00010000 ffff ffff 00000011",
            "sack",
            SACK | {"nr_gap_blocks": 65535, "nr_duplicates": 65535},
        ),
        ("0400000c 0001000801020304", "heartbeat", HEARTBEAT),
        ("0500000c 0001000801020304", "heartbeat_ack", HEARTBEAT),
        ("0601000c 000c000861626364", "abort", CAUSES | {"t_bit": True}),
        ("07000008 00000007", "shutdown", {"cumulative_tsn": 7}),
        ("08000004", "shutdown_ack", {}),
        ("0900000c 000c000861626364", "error", CAUSES),
        ("0a000008 01020304", "cookie_echo", {"cookie": b"\1\2\3\4"}),
        ("0c000008 00000005", "ecne", {"lowest_tsn": 5}),
        ("0d000008 00000006", "cwr", {"lowest_tsn": 6}),
        ("0e010004", "shutdown_complete", {"t_bit": True}),
        (
            "0f00000c 0001 0003 aabbccdd",
            "auth",
            {"shared_key_id": 1, "hmac_id": 3, "hmac_id_name": "sha_256", "hmac": b"\xaa\xbb\xcc\xdd"},
        ),
        (
            "10000014 00000064 00010000 0001 0002 0003 0000",
            "nr_sack",
            SACK | {"nr_gap_blocks": 1, "nr_nr_gap_blocks": 2, "nr_duplicates": 3},
        ),
        (
            "40030018 00000001 0002 0000 00000007 00000033 61626364",
            "i_data",
            DATA_BITS | {"tsn": 1, "sid": 2, "mid": 7, "ppid": 51, "data": b"abcd"},
        ),
        (
            "40010018 00000001 0002 0000 00000007 00000002 61626364",
            "i_data",
            DATA_BITS | {"b_bit": False, "tsn": 1, "sid": 2, "mid": 7, "fsn": 2, "data": b"abcd"},
        ),
        (
            "80000010 00000005 c005000800000001",
            "asconf_ack",
            {
                "seq": 5,
                "parameters": [
                    Option(0xC005, "success_indication", b"\0\0\0\1", {"length": 8, "correlation_id": 1})
                ],
            },
        ),
        (
            "81050010 00000009 00000001 0040 0000",
            "pktdrop",
            {"t_bit": True, "b_bit": False, "m_bit": True}
            | {"bandwidth": 9, "queue_size": 1, "truncated_length": 64},
        ),
        ("82000004", "re_config", {"parameters": []}),
        ("84000008 00000000", "pad", {}),
        (
            "c0000010 00000009 00010002 00030004",
            "forward_tsn",
            {
                "tsn": 9,
                "streams": [Option(1, None, b"\0\2", {"ssn": 2}), Option(3, None, b"\0\4", {"ssn": 4})],
            },
        ),
        ("c1000008 00000005", "asconf", {"seq": 5, "parameters": []}),
        (
            "c2000018 00000009 0001000100000002 0003000000000004",
            "i_forward_tsn",
            {
                "tsn": 9,
                "streams": [
                    Option(1, None, bytes.fromhex("000100000002"), {"u_bit": True, "mid": 2}),
                    Option(3, None, bytes.fromhex("000000000004"), {"u_bit": False, "mid": 4}),
                ],
            },
        ),
        ("c8000008 01020304", None, {}),
    ],
)
def test_each_chunk_has_its_fields(chunk, name, fields):
    data = bytes.fromhex(chunk)
    common = {"flags": data[1], "length": len(data)}
    assert chunks_of(chunk) == [Option(data[0], name, data[4:], common | fields)]


STREAMS = {"sids": [4, 5]}


@pytest.mark.parametrize(
    ("parameter", "name", "fields"),
    [
        ("00050008 c0000201", "ipv4_address", {"ipv4_address": "192.0.2.1"}),
        (
            "00060014 20010db8000000000000000000000001",
            "ipv6_address",
            {"ipv6_address": "2001:db8::1"},
        ),
        ("00070008 01020304", "state_cookie", {}),
        ("00090008 000003e8", "cookie_preservative", {"increment": 1000}),
        ("000c0008 0005 0006", "supported_address_types", {"address_types": [5, 6]}),
        (
            "000d0014 00000001 00000002 00000003 00040005",
            "outgoing_ssn_reset",
            STREAMS | {"request_seq": 1, "response_seq": 2, "last_tsn": 3},
        ),
        ("000e000c 00000001 00040005", "incoming_ssn_reset", STREAMS | {"request_seq": 1}),
        ("000f0008 00000001", "ssn_tsn_reset", {"request_seq": 1}),
        (
            "0010000c 00000001 00000001",
            "re_configuration_response",
            {"response_seq": 1, "result": 1, "result_name": "performed"},
        ),
        (
            "00100014 00000001 00000001 00000002 00000003",
            "re_configuration_response",
            {"response_seq": 1, "result": 1, "result_name": "performed"}
            | {"senders_tsn": 2, "receivers_tsn": 3},
        ),
        ("0011000c 00000001 0003 0000", "add_outgoing_streams", {"request_seq": 1, "nr_streams": 3}),
        ("0012000c 00000001 0003 0000", "add_incoming_streams", {"request_seq": 1, "nr_streams": 3}),
        ("80000004", "ecn_capable", {}),
        ("80020008 0a0b0c0d", "random", {"random": b"\x0a\x0b\x0c\x0d"}),
        ("80030006 c180", "chunk_list", {"chunk_types": [0xC1, 0x80]}),
        ("80040008 0003 0001", "requested_hmac_algorithm", {"hmac_ids": [3, 1]}),
        ("80080006 c180", "supported_extensions", {"chunk_types": [0xC1, 0x80]}),
        (
            "c0010010 00000001 00050008c0000202",
            "add_ip_address",
            {
                "correlation_id": 1,
                "addresses": [
                    Option(5, "ipv4_address", b"\xc0\0\2\2", {"length": 8, "ipv4_address": "192.0.2.2"})
                ],
            },
        ),
        (
            "c0030010 00000001 00a0000801020304",
            "error_cause_indication",
            {
                "correlation_id": 1,
                "causes": [Option(160, "delete_last_address", b"\1\2\3\4", {"length": 8})],
            },
        ),
        ("c0060008 00000007", "adaptation_layer_indication", {"indication": 7}),
        ("ffff0008 00000007", None, {}),
    ],
)
def test_each_parameter_has_its_fields(parameter, name, fields):
    data = bytes.fromhex(parameter)
    (chunk,) = chunks_of(f"8200{len(data) + 4:04x}" + parameter)
    kind = int.from_bytes(data[:2], "big")
    assert chunk.parameters == [Option(kind, name, data[4:], {"length": len(data)} | fields)]


@pytest.mark.parametrize(
    ("cause", "name", "fields"),
    [
        ("00010008 0005 0000", "invalid_stream_identifier", {"sid": 5}),
        (
            "0002000c 00000002 0007 0009",
            "missing_mandatory_parameter",
            {"nr_missing": 2, "parameter_types": [7, 9]},
        ),
        ("00030008 00000064", "stale_cookie", {"staleness": 100}),
        ("00090008 00000064", "no_user_data", {"tsn": 100}),
        (
            "01050008 0001 0000",
            "unsupported_hmac_identifier",
            {"hmac_id": 1, "hmac_id_name": "sha_1"},
        ),
        ("0e0f0004", None, {}),
    ],
)
def test_each_cause_has_its_fields(cause, name, fields):
    data = bytes.fromhex(cause)
    (chunk,) = chunks_of(f"0900{len(data) + 4:04x}" + cause)
    kind = int.from_bytes(data[:2], "big")
    assert chunk.causes == [Option(kind, name, data[4:], {"length": len(data)} | fields)]


def test_padding_is_no_part_of_a_chunk():
    chunks = chunks_of("0003001300000001000200030000003361626300 0b000004 0b000004")
    assert [chunk.name for chunk in chunks] == ["data", "cookie_ack", "cookie_ack"]
    assert chunks[0].data == b"abc"


def test_a_last_chunk_needs_no_padding():
    assert chunks_of("000300130000000100020003000000336162 63")[0].data == b"abc"


@pytest.mark.parametrize("length", [0, 1, 3])
def test_a_chunk_shorter_than_its_head_ends_the_walk(length):
    chunks = chunks_of(f"0b000004 0003{length:04x} 0b000004")
    assert [chunk.name for chunk in chunks] == ["cookie_ack"]


def test_a_chunk_that_is_cut_is_read_as_far_as_it_goes():
    (chunk,) = chunks_of("0003010000000001000200030000003361 62")
    assert (chunk.length, chunk.tsn, chunk.data) == (256, 1, b"ab")
    (chunk,) = chunks_of("00030100000000010002")
    assert (chunk.tsn, chunk.sid) == (1, 2)
    assert "ssn" not in chunk.fields
    assert chunks_of("000301") == []


def test_user_data_do_not_fill_the_printed_tree():
    packet = sctp_packet(bytes.fromhex("00030014000000010002000300000033") + b"abcd")
    (line,) = [line for line in str(packet.sctp).splitlines() if "Chunks" in line]
    assert line.endswith("data(flags=3 length=20 i_bit=0 u_bit=0 b_bit=1 e_bit=1 tsn=1 sid=2 ssn=3 ppid=51)")
