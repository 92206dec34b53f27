/* ICMP: the first four bytes are common, the type says what the rest of the header is. What stands behind the
 * first eight bytes is contents, but for the types of RFC 792 and 950 that say more there.
 * RFC 792, 950 (address mask); 1191, 1256, 1393, 1475, 1788, 2521, 4065, 4884, 5944, 8335. */
#include "../checksum.h"
#include "../icmp_extensions.h"
#include "../icmp_names.h"
#include "../icmp_router_advertisement.h"
#include "../protocol.h"

enum {
    ECHO_REPLY = 0,
    DESTINATION_UNREACHABLE = 3,
    SOURCE_QUENCH = 4,
    REDIRECT = 5,
    ECHO = 8,
    ROUTER_ADVERTISEMENT = 9,
    TIME_EXCEEDED = 11,
    PARAMETER_PROBLEM = 12,
    TIMESTAMP = 13,
    TIMESTAMP_REPLY = 14,
    INFORMATION_REQUEST = 15,
    INFORMATION_REPLY = 16,
    ADDRESS_MASK_REQUEST = 17,
    ADDRESS_MASK_REPLY = 18,
    TRACEROUTE = 30,
    CONVERSION_ERROR = 31,
    DOMAIN_NAME_REQUEST = 37,
    DOMAIN_NAME_REPLY = 38,
    PHOTURIS = 40,
    EXPERIMENTAL_MOBILITY = 41,
    EXTENDED_ECHO_REQUEST = 42,
    EXTENDED_ECHO_REPLY = 43,
};

enum {
    HEADER_LENGTH = 8,
    FRAGMENTATION_NEEDED = 4, /* code of DESTINATION_UNREACHABLE */
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

static bool has_next_hop_mtu(struct bytes_view header)
{
    return view_u8(header, 0) == DESTINATION_UNREACHABLE && view_u8(header, 1) == FRAGMENTATION_NEEDED;
}

/* The errors whose quoted packet an extension structure may follow (RFC 4884 4). */
static bool is_extensible(struct bytes_view message)
{
    uint8_t type = view_u8(message, 0);
    return type == DESTINATION_UNREACHABLE || type == TIME_EXCEEDED || type == PARAMETER_PROBLEM;
}

static bool quotes_a_packet(struct bytes_view message)
{
    uint8_t type = view_u8(message, 0);
    return is_extensible(message) || type == SOURCE_QUENCH || type == REDIRECT || type == CONVERSION_ERROR ||
           type == PHOTURIS;
}

static bool is_router_advertisement(struct bytes_view message)
{
    return view_u8(message, 0) == ROUTER_ADVERTISEMENT;
}

static bool is_traceroute(struct bytes_view message)
{
    return view_u8(message, 0) == TRACEROUTE;
}

static bool is_domain_name_reply(struct bytes_view message)
{
    return view_u8(message, 0) == DOMAIN_NAME_REPLY;
}

static bool is_experimental_mobility(struct bytes_view header)
{
    return view_u8(header, 0) == EXPERIMENTAL_MOBILITY;
}

static bool is_extended_echo_request(struct bytes_view header)
{
    return view_u8(header, 0) == EXTENDED_ECHO_REQUEST;
}

static bool is_extended_echo_reply(struct bytes_view header)
{
    return view_u8(header, 0) == EXTENDED_ECHO_REPLY;
}

static bool is_extended_echo(struct bytes_view header)
{
    return is_extended_echo_request(header) || is_extended_echo_reply(header);
}

static bool is_domain_name(struct bytes_view header)
{
    return view_u8(header, 0) == DOMAIN_NAME_REQUEST || is_domain_name_reply(header);
}

static bool has_later_identifier(struct bytes_view header)
{
    return is_extended_echo(header) || is_domain_name(header) || is_traceroute(header);
}

static struct bit_range locate_later_sequence(struct bytes_view header)
{
    return is_extended_echo(header) ? (struct bit_range){48, 8}
           : is_domain_name(header) ? (struct bit_range){48, 16}
                                    : nowhere;
}

static struct bit_range locate_error_pointer(struct bytes_view header)
{
    switch (view_u8(header, 0)) {
    case CONVERSION_ERROR:
        return (struct bit_range){32, 32};
    case PHOTURIS:
        return (struct bit_range){48, 16};
    default:
        return nowhere;
    }
}

static bool has_nothing_else(struct bytes_view header)
{
    return !has_identifier(header) && !has_gateway(header) && !has_pointer(header) &&
           !is_router_advertisement(header) && !has_later_identifier(header) &&
           !is_experimental_mobility(header) && locate_error_pointer(header).offset == nowhere.offset;
}

/* A system older than RFC 4884 does not tell the length of what it quotes, but quotes 128 bytes where a
 * structure follows, which shows by a version and a checksum that are right (RFC 4884 5.5). */
static uint32_t untold_extension_at(struct bytes_view message)
{
    enum { QUOTED_LENGTH = 128, VERSION = 2 };
    struct bytes_view structure = view_from(message, HEADER_LENGTH + QUOTED_LENGTH);
    return view_u8(structure, 0) >> 4 == VERSION && checksum_adds_up(structure)
               ? HEADER_LENGTH + QUOTED_LENGTH
               : message.length;
}

/* The message's length where it has none. */
static uint32_t extension_at(struct bytes_view message)
{
    if (is_extended_echo_request(message))
        return HEADER_LENGTH;
    if (!is_extensible(message))
        return message.length;
    uint32_t quoted_words = view_u8(message, 5);
    return quoted_words == 0 ? untold_extension_at(message) : HEADER_LENGTH + quoted_words * 4;
}

static struct bit_range locate_quoted(struct bytes_view message)
{
    return quotes_a_packet(message) ? icmp_quoted_packet(message, extension_at(message)) : nowhere;
}

static struct bit_range locate_extension_version(struct bytes_view message)
{
    return (struct bit_range){extension_at(message) * 8, 4};
}

static struct bit_range locate_extension_checksum(struct bytes_view message)
{
    return (struct bit_range){extension_at(message) * 8 + 16, 16};
}

static struct bit_range locate_extension_list(struct bytes_view message)
{
    return icmp_extension_list(message, extension_at(message));
}

static enum measure_result icmp_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = has_timestamps(bytes) ? 20 : has_address_mask(bytes) ? 12 : HEADER_LENGTH;
    return MEASURE_OK;
}

static struct bit_range locate_routers(struct bytes_view message)
{
    return icmp_router_list(message, HEADER_LENGTH);
}

static struct bit_range locate_mobility_extensions(struct bytes_view message)
{
    return icmp_mobility_list(message, HEADER_LENGTH);
}

static const struct binding icmp_bindings[] = {
    {SELECT_IP_PROTOCOL, 1},
};

static const struct field icmp_fields[] = {
    {"type", "Type", "Kind of message (RFC 792, IANA)", FIELD_UINT, .bits = {0, 8}, .in_summary = true,
     .names = &icmp_type_names},
    {"code", "Code", "Kind within the type (RFC 792, IANA)", FIELD_UINT, .bits = {8, 8},
     .names = &icmp_code_names, .named_by = {0, 16}},
    {"_checksum", "Checksum", "As it stands in the header; checksum_ok verifies it (RFC 792)", FIELD_UINT,
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
    {"mtu", "MTU of next hop", "Bytes that the next link can carry (RFC 1191 4)", FIELD_UINT,
     .bits = {48, 16}, .hidden = true, .present = has_next_hop_mtu},
    {"_length", "Length", "Of the quoted packet in 32-bit words; 0: not told (RFC 4884 4)", FIELD_UINT,
     .bits = {40, 8}, .hidden = true, .present = is_extensible},
    {"error_pointer", "Pointer", "Byte of the quoted packet where the problem is (RFC 1475 8; 2521 2)",
     FIELD_UINT, .locate = locate_error_pointer},
    {"quoted", "Quoted Packet", "The packet that the error speaks of, as much as is told (RFC 792, 4884)",
     FIELD_PACKET, .hidden = true, .in_contents = true, .locate = locate_quoted},
    {"num_addrs", "Number of addresses", "Routers that are told (RFC 1256 3)", FIELD_UINT, .bits = {32, 8},
     .present = is_router_advertisement},
    {"addr_entry_size", "Address entry size", "32-bit words of each entry, 2 (RFC 1256 3)", FIELD_UINT,
     .bits = {40, 8}, .present = is_router_advertisement},
    {"lifetime", "Lifetime", "Seconds for which the addresses are good (RFC 1256 3)", FIELD_UINT,
     .bits = {48, 16}, .present = is_router_advertisement},
    {"router_list", "Router List", "Addresses of routers with their preference (RFC 1256 3)", FIELD_ITEMS,
     .in_contents = true, .present = is_router_advertisement, .locate = locate_routers,
     .items = &icmp_routers},
    {"mip_list", "Mobile IP Extensions", "What a mobility agent adds to its addresses (RFC 5944 2.1)",
     FIELD_ITEMS, .in_contents = true, .present = is_router_advertisement,
     .locate = locate_mobility_extensions, .items = &icmp_mobility_extensions},
    {"ext_ident", "Identifier", "Matches replies to requests (RFC 8335 2; 1788 3; 1393 2.3)", FIELD_UINT,
     .bits = {32, 16}, .present = has_later_identifier},
    {"ext_seq", "Sequence Number", "Matches replies to requests (RFC 8335 2; 1788 3)", FIELD_UINT,
     .locate = locate_later_sequence},
    {"ext_echo_local", "Local bit", "The interface is the probed system's own (RFC 8335 2)", FIELD_BOOL,
     .bits = {63, 1}, .present = is_extended_echo_request},
    {"ext_echo_state", "State", "Of the entry in the ARP or neighbor table (RFC 8335 3)", FIELD_UINT,
     .bits = {56, 3}, .present = is_extended_echo_reply, .names = &extended_echo_state_names},
    {"ext_echo_active", "Active bit", "The interface is active (RFC 8335 3)", FIELD_BOOL, .bits = {61, 1},
     .present = is_extended_echo_reply},
    {"ext_echo_ipv4", "IPv4 bit", "The interface runs IPv4 (RFC 8335 3)", FIELD_BOOL, .bits = {62, 1},
     .present = is_extended_echo_reply},
    {"ext_echo_ipv6", "IPv6 bit", "The interface runs IPv6 (RFC 8335 3)", FIELD_BOOL, .bits = {63, 1},
     .present = is_extended_echo_reply},
    {"ext_version", "Extension Version", "2 (RFC 4884 7)", FIELD_UINT, .hidden = true, .in_contents = true,
     .locate = locate_extension_version},
    {"_ext_checksum", "Extension Checksum", "Of the extension structure; 0: none (RFC 4884 7)", FIELD_UINT,
     .hidden = true, .in_contents = true, .locate = locate_extension_checksum},
    {"extension_list", "Extension List", "Objects behind the quoted packet (RFC 4884 7)", FIELD_ITEMS,
     .hidden = true, .in_contents = true, .locate = locate_extension_list, .items = &icmp_extension_objects},
    {"outbound_hops", "Outbound Hop Count", "Routers that the packet has passed (RFC 1393 2.3)", FIELD_UINT,
     .bits = {64, 16}, .in_contents = true, .present = is_traceroute},
    {"return_hops", "Return Hop Count", "Routers that its answer has passed (RFC 1393 2.3)", FIELD_UINT,
     .bits = {80, 16}, .in_contents = true, .present = is_traceroute},
    {"link_speed", "Output Link Speed", "Bytes per second; 0: unknown (RFC 1393 2.3)", FIELD_UINT,
     .bits = {96, 32}, .in_contents = true, .present = is_traceroute},
    {"link_mtu", "Output Link MTU", "Bytes that it carries; 0: unknown (RFC 1393 2.3)", FIELD_UINT,
     .bits = {128, 32}, .in_contents = true, .present = is_traceroute},
    {"name_ttl", "Time To Live", "Seconds for which the names are good (RFC 1788 3)", FIELD_INT,
     .bits = {64, 32}, .in_contents = true, .present = is_domain_name_reply},
    {"domain_names", "Names", "Names of the host, in DNS's encoding (RFC 1788 3)", FIELD_BYTES,
     .bits = {96, 0}, .in_contents = true, .present = is_domain_name_reply},
    {"subtype", "Subtype", "Which experimental protocol (RFC 4065 3)", FIELD_UINT, .bits = {32, 8},
     .present = is_experimental_mobility},
};

const struct protocol protocol_icmp = {
    .name = "ICMP",
    .doc = "Internet Control Message Protocol (RFC 792); an error's quoted packet is its Payload, and "
           "decoded in "
           "`quoted`.",
    .osi_layer = 4,
    .min_header = 8,
    .measure = icmp_measure,
    .bindings = ROWS(icmp_bindings),
    .fields = ROWS(icmp_fields),
    .checksum = CHECKSUM_OF_LAYER,
    .checksum_offset = 2,
};
