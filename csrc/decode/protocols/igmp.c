/* IGMP, versions 1 to 3. The sources of a query and the records of a report are contents.
 * RFC 1112 appendix I, 2236, 3376. */
#include "../floating_code.h"
#include "../item_list.h"
#include "../protocol.h"

enum {
    QUERY = 0x11,
    REPORT_V1 = 0x12,
    REPORT_V2 = 0x16,
    LEAVE = 0x17,
    TRACEROUTE_RESPONSE = 0x1e, /* mtrace */
    TRACEROUTE = 0x1f,
    REPORT_V3 = 0x22,
    ROUTER_SOLICITATION = 0x31, /* RFC 4286 */
    ROUTER_TERMINATION = 0x32,
};

enum {
    MIN_HEADER = 4,
    HEADER_LENGTH = 8,
    QUERY_V3_LENGTH = 12,
    RECORD_HEADER = 8,
};

/* By RFC 3376 7.1, which tells queries by their length; of a type that is none of IGMP's three versions: 0.
 */
static uint64_t version_of(struct bytes_view message)
{
    switch (view_u8(message, 0)) {
    case QUERY:
        return message.length >= QUERY_V3_LENGTH ? 3 : view_u8(message, 1) != 0 ? 2 : 1;
    case REPORT_V1:
        return 1;
    case REPORT_V2:
    case LEAVE:
        return 2;
    case REPORT_V3:
        return 3;
    default:
        return 0;
    }
}

static bool is_query_v3(struct bytes_view message)
{
    return view_u8(message, 0) == QUERY && version_of(message) == 3;
}

static bool is_report_v3(struct bytes_view message)
{
    return view_u8(message, 0) == REPORT_V3;
}

static bool has_version(struct bytes_view message)
{
    return version_of(message) != 0;
}

static bool has_max_resp(struct bytes_view message)
{
    return version_of(message) == 2 || is_query_v3(message);
}

static uint64_t max_resp_of(struct bytes_view message)
{
    uint8_t code = view_u8(message, 1);
    return is_query_v3(message) ? floating_code_value(code, 8) : code;
}

static bool has_group(struct bytes_view message)
{
    uint8_t type = view_u8(message, 0);
    bool is_traceroute = type == TRACEROUTE || type == TRACEROUTE_RESPONSE;
    return is_traceroute || (has_version(message) && !is_report_v3(message));
}

static enum measure_result igmp_measure(struct bytes_view bytes, struct measurement *result)
{
    uint8_t type = view_u8(bytes, 0);
    if (type == ROUTER_SOLICITATION || type == ROUTER_TERMINATION)
        result->header_length = MIN_HEADER;
    else
        result->header_length = is_query_v3(bytes) ? QUERY_V3_LENGTH : HEADER_LENGTH;
    return MEASURE_OK;
}

static const struct binding igmp_bindings[] = {
    {SELECT_IP_PROTOCOL, 2},
};

static struct bit_range locate_sources(struct bytes_view query)
{
    return bits_of_elements(query, QUERY_V3_LENGTH, view_u16(query, 10), 4);
}

static bool next_record(struct bytes_view list, uint32_t *offset, struct item *item)
{
    uint32_t sources_length = view_u16(list, *offset + 2) * 4U;
    uint32_t aux_length = view_u8(list, *offset + 1) * 4U;
    return item_take(list, offset, item, view_u8(list, *offset), RECORD_HEADER,
                     RECORD_HEADER + sources_length + aux_length);
}

static struct bit_range locate_record_sources(struct bytes_view record)
{
    return bits_of_elements(record, RECORD_HEADER, view_u16(record, 2), 4);
}

static struct bit_range locate_aux_data(struct bytes_view record)
{
    uint32_t length = view_u8(record, 1) * 4U;
    return length == 0 ? nowhere : bits_of_bytes(record, RECORD_HEADER + view_u16(record, 2) * 4U, length);
}

static const struct field record_fields[] = {
    {"aux_data_len", "Aux Data Len", "32-bit words of auxiliary data (RFC 3376 4.2.6)", FIELD_UINT,
     .bits = {8, 8}},
    {"num_src", "Num Src", "Sources that follow (RFC 3376 4.2.7)", FIELD_UINT, .bits = {16, 16}},
    {"maddr", "Multicast Address", "The group (RFC 3376 4.2.8)", FIELD_IPV4, .bits = {32, 32}},
    {"saddr", "Source Addresses", "The sources (RFC 3376 4.2.9)", FIELD_LIST, .locate = locate_record_sources,
     .element = FIELD_IPV4, .element_width = 32},
    {"aux_data", "Aux Data", "None is defined (RFC 3376 4.2.10)", FIELD_BYTES, .locate = locate_aux_data},
};

static const struct item_type record_types[] = {
    {1, "mode_is_include", NULL, 0},        {2, "mode_is_exclude", NULL, 0},
    {3, "change_to_include_mode", NULL, 0}, {4, "change_to_exclude_mode", NULL, 0},
    {5, "allow_new_sources", NULL, 0},      {6, "block_old_sources", NULL, 0},
};

static const struct item_format records = {
    .next = next_record,
    .types = ROWS(record_types),
    .fields = ROWS(record_fields),
};

static struct bit_range locate_records(struct bytes_view report)
{
    return item_list_bits(&records, report, HEADER_LENGTH, view_u16(report, 6));
}

/* IANA, IGMP Type Numbers. */
static const struct value_name types[] = {
    {0x01, "create_group_request"},
    {0x02, "create_group_reply"},
    {0x03, "join_group_request"},
    {0x04, "join_group_reply"},
    {0x05, "leave_group_request"},
    {0x06, "leave_group_reply"},
    {0x07, "confirm_group_request"},
    {0x08, "confirm_group_reply"},
    {0x11, "membership_query"},
    {0x12, "membership_report_v1"},
    {0x13, "dvmrp"},
    {0x14, "pim_v1"},
    {0x15, "cisco_trace"},
    {0x16, "membership_report_v2"},
    {0x17, "leave_group"},
    {0x1e, "traceroute_response"},
    {0x1f, "traceroute"},
    {0x22, "membership_report_v3"},
    {0x30, "multicast_router_advertisement"},
    {0x31, "multicast_router_solicitation"},
    {0x32, "multicast_router_termination"},
};

static const struct value_names type_names = {ROWS(types)};

static const struct field igmp_fields[] = {
    {"type", "Type", "Kind of message (RFC 3376 4, IANA)", FIELD_UINT, .bits = {0, 8}, .in_summary = true,
     .names = &type_names},
    {"version", "IGMP Version", "1 to 3, by type and length (RFC 3376 7.1)", FIELD_UINT, .bits = {0, 8},
     .hidden = true, .in_contents = true, .present = has_version, .read = version_of},
    {"max_resp", "Max Resp Time", "Tenths of a second; in version 3 what the code says (RFC 3376 4.1.1)",
     FIELD_UINT, .bits = {8, 8}, .in_contents = true, .present = has_max_resp, .read = max_resp_of},
    {"_checksum", "Checksum", "As it stands in the header; checksum_ok verifies it (RFC 3376 4.1.2)",
     FIELD_UINT, .bits = {16, 16}},
    {"maddr", "Multicast Address", "The group; 0.0.0.0 in a general query (RFC 3376 4.1.3)", FIELD_IPV4,
     .bits = {32, 32}, .in_contents = true, .present = has_group},
    {"s", "S", "Routers shall not take this query for a newer one (RFC 3376 4.1.5)", FIELD_BOOL,
     .bits = {68, 1}, .in_contents = true, .present = is_query_v3},
    {"qrv", "QRV", "The querier's robustness variable (RFC 3376 4.1.6)", FIELD_UINT, .bits = {69, 3},
     .in_contents = true, .present = is_query_v3},
    {"qqic", "QQIC", "Code of the seconds between queries, from 128 on a float (RFC 3376 4.1.7)", FIELD_UINT,
     .bits = {72, 8}, .in_contents = true, .present = is_query_v3},
    {"num_src", "Num Src", "Sources that follow (RFC 3376 4.1.8)", FIELD_UINT, .bits = {80, 16},
     .in_contents = true, .present = is_query_v3},
    {"saddr", "Source Addresses", "The sources that are asked for (RFC 3376 4.1.9)", FIELD_LIST,
     .in_contents = true, .present = is_query_v3, .locate = locate_sources, .element = FIELD_IPV4,
     .element_width = 32},
    {"num_grp_recs", "Num Group Records", "Records that follow (RFC 3376 4.2.2)", FIELD_UINT,
     .bits = {48, 16}, .present = is_report_v3},
    {"record_list", "Group Records", "Groups and the sources that are wanted (RFC 3376 4.2.3)", FIELD_ITEMS,
     .in_contents = true, .present = is_report_v3, .locate = locate_records, .items = &records},
};

const struct protocol protocol_igmp = {
    .name = "IGMP",
    .doc = "Internet Group Management Protocol, versions 1 to 3 (RFC 1112, 2236, 3376).",
    .osi_layer = 4,
    .min_header = MIN_HEADER,
    .measure = igmp_measure,
    .bindings = ROWS(igmp_bindings),
    .fields = ROWS(igmp_fields),
    .checksum = CHECKSUM_OF_LAYER,
    .checksum_offset = 2,
};
