/* Generic routing encapsulation: flags say which fields there are, one behind the other.
 * RFC 2784, 2890; routes of RFC 1701; version 1 of RFC 2637 (PPTP). */
#include "../ethertype.h"
#include "../item_list.h"
#include "../number_names.h"

enum {
    MIN_HEADER = 4,
    HAS_CHECKSUM = 0x8000,
    HAS_ROUTING = 0x4000,
    HAS_KEY = 0x2000,
    HAS_SEQUENCE = 0x1000,
    HAS_ACK = 0x0080,
    VERSION_MASK = 0x0007,
    ETHERTYPE_PPP = 0x880b,
    ROUTE_HEADER = 4,
};

static bool has(struct bytes_view header, unsigned flag)
{
    return (view_u16(header, 0) & flag) != 0;
}

static bool has_checksum(struct bytes_view header)
{
    return has(header, HAS_CHECKSUM);
}

static bool has_routing(struct bytes_view header)
{
    return has(header, HAS_ROUTING);
}

/* Checksum and offset come together. */
static bool has_offset(struct bytes_view header)
{
    return has(header, HAS_CHECKSUM | HAS_ROUTING);
}

/* Version 1, which is for PPP alone. */
static bool is_pptp(struct bytes_view header)
{
    return (view_u16(header, 0) & VERSION_MASK) == 1;
}

static bool has_key(struct bytes_view header)
{
    return has(header, HAS_KEY) && !is_pptp(header);
}

static bool has_call(struct bytes_view header)
{
    return has(header, HAS_KEY) && is_pptp(header);
}

static bool has_sequence(struct bytes_view header)
{
    return has(header, HAS_SEQUENCE);
}

static bool is_version_0(struct bytes_view header)
{
    return !is_pptp(header);
}

static bool has_ack(struct bytes_view header)
{
    return is_pptp(header) && has(header, HAS_ACK);
}

static uint32_t key_offset(struct bytes_view header)
{
    return MIN_HEADER + (has_offset(header) ? 4 : 0);
}

static uint32_t sequence_offset(struct bytes_view header)
{
    return key_offset(header) + (has(header, HAS_KEY) ? 4 : 0);
}

static uint32_t ack_offset(struct bytes_view header)
{
    return sequence_offset(header) + (has_sequence(header) ? 4 : 0);
}

static uint32_t routing_offset(struct bytes_view header)
{
    return ack_offset(header) + (has_ack(header) ? 4 : 0);
}

static struct bit_range key_bits(struct bytes_view header)
{
    return (struct bit_range){key_offset(header) * 8, 32};
}

static struct bit_range payload_length_bits(struct bytes_view header)
{
    return (struct bit_range){key_offset(header) * 8, 16};
}

static struct bit_range call_id_bits(struct bytes_view header)
{
    return (struct bit_range){key_offset(header) * 8 + 16, 16};
}

static struct bit_range sequence_bits(struct bytes_view header)
{
    return (struct bit_range){sequence_offset(header) * 8, 32};
}

static struct bit_range ack_bits(struct bytes_view header)
{
    return (struct bit_range){ack_offset(header) * 8, 32};
}

static struct bit_range routing_bits(struct bytes_view header)
{
    return (struct bit_range){routing_offset(header) * 8, 0};
}

/* A source route entry of address family 0 and length 0 ends the list. */
static bool next_route(struct bytes_view list, uint32_t *offset, struct item *item)
{
    uint16_t family = view_u16(list, *offset);
    uint8_t length = view_u8(list, *offset + 3);
    return (family != 0 || length != 0) &&
           item_take(list, offset, item, family, ROUTE_HEADER, ROUTE_HEADER + (uint32_t)length);
}

static const struct field route_fields[] = {
    {"sre_offset", "SRE Offset", "Byte of the information where the next address stands (RFC 1701)",
     FIELD_UINT, .bits = {16, 8}},
    {"src_length", "SRE Length", "Bytes of the information (RFC 1701)", FIELD_UINT, .bits = {24, 8}},
    {"information", "Routing Information", "Addresses or AS numbers to visit (RFC 1701)", FIELD_BYTES,
     .bits = {32, 0}},
};

static const struct item_type route_types[] = {
    {0x0800, "ip_source_route", NULL, 0},
    {0xfffe, "as_source_route", NULL, 0},
};

static const struct item_format routes = {
    .next = next_route, .types = ROWS(route_types), .fields = ROWS(route_fields)};

static uint32_t routes_length(struct bytes_view list)
{
    uint32_t offset = 0;
    struct item item;
    while (item_next(&routes, list, &offset, &item)) {
    }
    return offset + ROUTE_HEADER + view_u8(list, offset + 3); /* with the last, or one that is cut */
}

/* Version 1 without a sequence number carries nothing but an acknowledgment (RFC 2637 4.1). */
static enum measure_result gre_measure(struct bytes_view bytes, struct measurement *result)
{
    uint16_t type = view_u16(bytes, 2);
    uint16_t version = view_u16(bytes, 0) & VERSION_MASK;
    if (version > 1 || (version == 1 && type != ETHERTYPE_PPP))
        return MEASURE_BAD_VERSION;
    result->header_length = routing_offset(bytes);
    if (has_routing(bytes))
        result->header_length += routes_length(view_from(bytes, result->header_length));
    if (type >= ETHERTYPE_MIN && (has_sequence(bytes) || version == 0)) {
        result->selector = SELECT_ETHERTYPE;
        result->next = type;
    }
    return MEASURE_OK;
}

static uint32_t gre_checksum_coverage(struct bytes_view layer)
{
    return has_checksum(layer) ? layer.length : 0;
}

static const struct binding gre_bindings[] = {
    {SELECT_IP_PROTOCOL, 47},
};

static const char *const flag_names[] = {"has_checksum", "has_routing", "has_key", "has_sequence",
                                         "strict_route"};
static const char *const ack_names[] = {"has_ack"};

static const struct field gre_fields[] = {
    {"flags", "Flags", "Which fields there are (RFC 2784 2.1, RFC 2890 2, RFC 1701)", FIELD_FLAGS,
     .bits = {0, 5}, .flag_names = flag_names},
    {"recursion", "Recursion Control", "Encapsulations that are still permitted (RFC 1701)", FIELD_UINT,
     .bits = {5, 3}},
    {"flags_v1", "Flags", "Which fields version 1 has besides (RFC 2637 4.1)", FIELD_FLAGS, .bits = {8, 1},
     .flag_names = ack_names, .present = is_pptp},
    {"_reserved_v1", "Flags (Reserved)", "0 (RFC 2637 4.1)", FIELD_UINT, .bits = {9, 4}, .present = is_pptp},
    {"_reserved", "Flags (Reserved)", "0 (RFC 2784 2.3)", FIELD_UINT, .bits = {8, 5},
     .present = is_version_0},
    {"_version", "Version", "0, or 1 for PPTP (RFC 2784 2.3.1, RFC 2637 4.1)", FIELD_UINT, .bits = {13, 3}},
    {"_proto", "Protocol Type", "Ethertype of what follows (RFC 2784 2.4)", FIELD_UINT, .bits = {16, 16},
     .names = &ethertype_names},
    {"_checksum", "Checksum", "As it stands in the header; checksum_ok verifies it (RFC 2784 2.5)",
     FIELD_UINT, .bits = {32, 16}, .present = has_offset},
    {"offset", "Offset", "Where the route's active entry stands, from the routes on (RFC 1701)", FIELD_UINT,
     .bits = {48, 16}, .present = has_offset},
    {"key", "Key", "Tells one flow in the tunnel from another (RFC 2890 2.1)", FIELD_UINT, .present = has_key,
     .locate = key_bits},
    {"_payload_length", "Payload Length", "Bytes behind this header (RFC 2637 4.1)", FIELD_UINT,
     .present = has_call, .locate = payload_length_bits},
    {"call_id", "Call ID", "Of the session, as the receiver named it (RFC 2637 4.1)", FIELD_UINT,
     .present = has_call, .locate = call_id_bits},
    {"sequence_number", "Sequence Number", "Number of the packet (RFC 2890 2.2, RFC 2637 4.1)", FIELD_UINT,
     .present = has_sequence, .locate = sequence_bits},
    {"ack_number", "Acknowledgment Number", "Highest packet received (RFC 2637 4.1)", FIELD_UINT,
     .present = has_ack, .locate = ack_bits},
    {"routing", "Routing", "Source routes, one behind the other (RFC 1701)", FIELD_ITEMS,
     .present = has_routing, .locate = routing_bits, .items = &routes},
};

const struct protocol protocol_gre = {
    .name = "GRE",
    .doc = "Generic Routing Encapsulation (RFC 2784, 2890), and its version 1 for PPTP (RFC 2637).",
    .osi_layer = 3,
    .min_header = MIN_HEADER,
    .measure = gre_measure,
    .bindings = ROWS(gre_bindings),
    .fields = ROWS(gre_fields),
    .checksum = CHECKSUM_OF_LAYER,
    .checksum_offset = 4,
    .checksum_coverage = gre_checksum_coverage,
};
