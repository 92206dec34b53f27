"""ICMP, ICMPv6 and IGMP."""

from __future__ import annotations

from tshark.entries import Field, Layer, either, raw_number

FIELDS = {
    "ICMP": Layer(
        ("icmp",),
        {
            "type": "icmp.type",
            "code": "icmp.code",
            "_checksum": "icmp.checksum",
            "ident": "icmp.ident",
            "seq": "icmp.seq",
            "redir_gw": "icmp.redir_gw",
            "pointer": "icmp.pointer",
            "pointer_unused": Field(("icmp.unused",), read=raw_number, shared=True),
            "unused": Field(("icmp.unused",), read=raw_number, shared=True),
            "originate": "icmp.originate_timestamp",
            "receive": "icmp.receive_timestamp",
            "transmit": "icmp.transmit_timestamp",
            "addressmask": "icmp.address_mask",
        },
        checksum="icmp.checksum.status",
    ),
    "ICMPV6": Layer(
        ("icmpv6",),
        {
            "type": "icmpv6.type",
            "code": "icmpv6.code",
            "_checksum": "icmpv6.checksum",
            "ident": "icmpv6.echo.identifier",
            "seq": "icmpv6.echo.sequence_number",
            "mtu": "icmpv6.mtu",
            "pointer": "icmpv6.pointer",
            "cur_limit": "icmpv6.nd.ra.cur_hop_limit",
            "m": "icmpv6.nd.ra.flag.m",
            "o": "icmpv6.nd.ra.flag.o",
            "life_time": "icmpv6.nd.ra.router_lifetime",
            "reachable_time": "icmpv6.nd.ra.reachable_time",
            "retrans_time": "icmpv6.nd.ra.retrans_timer",
            "r": "icmpv6.nd.na.flag.r",
            "s": "icmpv6.nd.na.flag.s",
            "o_na": "icmpv6.nd.na.flag.o",
            "target_addr": either(
                "icmpv6.nd.ns.target_address", "icmpv6.nd.na.target_address", "icmpv6.nd.rd.target_address"
            ),
            "dest_addr": "icmpv6.rd.na.destination_address",
            "unused": Field(("icmpv6.reserved",), read=raw_number, shared=True),
        },
        checksum="icmpv6.checksum.status",
    ),
    "IGMP": Layer(
        ("igmp",),
        {
            "type": "igmp.type",
            "max_resp": "igmp.max_resp",
            "checksum": "igmp.checksum",
            "maddr": "igmp.maddr",
            "s": "igmp.s",
            "qrv": "igmp.qrv",
            "qqic": "igmp.qqic",
            "num_src": "igmp.num_src",
            "num_grp_recs": "igmp.num_grp_recs",
        },
        checksum="igmp.checksum.status",
    ),
}
