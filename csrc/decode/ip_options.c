/* The options of an IPv4 header: IANA, Internet Protocol Version 4 (IPv4) Parameters.
 * RFC 791, 1063, 1108, 1393, 2113, 4782; FIPS 188 (CIPSO). */
#include "ip_options.h"
#include "protocol.h"

static const struct field route_fields[] = {
    {"ptr", "Pointer", "Byte of the option where the next address stands, from 1 on (RFC 791 3.1)",
     FIELD_UINT, .bits = {16, 8}},
    {"addr", "Addresses", "Hops, those before the pointer have been passed (RFC 791 3.1)", FIELD_LIST,
     .bits = {24, 0}, .element = FIELD_IPV4, .element_width = 32},
};

enum timestamp_flag {
    TIMESTAMPS_ONLY = 0,
    TIMESTAMPS_AND_ADDRESSES = 1,
    TIMESTAMPS_OF_ADDRESSES = 3,
};

/* The list begins with the byte of overflow and flag, since the flag says how long an entry is. */
static bool next_timestamp(struct bytes_view list, uint32_t *offset, struct item *item)
{
    uint8_t flag = view_u8(list, 0) & 0xf;
    if (*offset == 0)
        *offset = 1;
    return item_take(list, offset, item, flag, 0, flag == TIMESTAMPS_ONLY ? 4 : 8);
}

#define TIMESTAMP_ROW(bit_offset)                                                                            \
    {"time_stamp", "Timestamp", "Milliseconds since midnight UT, or with its first bit set otherwise",       \
     FIELD_UINT, .bits = {bit_offset, 32}}

static const struct field timestamp_only_fields[] = {TIMESTAMP_ROW(0)};

static const struct field timestamp_pair_fields[] = {
    {"addr", "Address", "Who wrote the timestamp, or shall write it (RFC 791 3.1)", FIELD_IPV4,
     .bits = {0, 32}},
    TIMESTAMP_ROW(32),
};

static const struct item_type timestamp_types[] = {
    {TIMESTAMPS_ONLY, "timestamp", ROWS(timestamp_only_fields)},
    {TIMESTAMPS_AND_ADDRESSES, "address_and_timestamp", ROWS(timestamp_pair_fields)},
    {TIMESTAMPS_OF_ADDRESSES, "timestamp_of_address", ROWS(timestamp_pair_fields)},
};

static const struct item_format timestamps = {.next = next_timestamp, .types = ROWS(timestamp_types)};

static const struct value_name timestamp_flags[] = {
    {TIMESTAMPS_ONLY, "timestamps_only"},
    {TIMESTAMPS_AND_ADDRESSES, "timestamps_and_addresses"},
    {TIMESTAMPS_OF_ADDRESSES, "timestamps_of_addresses"},
};

static const struct value_names timestamp_flag_names = {ROWS(timestamp_flags)};

static const struct field timestamp_fields[] = {
    {"ptr", "Pointer", "Byte of the option where the next entry stands, from 1 on (RFC 791 3.1)", FIELD_UINT,
     .bits = {16, 8}},
    {"overflow", "Overflow", "Hops that found no room (RFC 791 3.1)", FIELD_UINT, .bits = {24, 4}},
    {"flag", "Flag", "What an entry consists of (RFC 791 3.1)", FIELD_UINT, .bits = {28, 4},
     .names = &timestamp_flag_names},
    {"entries", "Entries", "Timestamps, with addresses if the flag says so (RFC 791 3.1)", FIELD_ITEMS,
     .bits = {24, 0}, .items = &timestamps},
};

static const struct field mtu_fields[] = {
    {"mtu", "MTU", "Smallest MTU so far, in bytes (RFC 1063)", FIELD_UINT, .bits = {16, 16}},
};

static bool is_rate_request(struct bytes_view option)
{
    return view_u8(option, 2) >> 4 == 0;
}

static bool is_rate_report(struct bytes_view option)
{
    return !is_rate_request(option);
}

static const struct value_name quick_start_functions[] = {
    {0, "rate_request"},
    {8, "rate_report"},
};

static const struct value_names quick_start_function_names = {ROWS(quick_start_functions)};

const struct field quick_start_fields[QUICK_START_FIELD_COUNT] = {
    {"qs_func", "Function", "Request for a rate or report of an approved one (RFC 4782 3.1)", FIELD_UINT,
     .bits = {16, 4}, .names = &quick_start_function_names},
    {"qs_rate", "Rate", "The rate is 40 kbit/s times 2 to the power of this; 0 for none (RFC 4782 3.1)",
     FIELD_UINT, .bits = {20, 4}},
    {"qs_ttl", "QS TTL", "Hops left of those that approve (RFC 4782 3.1)", FIELD_UINT, .bits = {24, 8},
     .present = is_rate_request},
    {"qs_unused", "Not Used", "0 (RFC 4782 3.1)", FIELD_UINT, .bits = {24, 8}, .present = is_rate_report},
    {"qs_nonce", "QS Nonce", "Protects against receivers that lie (RFC 4782 3.4)", FIELD_UINT,
     .bits = {32, 30}},
    {"qs_reserved", "Reserved", "0 (RFC 4782 3.1)", FIELD_UINT, .bits = {62, 2}},
};

static const struct field traceroute_fields[] = {
    {"id_number", "ID Number", "Tells one trace from another (RFC 1393 2.2)", FIELD_UINT, .bits = {16, 16}},
    {"ohc", "Outbound Hop Count", "Routers passed on the way out (RFC 1393 2.2)", FIELD_UINT,
     .bits = {32, 16}},
    {"rhc", "Return Hop Count", "Routers passed on the way back (RFC 1393 2.2)", FIELD_UINT,
     .bits = {48, 16}},
    {"originator", "Originator IP Address", "Who traces (RFC 1393 2.2)", FIELD_IPV4, .bits = {64, 32}},
};

static const struct value_name classification_levels[] = {
    {0x01, "reserved_4"}, {0x3d, "top_secret"}, {0x5a, "secret"},       {0x96, "confidential"},
    {0x66, "reserved_3"}, {0xcc, "reserved_2"}, {0xab, "unclassified"}, {0xf1, "reserved_1"},
};

static const struct value_names classification_level_names = {ROWS(classification_levels)};

static const struct field security_fields[] = {
    {"sec_cl", "Classification Level", "How secret the datagram is (RFC 1108 2.3)", FIELD_UINT,
     .bits = {16, 8}, .names = &classification_level_names},
    {"sec_prot_auth", "Protection Authorities",
     "Whose rules protect it: flags in the upper 7 bits of each "
     "byte (RFC 1108 2.4)",
     FIELD_BYTES, .bits = {24, 0}},
};

static const struct field extended_security_fields[] = {
    {"ext_sec_format", "Info Format Code", "Format of the information (RFC 1108 3.3)", FIELD_UINT,
     .bits = {16, 8}},
    {"ext_sec_info", "Additional Security Info", "As the authority of the format defines it (RFC 1108 3.4)",
     FIELD_BYTES, .bits = {24, 0}},
};

/* A tag's length counts its type and itself. */
static bool next_cipso_tag(struct bytes_view list, uint32_t *offset, struct item *item)
{
    return item_take(list, offset, item, view_u8(list, *offset), 2, view_u8(list, *offset + 1));
}

static const struct field cipso_tag_fields[] = {
    {"sens_level", "Sensitivity Level", "0 to 255, the greater the more sensitive (FIPS 188)", FIELD_UINT,
     .bits = {24, 8}},
    {"categories", "Categories", "As the type of the tag lays them out (FIPS 188)", FIELD_BYTES,
     .bits = {32, 0}},
};

static const struct item_type cipso_tag_types[] = {
    {1, "bitmap", ROWS(cipso_tag_fields)},
    {2, "enumerated", ROWS(cipso_tag_fields)},
    {5, "ranged", ROWS(cipso_tag_fields)},
    {6, "permissive", NULL, 0},
    {7, "free_form", NULL, 0},
    {128, "local", NULL, 0},
};

static const struct item_format cipso_tags = {.next = next_cipso_tag, .types = ROWS(cipso_tag_types)};

static const struct field cipso_fields[] = {
    {"doi", "DOI", "Domain of interpretation: who says what the numbers mean (FIPS 188)", FIELD_UINT,
     .bits = {16, 32}},
    {"tags", "Tags", "Sensitivity labels (FIPS 188)", FIELD_ITEMS, .bits = {48, 0}, .items = &cipso_tags},
};

static const struct field stream_id_fields[] = {
    {"sid", "Stream Identifier", "Of the SATNET (RFC 791 3.1)", FIELD_UINT, .bits = {16, 16}},
};

static const struct field router_alert_fields[] = {
    {"ra", "Router Alert", "0: routers shall look at the datagram; others by IANA (RFC 2113 2.1, 5350)",
     FIELD_UINT, .bits = {16, 16}},
};

static const struct item_type ip_option_types[] = {
    {1, "nop", NULL, 0},
    {7, "record_route", ROWS(route_fields)},
    {10, "zsu", NULL, 0},
    {11, "mtu_probe", ROWS(mtu_fields)},
    {12, "mtu_reply", ROWS(mtu_fields)},
    {15, "encode", NULL, 0},
    {25, "quick_start", ROWS(quick_start_fields)},
    {30, "experiment_30", NULL, 0},
    {68, "timestamp", ROWS(timestamp_fields)},
    {82, "traceroute", ROWS(traceroute_fields)},
    {94, "experiment_94", NULL, 0},
    {130, "security", ROWS(security_fields)},
    {LOOSE_SOURCE_ROUTE, "loose_source_route", ROWS(route_fields)},
    {133, "extended_security", ROWS(extended_security_fields)},
    {134, "cipso", ROWS(cipso_fields)},
    {136, "stream_id", ROWS(stream_id_fields)},
    {STRICT_SOURCE_ROUTE, "strict_source_route", ROWS(route_fields)},
    {142, "visa", NULL, 0},
    {144, "imitd", NULL, 0},
    {145, "eip", NULL, 0},
    {147, "address_extension", NULL, 0},
    {148, "router_alert", ROWS(router_alert_fields)},
    {149, "selective_directed_broadcast", NULL, 0},
    {151, "dynamic_packet_state", NULL, 0},
    {152, "upstream_multicast", NULL, 0},
    {158, "experiment_158", NULL, 0},
    {205, "finn", NULL, 0},
    {222, "experiment_222", NULL, 0},
};

const struct item_format ip_options = {.next = item_next_option, .types = ROWS(ip_option_types)};
