/* GTP-U version 1: mobile users' packets inside UDP datagrams. Other versions and GTP' stay Payload.
 * 3GPP TS 29.281. */
#include "../item_list.h"
#include "../protocol.h"

enum {
    MIN_HEADER = 8,
    LONG_HEADER = 12, /* where any of E, S and PN is set */
    VERSION_AND_TYPE = 0xf0,
    VERSION_1_GTP = 0x30,
    E_S_OR_PN = 0x07,
    T_PDU = 255,
    NO_MORE_HEADERS = 0,
    PDU_SESSION_DOWNLINK = 0,
};

static bool has_next_header(struct bytes_view header)
{
    return (view_u8(header, 0) & 4U) != 0;
}

static bool has_sequence(struct bytes_view header)
{
    return (view_u8(header, 0) & 2U) != 0;
}

static bool has_npdu_number(struct bytes_view header)
{
    return (view_u8(header, 0) & 1U) != 0;
}

/* An extension header's type is the last byte of what is before it, so that its item begins there. */
static bool next_extension(struct bytes_view list, uint32_t *offset, struct item *item)
{
    uint32_t type = view_u8(list, *offset);
    if (type == NO_MORE_HEADERS)
        return false;
    return item_take(list, offset, item, type, 2, view_u8(list, *offset + 1) * 4U);
}

static enum measure_result gtp_measure(struct bytes_view bytes, struct measurement *result)
{
    uint8_t flags = view_u8(bytes, 0);
    uint32_t length = (flags & E_S_OR_PN) != 0 ? LONG_HEADER : MIN_HEADER;
    if ((flags & VERSION_AND_TYPE) != VERSION_1_GTP)
        return MEASURE_NOT_DECODED;
    while (has_next_header(bytes) && view_u8(bytes, length - 1) != NO_MORE_HEADERS) {
        uint32_t units = view_u8(bytes, length);
        if (units == 0 && length < bytes.length)
            return MEASURE_LENGTH_TOO_SHORT;
        length += units == 0 ? 1 : units * 4; /* beyond the bytes there is at least the length */
    }
    result->header_length = length;
    result->total_length = MIN_HEADER + (uint32_t)view_u16(bytes, 2);
    if (view_u8(bytes, 1) == T_PDU) {
        result->selector = SELECT_IP_VERSION;
        result->next = view_u8(bytes, length) >> 4;
    }
    return MEASURE_OK;
}

static const struct binding gtp_bindings[] = {
    {SELECT_UDP_PORT, 2152},
};

static const struct value_name message_rows[] = {
    {1, "echo_request"},      {2, "echo_response"},
    {26, "error_indication"}, {31, "supported_extension_headers_notification"},
    {253, "tunnel_status"},   {254, "end_marker"},
    {T_PDU, "t_pdu"},
};
static const struct value_names message_names = {ROWS(message_rows)};

static const struct value_name header_type_rows[] = {
    {NO_MORE_HEADERS, "no_more_extension_headers"},
    {0x03, "long_pdcp_pdu_number"},
    {0x20, "service_class_indicator"},
    {0x40, "udp_port"},
    {0x81, "ran_container"},
    {0x82, "long_pdcp_pdu_number"},
    {0x83, "xw_ran_container"},
    {0x84, "nr_ran_container"},
    {0x85, "pdu_session_container"},
    {0xc0, "pdcp_pdu_number"},
};
static const struct value_names header_type_names = {ROWS(header_type_rows)};

static const struct field service_class_fields[] = {
    {"service_class", "Service Class", "Which class the packet belongs to (TS 29.281 5.2.2.3)", FIELD_UINT,
     .bits = {16, 8}},
};

static const struct field udp_port_fields[] = {
    {"udp_port", "UDP Port", "Source port of the message that this one answers (TS 29.281 5.2.2.1)",
     FIELD_UINT, .bits = {16, 16}},
};

static const struct field pdcp_number_fields[] = {
    {"pdcp_sn", "PDCP Number", "Sequence number in PDCP (TS 29.281 5.2.2.2)", FIELD_UINT, .bits = {16, 16}},
};

static const struct field long_pdcp_number_fields[] = {
    {"long_pdcp_sn", "Long PDCP Number", "Sequence number in PDCP, of 18 bits (TS 29.281 5.2.2.2A)",
     FIELD_UINT, .bits = {22, 18}},
};

static bool is_downlink(struct bytes_view header)
{
    return view_u8(header, 2) >> 4 == PDU_SESSION_DOWNLINK;
}

static bool has_paging_policy(struct bytes_view header)
{
    return is_downlink(header) && view_u8(header, 3) >> 7 == 1;
}

static const struct field pdu_session_fields[] = {
    {"pdu_type", "PDU Type", "0: downlink, 1: uplink (TS 38.415 5.5.3.1)", FIELD_UINT, .bits = {16, 4}},
    {"ppp", "Paging Policy Presence", "There is an indicator of it (TS 38.415 5.5.3.4)", FIELD_BOOL,
     .bits = {24, 1}, .present = is_downlink},
    {"rqi", "Reflective QoS", "The answer shall go by the same QoS flow (TS 38.415 5.5.3.4)", FIELD_BOOL,
     .bits = {25, 1}, .present = is_downlink},
    {"qos_flow_id", "QoS Flow Identifier", "Which QoS flow it belongs to (TS 38.415 5.5.3.3)", FIELD_UINT,
     .bits = {26, 6}},
    {"ppi", "Paging Policy", "Which paging policy applies (TS 38.415 5.5.3.5)", FIELD_UINT, .bits = {32, 3},
     .present = has_paging_policy},
};

static const struct item_type extension_types[] = {
    {0x03, "long_pdcp_pdu_number_x2", ROWS(long_pdcp_number_fields)},
    {0x20, "service_class_indicator", ROWS(service_class_fields)},
    {0x40, "udp_port", ROWS(udp_port_fields)},
    {0x81, "ran_container", NULL, 0},
    {0x82, "long_pdcp_pdu_number", ROWS(long_pdcp_number_fields)},
    {0x83, "xw_ran_container", NULL, 0},
    {0x84, "nr_ran_container", NULL, 0},
    {0x85, "pdu_session_container", ROWS(pdu_session_fields)},
    {0xc0, "pdcp_pdu_number", ROWS(pdcp_number_fields)},
};

static const struct field extension_fields[] = {
    {"length", "Length", "From here to the next type, in 4-byte units (TS 29.281 5.2.1)", FIELD_UINT,
     .bits = {8, 8}},
};

static const struct item_format gtp_extensions = {
    .next = next_extension, .types = ROWS(extension_types), .fields = ROWS(extension_fields)};

static const char *const gtp_flags[] = {"pt", "reserved", "e", "s", "pn"};

static const struct field gtp_fields[] = {
    {"_version", "Version", "1 (TS 29.281 5.1)", FIELD_UINT, .bits = {0, 3}},
    {"flags", "Flags",
     "PT: GTP, not GTP'; E: extension headers, S: sequence number, PN: N-PDU number (TS 29.281 5.1)",
     FIELD_FLAGS, .bits = {3, 5}, .flag_names = gtp_flags},
    {"message", "Message Type", "255 for a user's packet (TS 29.281 6.1)", FIELD_UINT, .bits = {8, 8},
     .names = &message_names, .in_summary = true},
    {"_length", "Length", "Bytes behind the first eight (TS 29.281 5.1)", FIELD_UINT, .bits = {16, 16}},
    {"teid", "TEID", "The receiver's tunnel endpoint (TS 29.281 5.1)", FIELD_UINT, .bits = {32, 32}},
    {"seq_number", "Sequence Number", "Of packets, or of a request and its answer (TS 29.281 5.1)",
     FIELD_UINT, .bits = {64, 16}, .present = has_sequence},
    {"npdu_number", "N-PDU Number", "Used when a user moves on (TS 29.281 5.1)", FIELD_UINT, .bits = {80, 8},
     .present = has_npdu_number},
    {"_ext_hdr_next", "Next Extension Header", "Type of the first, 0 for none (TS 29.281 5.1)", FIELD_UINT,
     .bits = {88, 8}, .present = has_next_header, .names = &header_type_names},
    {"ext_hdrs", "Extension Headers", "One by one (TS 29.281 5.2)", FIELD_ITEMS, .bits = {88, 0},
     .present = has_next_header, .items = &gtp_extensions},
};

const struct protocol protocol_gtp = {
    .name = "GTP",
    .doc = "GPRS Tunnelling Protocol, user plane, version 1 (3GPP TS 29.281).",
    .osi_layer = 5,
    .min_header = MIN_HEADER,
    .measure = gtp_measure,
    .bindings = ROWS(gtp_bindings),
    .fields = ROWS(gtp_fields),
};
