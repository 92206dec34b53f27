"""IP, IPv6 and its extension headers, and IPsec's."""

from __future__ import annotations

from tshark.entries import (
    EVERY,
    KIND,
    PADDING,
    Each,
    Field,
    Flat,
    Items,
    Layer,
    Made,
    Unnamed,
    bits,
    either,
    first_byte,
    flags,
    named,
    number,
    on_the_wire,
    raw,
    raw_number,
    times,
)
from tshark.oracle import Proto


def ip_options(proto: Proto) -> int:
    """A subtree that has a label but no name."""
    for field in proto.all(""):
        if field.get("show", "").startswith("Options: ("):
            return raw_number(field)
    return 0


TOS_FLAGS = ("precedence0", "precedence1", "precedence2", "delay", "throughput", "reliability",
             "reserved0", "reserved1")  # fmt: skip
QUICK_START = ("qs_func", "qs_rate", "qs_ttl", "qs_unused", "qs_nonce", "qs_reserved")
ROUTE = {
    "ptr": "ip.opt.ptr",
    "addr": Each(("ip.rec_rt", "ip.cur_rt", "ip.src_rt", "ip.empty_rt", "ip.dst")),
}
CIPSO_TAG = {
    KIND: "ip.cipso.tag_type",
    "sens_level": "ip.cipso.sensitivity_level",
    "categories": Unnamed("tshark shows them as text; the option's value is compared"),
}
IP_OPTIONS = Items(
    named="ip.options.",
    labelled="Unknown (",
    read=first_byte,
    length=Field(("ip.opt.len",), brought=lambda length: length + 2),
    ends=(0,),
    fields={
        "record_route": ROUTE,
        "mtu_probe": named("ip.opt.", "mtu"),
        "mtu_reply": named("ip.opt.", "mtu"),
        "quick_start": named("ip.opt.", *QUICK_START),
        "timestamp": {
            **named("ip.opt.", "ptr", "overflow", "flag"),
            "entries": Flat({EVERY: {"addr": "ip.opt.time_stamp_addr", "time_stamp": "ip.opt.time_stamp"}}),
        },
        "traceroute": named("ip.opt.", "id_number", "ohc", "rhc", "originator"),
        "security": {
            "sec_cl": either("ip.opt.sec_cl", "ip.opt.sec_rfc791_sec", read=lambda it: raw(it)[0]),
            "sec_prot_auth": Unnamed("tshark shows their bits; the option's value is compared"),
        },
        "loose_source_route": ROUTE,
        "extended_security": {
            "ext_sec_format": "ip.opt.ext_sec_add_sec_info_format_code",
            "ext_sec_info": "ip.opt.ext_sec_add_sec_info",
        },
        "cipso": {
            "doi": "ip.cipso.doi",
            "tags": Flat({EVERY: CIPSO_TAG}),
        },
        "stream_id": named("ip.opt.", "sid"),
        "strict_source_route": ROUTE,
        "router_alert": named("ip.opt.", "ra"),
    },
)
SEGMENTS = ("ipv6.routing.src.addr", "ipv6.routing.mipv6.home_address", "ipv6.routing.srh.addr")

RPL = {
    "rpl_flag": bits("ipv6.opt.rpl.flag", 0xE0),
    "rpl_instance_id": "ipv6.opt.rpl.instance_id",
    "rpl_sender_rank": "ipv6.opt.rpl.sender_rank",
}
IOAM = {
    "opt_type": "ipv6.opt.ioam.opt_type",
    "trace_ns": "ipv6.opt.ioam.trace.ns",
    "trace_nodelen": "ipv6.opt.ioam.trace.nodelen",
    "trace_flags": "ipv6.opt.ioam.trace.flags",
    "trace_remlen": "ipv6.opt.ioam.trace.remlen",
    "trace_type": "ipv6.opt.ioam.trace.type",
    "trace_data": Unnamed("tshark shows what each node wrote"),
}
IPV6_OPTIONS = Items(
    "ipv6.opt.type",
    length=Field(("ipv6.opt.length",)),
    fields={
        "tunnel_encapsulation_limit": {"tel": "ipv6.opt.tel"},
        "router_alert": {"router_alert": "ipv6.opt.router_alert"},
        "calipso": {
            "doi": "ipv6.opt.calipso.doi",
            "cmpt_length": "ipv6.opt.calipso.cmpt.length",
            "sens_level": "ipv6.opt.calipso.sens_level",
            "checksum": "ipv6.opt.calipso.checksum",
            "cmpt_bitmap": "ipv6.opt.calipso.cmpt_bitmap",
        },
        "pdm": {
            name: f"ipv6.opt.pdm.{name}"
            for name in ("scale_dtlr", "scale_dtls", "psn_this_pkt", "psn_last_recv", "delta_last_recv",
                         "delta_last_sent")
        },
        "quick_start": named("ipv6.opt.", *QUICK_START),
        "rpl": dict.fromkeys(RPL, Unnamed("tshark 4.0 knows the old number alone")),
        "rpl_old": RPL,
        "path_mtu": {
            "pmtu_min": "ipv6.opt.pmtu.min",
            "pmtu_rtn": "ipv6.opt.pmtu.rtn",
            "pmtu_r_flag": "ipv6.opt.pmtu.r_flag",
        },
        "ioam": IOAM,
        "ioam_destination": IOAM,
        "mpl": {
            "mpl_seed_length": "ipv6.opt.mpl.flag.s",
            "mpl_flag": bits("ipv6.opt.mpl.flag", 0x30),
            "mpl_sequence": "ipv6.opt.mpl.sequence",
            "mpl_seed_id": "ipv6.opt.mpl.seed_id",
        },
        "ilnp_nonce": {"ilnp_nonce": "ipv6.opt.ilnp_nonce"},
        "line_identification": {
            "lio_length": "ipv6.opt.lio.length",
            "lio_line_id": Field(("ipv6.opt.lio.line_id",), read=raw),
        },
        "jumbo_payload": {"jumbo": "ipv6.opt.jumbo"},
        "home_address": {"home_address": "ipv6.opt.mipv6.home_address"},
        "ip_dff": {
            "dff_ver": "ipv6.opt.dff.flag.ver",
            "dff_flags": bits("ipv6.opt.dff.flags", 0x30),
            "dff_sequence": "ipv6.opt.dff.sequence_number",
        },
    },
)  # fmt: skip

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
            "dscp": "ip.dsfield.dscp",
            "ecn": "ip.dsfield.ecn",
            "option_list": IP_OPTIONS,
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
            "ecn": "ipv6.tclass.ecn",
            "_flow_label": "ipv6.flow",
            "_payload": on_the_wire("ipv6.plen"),
            "_nxt_hdr": "ipv6.nxt",
            "_hop_limit": "ipv6.hlim",
            "src": "ipv6.src",
            "dst": "ipv6.dst",
        },
    ),
    "HOPOPTS": Layer(
        ("ipv6.hopopts",),
        {"_nxt": "ipv6.hopopts.nxt", "_len": "ipv6.hopopts.len", "option_list": IPV6_OPTIONS},
    ),
    "DSTOPTS": Layer(
        ("ipv6.dstopts",),
        {"_nxt": "ipv6.dstopts.nxt", "_len": "ipv6.dstopts.len", "option_list": IPV6_OPTIONS},
    ),
    "ROUTING": Layer(
        ("ipv6.routing",),
        {
            "_nxt": "ipv6.routing.nxt",
            "_len": "ipv6.routing.len",
            "type": "ipv6.routing.type",
            "segleft": "ipv6.routing.segleft",
            "_reserved": either("ipv6.routing.src.reserved", "ipv6.routing.mipv6.reserved", read=raw_number),
            "last_entry": "ipv6.routing.srh.last_entry",
            "flags": "ipv6.routing.srh.flags",
            "tag": Field(("ipv6.routing.srh.tag",), read=raw_number),
            "cmpri": "ipv6.routing.rpl.cmprI",
            "cmpre": "ipv6.routing.rpl.cmprE",
            "pad": "ipv6.routing.rpl.pad",
            "_rpl_reserved": "ipv6.routing.rpl.reserved",
            "rpl_addresses": Unnamed("tshark shows them one by one, and made whole"),
            "addr": Each(SEGMENTS),
            "tlvs": Unnamed("tshark 4.0 leaves them undecoded"),
            "crh16_sid": Each(("ipv6.routing.crh16.current_sid", "ipv6.routing.crh16.sid"), read=number),
            "crh32_sid": Each(("ipv6.routing.crh32.current_sid", "ipv6.routing.crh32.sid"), read=number),
            "unknown_data": "ipv6.routing.unknown_data",
        },
    ),
    "FRAGHDR": Layer(
        ("ipv6.fraghdr",),
        {
            "_nxt": "ipv6.fraghdr.nxt",
            "_reserved_octet": "ipv6.fraghdr.reserved_octet",
            "offset": "ipv6.fraghdr.offset",
            "_reserved_bits": "ipv6.fraghdr.reserved_bits",
            "more": "ipv6.fraghdr.more",
            "_ident": "ipv6.fraghdr.ident",
        },
    ),
    "AH": Layer(
        ("ah",),
        {
            "_next_header": "ah.next_header",
            "_length": Field(("ah.length",), read=raw_number),
            "_reserved": Field(("ah.reserved",), read=raw_number),
            "spi": "ah.spi",
            "sequence": "ah.sequence",
            "icv": "ah.icv",
        },
    ),
    "ESP": Layer(("esp",), {"spi": "esp.spi", "sequence": "esp.sequence"}),
}
