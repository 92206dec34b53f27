"""decode_as: bindings of the caller's own, for a capture or a packet alone."""

from __future__ import annotations

import gc
import os
import pickle
import socket
import types

import capture_files
import frames
import pytest
from layer_fields import names

from umpa_sniffing import Packet, open_live, open_offline, protocols

INNER = frames.ethernet(frames.ipv4(frames.udp(b"inner")))
VXLAN = bytes.fromhex("0800000000002a00") + INNER
FRAME = frames.ethernet(frames.ipv4(frames.udp(VXLAN)))  # ports 5353 and 53
PLAIN = ["Ethernet", "IP", "UDP", "Payload"]
TUNNEL = ["Ethernet", "IP", "UDP", "VXLAN", "Ethernet", "IP", "UDP", "Payload"]


@pytest.fixture
def capture_file(tmp_path):
    path = tmp_path / "tunnel.pcap"
    path.write_bytes(capture_files.pcap([capture_files.record(FRAME)]))
    return path


@pytest.mark.parametrize("port", [53, 5353])
@pytest.mark.parametrize("layer", ["vxlan", "VXLAN", protocols.VXLAN])
def test_a_port_of_the_callers_own(port, layer):
    packet = Packet(FRAME, decode_as={("udp.port", port): layer})
    assert names(packet) == TUNNEL
    assert packet.get("udp", 2).payload.data == b"inner"
    assert names(Packet(FRAME)) == PLAIN


def test_of_a_capture_and_of_no_other(capture_file):
    with open_offline(capture_file, decode_as={("udp.port", 53): "vxlan"}) as own:
        with open_offline(capture_file) as other:
            assert names(next(other)) == PLAIN
        assert names(next(own)) == TUNNEL


def test_any_mapping():
    assert names(Packet(FRAME, decode_as=types.MappingProxyType({("udp.port", 53): "vxlan"}))) == TUNNEL


class FailingMapping:
    def keys(self):
        raise ZeroDivisionError


def test_a_mapping_that_fails():
    with pytest.raises(ZeroDivisionError):
        Packet(FRAME, decode_as=FailingMapping())


def test_a_number_that_changes_the_mapping_while_it_is_read():
    class Port:
        def __index__(self):
            bindings.clear()
            gc.collect()
            return 53

    bindings = {("udp.port", Port()): "vxlan".upper()}
    assert names(Packet(FRAME, decode_as=bindings)) == TUNNEL
    assert bindings == {}


def test_a_checksum_is_verified_with_the_number_by_which_its_layer_was_found():
    addresses = socket.inet_aton("192.0.2.1") + socket.inet_aton("198.51.100.200")
    segment = frames.tcp(b"data")
    pseudo_header = addresses + bytes([0, 253, 0, len(segment)])
    right = frames.checksum(pseudo_header + segment[:16] + bytes(2) + segment[18:])
    segment = segment[:16] + right.to_bytes(2, "big") + segment[18:]
    packet = frames.ethernet(frames.ipv4(segment, 253))
    assert Packet(packet, decode_as={("ip.proto", 253): "tcp"}).tcp.checksum_ok is True
    in_udp = frames.ethernet(frames.ipv4(frames.udp(segment)))
    assert Packet(in_udp, decode_as={("udp.port", 53): "tcp"}).tcp.checksum_ok is None


def test_none_takes_a_binding_away():
    frame = frames.ethernet(frames.ipv4(frames.udp(VXLAN, ports=(40000, 4789))))
    assert names(Packet(frame)) == TUNNEL
    assert names(Packet(frame, decode_as={("udp.port", 4789): None})) == PLAIN
    assert names(Packet(frame, decode_as={("udp.port", 4789): "payload"})) == PLAIN


@pytest.mark.parametrize(
    ("space", "number", "frame"),
    [
        ("ethertype", 0x88B5, frames.ethernet(frames.ipv4(b""), 0x88B5)),
        ("ip.proto", 253, frames.ethernet(frames.ipv4(frames.ipv4(b""), 253))),
        ("ip.version", 7, None),
    ],
)
def test_other_number_spaces(space, number, frame):
    if frame is None:
        packet = Packet(
            frames.ipv6(b"")[:0] + b"\x7f" + frames.ipv4(b"")[1:], 101, decode_as={(space, number): "ip"}
        )
        assert packet.stopped == ("IP", "wrong version number")
    else:
        assert names(Packet(frame, decode_as={(space, number): "ip"}))[-1] == "IP"


@pytest.mark.parametrize(
    "decode_as",
    [
        {("udp.port", 53): "vxlan"},
        {("udp.port", 53): "vxlan", ("ethertype", 0x0800): None},
        {("udp.port", 53): "vxlan", ("ip.proto", 17): None},
        {("link_type", 1): None},
        {("udp.port", 1): "vxlan"},
        None,
    ],
)
def test_a_pickle_decodes_as_its_packet_did(decode_as):
    packet = Packet(FRAME, decode_as=decode_as)
    again = pickle.loads(pickle.dumps(packet))
    assert again == packet
    assert names(again) == names(packet)
    assert again.stopped == packet.stopped


def test_a_pickle_of_a_tunnel_in_a_tunnel_where_each_port_means_something_else():
    inner = frames.ethernet(frames.ipv4(frames.udp(b"no VXLAN header", ports=(1234, 4789))))
    frame = frames.ethernet(frames.ipv4(frames.udp(VXLAN[:8] + inner, ports=(4789, 8472))))
    packet = Packet(frame, decode_as={("udp.port", 4789): None, ("udp.port", 8472): "vxlan"})
    assert names(packet) == TUNNEL
    assert packet.stopped is None
    again = pickle.loads(pickle.dumps(packet))
    assert names(again) == names(packet)
    assert again.stopped is None
    assert packet.__reduce__()[1][-1] == {("udp.port", 4789): None, ("udp.port", 8472): "vxlan"}


@pytest.mark.parametrize("data", [b"short", b""])
def test_a_pickle_of_a_layer_that_could_not_be_taken(data):
    frame = frames.ethernet(frames.ipv4(frames.udp(data)))
    packet = Packet(frame, decode_as={("udp.port", 53): "vxlan"})
    assert packet.stopped == ("VXLAN", "header truncated")
    assert pickle.loads(pickle.dumps(packet)).stopped == packet.stopped


def test_a_pickle_of_a_tunnel_whose_inner_packet_is_cut():
    packet = Packet(FRAME[:60], wire_len=len(FRAME), decode_as={("udp.port", 53): "vxlan"})
    assert packet.stopped == ("IP", "cut by snaplen")
    again = pickle.loads(pickle.dumps(packet))
    assert names(again) == names(packet)
    assert again.stopped == packet.stopped


@pytest.mark.parametrize(
    ("decode_as", "error", "words"),
    [
        ([("udp.port", 53)], TypeError, "must be a dict or None, not list"),
        (
            {53: "vxlan"},
            TypeError,
            "must be a dict of .number space, number.: layer, .* 53 is not such a key",
        ),
        ({("udp.port",): "vxlan"}, TypeError, "is not such a key"),
        ({("udp.port", "53"): "vxlan"}, TypeError, "udp.port must be an int, not str"),
        ({("udp.port", 65536): "vxlan"}, ValueError, "udp.port must be 0 to 65535, not 65536"),
        (
            {("tcp.port", 53): "vxlan"},
            ValueError,
            "no number space 'tcp.port'; there are: link_type, .*udp.port",
        ),
        ({("udp.port", 53): "vxlam"}, ValueError, "no layer is called 'vxlam'"),
        ({("udp.port", 53): int}, ValueError, "no layer is called <class 'int'>"),
        ({("link_type", 101): "ip"}, ValueError, "link type 101 is raw IP, told by its version: bind "),
        ({("udp.port", 53): 7}, TypeError, "by its name or its type, not by int"),
    ],
)
def test_what_it_must_not_be(capture_file, decode_as, error, words):
    with pytest.raises(error, match=words):
        Packet(FRAME, decode_as=decode_as)
    with pytest.raises(error, match=words):
        open_offline(capture_file, decode_as=decode_as)


@pytest.mark.skipif(os.geteuid() != 0, reason="live capture needs root")
def test_live(port):
    decode_as = {("udp.port", port): "vxlan"}
    with open_live("lo", filter=f"udp dst port {port}", timeout=10_000, decode_as=decode_as) as capture:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(VXLAN, ("127.0.0.1", port))
        assert names(next(capture)) == TUNNEL
