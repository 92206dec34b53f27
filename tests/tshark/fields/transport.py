"""What IP carries to a port, and the bytes that are left."""

from __future__ import annotations

from tshark.entries import (
    PADDING,
    Each,
    Field,
    Items,
    Layer,
    Unnamed,
    bits,
    either,
    flags,
    named,
    number,
    on_the_wire,
    raw,
    raw_number,
    times,
)

UNKNOWN = Unnamed("tshark does not know the option; its value is compared")
MPTCP_PLAIN = (
    "subtype", "version", "flags", "sendkey", "recvkey", "recvtok", "sendtrunchmac", "sendrand", "sendhmac",
    "rawdataack", "rawdataseqno", "subflowseqno", "datalvllen", "ipver", "echo", "addrid", "ipv4",
    "ipv6", "port", "addaddrtrunchmac", "rst_reason",
)  # fmt: skip
MPTCP_FLAGS = ("extensibility", "nomoresubflows", "backup", "datafin", "dseqn8", "dseqnpresent", "dataack8",
               "dataackpresent")  # fmt: skip
MPTCP = {
    **named("tcp.options.mptcp.", *MPTCP_PLAIN),
    **{flag: f"tcp.options.mptcp.{flag}.flag" for flag in MPTCP_FLAGS},
    "checksum": Unnamed("tshark shows it where it knows the connection"),
    "checksumreq": "tcp.options.mptcp.checksumreq.flags",
    "hmac_flag": either("tcp.options.mptcp.sha1.flag", "tcp.options.mptcp.sha256.flag"),
    "addrids": Each(("tcp.options.mptcp.addrid",), read=number),
    "reset_flags": bits("tcp.options.mptcp.flags", 0xF),
    "transient": "tcp.options.mptcp.flag_T.flag",
}

COOKIE = Field(("tcp.options.tfo.cookie",), without=b"")
EXPERIMENT = {"exid": "tcp.options.experimental.exid", "cookie": COOKIE}

TCP_OPTIONS = Items(
    "tcp.option_kind",
    length=Field(("tcp.option_len",), brought=lambda length: length + 2),
    ends=(0,),
    fields={
        "mss": {"mss": "tcp.options.mss_val"},
        "window_scale": {"shift": "tcp.options.wscale.shift"},
        "sack": {"edges": Each(("tcp.options.sack_le", "tcp.options.sack_re"), read=number)},
        "echo": named("tcp.options.", "echo_value"),
        "echo_reply": named("tcp.options.", "echo_value"),
        "timestamps": named("tcp.options.timestamp.", "tsval", "tsecr"),
        "partial_order_profile": dict.fromkeys(("start", "end"), UNKNOWN),
        **dict.fromkeys(("cc", "cc_new", "cc_echo"), named("tcp.options.", "cc_value")),
        "alternate_checksum_request": {"checksum": UNKNOWN},
        "md5": named("tcp.options.md5.", "digest"),
        "scps": {
            **named("tcp.options.scps.", "vector", "binding"),
            **named("tcp.options.scpsflags.", "bets", "snack1", "snack2", "compress", "nlts"),
        },
        "snack": named("tcp.options.snack.", "offset", "size"),
        "quick_start": {
            **named("tcp.options.qs.", "rate", "ttl_diff"),
            "nonce": Unnamed("tshark shows none of TCP's; the option's value is compared"),
        },
        "user_timeout": {
            "granularity": "tcp.options.user_to_granularity",
            "timeout": "tcp.options.user_to_val",
        },
        "tcp_ao": named(
            "tcp.options.ao.", "keyid", "rnextkeyid", mac=Field(("tcp.options.ao.mac",), without=b"")
        ),
        "mptcp": MPTCP,
        "fast_open": {"cookie": COOKIE},
        "accurate_ecn_0": named("tcp.options.acc_ecn.", "ee0b", "eceb", "ee1b"),
        "accurate_ecn_1": named("tcp.options.acc_ecn.", "ee0b", "eceb", "ee1b"),
        "experiment_1": EXPERIMENT,
        "experiment_2": EXPERIMENT,
    },
)

FIELDS = {
    "Payload": Layer(("data",), {"data": either("data.data", "tcp.payload", "udp.payload", read=raw)}),
    "TCP": Layer(
        ("tcp",),
        {
            "srcport": "tcp.srcport",
            "dstport": "tcp.dstport",
            "_seq": either("tcp.seq_raw", "tcp.seq"),
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
}
