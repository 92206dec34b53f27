"""The map from our fields to tshark's: a Layer for each protocol, an entry for each of its fields.

FIELDS["UDP"] = Layer(("udp",), {"srcport": "udp.srcport", ...}): the protocol's name as printed; the names
under which tshark lists the layer; then for every row of the field table, flags and hidden fields too, one
entry, of which tshark.entries has all kinds:

    "srcport": "udp.srcport"               tshark's field of that name, read in the type of our value
    "_hdr_len": Field(("ip.hdr_len",), brought=times(4))    ours in other units, or `read` otherwise
    "_type": either("eth.type", "eth.len")                  whichever tshark shows
    **flags("ip.flags", "rb", "df", "mf")                   named bits of one number
    "segments": Each(("ipv6.routing.srh.addr",))            a list of values
    "option_list": Items("tcp.option_kind", fields={"mss": {"mss": "tcp.options.mss_val"}})
    "src": Made(sll_src)                                    put together by a function
    "router_list": Flat({"router": {"pref_level": "icmp.pref_level"}})    a list that tshark shows flat
    "quoted": Quoted()                                      a packet in the packet
    "_padding": Unnamed("why")                              what tshark has no name for

A field of the table without an entry, an entry without a field, and a field of a list's item without an entry
fail a test. Behind the entries, checksum="udp.checksum.status" has `layer.checksum_ok` compared. Layers that
are not in the table yet may stand here. What tshark says otherwise, and why, is in tshark.explained."""

from __future__ import annotations

from tshark.fields import icmp, icmpv6, links, mobility, network, sctp, transport, tunnels

GROUPS = tuple(group.FIELDS for group in (links, network, mobility, icmp, icmpv6, transport, sctp, tunnels))
FIELDS = {name: layer for group in GROUPS for name, layer in group.items()}
