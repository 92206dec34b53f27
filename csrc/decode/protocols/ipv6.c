/* IPv6's fixed header.
 * RFC 8200. */
#include "../number_names.h"
#include "../protocol.h"

enum { HEADER_LENGTH = 40 };

static enum measure_result ipv6_measure(struct bytes_view bytes, struct measurement *result)
{
    uint16_t payload_length = view_u16(bytes, 4);
    if (view_u8(bytes, 0) >> 4 != 6)
        return MEASURE_BAD_VERSION;
    result->header_length = HEADER_LENGTH;
    if (payload_length != 0) /* 0 for a jumbogram (RFC 2675), or where the card is left to segment */
        result->total_length = HEADER_LENGTH + (uint32_t)payload_length;
    result->selector = SELECT_IP_PROTOCOL;
    result->next = view_u8(bytes, 6);
    return MEASURE_OK;
}

static void ipv6_give_addresses(struct bytes_view header, struct addresses *addresses)
{
    addresses->source = view_first(view_from(header, 8), 16);
    addresses->destination = view_first(view_from(header, 24), 16);
}

static const struct binding ipv6_bindings[] = {
    {SELECT_ETHERTYPE, 0x86dd},    {SELECT_IP_VERSION, 6}, {SELECT_LINK_TYPE, 229}, /* LINKTYPE_IPV6 */
    {SELECT_PPP_PROTOCOL, 0x0057},                                                  /* RFC 5072 */
    {SELECT_IP_PROTOCOL, 41}, /* IPv6 in IP (RFC 2473, 4213) */
};

static const char *const ds_flags[] = {"ect", "ecn_ce"};

static const struct field ipv6_fields[] = {
    {"_version", "Version", "6 (RFC 8200 3)", FIELD_UINT, .bits = {0, 4}},
    {"dscp", "dscp", "Differentiated services code point (RFC 2474 3)", FIELD_UINT, .bits = {4, 6}},
    {"ds", "TOS", "Explicit congestion notification (RFC 3168 5)", FIELD_FLAGS, .bits = {10, 2},
     .flag_names = ds_flags},
    {"_flow_label", "Flow label", "Tells the packets of one flow (RFC 8200 6)", FIELD_UINT, .bits = {12, 20}},
    {"_payload", "Pay Load", "Bytes behind this header; 0 for a jumbogram (RFC 8200 3)", FIELD_UINT,
     .bits = {32, 16}},
    {"_nxt_hdr", "Next header", "IANA protocol number of what follows (RFC 8200 3)", FIELD_UINT,
     .bits = {48, 8}, .names = &ip_protocol_names},
    {"_hop_limit", "Hop Limit", "Hops that are left (RFC 8200 3)", FIELD_UINT, .bits = {56, 8}},
    {"src", "Source Address", "Address of the sender, as RFC 5952 writes it (RFC 8200 3)", FIELD_IPV6,
     .bits = {64, 128}, .in_summary = true},
    {"dst", "Destination Address", "Address of the receiver, as RFC 5952 writes it (RFC 8200 3)", FIELD_IPV6,
     .bits = {192, 128}, .in_summary = true},
    {"ecn", "ECN", "Explicit congestion notification (RFC 3168 5)", FIELD_UINT, .bits = {10, 2},
     .hidden = true},
};

const struct protocol protocol_ipv6 = {
    .name = "IPV6",
    .doc = "Internet Protocol, version 6: the fixed header (RFC 8200).",
    .osi_layer = 3,
    .min_header = HEADER_LENGTH,
    .measure = ipv6_measure,
    .bindings = ROWS(ipv6_bindings),
    .fields = ROWS(ipv6_fields),
    .give_addresses = ipv6_give_addresses,
};
