/* ICMPv6 with Neighbor Discovery: the type says what follows the first four bytes.
 * RFC 4443, 4861. */
#include "../protocol.h"

enum {
    PACKET_TOO_BIG = 2,
    PARAMETER_PROBLEM = 4,
    ECHO_REQUEST = 128,
    ECHO_REPLY = 129,
    ROUTER_ADVERTISEMENT = 134,
    NEIGHBOR_SOLICITATION = 135,
    NEIGHBOR_ADVERTISEMENT = 136,
    REDIRECT = 137,
};

static bool has_identifier(struct bytes_view header)
{
    uint8_t type = view_u8(header, 0);
    return type == ECHO_REQUEST || type == ECHO_REPLY;
}

static bool has_mtu(struct bytes_view header)
{
    return view_u8(header, 0) == PACKET_TOO_BIG;
}

static bool has_pointer(struct bytes_view header)
{
    return view_u8(header, 0) == PARAMETER_PROBLEM;
}

static bool is_router_advertisement(struct bytes_view header)
{
    return view_u8(header, 0) == ROUTER_ADVERTISEMENT;
}

static bool is_neighbor_advertisement(struct bytes_view header)
{
    return view_u8(header, 0) == NEIGHBOR_ADVERTISEMENT;
}

static bool has_destination(struct bytes_view header)
{
    return view_u8(header, 0) == REDIRECT;
}

static bool has_target(struct bytes_view header)
{
    return view_u8(header, 0) == NEIGHBOR_SOLICITATION || is_neighbor_advertisement(header) ||
           has_destination(header);
}

static bool has_nothing_else(struct bytes_view header)
{
    return !has_identifier(header) && !has_mtu(header) && !has_pointer(header) &&
           !is_router_advertisement(header) && !has_target(header);
}

static enum measure_result icmpv6_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = has_destination(bytes)           ? 40
                            : has_target(bytes)              ? 24
                            : is_router_advertisement(bytes) ? 16
                                                             : 8;
    return MEASURE_OK;
}

static const struct binding icmpv6_bindings[] = {
    {SELECT_IP_PROTOCOL, 58},
};

static const struct field icmpv6_fields[] = {
    {"type", "Type", "Kind of message, below 128 an error (RFC 4443 2.1, IANA)", FIELD_UINT, .bits = {0, 8},
     .in_summary = true},
    {"code", "Code", "Kind within the type (RFC 4443 2.1, IANA)", FIELD_UINT, .bits = {8, 8}},
    {"_checksum", "Checksum", "As it stands in the header, not verified (RFC 4443 2.3)", FIELD_UINT,
     .bits = {16, 16}},
    {"ident", "Identifier", "Matches replies to requests (RFC 4443 4.1)", FIELD_UINT, .bits = {32, 16},
     .present = has_identifier},
    {"seq", "Sequence Number", "Matches replies to requests (RFC 4443 4.1)", FIELD_UINT, .bits = {48, 16},
     .present = has_identifier},
    {"mtu", "Max Trans Unit", "Bytes that the next link can carry (RFC 4443 3.2)", FIELD_UINT,
     .bits = {32, 32}, .present = has_mtu},
    {"pointer", "Pointer", "Byte of the quoted packet where the problem is (RFC 4443 3.4)", FIELD_UINT,
     .bits = {32, 32}, .present = has_pointer},
    {"cur_limit", "Cur Hop Limit", "Hop limit to use, 0: no say (RFC 4861 4.2)", FIELD_UINT, .bits = {32, 8},
     .present = is_router_advertisement},
    {"m", "M", "Addresses come by DHCPv6 (RFC 4861 4.2)", FIELD_UINT, .bits = {40, 1},
     .present = is_router_advertisement},
    {"o", "O", "Other settings come by DHCPv6 (RFC 4861 4.2)", FIELD_UINT, .bits = {41, 1},
     .present = is_router_advertisement},
    {"life_time", "Router Lifetime", "Seconds for which this is a default router (RFC 4861 4.2)", FIELD_UINT,
     .bits = {48, 16}, .present = is_router_advertisement},
    {"reachable_time", "Reachable Time",
     "Milliseconds for which a neighbor counts as reachable (RFC 4861 4.2)", FIELD_UINT, .bits = {64, 32},
     .present = is_router_advertisement},
    {"retrans_time", "Retrans Timer", "Milliseconds between solicitations (RFC 4861 4.2)", FIELD_UINT,
     .bits = {96, 32}, .present = is_router_advertisement},
    {"r", "R", "The sender is a router (RFC 4861 4.4)", FIELD_UINT, .bits = {32, 1},
     .present = is_neighbor_advertisement},
    {"s", "S", "The answer to a solicitation (RFC 4861 4.4)", FIELD_UINT, .bits = {33, 1},
     .present = is_neighbor_advertisement},
    {"o_na", "O", "Overrides what is cached (RFC 4861 4.4)", FIELD_UINT, .bits = {34, 1},
     .present = is_neighbor_advertisement},
    {"target_addr", "Target IP Address",
     "Address that is asked for, told or redirected to (RFC 4861 4.3 to 4.5)", FIELD_IPV6, .bits = {64, 128},
     .present = has_target},
    {"dest_addr", "Destination IP Address", "Address that is redirected (RFC 4861 4.5)", FIELD_IPV6,
     .bits = {192, 128}, .present = has_destination},
    {"unused", "Unused", "The four bytes there, of a type that has no other fields here (RFC 4443)",
     FIELD_UINT, .bits = {32, 32}, .present = has_nothing_else},
};

const struct protocol protocol_icmpv6 = {
    .name = "ICMPV6",
    .doc =
        "ICMP for IPv6 and Neighbor Discovery (RFC 4443, 4861); options and quoted packets are its Payload.",
    .osi_layer = 4,
    .min_header = 8,
    .measure = icmpv6_measure,
    .bindings = ROWS(icmpv6_bindings),
    .fields = ROWS(icmpv6_fields),
};
