"""Tunnels."""

from __future__ import annotations

from tshark.entries import EVERY, Field, Items, Layer, bits, flags, number, raw_number, times
from tshark.oracle import Proto

GRE_FLAGS = ("has_checksum", "has_routing", "has_key", "has_sequence", "strict_route")
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
            "routing": Items(
                "gre.routing.address_family",
                skip=None,
                fields={
                    EVERY: {
                        "sre_offset": "gre.routing.sre_offset",
                        "src_length": "gre.routing.src_length",
                        "information": "gre.routing.information",
                    }
                },
            ),
        },
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
            "flags": bits("gtp.flags", 0x1F),
            "message": "gtp.message",
            "length": "gtp.length",
            "teid": "gtp.teid",
            "seq_number": "gtp.seq_number",
            "npdu_number": "gtp.npdu_number",
            "next": "gtp.next",
        },
    ),
}
