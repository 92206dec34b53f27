"""ICMP and IGMP, and what ICMPv6 shares with them."""

from __future__ import annotations

from tshark.entries import EVERY, Each, Field, Flat, Items, Layer, Quoted, Unnamed, named, number, spanning

UNDECODED = Unnamed("tshark decodes nothing of this type of message")

INTERFACE = {
    "role": "icmp.int_info.role",
    "ifindex": "icmp.int_info.index",
    "afi": "icmp.int_info.afi",
    "ipv4": "icmp.int_info.ipv4",
    "ipv6": "icmp.int_info.ipv6",
    "if_name": Unnamed("shown of some objects only; the object's value is compared"),
    "mtu": "icmp.int_info.mtu",
}
INTERFACE_IDENTIFICATION = {
    "if_name": Unnamed("tshark shows its text; the object's value is compared"),
    "ifindex": "icmp.int_ident.index",
    **named("icmp.int_ident.", "afi", "addr_length", "ipv4", "ipv6"),
}
EXTENSIONS = {
    "ext_version": "icmp.ext.version",
    "_ext_checksum": "icmp.ext.checksum",
    "extension_list": Items(
        "icmp.ext.class",
        skip=4,
        fields={
            EVERY: {"length": "icmp.ext.length", "ctype": "icmp.ext.ctype"},
            "mpls_label_stack": {
                "stack": Items(
                    "icmp.mpls.label",
                    skip=0,
                    read=lambda _: 0,  # they have no kind
                    fields={"label": named("icmp.mpls.", "label", "exp", "s", "ttl")},
                )
            },
            "interface_information": INTERFACE,
            "interface_identification": INTERFACE_IDENTIFICATION,
        },
    ),
}


def extended_echo(protocol: str) -> dict:
    return {
        "ext_echo_local": f"{protocol}.ext.echo.req.local",
        **{f"ext_echo_{it}": f"{protocol}.ext.echo.rsp.{it}" for it in ("state", "active", "ipv4", "ipv6")},
    }


FIELDS = {
    "ICMP": Layer(
        ("icmp",),
        {
            "type": "icmp.type",
            "code": "icmp.code",
            "_checksum": "icmp.checksum",
            "ident": Field(("icmp.ident",), shared=True),
            "seq": "icmp.seq",
            "redir_gw": "icmp.redir_gw",
            "pointer": "icmp.pointer",
            "pointer_unused": spanning(5, 3),
            "unused": spanning(4, 4),
            "originate": "icmp.originate_timestamp",
            "receive": "icmp.receive_timestamp",
            "transmit": "icmp.transmit_timestamp",
            "addressmask": "icmp.address_mask",
            "mtu": "icmp.mtu",
            "_length": Field(("icmp.length",), without=0),
            "error_pointer": UNDECODED,
            "quoted": Quoted(),
            "num_addrs": "icmp.num_addrs",
            "addr_entry_size": "icmp.addr_entry_size",
            "lifetime": "icmp.lifetime",
            "router_list": Flat({"router": named("icmp.", "router_address", "pref_level")}),
            "mip_list": Items(
                "icmp.mip.type",
                read=lambda extension: number(extension.all("icmp.mip.type")[0]),
                fields={
                    "mobility_agent": {
                        **named("icmp.mip.", "seq", "life", "flags"),
                        "coa": Each(("icmp.mip.coa",)),
                    },
                    "prefix_lengths": {"prefixlength": Each(("icmp.mip.prefixlength",), read=number)},
                },
            ),
            "ext_ident": Field(("icmp.ident",), shared=True),
            "ext_seq": "icmp.ext.echo.seq",
            **extended_echo("icmp"),
            **EXTENSIONS,
            **dict.fromkeys(
                ("outbound_hops", "return_hops", "link_speed", "link_mtu", "name_ttl", "domain_names",
                 "subtype"), UNDECODED
            ),
        },
        checksum="icmp.checksum.status",
    ),
    "IGMP": Layer(
        ("igmp",),
        {
            "type": "igmp.type",
            "version": "igmp.version",
            "max_resp": "igmp.max_resp",
            "_checksum": "igmp.checksum",
            "maddr": Field(("igmp.maddr",), shared=True),
            "s": "igmp.s",
            "qrv": "igmp.qrv",
            "qqic": "igmp.qqic",
            "num_src": Field(("igmp.num_src",), shared=True),
            "saddr": Each(("igmp.saddr",), shared=True),
            "num_grp_recs": "igmp.num_grp_recs",
            "record_list": Items(
                "igmp.record_type",
                skip=8,
                fields={
                    EVERY: {
                        **named("igmp.", "aux_data_len", "num_src", "maddr", "aux_data"),
                        "saddr": Each(("igmp.saddr",)),
                    }
                },
            ),
        },
        checksum="igmp.checksum.status",
    ),
}  # fmt: skip
