"""Tunnels."""

from __future__ import annotations

from tshark.entries import Items, Layer

FIELDS = {
    "GRE": Layer(
        ("gre",),
        {
            "flags": "gre.flags_and_version",
            "proto": "gre.proto",
            "checksum": "gre.checksum",
            "offset": "gre.offset",
            "key": "gre.key",
            "sequence_number": "gre.sequence_number",
        },
    ),
    "VXLAN": Layer(
        ("vxlan",),
        {
            "flags": "vxlan.flags",
            "gbp": "vxlan.gbp",
            "vni": "vxlan.vni",
            "reserved8": "vxlan.reserved8",
        },
    ),
    "GENEVE": Layer(
        ("geneve",),
        {
            "version": "geneve.version",
            "flags": "geneve.flags",
            "oam": "geneve.flags.oam",
            "critical": "geneve.flags.critical",
            "proto_type": "geneve.proto_type",
            "vni": "geneve.vni",
            "option_list": Items("geneve.option.type", skip=4),
        },
    ),
    "GTP": Layer(
        ("gtp",),
        {
            "flags": "gtp.flags",
            "message": "gtp.message",
            "length": "gtp.length",
            "teid": "gtp.teid",
            "seq_number": "gtp.seq_number",
            "npdu_number": "gtp.npdu_number",
            "next": "gtp.next",
        },
    ),
}
