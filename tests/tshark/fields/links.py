"""Link layers, and ARP."""

from __future__ import annotations

from tshark.entries import Layer, Made, either, ipv4, mac, raw
from tshark.oracle import Proto


def sll_address(proto: Proto) -> bytes | None:
    """The eight bytes of the address field, of which tshark names the used and the unused."""
    parts = [proto.all(name) for name in ("sll.src.eth", "sll.src.ipv4", "sll.src.other", "sll.unused")]
    address = b"".join(raw(found[0]) for found in parts if found)
    return address if len(address) == 8 else None


def sll_src(proto: Proto) -> str | None:
    address = sll_address(proto)
    return None if address is None else address[:6].hex(":")


def sll_blank(proto: Proto) -> int | None:
    address = sll_address(proto)
    return None if address is None else int.from_bytes(address[6:], "big")


FIELDS = {
    "Ethernet": Layer(
        ("eth",),
        {"dst": "eth.dst", "src": "eth.src", "_type": either("eth.type", "eth.len", "eth.invalid_lentype")},
    ),
    "SLL": Layer(
        ("sll",),
        {
            "_pkttype": "sll.pkttype",
            "_hatype": "sll.hatype",
            "_halen": "sll.halen",
            "src": Made(sll_src),
            "_blank": Made(sll_blank),
            "_etype": either("sll.etype", "sll.ltype", "sll.gretype"),
        },
    ),
    "SLL2": Layer(
        ("sll",),
        {
            "protocol": either("sll.etype", "sll.ltype", "sll.gretype"),
            "ifindex": "sll.ifindex",
            "hatype": "sll.hatype",
            "pkttype": "sll.pkttype",
            "halen": "sll.halen",
        },
    ),
    "NULL": Layer(("null",), {"family": "null.family"}),
    "PPP": Layer(
        ("ppp",),
        {"address": "ppp.address", "control": "ppp.control", "protocol": "ppp.protocol"},
    ),
    "PPPOE": Layer(
        ("pppoes", "pppoed"),
        {
            "version": "pppoe.version",
            "type": "pppoe.type",
            "code": "pppoe.code",
            "session_id": "pppoe.session_id",
            "payload_length": "pppoe.payload_length",
        },
    ),
    "VLAN": Layer(
        ("vlan", "ieee8021ad"),
        {
            "priority": either("vlan.priority", "ieee8021ad.priority"),
            "dei": either("vlan.dei", "ieee8021ad.dei"),
            "id": either("vlan.id", "ieee8021ad.id"),
            "etype": either("vlan.etype", "vlan.len", "ieee8021ad.etype"),
        },
    ),
    "LLC": Layer(
        ("llc",),
        {
            "dsap": "llc.dsap",
            "ssap": "llc.ssap",
            "control": "llc.control",
            "oui": "llc.oui",
            "type": either("llc.type", "llc.cisco_pid", "llc.nortel_pid"),
        },
    ),
    "MPLS": Layer(
        ("mpls",),
        {"label": "mpls.label", "exp": "mpls.exp", "bottom": "mpls.bottom", "ttl": "mpls.ttl"},
    ),
    "ARP": Layer(
        ("arp",),
        {
            "hwtype": "arp.hw.type",
            "prototype": "arp.proto.type",
            "_hwsize": "arp.hw.size",
            "_protosize": "arp.proto.size",
            "opcode": "arp.opcode",
            "srchw_mac": either("arp.src.hw_mac", "arp.src.hw", read=mac, shared=True),
            "srchw": either("arp.src.hw_mac", "arp.src.hw", read=raw, shared=True),
            "srcproto_ipv4": either("arp.src.proto_ipv4", "arp.src.proto", read=ipv4, shared=True),
            "srcproto": either("arp.src.proto_ipv4", "arp.src.proto", read=raw, shared=True),
            "dsthw_mac": either("arp.dst.hw_mac", "arp.dst.hw", read=mac, shared=True),
            "dsthw": either("arp.dst.hw_mac", "arp.dst.hw", read=raw, shared=True),
            "dstproto_ipv4": either("arp.dst.proto_ipv4", "arp.dst.proto", read=ipv4, shared=True),
            "dstproto": either("arp.dst.proto_ipv4", "arp.dst.proto", read=raw, shared=True),
        },
    ),
}
