/* Parameters and error causes: both have a type of two bytes, a length that counts both, and padding.
 * RFC 9260 3.2.1 and 3.3.10, RFC 4895, RFC 5061, RFC 6525. */
#include "sctp_parameters.h"
#include "protocol.h"

enum { KIND_AND_LENGTH = 4 };

bool sctp_take(struct bytes_view list, uint32_t *offset, struct item *item, uint32_t kind, uint32_t length)
{
    uint32_t begin = *offset;
    uint32_t left = list.length - begin;
    if (!item_take(list, offset, item, kind, KIND_AND_LENGTH, length < left ? length : left))
        return false;
    uint32_t padded = (length + 3U) & ~3U;
    *offset = begin + (padded < left ? padded : left);
    return true;
}

static bool next_parameter(struct bytes_view list, uint32_t *offset, struct item *item)
{
    return sctp_take(list, offset, item, view_u16(list, *offset), view_u16(list, *offset + 2));
}

static const struct field common_fields[] = {
    {"length", "Length", "Bytes without padding, type and length included (RFC 9260 3.2.1)", FIELD_UINT,
     .bits = {16, 16}},
};

static const struct value_name hmac_rows[] = {
    {1, "sha_1"},
    {3, "sha_256"},
};
const struct value_names sctp_hmac_names = {ROWS(hmac_rows)};

static const struct value_name result_rows[] = {
    {0, "nothing_to_do"},
    {1, "performed"},
    {2, "denied"},
    {3, "wrong_ssn"},
    {4, "request_already_in_progress"},
    {5, "bad_sequence_number"},
    {6, "in_progress"},
};
static const struct value_names result_names = {ROWS(result_rows)};

static const struct field ipv4_fields[] = {
    {"ipv4_address", "IPv4 Address", "An address of the sender (RFC 9260 3.3.2.1.1)", FIELD_IPV4,
     .bits = {32, 32}},
};

static const struct field ipv6_fields[] = {
    {"ipv6_address", "IPv6 Address", "An address of the sender (RFC 9260 3.3.2.1.2)", FIELD_IPV6,
     .bits = {32, 128}},
};

static const struct field cookie_preservative_fields[] = {
    {"increment", "Increment", "Milliseconds that the cookie shall live longer (RFC 9260 3.3.2.1.3)",
     FIELD_UINT, .bits = {32, 32}},
};

static const struct field address_types_fields[] = {
    {"address_types", "Address Types", "5: IPv4, 6: IPv6, 11: host name (RFC 9260 3.3.2.1.4)", FIELD_LIST,
     .bits = {32, 0}, .element = FIELD_UINT, .element_width = 16},
};

static const struct field outgoing_reset_fields[] = {
    {"request_seq", "Request Number", "Of this request (RFC 6525 4.1)", FIELD_UINT, .bits = {32, 32}},
    {"response_seq", "Response Number", "Of the request that is answered (RFC 6525 4.1)", FIELD_UINT,
     .bits = {64, 32}},
    {"last_tsn", "Last TSN", "That the sender has assigned (RFC 6525 4.1)", FIELD_UINT, .bits = {96, 32}},
    {"sids", "Streams", "Which to reset, all where there are none (RFC 6525 4.1)", FIELD_LIST,
     .bits = {128, 0}, .element = FIELD_UINT, .element_width = 16},
};

static const struct field incoming_reset_fields[] = {
    {"request_seq", "Request Number", "Of this request (RFC 6525 4.2)", FIELD_UINT, .bits = {32, 32}},
    {"sids", "Streams", "Which to reset, all where there are none (RFC 6525 4.2)", FIELD_LIST,
     .bits = {64, 0}, .element = FIELD_UINT, .element_width = 16},
};

static const struct field tsn_reset_fields[] = {
    {"request_seq", "Request Number", "Of this request (RFC 6525 4.3)", FIELD_UINT, .bits = {32, 32}},
};

static const struct field response_fields[] = {
    {"response_seq", "Response Number", "Of the request that is answered (RFC 6525 4.4)", FIELD_UINT,
     .bits = {32, 32}},
    {"result", "Result", "What became of it (RFC 6525 4.4)", FIELD_UINT, .bits = {64, 32},
     .names = &result_names},
    {"senders_tsn", "Sender's Next TSN", "After a reset of the TSNs (RFC 6525 4.4)", FIELD_UINT,
     .bits = {96, 32}},
    {"receivers_tsn", "Receiver's Next TSN", "After a reset of the TSNs (RFC 6525 4.4)", FIELD_UINT,
     .bits = {128, 32}},
};

static const struct field add_streams_fields[] = {
    {"request_seq", "Request Number", "Of this request (RFC 6525 4.5)", FIELD_UINT, .bits = {32, 32}},
    {"nr_streams", "New Streams", "How many to add (RFC 6525 4.5)", FIELD_UINT, .bits = {64, 16}},
};

static const struct field random_fields[] = {
    {"random", "Random Number", "Part of the key (RFC 4895 3.1)", FIELD_BYTES, .bits = {32, 0}},
};

static const struct field chunk_list_fields[] = {
    {"chunk_types", "Chunk Types", "Those that shall be authenticated (RFC 4895 3.2)", FIELD_LIST,
     .bits = {32, 0}, .element = FIELD_UINT, .element_width = 8},
};

static const struct field hmac_list_fields[] = {
    {"hmac_ids", "HMAC Identifiers", "1: SHA-1, 3: SHA-256, the preferred first (RFC 4895 3.3)", FIELD_LIST,
     .bits = {32, 0}, .element = FIELD_UINT, .element_width = 16},
};

static const struct field extensions_fields[] = {
    {"chunk_types", "Chunk Types", "Those that the sender knows (RFC 5061 4.2.7)", FIELD_LIST,
     .bits = {32, 0}, .element = FIELD_UINT, .element_width = 8},
};

static const struct item_type address_types[] = {
    {5, "ipv4_address", ROWS(ipv4_fields)},
    {6, "ipv6_address", ROWS(ipv6_fields)},
};

static const struct item_format addresses = {
    .next = next_parameter, .types = ROWS(address_types), .fields = ROWS(common_fields)};

static const struct field change_of_address_fields[] = {
    {"correlation_id", "Correlation ID", "Matches the answer to the request (RFC 5061 4.2.1)", FIELD_UINT,
     .bits = {32, 32}},
    {"addresses", "Addresses", "The address that is meant (RFC 5061 4.2.1)", FIELD_ITEMS, .bits = {64, 0},
     .items = &addresses},
};

static const struct field correlation_fields[] = {
    {"correlation_id", "Correlation ID", "Of the request that is answered (RFC 5061 4.2.3)", FIELD_UINT,
     .bits = {32, 32}},
};

static const struct field adaptation_fields[] = {
    {"indication", "Indication", "Code point of the adaptation layer (RFC 5061 4.2.6)", FIELD_UINT,
     .bits = {32, 32}},
};

static const struct field stream_cause_fields[] = {
    {"sid", "Stream", "That does not exist (RFC 9260 3.3.10.1)", FIELD_UINT, .bits = {32, 16}},
};

static const struct field missing_cause_fields[] = {
    {"nr_missing", "Number Missing", "How many parameters (RFC 9260 3.3.10.2)", FIELD_UINT, .bits = {32, 32}},
    {"parameter_types", "Missing Types", "Which parameters (RFC 9260 3.3.10.2)", FIELD_LIST, .bits = {64, 0},
     .element = FIELD_UINT, .element_width = 16},
};

static const struct field stale_cause_fields[] = {
    {"staleness", "Staleness", "Microseconds since the cookie expired (RFC 9260 3.3.10.3)", FIELD_UINT,
     .bits = {32, 32}},
};

static const struct field no_data_cause_fields[] = {
    {"tsn", "TSN", "Of the chunk without data (RFC 9260 3.3.10.9)", FIELD_UINT, .bits = {32, 32}},
};

static const struct field hmac_cause_fields[] = {
    {"hmac_id", "HMAC Identifier", "Which is not supported (RFC 4895 4)", FIELD_UINT, .bits = {32, 16},
     .names = &sctp_hmac_names},
};

static const struct item_type cause_types[] = {
    {1, "invalid_stream_identifier", ROWS(stream_cause_fields)},
    {2, "missing_mandatory_parameter", ROWS(missing_cause_fields)},
    {3, "stale_cookie", ROWS(stale_cause_fields)},
    {4, "out_of_resource", NULL, 0},
    {5, "unresolvable_address", NULL, 0},
    {6, "unrecognized_chunk_type", NULL, 0},
    {7, "invalid_mandatory_parameter", NULL, 0},
    {8, "unrecognized_parameters", NULL, 0},
    {9, "no_user_data", ROWS(no_data_cause_fields)},
    {10, "cookie_while_shutting_down", NULL, 0},
    {11, "restart_with_new_addresses", NULL, 0},
    {12, "user_initiated_abort", NULL, 0},
    {13, "protocol_violation", NULL, 0},
    {160, "delete_last_address", NULL, 0},
    {161, "resource_shortage", NULL, 0},
    {162, "delete_source_address", NULL, 0},
    {163, "illegal_asconf_ack", NULL, 0},
    {164, "no_authorization", NULL, 0},
    {261, "unsupported_hmac_identifier", ROWS(hmac_cause_fields)},
};

const struct item_format sctp_causes = {
    .next = next_parameter, .types = ROWS(cause_types), .fields = ROWS(common_fields)};

static const struct field error_indication_fields[] = {
    {"correlation_id", "Correlation ID", "Of the request that failed (RFC 5061 4.2.3)", FIELD_UINT,
     .bits = {32, 32}},
    {"causes", "Causes", "Why it failed (RFC 5061 4.2.3)", FIELD_ITEMS, .bits = {64, 0},
     .items = &sctp_causes},
};

static const struct item_type parameter_types[] = {
    {1, "heartbeat_info", NULL, 0},
    {5, "ipv4_address", ROWS(ipv4_fields)},
    {6, "ipv6_address", ROWS(ipv6_fields)},
    {7, "state_cookie", NULL, 0},
    {8, "unrecognized_parameter", NULL, 0},
    {9, "cookie_preservative", ROWS(cookie_preservative_fields)},
    {11, "host_name", NULL, 0},
    {12, "supported_address_types", ROWS(address_types_fields)},
    {13, "outgoing_ssn_reset", ROWS(outgoing_reset_fields)},
    {14, "incoming_ssn_reset", ROWS(incoming_reset_fields)},
    {15, "ssn_tsn_reset", ROWS(tsn_reset_fields)},
    {16, "re_configuration_response", ROWS(response_fields)},
    {17, "add_outgoing_streams", ROWS(add_streams_fields)},
    {18, "add_incoming_streams", ROWS(add_streams_fields)},
    {0x8000, "ecn_capable", NULL, 0},
    {0x8001, "zero_checksum_acceptable", NULL, 0},
    {0x8002, "random", ROWS(random_fields)},
    {0x8003, "chunk_list", ROWS(chunk_list_fields)},
    {0x8004, "requested_hmac_algorithm", ROWS(hmac_list_fields)},
    {0x8005, "padding", NULL, 0},
    {0x8008, "supported_extensions", ROWS(extensions_fields)},
    {0xc000, "forward_tsn_supported", NULL, 0},
    {0xc001, "add_ip_address", ROWS(change_of_address_fields)},
    {0xc002, "delete_ip_address", ROWS(change_of_address_fields)},
    {0xc003, "error_cause_indication", ROWS(error_indication_fields)},
    {0xc004, "set_primary_address", ROWS(change_of_address_fields)},
    {0xc005, "success_indication", ROWS(correlation_fields)},
    {0xc006, "adaptation_layer_indication", ROWS(adaptation_fields)},
};

const struct item_format sctp_parameters = {
    .next = next_parameter, .types = ROWS(parameter_types), .fields = ROWS(common_fields)};
