"""ICMPv6: its messages, and Neighbor Discovery's options."""

from __future__ import annotations

from tshark.entries import (
    EVERY,
    Each,
    Entry,
    Field,
    Flat,
    Items,
    Layer,
    Made,
    Quoted,
    Unnamed,
    either,
    mac,
    named,
    raw,
    raw_number,
    spanning,
)
from tshark.fields.icmp import EXTENSIONS, extended_echo
from tshark.oracle import Proto


def option(*names: str, under: str = "", **others: Entry | str) -> dict:
    return named(f"icmpv6.opt.{under}", *names, **others)


def names_of(option: Proto) -> bytes | None:
    """Each name that tshark shows, and the zeros behind them; None where they are too many for padding."""
    padding = sum(int(one.get("size", 0)) for one in option.all("icmpv6.opt.padding"))
    return b"".join(map(raw, option.all("icmpv6.opt.dnssl"))) + bytes(padding) if padding < 8 else None


LINK_ADDRESS = {"linkaddr": Field(("icmpv6.opt.linkaddr",), read=mac)}
ADDRESSES = {"addresses": Each(("icmpv6.opt.ipv6_address",))}
PREFIX_LENGTH = "icmpv6.opt.prefix.length"

OPTIONS = Items(
    "icmpv6.opt.type",
    fields={
        "source_link_address": LINK_ADDRESS,
        "target_link_address": LINK_ADDRESS,
        "prefix_information": option(
            prefix_length=PREFIX_LENGTH,
            **{flag: f"icmpv6.opt.prefix.flag.{flag}" for flag in "lar"},
            valid_lifetime="icmpv6.opt.prefix.valid_lifetime",
            pref_lifetime="icmpv6.opt.prefix.preferred_lifetime",
            prefix="icmpv6.opt.prefix",
        ),
        "redirected_header": {"packet": Unnamed("tshark shows its layers")},
        "mtu": option("mtu"),
        "nbma_shortcut_limit": option("shortcut_limit", under="nbma."),
        "advertisement_interval": {"interval": "icmpv6.opt.advertisement_interval"},
        "home_agent_information": option("preference", "lifetime", under="home_agent_"),
        "source_address_list": ADDRESSES,
        "target_address_list": ADDRESSES,
        "cga": option("pad_length", under="cga."),
        "rsa_signature": option("key_hash", under="rsa."),
        "timestamp": {"timestamp": Field(("icmpv6.opt.timestamp",), read=raw_number)},
        "nonce": option("nonce"),
        "trust_anchor": option("name_type", pad_length="icmpv6.opt.cga.pad_length"),
        "certificate": {"cert_type": Unnamed("tshark shows the certificate alone")},
        "ip_address_prefix": option(
            "option_code", under="ipa.", prefix_length="icmpv6.opt.ipa.prefix_len",
            address="icmpv6.opt.ipa.ipv6_address",
        ),
        "new_router_prefix": option(
            "option_code", under="nrpi.", prefix_length="icmpv6.opt.nrpi.prefix_len",
            address="icmpv6.opt.nrpi.prefix",
        ),
        "link_address": option("option_code", under="lla."),
        "advertisement_ack": option("option_code", "status", under="naack."),
        "mobility_anchor_point": option(
            "distance", "preference", "valid_lifetime", under="map.", r="icmpv6.opt.map.flag.r",
            address="icmpv6.opt.map.global_address",
        ),
        "route_information": {
            "prefix_length": PREFIX_LENGTH,
            "prf": "icmpv6.opt.route_info.flag.route_preference",
            "lifetime": "icmpv6.opt.route_lifetime",
            "prefix_bytes": Field(("icmpv6.opt.prefix",), read=raw, without=b""),
            "prefix": "icmpv6.opt.prefix",
        },
        "rdnss": {"lifetime": "icmpv6.opt.rdnss.lifetime", "addresses": Each(("icmpv6.opt.rdnss",))},
        "flags_expansion": {
            "flags": Field(("icmpv6.opt.efo",), read=raw_number, brought=lambda flags: flags >> 32)
        },
        "dnssl": {"lifetime": "icmpv6.opt.dnssl.lifetime", "domain_names": Made(names_of)},
        "proxy_signature": option("key_hash", under="ps."),
        "address_registration": option(
            "status", "eui64", under="aro.", lifetime="icmpv6.opt.aro.registration_lifetime"
        ),
        "6lowpan_context": option(
            "context_length", "valid_lifetime", under="6co.", c="icmpv6.opt.6co.flag.c",
            cid="icmpv6.opt.6co.flag.cid",
            prefix_bytes=Field(("icmpv6.opt.6co.context_prefix",), read=raw),
        ),
        "authoritative_border_router": option(
            "version_low", "version_high", "valid_lifetime", under="abro.",
            address="icmpv6.opt.abro.6lbr_address",
        ),
        "6lowpan_capability": {"flags": Unnamed("tshark shows one of the flags")},
        "captive_portal": {"uri": Field(("icmpv6.opt.captive_portal",), read=raw)},
        "pref64": {
            "scaled_lifetime": "icmpv6.opt.pref64.scaled_lifetime",
            "plc": "icmpv6.opt.pref64.plc",
            "prefix_bytes": Field(("icmpv6.opt.pref64.prefix",), read=raw),
        },
    },
)  # fmt: skip

RECORD = {
    "aux_data_len": "icmpv6.mldr.mar.aux_data_len",
    "num_src": "icmpv6.mldr.mar.nb_sources",
    "maddr": "icmpv6.mldr.mar.multicast_address",
    "saddr": Each(("icmpv6.mldr.mar.source_address",)),
    "aux_data": "icmpv6.mldr.mar.auxiliary_data",
}
IDENTIFIERS = ("icmpv6.echo.identifier", "icmpv6.mip6.identifier", "icmpv6.send.identifier",
               "icmpv6.fmip6.identifier")  # fmt: skip

FIELDS = {
    "ICMPV6": Layer(
        ("icmpv6",),
        {
            **named("icmpv6.", "type", "code", "mtu", "pointer", _checksum="icmpv6.checksum"),
            "ident": either(*IDENTIFIERS, shared=True),
            "seq": "icmpv6.echo.sequence_number",
            "cur_limit": "icmpv6.nd.ra.cur_hop_limit",
            **named("icmpv6.nd.ra.flag.", "m", "o", "h", "prf", "p"),
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
            "unused": spanning(4, 4),
            "option_list": OPTIONS,
            "_length": Field(("icmpv6.length",), without=0),
            "quoted": Quoted(),
            **EXTENSIONS,
            "mld_version": Unnamed("tshark shows the fields of that version"),
            "max_resp": either("icmpv6.mld.maximum_response_delay", "icmpv6.mld.maximum_response_code"),
            "maddr": "icmpv6.mld.multicast_address",
            "mld_s": "icmpv6.mld.flag.s",
            "qrv": "icmpv6.mld.flag.qrv",
            "qqi": "icmpv6.mld.qqi",
            "num_src": "icmpv6.mld.nb_sources",
            "saddr": Each(("icmpv6.mld.source_address",)),
            "num_records": "icmpv6.mldr.nb_mcast_records",
            "record_list": Items("icmpv6.mldr.mar.record_type", skip=20, fields={EVERY: RECORD}),
            "ext_ident": either(*IDENTIFIERS, shared=True),
            "ext_seq": "icmpv6.ext.echo.seq",
            **extended_echo("icmpv6"),
            "rr_seq": "icmpv6.rr.sequence_number",
            "rr_segment": "icmpv6.rr.segment_number",
            "rr_flags": "icmpv6.rr.flag",
            "rr_maxdelay": "icmpv6.rr.maxdelay",
            "rr_body": Unnamed("tshark shows its parts"),
            "qtype": "icmpv6.ni.qtype",
            "ni_flags": "icmpv6.ni.flag",
            "ni_nonce": "icmpv6.ni.nonce",
            "ni_data": Unnamed("tshark shows its parts"),
            "home_agents": Each(("icmpv6.mip6.home_agent_address",)),
            "mip6_m": "icmpv6.mip6.flag.m",
            "mip6_o": "icmpv6.mip6.flag.o",
            "all_components": "icmpv6.send.all_components",
            "component": "icmpv6.send.component",
            "subtype": "icmpv6.fmip6.subtype",
            "query_interval": "icmpv6.mcast_ra.query_interval",
            "robustness": "icmpv6.mcast_ra.robustness_variable",
            "num_locs": "icmpv6.ilnp.nb_locs",
            "locator_list": Flat({"locator": named("icmpv6.ilnp.nb_", "locator", "preference", "lifetime")}),
            "status": "icmpv6.6lowpannd.da.status",
            "reg_lifetime": "icmpv6.6lowpannd.da.lifetime",
            "eui64": "icmpv6.6lowpannd.da.eui64",
            "reg_addr": "icmpv6.6lowpannd.da.reg_addr",
        },
        checksum="icmpv6.checksum.status",
    ),
}
