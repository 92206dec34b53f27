/* IPv6's mobility header: the type says what follows the first six bytes. It is the last header: a receiver
 * drops one that names another behind it.
 * RFC 6275 6.1, 5568 (fast handovers), 5847 (heartbeat). */
#include "../item_list.h"
#include "../number_names.h"
#include "../protocol.h"

enum { MIN_HEADER = 8 };

enum message {
    REFRESH_REQUEST = 0,
    HOME_TEST_INIT = 1,
    CARE_OF_TEST_INIT = 2,
    HOME_TEST = 3,
    CARE_OF_TEST = 4,
    BINDING_UPDATE = 5,
    BINDING_ACK = 6,
    BINDING_ERROR = 7,
    FAST_BINDING_UPDATE = 8,
    FAST_BINDING_ACK = 9,
    HEARTBEAT = 13,
    HANDOVER_INITIATE = 14,
    HANDOVER_ACK = 15,
    MESSAGE_COUNT
};

/* Where a message's options begin, in bytes; 0 for messages that are not known here. */
static uint32_t options_offset(struct bytes_view header)
{
    static const uint8_t offsets[MESSAGE_COUNT] = {
        [REFRESH_REQUEST] = 8,   [HOME_TEST_INIT] = 16, [CARE_OF_TEST_INIT] = 16,
        [HOME_TEST] = 24,        [CARE_OF_TEST] = 24,   [BINDING_UPDATE] = 12,
        [BINDING_ACK] = 12,      [BINDING_ERROR] = 24,  [FAST_BINDING_UPDATE] = 12,
        [FAST_BINDING_ACK] = 12, [HEARTBEAT] = 12,      [HANDOVER_INITIATE] = 10,
        [HANDOVER_ACK] = 10,
    };
    uint8_t type = view_u8(header, 2);
    return type < MESSAGE_COUNT ? offsets[type] : 0;
}

static bool has_options(struct bytes_view header)
{
    return options_offset(header) != 0;
}

static bool is_unknown(struct bytes_view header)
{
    return !has_options(header);
}

static struct bit_range options_bits(struct bytes_view header)
{
    return (struct bit_range){options_offset(header) * 8, 0};
}

static bool is_either(struct bytes_view header, enum message one, enum message other)
{
    uint8_t type = view_u8(header, 2);
    return type == one || type == other;
}

static bool is_test(struct bytes_view header)
{
    return is_either(header, HOME_TEST, CARE_OF_TEST);
}

static bool has_cookie(struct bytes_view header)
{
    return is_either(header, HOME_TEST_INIT, CARE_OF_TEST_INIT) || is_test(header);
}

static bool is_update(struct bytes_view header)
{
    return is_either(header, BINDING_UPDATE, FAST_BINDING_UPDATE);
}

static bool is_ack(struct bytes_view header)
{
    return is_either(header, BINDING_ACK, FAST_BINDING_ACK);
}

static bool is_error(struct bytes_view header)
{
    return is_either(header, BINDING_ERROR, BINDING_ERROR);
}

static bool has_status(struct bytes_view header)
{
    return is_ack(header) || is_error(header);
}

static bool has_lifetime(struct bytes_view header)
{
    return is_update(header) || is_ack(header);
}

static bool is_heartbeat(struct bytes_view header)
{
    return is_either(header, HEARTBEAT, HEARTBEAT);
}

static bool is_handover_initiate(struct bytes_view header)
{
    return is_either(header, HANDOVER_INITIATE, HANDOVER_INITIATE);
}

static bool is_handover(struct bytes_view header)
{
    return is_either(header, HANDOVER_INITIATE, HANDOVER_ACK);
}

static bool has_sequence(struct bytes_view header)
{
    return has_lifetime(header) || is_heartbeat(header) || is_handover(header);
}

static struct bit_range sequence_bits(struct bytes_view header)
{
    if (is_heartbeat(header))
        return (struct bit_range){64, 32};
    return (struct bit_range){is_ack(header) ? 64 : 48, 16};
}

static enum measure_result mipv6_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = (view_u8(bytes, 1) + 1U) * 8;
    result->total_length = result->header_length;
    return MEASURE_OK;
}

static const struct binding mipv6_bindings[] = {
    {SELECT_IP_PROTOCOL, 135},
};

/* IANA, Mobility Header Types. */
static const struct value_name messages[] = {
    {REFRESH_REQUEST, "binding_refresh_request"},
    {HOME_TEST_INIT, "home_test_init"},
    {CARE_OF_TEST_INIT, "care_of_test_init"},
    {HOME_TEST, "home_test"},
    {CARE_OF_TEST, "care_of_test"},
    {BINDING_UPDATE, "binding_update"},
    {BINDING_ACK, "binding_ack"},
    {BINDING_ERROR, "binding_error"},
    {FAST_BINDING_UPDATE, "fast_binding_update"},
    {FAST_BINDING_ACK, "fast_binding_ack"},
    {10, "fast_neighbor_advertisement"},
    {11, "experimental"},
    {12, "home_agent_switch"},
    {HEARTBEAT, "heartbeat"},
    {HANDOVER_INITIATE, "handover_initiate"},
    {HANDOVER_ACK, "handover_ack"},
    {16, "binding_revocation"},
    {17, "localized_routing_init"},
    {18, "localized_routing_ack"},
    {19, "update_notification"},
    {20, "update_notification_ack"},
    {21, "flow_binding"},
    {22, "subscription_query"},
    {23, "subscription_response"},
};

static const struct value_names message_names = {ROWS(messages)};

static const struct field refresh_fields[] = {
    {"interval", "Refresh Interval", "When to send the next update, in units of 4 seconds (RFC 6275 6.2.4)",
     FIELD_UINT, .bits = {16, 16}},
};

static const struct field care_of_fields[] = {
    {"acoa", "Alternate Care-of Address", "The one to use, not the source (RFC 6275 6.2.5)", FIELD_IPV6,
     .bits = {16, 128}},
};

static const struct field nonce_fields[] = {
    {"hni", "Home Nonce Index", "By which nonce the home token was made (RFC 6275 6.2.6)", FIELD_UINT,
     .bits = {16, 16}},
    {"cni", "Care-of Nonce Index", "By which nonce the care-of token was made (RFC 6275 6.2.6)", FIELD_UINT,
     .bits = {32, 16}},
};

static const struct field authorization_fields[] = {
    {"auth", "Authenticator", "First 96 bits of a keyed hash (RFC 6275 6.2.7)", FIELD_BYTES, .bits = {16, 0}},
};

static const struct field prefix_fields[] = {
    {"pfl", "Prefix Length", "Bits of the prefix (RFC 3963 4.3)", FIELD_UINT, .bits = {24, 8}},
    {"mnp", "Mobile Network Prefix", "Of the network that moves (RFC 3963 4.3)", FIELD_IPV6,
     .bits = {32, 128}},
};

static const struct field link_layer_fields[] = {
    {"optcode", "Option-Code", "Whose address it is (RFC 5568 6.4.4)", FIELD_UINT, .bits = {16, 8}},
    {"lla", "Link-layer Address", "As the link has it (RFC 5568 6.4.4)", FIELD_BYTES, .bits = {24, 0}},
};

static const struct field node_identifier_fields[] = {
    {"subtype", "Subtype", "1: a network access identifier (RFC 4283 3)", FIELD_UINT, .bits = {16, 8}},
    {"identifier", "Identifier", "Who the mobile node is (RFC 4283 3)", FIELD_BYTES, .bits = {24, 0}},
};

static const struct field authentication_fields[] = {
    {"subtype", "Subtype", "Who checks it (RFC 4285 5)", FIELD_UINT, .bits = {16, 8}},
    {"mobility_spi", "Mobility SPI", "By which agreement it is checked (RFC 4285 5)", FIELD_UINT,
     .bits = {24, 32}},
    {"auth_data", "Authentication Data", "A keyed hash (RFC 4285 5)", FIELD_BYTES, .bits = {56, 0}},
};

/* IANA, Mobility Options. */
static const struct item_type mobility_option_types[] = {
    {0, "pad1", NULL, 0},
    {1, "padn", NULL, 0},
    {2, "binding_refresh_advice", ROWS(refresh_fields)},
    {3, "alternate_care_of_address", ROWS(care_of_fields)},
    {4, "nonce_indices", ROWS(nonce_fields)},
    {5, "authorization_data", ROWS(authorization_fields)},
    {6, "mobile_network_prefix", ROWS(prefix_fields)},
    {7, "link_layer_address", ROWS(link_layer_fields)},
    {8, "mobile_node_identifier", ROWS(node_identifier_fields)},
    {9, "authentication", ROWS(authentication_fields)},
    {10, "message_identification", NULL, 0},
    {11, "cga_parameters_request", NULL, 0},
    {12, "cga_parameters", NULL, 0},
    {13, "signature", NULL, 0},
    {14, "permanent_home_keygen_token", NULL, 0},
    {15, "care_of_test_init", NULL, 0},
    {16, "care_of_test", NULL, 0},
    {22, "home_network_prefix", NULL, 0},
    {23, "handoff_indicator", NULL, 0},
    {24, "access_technology_type", NULL, 0},
    {25, "link_layer_identifier", NULL, 0},
    {26, "link_local_address", NULL, 0},
    {27, "timestamp", NULL, 0},
    {28, "restart_counter", NULL, 0},
    {29, "ipv4_home_address", NULL, 0},
    {33, "gre_key", NULL, 0},
};

static const struct item_format mobility_options = {.next = item_next_ipv6_option,
                                                    .types = ROWS(mobility_option_types)};

static const char *const update_flags[] = {"a_flag", "h_flag", "l_flag", "k_flag", "m_flag",
                                           "r_flag", "p_flag", "f_flag", "t_flag", "b_flag"};
static const char *const ack_flags[] = {"ba_k_flag", "ba_r_flag", "ba_p_flag", "ba_t_flag", "ba_b_flag"};
static const char *const heartbeat_flags[] = {"hb_u_flag", "hb_r_flag"};
static const char *const handover_flags[] = {"hi_s_flag", "hi_u_flag"};

static const struct field mipv6_fields[] = {
    {"_proto", "Payload Protocol", "59: nothing follows (RFC 6275 6.1.1)", FIELD_UINT, .bits = {0, 8},
     .names = &ip_protocol_names},
    {"_hlen", "Header Length", "In units of 8 bytes, the first not counted (RFC 6275 6.1.1)", FIELD_UINT,
     .bits = {8, 8}},
    {"mhtype", "Mobility Header Type", "Kind of message (RFC 6275 6.1.1, IANA)", FIELD_UINT, .bits = {16, 8},
     .names = &message_names},
    {"_reserved", "Reserved", "0 (RFC 6275 6.1.1)", FIELD_UINT, .bits = {24, 8}},
    {"_csum", "Checksum", "As it stands in the header; checksum_ok verifies it (RFC 6275 6.1.1)", FIELD_UINT,
     .bits = {32, 16}},
    {"nindex", "Nonce Index", "By which nonce the token was made (RFC 6275 6.1.5)", FIELD_UINT,
     .bits = {48, 16}, .present = is_test},
    {"cookie", "Init Cookie", "Matches tests to their inits (RFC 6275 6.1.3)", FIELD_UINT, .bits = {64, 64},
     .present = has_cookie},
    {"token", "Keygen Token", "Half of the key to a binding (RFC 6275 6.1.5)", FIELD_UINT, .bits = {128, 64},
     .present = is_test},
    {"status", "Status", "Accepted below 128, or why not (RFC 6275 6.1.8, 6.1.9)", FIELD_UINT,
     .bits = {48, 8}, .present = has_status},
    {"ba_flags", "Flags", "What was agreed on (RFC 6275 6.1.8, IANA)", FIELD_FLAGS, .bits = {56, 5},
     .flag_names = ack_flags, .present = is_ack},
    {"hb_flags", "Flags", "Unsolicited, response (RFC 5847 3.3)", FIELD_FLAGS, .bits = {62, 2},
     .flag_names = heartbeat_flags, .present = is_heartbeat},
    {"seqnr", "Sequence Number", "Matches acknowledgments to updates (RFC 6275 6.1.7)", FIELD_UINT,
     .present = has_sequence, .locate = sequence_bits},
    {"bu_flags", "Flags", "What is asked for (RFC 6275 6.1.7, IANA)", FIELD_FLAGS, .bits = {64, 10},
     .flag_names = update_flags, .present = is_update},
    {"hi_flags", "Flags", "Assigned address, buffer (RFC 5568 6.2.1.1)", FIELD_FLAGS, .bits = {64, 2},
     .flag_names = handover_flags, .present = is_handover_initiate},
    {"code", "Code", "Kind within the type (RFC 5568 6.2.1)", FIELD_UINT, .bits = {72, 8},
     .present = is_handover},
    {"lifetime", "Lifetime", "Of the binding, in units of 4 seconds (RFC 6275 6.1.7)", FIELD_UINT,
     .bits = {80, 16}, .present = has_lifetime},
    {"haddr", "Home Address", "Whose binding is missing (RFC 6275 6.1.9)", FIELD_IPV6, .bits = {64, 128},
     .present = is_error},
    {"data", "Message Data", "Of a message that is not known here (RFC 6275 6.1.1)", FIELD_BYTES,
     .bits = {48, 0}, .present = is_unknown},
    {"option_list", "Options", "The options one by one: kind, name, value (RFC 6275 6.2, IANA)", FIELD_ITEMS,
     .present = has_options, .locate = options_bits, .items = &mobility_options},
};

const struct protocol protocol_mipv6 = {
    .name = "MIPV6",
    .doc = "IPv6 mobility header (RFC 6275 6.1).",
    .osi_layer = 3,
    .min_header = MIN_HEADER,
    .measure = mipv6_measure,
    .bindings = ROWS(mipv6_bindings),
    .fields = ROWS(mipv6_fields),
    .checksum = CHECKSUM_WITH_ADDRESSES,
    .checksum_offset = 4,
};
