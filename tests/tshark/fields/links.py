"""Link layers, and ARP."""

from __future__ import annotations

from tshark.entries import VALUE, Field, Flat, Layer, Made, Unnamed, either, ipv4, mac, named, raw, raw_number
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


TAGS = (
    "service_name",
    "ac_name",
    "host_uniq",
    "ac_cookie",
    "relay_session_id",
    "hurl",
    "motm",
    "ip_route_add",
    "service_name_error",
    "ac_system_error",
    "generic_error",
)
METRICS = ("mdr_units", "cdr_units", "r", "rlq", "resource", "latency", "curr_drate", "max_drate")
PID_OWNERS = (
    "apple_atalk",
    "apple_awdl",
    "bluetooth",
    "cimetrics",
    "cisco",
    "extreme",
    "force10",
    "foundry",
    "hpteam",
    "iana",
    "nortel",
    "wlccp",
)

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
            "_etype": either("sll.etype", "sll.ltype", "sll.gretype"),
            "_reserved": Unnamed("tshark shows nothing of it"),
            **named("sll.", "ifindex", _hatype="sll.hatype", _pkttype="sll.pkttype", _halen="sll.halen"),
            "src": "sll.src.eth",
            "src_ipv4": "sll.src.ipv4",
            "src_other": "sll.src.other",
            "_unused": "sll.unused",
        },
    ),
    "NULL": Layer(("null",), {"family": either("null.family", "null.type")}),
    "PPP": Layer(("ppp",), named("ppp.", "address", "control", _protocol="ppp.protocol")),
    "PPPOE": Layer(
        ("pppoes", "pppoed"),
        {
            **named("pppoe.", "code", "session_id"),
            "_version": "pppoe.version",
            "_type": "pppoe.type",
            "_payload_length": "pppoe.payload_length",
            "tags": Flat(
                {
                    **{name: {VALUE: Field((f"pppoed.tags.{name}",), read=raw)} for name in TAGS},
                    "vendor_specific": named("pppoed.tags.", "vendor_id"),
                    "credits": named("pppoed.tags.credits.", "fcn", "bcn"),
                    "metrics": named("pppoed.tags.metrics.", *METRICS),
                    "sequence_number": named("pppoed.tags.", "seq_num"),
                    "credit_scale_factor": named("pppoed.tags.", "credit_scale"),
                    "ppp_max_payload": {"max_payload": Field(("pppoed.tags.max_payload",), read=raw_number)},
                }
            ),
        },
    ),
    "VLAN": Layer(
        ("vlan", "ieee8021ad"),
        {
            "priority": either("vlan.priority", "ieee8021ad.priority"),
            "dei": either("vlan.dei", "ieee8021ad.dei"),
            "id": either("vlan.id", "ieee8021ad.id", "ieee8021ad.svid"),
            "_etype": either("vlan.etype", "vlan.len", "ieee8021ah.etype"),
        },
    ),
    "LLC": Layer(
        ("llc",),
        {
            "dsap": "llc.dsap",
            "ssap": "llc.ssap",
            "control": "llc.control",
            "oui": "llc.oui",
            "pid": either("llc.type", "llc.pid", *(f"llc.{owner}_pid" for owner in PID_OWNERS)),
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
