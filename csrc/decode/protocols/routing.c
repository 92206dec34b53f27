/* IPv6's routing header: the type says what follows the first four bytes.
 * RFC 8200 4.4; type 0 RFC 2460 4.4, 2 RFC 6275 6.4, 3 RFC 6554, 4 RFC 8754, 5 and 6 RFC 9631. */
#include "../item_list.h"
#include "../number_names.h"
#include "../protocol.h"

enum {
    MIN_HEADER = 8,
    ADDRESSES_OFFSET = 8,
    ADDRESS_LENGTH = 16,
};

enum routing_type {
    SOURCE_ROUTE = 0,
    MOBILE_IPV6 = 2,
    RPL_SOURCE_ROUTE = 3,
    SEGMENT_ROUTING = 4,
    COMPACT_16 = 5,
    COMPACT_32 = 6,
};

static bool has_type(struct bytes_view header, enum routing_type type)
{
    return view_u8(header, 2) == type;
}

static bool has_reserved(struct bytes_view header)
{
    return has_type(header, SOURCE_ROUTE) || has_type(header, MOBILE_IPV6);
}

static bool is_rpl(struct bytes_view header)
{
    return has_type(header, RPL_SOURCE_ROUTE);
}

static bool is_segment_routing(struct bytes_view header)
{
    return has_type(header, SEGMENT_ROUTING);
}

static bool is_compact_16(struct bytes_view header)
{
    return has_type(header, COMPACT_16);
}

static bool is_compact_32(struct bytes_view header)
{
    return has_type(header, COMPACT_32);
}

static bool has_addresses(struct bytes_view header)
{
    return has_reserved(header) || is_segment_routing(header);
}

static bool has_unknown_data(struct bytes_view header)
{
    return !has_addresses(header) && !is_rpl(header) && !is_compact_16(header) && !is_compact_32(header);
}

/* Segments end where their header says, TLVs follow; other types have nothing but addresses. */
static struct bit_range address_bits(struct bytes_view header)
{
    uint32_t length = is_segment_routing(header) ? (view_u8(header, 4) + 1U) * ADDRESS_LENGTH
                                                 : header.length - ADDRESSES_OFFSET;
    return (struct bit_range){ADDRESSES_OFFSET * 8, length / ADDRESS_LENGTH * ADDRESS_LENGTH * 8};
}

static struct bit_range tlv_bits(struct bytes_view header)
{
    struct bit_range addresses = address_bits(header);
    return (struct bit_range){addresses.offset + addresses.width, 0};
}

static enum measure_result routing_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = (view_u8(bytes, 1) + 1U) * 8;
    result->selector = SELECT_IP_PROTOCOL;
    result->next = view_u8(bytes, 0);
    return MEASURE_OK;
}

/* With segments left, the final destination is the last address on the way: segments stand in reverse. Types
 * that abbreviate their addresses make it unknown. */
static void routing_give_addresses(struct bytes_view header, struct addresses *addresses)
{
    struct bit_range bits = address_bits(header);
    uint32_t end = (bits.offset + bits.width) / 8;
    if (view_u8(header, 3) == 0)
        return;
    if (!has_addresses(header) || bits.width == 0 || end > header.length)
        *addresses = (struct addresses){0};
    else
        addresses->destination = view_first(
            view_from(header, is_segment_routing(header) ? ADDRESSES_OFFSET : end - ADDRESS_LENGTH),
            ADDRESS_LENGTH);
}

static const struct binding routing_bindings[] = {
    {SELECT_IP_PROTOCOL, 43},
};

/* IANA, Routing Types. */
static const struct value_name routing_types[] = {
    {SOURCE_ROUTE, "source_route"},
    {1, "nimrod"},
    {MOBILE_IPV6, "mobile_ipv6"},
    {RPL_SOURCE_ROUTE, "rpl_source_route"},
    {SEGMENT_ROUTING, "segment_routing"},
    {COMPACT_16, "compact_16"},
    {COMPACT_32, "compact_32"},
    {253, "experiment_1"},
    {254, "experiment_2"},
};

static const struct value_names routing_type_names = {ROWS(routing_types)};

static const struct field hmac_fields[] = {
    {"d", "D", "The destination address is not covered (RFC 8754 2.1.2)", FIELD_BOOL, .bits = {16, 1}},
    {"key_id", "HMAC Key ID", "By which agreement it is checked (RFC 8754 2.1.2)", FIELD_UINT,
     .bits = {32, 32}},
    {"hmac", "HMAC", "Protects the segments, up to 32 bytes (RFC 8754 2.1.2)", FIELD_BYTES, .bits = {64, 0}},
};

/* IANA, Segment Routing Header TLVs. */
static const struct item_type tlv_types[] = {
    {0, "pad1", NULL, 0},
    {4, "padn", NULL, 0},
    {5, "hmac", ROWS(hmac_fields)},
};

static const struct item_format tlvs = {.next = item_next_ipv6_option, .types = ROWS(tlv_types)};

static const struct field routing_fields[] = {
    {"_nxt", "Next Header", "IANA protocol number of what follows (RFC 8200 4.4)", FIELD_UINT, .bits = {0, 8},
     .names = &ip_protocol_names},
    {"_len", "Length", "Header length in units of 8 bytes, the first not counted (RFC 8200 4.4)", FIELD_UINT,
     .bits = {8, 8}},
    {"type", "Type", "What the header consists of (RFC 8200 4.4, IANA)", FIELD_UINT, .bits = {16, 8},
     .names = &routing_type_names},
    {"segleft", "Segments Left", "Nodes that are still to be visited (RFC 8200 4.4)", FIELD_UINT,
     .bits = {24, 8}},
    {"_reserved", "Reserved", "0 (RFC 2460 4.4, RFC 6275 6.4.1)", FIELD_UINT, .bits = {32, 32},
     .present = has_reserved},
    {"cmpri", "CmprI", "Bytes that all addresses but the last omit (RFC 6554 3)", FIELD_UINT, .bits = {32, 4},
     .present = is_rpl},
    {"cmpre", "CmprE", "Bytes that the last address omits (RFC 6554 3)", FIELD_UINT, .bits = {36, 4},
     .present = is_rpl},
    {"pad", "Padding Bytes", "Unused ones behind the last address (RFC 6554 3)", FIELD_UINT, .bits = {40, 4},
     .present = is_rpl},
    {"_rpl_reserved", "Reserved", "0 (RFC 6554 3)", FIELD_UINT, .bits = {44, 20}, .present = is_rpl},
    {"rpl_addresses", "Abbreviated Addresses", "All of them, and padding (RFC 6554 3)", FIELD_BYTES,
     .bits = {64, 0}, .present = is_rpl},
    {"last_entry", "Last Entry", "Index of the last segment in the list, from 0 on (RFC 8754 2)", FIELD_UINT,
     .bits = {32, 8}, .present = is_segment_routing},
    {"flags", "Flags", "None is defined (RFC 8754 2)", FIELD_UINT, .bits = {40, 8},
     .present = is_segment_routing},
    {"tag", "Tag", "Packets of one class have one (RFC 8754 2)", FIELD_UINT, .bits = {48, 16},
     .present = is_segment_routing},
    {"addr", "Addresses", "Nodes to visit, in order; segments in reverse (RFC 8200 4.4, RFC 8754 2)",
     FIELD_LIST, .present = has_addresses, .locate = address_bits, .element = FIELD_IPV6,
     .element_width = 128},
    {"tlvs", "TLVs", "What is told beside the segments (RFC 8754 2.1)", FIELD_ITEMS,
     .present = is_segment_routing, .locate = tlv_bits, .items = &tlvs},
    {"crh16_sid", "Segment Identifiers", "Nodes to visit, in reverse, and padding (RFC 9631 5)", FIELD_LIST,
     .bits = {32, 0}, .present = is_compact_16, .element = FIELD_UINT, .element_width = 16},
    {"crh32_sid", "Segment Identifiers", "Nodes to visit, in reverse (RFC 9631 5)", FIELD_LIST,
     .bits = {32, 0}, .present = is_compact_32, .element = FIELD_UINT, .element_width = 32},
    {"unknown_data", "Type-Specific Data", "As a type that is not known here lays it out (RFC 8200 4.4)",
     FIELD_BYTES, .bits = {32, 0}, .present = has_unknown_data},
};

const struct protocol protocol_routing = {
    .name = "ROUTING",
    .doc = "IPv6 routing header: source routes, mobility, segment routing (RFC 8200 4.4).",
    .osi_layer = 3,
    .min_header = MIN_HEADER,
    .measure = routing_measure,
    .bindings = ROWS(routing_bindings),
    .fields = ROWS(routing_fields),
    .give_addresses = routing_give_addresses,
};
