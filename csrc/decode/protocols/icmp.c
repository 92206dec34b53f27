/* ICMP: the first four bytes are common, the type says what the rest of the header is.
 * RFC 792, 950 (address mask). */
#include "../protocol.h"

enum {
    ECHO_REPLY = 0,
    REDIRECT = 5,
    ECHO = 8,
    PARAMETER_PROBLEM = 12,
    TIMESTAMP = 13,
    TIMESTAMP_REPLY = 14,
    INFORMATION_REQUEST = 15,
    INFORMATION_REPLY = 16,
    ADDRESS_MASK_REQUEST = 17,
    ADDRESS_MASK_REPLY = 18,
};

static bool has_timestamps(struct bytes_view header)
{
    uint8_t type = view_u8(header, 0);
    return type == TIMESTAMP || type == TIMESTAMP_REPLY;
}

static bool has_address_mask(struct bytes_view header)
{
    uint8_t type = view_u8(header, 0);
    return type == ADDRESS_MASK_REQUEST || type == ADDRESS_MASK_REPLY;
}

static bool has_identifier(struct bytes_view header)
{
    uint8_t type = view_u8(header, 0);
    return type == ECHO || type == ECHO_REPLY || type == INFORMATION_REQUEST || type == INFORMATION_REPLY ||
           has_timestamps(header) || has_address_mask(header);
}

static bool has_gateway(struct bytes_view header)
{
    return view_u8(header, 0) == REDIRECT;
}

static bool has_pointer(struct bytes_view header)
{
    return view_u8(header, 0) == PARAMETER_PROBLEM;
}

static bool has_nothing_else(struct bytes_view header)
{
    return !has_identifier(header) && !has_gateway(header) && !has_pointer(header);
}

static enum measure_result icmp_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = has_timestamps(bytes) ? 20 : has_address_mask(bytes) ? 12 : 8;
    return MEASURE_OK;
}

static const struct binding icmp_bindings[] = {
    {SELECT_IP_PROTOCOL, 1},
};

static const struct field icmp_fields[] = {
    {"type", "Type", "Kind of message (RFC 792, IANA)", FIELD_UINT, .bits = {0, 8}, .in_summary = true},
    {"code", "Code", "Kind within the type (RFC 792, IANA)", FIELD_UINT, .bits = {8, 8}},
    {"_checksum", "Checksum", "As it stands in the header, not verified (RFC 792)", FIELD_UINT,
     .bits = {16, 16}},
    {"ident", "Identifier", "Matches replies to requests (RFC 792)", FIELD_UINT, .bits = {32, 16},
     .present = has_identifier},
    {"seq", "Sequence Number", "Matches replies to requests (RFC 792)", FIELD_UINT, .bits = {48, 16},
     .present = has_identifier},
    {"redir_gw", "Gateway Internet Address", "Router to use instead (RFC 792, redirect)", FIELD_IPV4,
     .bits = {32, 32}, .present = has_gateway},
    {"pointer", "Pointer", "Byte of the quoted header where the problem is (RFC 792)", FIELD_UINT,
     .bits = {32, 8}, .present = has_pointer},
    {"pointer_unused", "Unused", "The bits behind the pointer (RFC 792)", FIELD_UINT, .bits = {40, 24},
     .present = has_pointer},
    {"unused", "Unused", "The four bytes there, of a type that has no other fields here (RFC 792)",
     FIELD_UINT, .bits = {32, 32}, .present = has_nothing_else},
    {"originate", "Originate Timestamp", "When the request left, milliseconds since midnight UT (RFC 792)",
     FIELD_UINT, .bits = {64, 32}, .present = has_timestamps},
    {"receive", "Receive Timestamp", "When the request arrived, milliseconds since midnight UT (RFC 792)",
     FIELD_UINT, .bits = {96, 32}, .present = has_timestamps},
    {"transmit", "Transmit Timestamp", "When the reply left, milliseconds since midnight UT (RFC 792)",
     FIELD_UINT, .bits = {128, 32}, .present = has_timestamps},
    {"addressmask", "Address Mask", "Mask of the network (RFC 950, appendix I)", FIELD_IPV4, .bits = {64, 32},
     .present = has_address_mask},
};

const struct protocol protocol_icmp = {
    .name = "ICMP",
    .doc = "Internet Control Message Protocol (RFC 792); an error's quoted packet is its Payload.",
    .osi_layer = 4,
    .min_header = 8,
    .measure = icmp_measure,
    .bindings = ROWS(icmp_bindings),
    .fields = ROWS(icmp_fields),
};
