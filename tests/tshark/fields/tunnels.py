"""Tunnels."""

from __future__ import annotations

from tshark.entries import (
    EVERY,
    KIND,
    Field,
    Flat,
    Items,
    Layer,
    Unnamed,
    bits,
    flags,
    named,
    number,
    raw_number,
    times,
)
from tshark.oracle import Proto

GRE_FLAGS = ("has_checksum", "has_routing", "has_key", "has_sequence", "strict_route")
ROUTE = ("sre_offset", "src_length", "information")
VXLAN_FLAGS = ("flag_g", "rsv1", "rsv2", "rsv3", "flag_i", "rsv5", "rsv6", "rsv7", "rsv8", "flag_d",
               "rsv10", "rsv11", "flag_a", "rsv13", "rsv14", "rsv15")  # fmt: skip
GENEVE_FLAGS = ("oam", "critical", "rsv2", "rsv3", "rsv4", "rsv5", "rsv6", "rsv7")


def geneve_option_kind(item: Proto) -> int:
    return number(item.all("geneve.option.class")[0]) << 8 | number(item.all("geneve.option.type")[0])


FIELDS = {
    "GRE": Layer(
        ("gre",),
        {
            "flags": bits("gre.flags_and_version", 0xF800),
            **flags("gre.flags_and_version", *GRE_FLAGS, below=11),
            "recursion": "gre.flags.recursion_control",
            "flags_v1": "gre.flags.ack",
            "has_ack": "gre.flags.ack",
            "_reserved_v1": Field(
                ("gre.flags_and_version",), read=lambda it: number(it) >> 3 & 0xF, shared=True
            ),
            "_reserved": Field(("gre.flags.reserved",), shared=True),
            "_version": "gre.flags.version",
            "_proto": "gre.proto",
            "_checksum": "gre.checksum",
            "offset": "gre.offset",
            "key": "gre.key",
            "_payload_length": "gre.key.payload_length",
            "call_id": "gre.key.call_id",
            "sequence_number": "gre.sequence_number",
            "ack_number": "gre.ack_number",
            "routing": Flat({EVERY: {KIND: "gre.routing.address_family", **named("gre.routing.", *ROUTE)}}),
        },
        checksum="gre.checksum.status",
    ),
    "VXLAN": Layer(
        ("vxlan",),
        {
            "flags": "vxlan.flags",
            **flags("vxlan.flags", *VXLAN_FLAGS),
            "gbp": "vxlan.gbp",
            "vni": "vxlan.vni",
            "reserved8": "vxlan.reserved8",
        },
    ),
    "GENEVE": Layer(
        ("geneve",),
        {
            "_version": "geneve.version",
            "_opt_len": Field(("geneve.option.length",), brought=times(4)),
            "flags": "geneve.flags",
            **flags("geneve.flags", *GENEVE_FLAGS),
            "_proto_type": "geneve.proto_type",
            "vni": "geneve.vni",
            "reserved": "geneve.reserved",
            "options": Items(
                "geneve.option.type",
                skip=4,
                read=geneve_option_kind,
                fields={
                    EVERY: {
                        "option_class": "geneve.option.class",
                        "type": "geneve.option.type",
                        "critical": "geneve.option.type.critical",
                        "flags": "geneve.option.flags",
                        "length": Field(("geneve.option.length",), read=lambda it: raw_number(it) & 0x1F),
                    }
                },
            ),
        },
    ),
    "GTP": Layer(
        ("gtp",),
        {
            "_version": "gtp.flags.version",
            "flags": bits("gtp.flags", 0x1F),
            **flags("gtp.flags", "pt", "reserved", "e", "s", "pn"),
            "message": "gtp.message",
            "_length": "gtp.length",
            "teid": "gtp.teid",
            "seq_number": "gtp.seq_number",
            "npdu_number": "gtp.npdu_number",
            "_ext_hdr_next": "gtp.ext_hdr.next",
            "ext_hdrs": Items(
                "gtp.ext_hdr.length",
                skip=None,
                told="gtp.ext_hdr.next",
                fields={
                    EVERY: {"length": "gtp.ext_hdr.length"},
                    "long_pdcp_pdu_number_x2": {"long_pdcp_sn": Unnamed("tshark does not know it")},
                    "service_class_indicator": {"service_class": Unnamed("tshark does not know it")},
                    "udp_port": named("gtp.ext_hdr.", "udp_port"),
                    "long_pdcp_pdu_number": named("gtp.ext_hdr.", "long_pdcp_sn"),
                    "pdu_session_container": {
                        **named("gtp.ext_hdr.pdu_ses_con.", "pdu_type", "qos_flow_id"),
                        **named("gtp.ext_hdr.pdu_ses_cont.", "ppp", "rqi", "ppi"),
                    },
                    "pdcp_pdu_number": named("gtp.ext_hdr.", "pdcp_sn"),
                },
            ),
        },
    ),
}
