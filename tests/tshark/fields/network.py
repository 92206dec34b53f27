"""IP, IPv6 and its extension headers, and IPsec's."""

from __future__ import annotations

from tshark.entries import PADDING, Each, Field, Layer, Made, flags, on_the_wire, raw_number, times
from tshark.oracle import Proto


def ip_options(proto: Proto) -> int:
    """A subtree that has a label but no name."""
    for field in proto.all(""):
        if field.get("show", "").startswith("Options: ("):
            return raw_number(field)
    return 0


TOS_FLAGS = ("precedence0", "precedence1", "precedence2", "delay", "throughput", "reliability",
             "reserved0", "reserved1")  # fmt: skip
SEGMENTS = ("ipv6.routing.src.addr", "ipv6.routing.mipv6.home_address", "ipv6.routing.srh.addr")

FIELDS = {
    "IP": Layer(
        ("ip",),
        {
            "_version": "ip.version",
            "_hdr_len": Field(("ip.hdr_len",), brought=times(4)),
            "tos": "ip.dsfield",
            **flags("ip.dsfield", *TOS_FLAGS),
            "_len": on_the_wire("ip.len"),
            "_id": "ip.id",
            "flags": "ip.flags",
            "rb": "ip.flags.rb",
            "df": "ip.flags.df",
            "mf": "ip.flags.mf",
            "_frag_offset": "ip.frag_offset",
            "ttl": "ip.ttl",
            "_proto": "ip.proto",
            "_checksum": "ip.checksum",
            "src": "ip.src",
            "dst": "ip.dst",
            "options": Made(ip_options),
            "_padding": PADDING,
        },
        checksum="ip.checksum.status",
    ),
    "IPV6": Layer(
        ("ipv6",),
        {
            "_version": "ipv6.version",
            "dscp": "ipv6.tclass.dscp",
            "ds": "ipv6.tclass.ecn",
            **flags("ipv6.tclass.ecn", "ect", "ecn_ce"),
            "_flow_label": "ipv6.flow",
            "_payload": on_the_wire("ipv6.plen"),
            "_nxt_hdr": "ipv6.nxt",
            "_hop_limit": "ipv6.hlim",
            "src": "ipv6.src",
            "dst": "ipv6.dst",
        },
    ),
    "HOPOPTS": Layer(("ipv6.hopopts",), {"nxt": "ipv6.hopopts.nxt", "len": "ipv6.hopopts.len"}),
    "DSTOPTS": Layer(("ipv6.dstopts",), {"nxt": "ipv6.dstopts.nxt", "len": "ipv6.dstopts.len"}),
    "ROUTING": Layer(
        ("ipv6.routing",),
        {
            "nxt": "ipv6.routing.nxt",
            "len": "ipv6.routing.len",
            "type": "ipv6.routing.type",
            "segleft": "ipv6.routing.segleft",
            "last_entry": "ipv6.routing.srh.last_entry",
            "flags": "ipv6.routing.srh.flags",
            "tag": Field(("ipv6.routing.srh.tag",), read=raw_number),
            "segments": Each(
                ("ipv6.routing.src.addr", "ipv6.routing.mipv6.home_address", "ipv6.routing.srh.addr")
            ),
        },
    ),
    "FRAGHDR": Layer(
        ("ipv6.fraghdr",),
        {
            "nxt": "ipv6.fraghdr.nxt",
            "reserved_octet": "ipv6.fraghdr.reserved_octet",
            "offset": "ipv6.fraghdr.offset",
            "reserved_bits": "ipv6.fraghdr.reserved_bits",
            "more": "ipv6.fraghdr.more",
            "ident": "ipv6.fraghdr.ident",
        },
    ),
    "AH": Layer(
        ("ah",),
        {
            "next_header": "ah.next_header",
            "length": Field(("ah.length",), read=raw_number),
            "reserved": Field(("ah.reserved",), read=raw_number),
            "spi": "ah.spi",
            "sequence": "ah.sequence",
            "icv": "ah.icv",
        },
    ),
    "ESP": Layer(("esp",), {"spi": "esp.spi", "sequence": "esp.sequence"}),
    "MIPV6": Layer(
        ("mipv6",),
        {
            "proto": "mip6.proto",
            "hlen": "mip6.hlen",
            "mhtype": "mip6.mhtype",
            "reserved": "mip6.reserved",
            "csum": "mip6.csum",
        },
    ),
}
