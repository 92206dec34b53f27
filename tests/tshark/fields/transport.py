"""What IP carries to a port, and the bytes that are left."""

from __future__ import annotations

from tshark.entries import (
    PADDING,
    Each,
    Field,
    Items,
    Layer,
    bits,
    either,
    flags,
    number,
    on_the_wire,
    raw,
    raw_number,
    times,
)

TCP_OPTIONS = Items(
    "tcp.option_kind",
    length=Field(("tcp.option_len",), brought=lambda length: length + 2),
    ends=(0,),
    fields={
        "mss": {"mss": "tcp.options.mss_val"},
        "window_scale": {"shift": "tcp.options.wscale.shift"},
        "sack": {"edges": Each(("tcp.options.sack_le", "tcp.options.sack_re"), read=number)},
        "timestamps": {
            "tsval": "tcp.options.timestamp.tsval",
            "tsecr": "tcp.options.timestamp.tsecr",
        },
    },
)

FIELDS = {
    "Payload": Layer(("data",), {"data": either("data.data", "tcp.payload", "udp.payload", read=raw)}),
    "TCP": Layer(
        ("tcp",),
        {
            "srcport": "tcp.srcport",
            "dstport": "tcp.dstport",
            "_seq": "tcp.seq_raw",
            "_ack": "tcp.ack_raw",
            "_hdr_len": Field(("tcp.hdr_len",), brought=times(4)),
            "_reserved": bits("tcp.flags", 0xFC0),
            "flags": bits("tcp.flags", 0x3F),
            # With accurate ECN tshark takes these three for one counter.
            **flags("tcp.flags", "ns", "cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin"),
            "_window_size": "tcp.window_size_value",
            "_checksum": "tcp.checksum",
            "_urgent_pointer": "tcp.urgent_pointer",
            "options": Field(("tcp.options",), read=raw_number, without=0),
            "_padding": PADDING,
            "option_list": TCP_OPTIONS,
        },
        checksum="tcp.checksum.status",
    ),
    "UDP": Layer(
        ("udp",),
        {
            "srcport": "udp.srcport",
            "dstport": "udp.dstport",
            "_length": on_the_wire("udp.length"),
            "_checksum": "udp.checksum",
        },
        checksum="udp.checksum.status",
    ),
    "UDPLITE": Layer(
        ("udplite",),
        {
            "srcport": either("udp.srcport", "udplite.srcport"),
            "dstport": either("udp.dstport", "udplite.dstport"),
            "_coverage": either("udp.checksum_coverage", "udplite.checksum_coverage"),
            "_checksum": either("udp.checksum", "udplite.checksum"),
        },
        checksum="udp.checksum.status",
    ),
    "SCTP": Layer(
        ("sctp",),
        {
            "srcport": "sctp.srcport",
            "dstport": "sctp.dstport",
            "_verif_tag": "sctp.verification_tag",
            "_checksum": "sctp.checksum",
            "chunks": Items("sctp.chunk_type", skip=None),
        },
        checksum="sctp.checksum.status",
    ),
}
