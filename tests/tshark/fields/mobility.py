"""Mobile IPv6's header and options. tshark has a name of its own in each type of message."""

from __future__ import annotations

from tshark.entries import Field, Items, Layer, Unnamed, either, first_byte, named, raw, raw_number

# Fast updates (type 8) and their acknowledgements (9) have fewer flags in tshark: see tshark.explained.
ONE_BY_ONE = Unnamed("tshark shows the flags one by one, and so they are compared")


def first(*places: str, name: str) -> Field:
    return either(*(f"mip6.{place}.{name}" for place in places))


OPTIONS = Items(
    named="mip6.options.",
    labelled="Unknown (0x",
    read=first_byte,
    fields={
        "binding_refresh_advice": named("mip6.bra.", "interval"),
        "alternate_care_of_address": named("mip6.acoa.", "acoa"),
        "nonce_indices": named("mip6.ni.", "hni", "cni"),
        "authorization_data": named("mip6.bad.", "auth"),
        "mobile_network_prefix": named("mip6.nemo.mnp.", "pfl", "mnp"),
        "link_layer_address": {
            "optcode": "mip6.lla.optcode",
            "lla": Unnamed("shown without its last bytes in 4.0; the option's value is compared"),
        },
        "mobile_node_identifier": {
            "subtype": "mip6.mnid.subtype",
            "identifier": Field(("mip6.mnid.identifier",), read=raw),
        },
        "authentication": {
            "subtype": "mip6.auth.subtype",
            "mobility_spi": Field(("mip6.auth.mobility_spi",), read=raw_number),
            "auth_data": Unnamed("shown without its last bytes in 4.0; the option's value is compared"),
        },
    },
)

FIELDS = {
    "MIPV6": Layer(
        ("mipv6",),
        {
            **named("mip6.", "mhtype"),
            "_proto": "mip6.proto",
            "_hlen": Field(("mip6.hlen",), read=raw_number),
            "_reserved": "mip6.reserved",
            "_csum": "mip6.csum",
            "nindex": first("hot", "cot", name="nindex"),
            "cookie": first("hoti", "coti", "hot", "cot", name="cookie"),
            "token": "mip6.hot.token",
            "status": first("ba", "be", "fback", name="status"),
            "ba_flags": ONE_BY_ONE,
            "ba_k_flag": first("ba", "fback", name="k_flag"),
            "ba_r_flag": "mip6.nemo.ba.r_flag",
            **{f"ba_{flag}_flag": f"mip6.ba.{flag}_flag" for flag in "ptb"},
            "hb_flags": ONE_BY_ONE,
            "hb_u_flag": "mip6.hb.u_flag",
            "hb_r_flag": "mip6.hb.r_flag",
            "seqnr": first("bu", "ba", "fbu", "fback", "hb", "hi", "hack", name="seqnr"),
            "bu_flags": ONE_BY_ONE,
            **{f"{flag}_flag": first("bu", "fbu", name=f"{flag}_flag") for flag in "ahlkmpftb"},
            "r_flag": "mip6.nemo.bu.r_flag",
            "hi_flags": ONE_BY_ONE,
            "hi_s_flag": "mip6.hi.s_flag",
            "hi_u_flag": "mip6.hi.u_flag",
            "code": first("hi", "hack", name="code"),
            "lifetime": first("bu", "ba", "fbu", "fback", name="lifetime"),
            "haddr": "mip6.be.haddr",
            "data": Field(("mip6.unknown_type_data",), read=raw, shared=True),
            "option_list": OPTIONS,
        },
        checksum=Unnamed("tshark does not verify it"),
    ),
}
