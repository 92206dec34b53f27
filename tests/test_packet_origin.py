"""Comments, options and interfaces given to packets: Packet(), replace(), pickles."""

from __future__ import annotations

import copy
import os
import pickle
import sys

import pytest
from capture_files import numbered, pcap

from umpa_sniffing import Interface, Option, Packet, from_file, open_offline

DATA = numbered(1)[0].data
FLAGS, QUEUE, COMMENT, CUSTOM = 2, 6, 1, 2989
NO_UDP = {("ip.proto", 17): None}
NAMES = [
    "interface", "source", "comment", "comments", "direction", "reception", "fcs_length", "link_errors",
    "drop_count", "packet_id", "queue", "options", "replace",
]  # fmt: skip


def native(number: int, size: int = 4) -> bytes:
    return number.to_bytes(size, sys.byteorder)


def test_a_comment():
    packet = Packet(DATA, comment="why ☂")
    assert (packet.comment, packet.comments) == ("why ☂", ("why ☂",))
    assert packet.options == (Option(COMMENT, "comment", "why ☂".encode(), {"comment": "why ☂"}),)
    assert bytes(packet) == DATA == bytes(memoryview(packet))
    assert packet == Packet(DATA) and hash(packet) == hash(Packet(DATA))
    assert Packet(DATA, comment="").comments == ("",)
    assert Packet(DATA, comment=None).comments == ()


def test_options():
    packet = Packet(
        DATA, options=[(FLAGS, 0x05), (QUEUE, native(9)), (COMMENT, "text"), (0x7000, bytearray(b"any"))]
    )
    assert (packet.direction, packet.reception, packet.queue) == ("in", "unicast", 9)
    assert [each.value for each in packet.options] == [native(5), native(9), b"text", b"any"]
    assert packet.options[0].flags == 5
    assert Packet(DATA, options=packet.options).options == packet.options
    assert Packet(DATA, options=()).options == ()


def test_an_options_numbers_are_written_in_this_machines_byte_order():
    swapped = Option(QUEUE, "queue", native(9)[::-1], {"queue": 9})
    custom = Option(CUSTOM, "custom", native(1)[::-1] + b"rest", {"enterprise": 1, "data": b"rest"})
    packet = Packet(DATA, options=[swapped, custom])
    assert [each.value for each in packet.options] == [native(9), native(1) + b"rest"]


def test_a_comment_beside_options():
    options = [(FLAGS, 1), (COMMENT, "one"), (COMMENT, "two")]
    assert Packet(DATA, options=options, comment="first").comments == ("first", "two")
    assert Packet(DATA, options=options).comments == ("one", "two")
    assert Packet(DATA, options=options[:1], comment="new").options[0].kind == COMMENT


def test_an_interface():
    interface = Interface(name="eth0", datalink=12, snaplen=99, mac="02:00:00:00:00:01", ipv4=("10.0.0.1/8",),
                          ipv6=("fe80::1/10",), speed=10, filter="ip", fcs_length=4, offset=-1, comment="c",
                          description="d", os="o", hardware="h", resolution=2**20)  # fmt: skip
    packet = Packet(b"\x45", interface=interface)
    assert packet.datalink == 12
    assert packet.interface._replace(options=()) == interface
    again = packet.replace(interface=packet.interface._replace(name="eth1", ipv4=(), comment=None))
    assert again.interface._replace(options=()) == interface._replace(name="eth1", ipv4=(), comment=None)
    assert {each.kind for each in packet.interface.options} - {
        each.kind for each in again.interface.options
    } == {1, 4}
    assert packet.replace(interface=None).interface is None
    assert packet.replace(datalink=1).interface.datalink == 1
    assert Packet(DATA, 1, interface=interface).interface.datalink == 1
    assert hash(packet.interface) == hash(copy.deepcopy(packet.interface))


@pytest.mark.parametrize("source", ["some.pcap", b"some.pcap", os.path.join("a", "b"), "\udcff"])
def test_a_source(source):
    packet = Packet(DATA, source=source)
    assert packet.source == os.fsdecode(source)
    assert packet.interface == Interface()


def test_replace():
    packet = Packet(DATA, 1, 5, 2000, NO_UDP, comment="one", options=[(QUEUE, 1)], source="s")
    assert "udp" not in packet
    same = packet.replace()
    assert same == packet and same is not packet
    assert (same.comments, same.options, same.source) == (packet.comments, packet.options, "s")
    changed = packet.replace(timestamp_ns=6, comment="two")
    assert (changed.timestamp_ns, changed.comments, changed.queue, changed.wire_len) == (6, ("two",), 1, 2000)
    assert "udp" not in changed and "udp" in packet.replace(decode_as=None)
    assert packet.replace(comment=None).comments == () and packet.replace(comment=None).queue == 1
    assert packet.replace(options=None).options == ()
    assert packet.replace(options=[(COMMENT, "a")], comment=None).comments == ()
    assert packet.replace(source=None).source is None
    assert packet.comment == "one"


def test_new_data_is_whole_where_the_old_was():
    assert Packet(DATA).replace(data=b"12").wire_len == 2
    assert Packet(DATA, wire_len=2000).replace(data=b"12").wire_len == 2000
    assert Packet(DATA).replace(data=b"12", wire_len=7).wire_len == 7


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickles(protocol):
    interface = Interface(name="eth0", options=(Option(0x7000, None, b"x", {}),))
    packet = Packet(DATA, 1, 5, 2000, NO_UDP, comment="c", interface=interface, source="\udcff")
    again = pickle.loads(pickle.dumps(packet, protocol))
    assert again == packet and [each.name for each in again.protos] == [each.name for each in packet.protos]
    assert (again.options, again.interface, again.source) == (packet.options, packet.interface, packet.source)
    assert len(pickle.dumps(Packet(DATA), protocol)) < len(DATA) * 2 + 200


def test_what_is_read_keeps_its_source(tmp_path):
    path = tmp_path / "packets.pcap"
    path.write_bytes(pcap(numbered(3)))
    packets = from_file(path)
    assert {packet.source for packet in packets} == {str(path)}
    with open_offline(path) as capture:
        assert [packet.replace(comment=str(index)).comment for index, packet in enumerate(capture)] == [
            "0",
            "1",
            "2",
        ]
    changed = [packet.replace(comment="c") for packet in packets]
    assert [(each.source, each.interface) for each in changed] == [(str(path), packets[0].interface)] * 3
    assert pickle.loads(pickle.dumps(packets[0])).source == str(path)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"comment": 5}, TypeError, "comment must be a str or None, not 5"),
        ({"comment": "x" * 65536}, ValueError, "65535 bytes at most, and option 1 65536"),
        ({"comment": "\ud800"}, ValueError, "surrogates"),
        ({"options": 5}, TypeError, "not iterable"),
        ({"options": [5]}, TypeError, r"an Option or a \(number, value\), not 5"),
        ({"options": [(0, b"")]}, ValueError, "an option's number must be 1 to 65535, not 0"),
        ({"options": [("1", b"")]}, TypeError, "an option's number must be an int"),
        ({"options": [(1, 5)]}, TypeError, "the value of option 1 must be bytes"),
        ({"options": [(QUEUE, -1)]}, ValueError, "option 6 must be 0 to 4294967295, not -1"),
        (
            {"options": [Option(6, "queue", b"", {"queue": "x"})]},
            ValueError,
            "can't have the fields {'queue': 'x'}",
        ),
        ({"options": [Option(2989, "", b"", {"enterprise": 1, "data": 5})]}, ValueError, "option 2989 can't"),
        ({"options": [(9, b"x" * 65000)] * 247}, ValueError, "at most 16000000 bytes in all, not"),
        ({"interface": "eth0"}, TypeError, "interface must be an Interface or None, not 'eth0'"),
        ({"interface": Interface(resolution=7)}, ValueError, "a power of 10 or of 2, not 7"),
        ({"interface": Interface(resolution="6")}, ValueError, "a power of 10 or of 2, not '6'"),
        ({"interface": Interface(resolution=None)}, TypeError, "resolution must be an int, not None"),
        ({"interface": Interface(name=5)}, TypeError, "an interface's name can't be 5"),
        ({"interface": Interface(mac="1:2")}, ValueError, "MAC address|hexadecimal"),
        ({"interface": Interface(ipv4=("x",))}, ValueError, "'x'"),
        ({"interface": Interface(ipv4=5)}, TypeError, "an interface's ipv4 can't be 5"),
        ({"interface": Interface(snaplen=-1)}, ValueError, "snaplen must be 0 to 4294967295, not -1"),
        ({"interface": Interface(datalink=None)}, TypeError, "datalink must be an int, not None"),
        ({"interface": Interface(speed=2**64)}, ValueError, "speed must be 0 to"),
        ({"interface": Interface(options=[5])}, TypeError, "an option must be"),
        ({"source": 5}, TypeError, "source must be a path"),
        ({"source": "a\0b"}, ValueError, "NUL"),
        ({"sauce": "s"}, TypeError, "sauce"),
    ],
)
def test_what_it_refuses(arguments, error, words):
    with pytest.raises(error, match=words):
        Packet(DATA, **arguments)
    with pytest.raises(error, match=words):
        Packet(DATA, comment="old").replace(**arguments)


def test_replace_takes_names_only():
    with pytest.raises(TypeError, match="by name"):
        Packet(DATA).replace(DATA)
    with pytest.raises(TypeError):
        Packet(DATA, 1, 0, None, None, "comment")


def test_they_are_told(capsys):
    packet = Packet(DATA)
    assert set(NAMES) <= set(dir(packet))
    help(Packet)
    shown = capsys.readouterr().out
    assert all(name in shown for name in NAMES)
    for name in NAMES[:-1]:
        with pytest.raises(AttributeError):
            setattr(packet, name, None)
    assert sys.getsizeof(packet.replace(comment="x" * 1000)) - sys.getsizeof(packet) > 1000


def test_no_data_is_no_packet():
    with pytest.raises(TypeError, match="bytes-like"):
        Packet(b"x").replace(data=None)
