"""checksum_ok: of every layer of the generated packets, and where only the addresses in the end decide."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Callable
from dataclasses import dataclass

import frames
import generated
import pytest
from pseudo_headers import pseudo_header

from umpa_sniffing import Layer, Packet

# Bytes from a header's first one to its checksum.
CHECKSUM_AT = {
    "IP": 10,
    "ICMP": 2,
    "ICMPV6": 2,
    "IGMP": 2,
    "GRE": 4,
    "MIPV6": 4,
    "SCTP": 8,
    "TCP": 16,
    "UDP": 6,
    "UDPLITE": 6,
}
NUMBERS = {"TCP": 6, "UDP": 17, "ICMPV6": 58, "MIPV6": 135, "UDPLITE": 136}  # whose sum covers addresses
IP_HEADERS = {"IP": 20, "IPV6": 40}  # without options, which may route
CANNOT_BE_TOLD = {
    "ip/first-fragment": "the other fragments' bytes are missing",
    "ipv6.fraghdr/first": "the other fragments' bytes are missing",
    "ipv6.fraghdr/first-of-options": "the other fragments' bytes are missing",
    "ipv6.routing/type-3-rpl": "the destination in the end is abbreviated",
}


@dataclass(frozen=True)
class Place:
    """A layer of a generated packet that may have a checksum, and between which of its bytes it lies."""

    case: generated.Case
    index: int
    layer: Layer
    begin: int
    end: int

    def verdict(self, data: bytes) -> bool | None:
        """Of the same layer, where the packet's bytes are these."""
        layer = Packet(data, self.case.link_type, wire_len=len(self.case.data)).protos[self.index]
        assert layer.name == self.layer.name
        return layer.checksum_ok

    def changed(self, offset: int, new: bytes) -> bytes:
        return self.case.data[:offset] + new + self.case.data[offset + len(new) :]

    @property
    def lower(self) -> Layer:
        return self.layer.packet.protos[self.index - 1]

    @property
    def checksum_at(self) -> int:
        return self.begin + CHECKSUM_AT[self.layer.name]

    @property
    def covered_end(self) -> int:
        """Behind the last byte that the checksum covers."""
        if self.layer.name == "IP":
            return self.begin + len(bytes(self.layer))
        if self.layer.name == "UDPLITE" and self.layer.coverage != 0:
            return self.begin + self.layer.coverage
        return self.end

    @property
    def has_none(self) -> bool:
        if self.layer.name == "GRE":
            return not self.layer.has_checksum
        return self.layer.name == "UDP" and self.layer.checksum == 0


def places_of(case: generated.Case) -> list[Place]:
    layers = Packet(case.data, case.link_type).protos
    ends = [0]
    for layer in layers:
        ends.append(ends[-1] + len(bytes(layer)))
    return [Place(case, i, layer, ends[i], ends[-1]) for i, layer in enumerate(layers)]


ALL = [place for case in generated.cases() for place in places_of(case)]
PLACES = [place for place in ALL if place.layer.name in CHECKSUM_AT]
GOOD = [place for place in PLACES if not place.has_none and place.case.name not in CANNOT_BE_TOLD]


def surprises(places: list[Place], expected: object, verdict: Callable[[Place], object]) -> list[object]:
    assert places
    found = [(place.case.name, place.layer.name, verdict(place)) for place in places]
    return [each for each in found if each[2] is not expected]


def test_layers_without_a_checksum():
    without = [place for place in ALL if place.layer.name not in CHECKSUM_AT]
    assert surprises(without, None, lambda place: place.layer.checksum_ok) == []
    has_none = [place for place in PLACES if place.has_none]
    assert {place.layer.name for place in has_none} == {"GRE", "UDP"}
    assert surprises(has_none, None, lambda place: place.layer.checksum_ok) == []


@pytest.mark.parametrize("name", CHECKSUM_AT)
def test_good_ones(name):
    places = [place for place in GOOD if place.layer.name == name]
    assert surprises(places, True, lambda place: place.layer.checksum_ok) == []


@pytest.mark.parametrize("name", CANNOT_BE_TOLD)
def test_those_that_cannot_be_told(name):
    verdicts = {place.layer.name: place.layer.checksum_ok for place in PLACES if place.case.name == name}
    assert verdicts.pop("IP", True) is True
    assert verdicts == {"UDP": None}


@pytest.mark.parametrize("name", CHECKSUM_AT)
def test_a_changed_byte(name):
    places = [place for place in GOOD if place.layer.name == name]

    def flip(offset: Callable[[Place], int]) -> Callable[[Place], object]:
        return lambda place: place.verdict(
            place.changed(offset(place), bytes([place.case.data[offset(place)] ^ 1]))
        )

    assert surprises(places, False, flip(lambda place: place.covered_end - 1)) == []
    assert surprises(places, False, flip(lambda place: place.checksum_at + 1)) == []
    uncovered = [place for place in places if place.covered_end < place.end]
    assert bool(uncovered) is (name in ("IP", "UDPLITE"))
    if uncovered:
        assert surprises(uncovered, True, flip(lambda place: place.end - 1)) == []


@pytest.mark.parametrize("name", CHECKSUM_AT)
def test_a_missing_byte(name):
    """IP's covers the header alone. Mobile IP's header has no contents: without its last byte it is none."""
    places = [place for place in GOOD if place.layer.name == name and place.layer.payload is not None]
    if name == "MIPV6":
        assert places == []
        return
    expected = True if name == "IP" else None
    assert surprises(places, expected, lambda place: place.verdict(place.case.data[: place.end - 1])) == []


@pytest.mark.parametrize("name", CHECKSUM_AT)
def test_a_sum_that_is_not_there_yet(name):
    places = [place for place in GOOD if place.layer.name == name]
    zeros = bytes(4 if name == "SCTP" else 2)
    assert surprises(places, None, lambda place: place.verdict(place.changed(place.checksum_at, zeros))) == []


@pytest.mark.parametrize("name", NUMBERS)
def test_the_sum_of_the_pseudo_header_is_the_cards_to_complete(name):
    places = [
        place
        for place in GOOD
        if place.layer.name == name and len(bytes(place.lower)) == IP_HEADERS.get(place.lower.name)
    ]

    def left_to_the_card(place: Place) -> object:
        lower = place.lower
        head = pseudo_header(lower.src, lower.dst, NUMBERS[name], place.end - place.begin)
        seed = ~frames.checksum(head) & 0xFFFF
        return place.verdict(place.changed(place.checksum_at, struct.pack("!H", seed)))

    assert surprises(places, None, left_to_the_card) == []


SOURCE, DESTINATION = "2001:db8::1", "fe80::2:0:0:1"  # those of frames.ipv6
SOURCE4, DESTINATION4 = "192.0.2.1", "198.51.100.200"  # those of frames.ipv4
HOP, HOME = "2001:db8::5", "2001:db8::9"
HOP_BYTES, HOME_BYTES = ipaddress.ip_address(HOP).packed, ipaddress.ip_address(HOME).packed
DSTOPTS, ROUTING = 60, 43


def filled(name: str, segment: bytes, source: str, destination: str) -> bytes:
    """With the checksum that it has between these two."""
    at = CHECKSUM_AT[name]
    segment = segment[:at] + bytes(2) + segment[at + 2 :]
    total = frames.checksum(pseudo_header(source, destination, NUMBERS[name], len(segment)) + segment)
    if name == "UDP" and total == 0:
        total = 0xFFFF  # 0 would mean that there is none
    return segment[:at] + struct.pack("!H", total) + segment[at + 2 :]


SEGMENTS = {"TCP": frames.tcp(b"odd"), "UDP": frames.udp(b"odd")}


@pytest.mark.parametrize("name", ["TCP", "UDP"])
@pytest.mark.parametrize(
    ("kind", "header", "source", "destination"),
    [
        (ROUTING, "02 00 01 00000000" + HOP_BYTES.hex(), SOURCE, HOP),
        (ROUTING, "02 00 00 00000000" + HOP_BYTES.hex(), SOURCE, DESTINATION),
        (ROUTING, "02 02 01 00000000" + HOME_BYTES.hex(), SOURCE, HOME),
        (ROUTING, "02 04 01 00000000" + HOP_BYTES.hex(), SOURCE, HOP),
        (ROUTING, "02 04 00 00000000" + HOP_BYTES.hex(), SOURCE, DESTINATION),
        (DSTOPTS, "02 c910" + HOME_BYTES.hex() + "01020000", HOME, DESTINATION),
    ],
)
def test_addresses_in_the_end_of_ipv6(name, kind, header, source, destination):
    def verdict(source: str, destination: str) -> bool | None:
        segment = filled(name, SEGMENTS[name], source, destination)
        extension = bytes([NUMBERS[name]]) + bytes.fromhex(header)
        packet = Packet(frames.ipv6(extension + segment, kind), frames.RAW)
        return packet.get(name).checksum_ok

    assert verdict(source, destination) is True
    assert verdict(source, "2001:db8::bad") is False
    if (source, destination) != (SOURCE, DESTINATION):
        assert verdict(SOURCE, DESTINATION) is False


@pytest.mark.parametrize("name", ["TCP", "UDP"])
@pytest.mark.parametrize(("pointer", "destination"), [(4, "203.0.113.9"), (8, DESTINATION4)])
def test_the_last_hop_of_a_source_route(name, pointer, destination):
    def verdict(destination: str) -> bool | None:
        options = bytes([0x83, 7, pointer, 203, 0, 113, 9, 0])
        segment = filled(name, SEGMENTS[name], SOURCE4, destination)
        return Packet(frames.ipv4(segment, NUMBERS[name], options=options), frames.RAW).get(name).checksum_ok

    verdicts = {address: verdict(address) for address in ("203.0.113.9", DESTINATION4)}
    assert [address for address, verdict in verdicts.items() if verdict is True] == [destination]
    assert set(verdicts.values()) == {True, False}


@pytest.mark.parametrize("name", ["TCP", "UDP"])
def test_there_are_no_addresses_outside_of_ip(name):
    frame = frames.ethernet(filled(name, SEGMENTS[name], SOURCE4, DESTINATION4), 0x88B5)
    layer = Packet(frame, decode_as={("ethertype", 0x88B5): name.lower()}).get(name)
    assert layer.checksum_ok is None


@pytest.mark.parametrize(
    ("name", "rest", "stored"),
    [
        ("TCP", frames.tcp(bytes(2)), 0),
        ("UDPLITE", frames.udp(bytes(2), length=0), 0),
        ("UDP", frames.udp(bytes(2)), 0xFFFF),
    ],
)
def test_a_sum_of_zero(name, rest, stored):
    """All else adds up to ones: the checksum is 0; UDP has ones for it, as 0 would say that there is none."""
    at = CHECKSUM_AT[name]
    sum_of_the_rest = filled(name, rest, SOURCE4, DESTINATION4)[at : at + 2]
    segment = filled(name, rest[:-2] + sum_of_the_rest, SOURCE4, DESTINATION4)
    assert segment[at : at + 2] == struct.pack("!H", stored)
    assert Packet(frames.ipv4(segment, NUMBERS[name]), frames.RAW).get(name).checksum_ok is True


def test_no_checksum_where_the_addresses_alone_add_up():
    head = pseudo_header(SOURCE4, "198.51.0.0", NUMBERS["UDP"], 12)
    destination = str(ipaddress.ip_address("198.51.0.0") + frames.checksum(head))
    assert frames.checksum(pseudo_header(SOURCE4, destination, NUMBERS["UDP"], 12)) == 0
    datagram = frames.udp(b"data", sum_of_all=0)
    packet = Packet(frames.ipv4(datagram, addresses=(SOURCE4, destination)), frames.RAW)
    assert packet.udp.checksum_ok is None


def test_a_length_beyond_ips_but_not_beyond_the_bytes():
    datagram = filled("UDP", frames.udp(b"longer"), SOURCE4, DESTINATION4)
    packet = Packet(frames.ipv4(datagram, total_length=20 + len(datagram) - 2), frames.RAW)
    assert packet.udp.checksum_ok is None
    assert packet.stopped == ("UDP", "length field beyond the bytes")
    assert packet.payload.data == b"long"


@pytest.mark.parametrize("name", ["TCP", "UDP", "ICMP", "SCTP"])
def test_fragments(name):
    """A first one has the header, but not all bytes; the others have no header."""
    place = next(each for each in GOOD if each.layer.name == name and each.case.name.startswith(name.lower()))
    segment = place.case.data[place.begin : place.end]
    number = {"ICMP": 1, "SCTP": 132}.get(name) or NUMBERS[name]
    whole, first, last = (
        Packet(frames.ipv4(segment, number, flags=flags, fragment_offset=offset), frames.RAW)
        for flags, offset in [(0, 0), (1, 0), (0, 1)]
    )
    assert whole.get(name).checksum_ok is True
    assert first.get(name).checksum_ok is None
    assert [layer.name for layer in last.protos] == ["IP", "Payload"]
