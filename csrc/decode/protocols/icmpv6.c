/* ICMPv6: the type says what follows the first four bytes. What stands behind the first eight bytes is
 * contents, but for the types of RFC 4861 that say more there.
 * RFC 4443, 4861 (Neighbor Discovery); 2710 and 3810 (MLD), 2894, 3122, 3971, 4065, 4191, 4286, 4620, 4884,
 * 5568, 6275, 6743, 6775, 8335. */
#include "../floating_code.h"
#include "../icmp_extensions.h"
#include "../icmp_names.h"
#include "../icmpv6_types.h"
#include "../ilnp.h"
#include "../mld.h"
#include "../nd_options.h"
#include "../protocol.h"

enum {
    MIN_HEADER = 4,
    HEADER_LENGTH = 8,
    QUERY_V2_LENGTH = 28, /* of a listener query that has what version 2 adds (RFC 3810 8.1) */
};

static bool has_sources(struct bytes_view message)
{
    return is_listener_query(message) && message.length >= QUERY_V2_LENGTH;
}

static uint64_t listener_version(struct bytes_view message)
{
    return has_sources(message) || is_listener_report_v2(message) ? 2 : 1;
}

static uint64_t max_resp_of(struct bytes_view message)
{
    uint16_t code = view_u16(message, 4);
    return has_sources(message) ? floating_code_value(code, 16) : code;
}

static uint64_t query_interval_of(struct bytes_view message)
{
    return floating_code_value(view_u8(message, 25), 8);
}

static struct bit_range locate_later_identifier(struct bytes_view message)
{
    switch (view_u8(message, 0)) {
    case HOME_AGENT_REQUEST:
    case HOME_AGENT_REPLY:
    case MOBILE_PREFIX_SOLICITATION:
    case MOBILE_PREFIX_ADVERTISEMENT:
    case CERTIFICATION_PATH_SOLICITATION:
    case CERTIFICATION_PATH_ADVERTISEMENT:
    case EXTENDED_ECHO_REQUEST:
    case EXTENDED_ECHO_REPLY:
        return (struct bit_range){32, 16};
    case FAST_HANDOVER:
        return (struct bit_range){48, 16};
    default:
        return nowhere;
    }
}

static bool has_nothing_else(struct bytes_view message)
{
    return !has_identifier(message) && !has_mtu(message) && !has_pointer(message) &&
           !is_router_advertisement(message) && !has_target(message) && !is_of_listeners(message) &&
           !is_router_renumbering(message) && !is_node_information(message) && !has_subtype(message) &&
           !is_multicast_router_advertisement(message) && !is_locator_update(message) &&
           !is_duplicate_address(message) && locate_later_identifier(message).offset == nowhere.offset;
}

static struct bit_range locate_component(struct bytes_view message)
{
    switch (view_u8(message, 0)) {
    case CERTIFICATION_PATH_SOLICITATION:
        return (struct bit_range){48, 16};
    case CERTIFICATION_PATH_ADVERTISEMENT:
        return (struct bit_range){64, 16};
    default:
        return nowhere;
    }
}

/* 0 for a type that has none. */
static uint32_t options_at(struct bytes_view message)
{
    switch (view_u8(message, 0)) {
    case ROUTER_SOLICITATION:
    case INVERSE_SOLICITATION:
    case INVERSE_ADVERTISEMENT:
    case MOBILE_PREFIX_ADVERTISEMENT:
    case CERTIFICATION_PATH_SOLICITATION:
    case FAST_HANDOVER:
        return HEADER_LENGTH;
    case CERTIFICATION_PATH_ADVERTISEMENT:
        return 12;
    case ROUTER_ADVERTISEMENT:
        return 16;
    case NEIGHBOR_SOLICITATION:
    case NEIGHBOR_ADVERTISEMENT:
        return 24;
    case REDIRECT:
        return 40;
    default:
        return 0;
    }
}

static struct bit_range locate_options(struct bytes_view message)
{
    uint32_t offset = options_at(message);
    return offset == 0 ? nowhere : (struct bit_range){offset * 8, 0};
}

static struct bit_range locate_sources(struct bytes_view message)
{
    return bits_of_elements(message, QUERY_V2_LENGTH, view_u16(message, 26), 16);
}

static struct bit_range locate_records(struct bytes_view message)
{
    return item_list_bits(&mld_records, message, HEADER_LENGTH, view_u16(message, 6));
}

static struct bit_range locate_locators(struct bytes_view message)
{
    return item_list_bits(&ilnp_locators, message, HEADER_LENGTH, view_u8(message, 4));
}

/* The message's length where it has none. */
static uint32_t extension_at(struct bytes_view message)
{
    uint32_t quoted_words = view_u8(message, 4);
    if (is_extended_echo_request(message))
        return HEADER_LENGTH;
    return is_extensible(message) && quoted_words != 0 ? HEADER_LENGTH + quoted_words * 8 : message.length;
}

static struct bit_range locate_quoted(struct bytes_view message)
{
    uint8_t type = view_u8(message, 0);
    if (type == REDIRECT)
        return nd_redirected_packet(message, options_at(message));
    return is_extensible(message) || type == PACKET_TOO_BIG || type == PARAMETER_PROBLEM
               ? icmp_quoted_packet(message, extension_at(message))
               : nowhere;
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

static enum measure_result icmpv6_measure(struct bytes_view bytes, struct measurement *result)
{
    switch (view_u8(bytes, 0)) {
    case ROUTER_ADVERTISEMENT:
        result->header_length = 16;
        break;
    case NEIGHBOR_SOLICITATION:
    case NEIGHBOR_ADVERTISEMENT:
        result->header_length = 24;
        break;
    case REDIRECT:
        result->header_length = 40;
        break;
    case MULTICAST_ROUTER_SOLICITATION:
    case MULTICAST_ROUTER_TERMINATION:
        result->header_length = MIN_HEADER;
        break;
    default:
        result->header_length = HEADER_LENGTH;
        break;
    }
    return MEASURE_OK;
}

static const struct binding icmpv6_bindings[] = {
    {SELECT_IP_PROTOCOL, 58},
};

static const struct value_name qtypes[] = {
    {0, "noop"},
    {2, "node_name"},
    {3, "node_addresses"},
    {4, "ipv4_addresses"},
};

static const struct value_names qtype_names = {ROWS(qtypes)};

static const struct field icmpv6_fields[] = {
    {"type", "Type", "Kind of message, below 128 an error (RFC 4443 2.1, IANA)", FIELD_UINT, .bits = {0, 8},
     .in_summary = true, .names = &icmpv6_type_names},
    {"code", "Code", "Kind within the type (RFC 4443 2.1, IANA)", FIELD_UINT, .bits = {8, 8},
     .names = &icmpv6_code_names, .named_by = {0, 16}},
    {"_checksum", "Checksum", "As it stands in the header; checksum_ok verifies it (RFC 4443 2.3)",
     FIELD_UINT, .bits = {16, 16}},
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
    {"h", "Home Agent", "The router is a mobile node's home agent (RFC 6275 7.1)", FIELD_BOOL,
     .bits = {42, 1}, .hidden = true, .present = is_router_advertisement},
    {"prf", "Router Preference", "Medium 0, high 1, low 3 (RFC 4191 2.2)", FIELD_UINT, .bits = {43, 2},
     .hidden = true, .present = is_router_advertisement, .names = &nd_preference_names},
    {"p", "Proxy", "The advertisement is proxied (RFC 4389 4.1.3.3)", FIELD_BOOL, .bits = {45, 1},
     .hidden = true, .present = is_router_advertisement},
    {"option_list", "Option List", "Neighbor Discovery's options one by one (RFC 4861 4.6, IANA)",
     FIELD_ITEMS, .hidden = true, .in_contents = true, .locate = locate_options, .items = &nd_options},
    {"_length", "Length", "Of the quoted packet in 64-bit words; 0: not told (RFC 4884 4)", FIELD_UINT,
     .bits = {32, 8}, .hidden = true, .present = is_extensible},
    {"quoted", "Quoted Packet", "That of an error or a redirect, as much as is told (RFC 4443, 4861)",
     FIELD_PACKET, .hidden = true, .in_contents = true, .locate = locate_quoted},
    {"ext_version", "Extension Version", "2 (RFC 4884 7)", FIELD_UINT, .hidden = true, .in_contents = true,
     .locate = locate_extension_version},
    {"_ext_checksum", "Extension Checksum", "Of the extension structure; 0: none (RFC 4884 7)", FIELD_UINT,
     .hidden = true, .in_contents = true, .locate = locate_extension_checksum},
    {"extension_list", "Extension List", "Objects behind the quoted packet (RFC 4884 7)", FIELD_ITEMS,
     .hidden = true, .in_contents = true, .locate = locate_extension_list, .items = &icmp_extension_objects},
    {"mld_version", "MLD Version", "1 or 2, by type and length (RFC 3810 8.1)", FIELD_UINT, .bits = {0, 8},
     .hidden = true, .in_contents = true, .present = is_of_listeners, .read = listener_version},
    {"max_resp", "Maximum Response Delay", "Milliseconds; in version 2 what the code says (RFC 3810 5.1.3)",
     FIELD_UINT, .bits = {32, 16}, .in_contents = true, .present = has_group, .read = max_resp_of},
    {"maddr", "Multicast Address", "The group; :: in a general query (RFC 2710 3.5; 3810 5.1.5)", FIELD_IPV6,
     .bits = {64, 128}, .in_contents = true, .present = has_group},
    {"mld_s", "S", "Routers shall not take this query for a newer one (RFC 3810 5.1.7)", FIELD_BOOL,
     .bits = {196, 1}, .in_contents = true, .present = has_sources},
    {"qrv", "QRV", "The querier's robustness variable (RFC 3810 5.1.8)", FIELD_UINT, .bits = {197, 3},
     .in_contents = true, .present = has_sources},
    {"qqi", "Query Interval", "Seconds between queries, as the code says (RFC 3810 5.1.9)", FIELD_UINT,
     .bits = {200, 8}, .in_contents = true, .present = has_sources, .read = query_interval_of},
    {"num_src", "Number of Sources", "Sources that follow (RFC 3810 5.1.10)", FIELD_UINT, .bits = {208, 16},
     .in_contents = true, .present = has_sources},
    {"saddr", "Source Addresses", "The sources that are asked for (RFC 3810 5.1.11)", FIELD_LIST,
     .in_contents = true, .present = has_sources, .locate = locate_sources, .element = FIELD_IPV6,
     .element_width = 128},
    {"num_records", "Number of Records", "Multicast address records that follow (RFC 3810 5.2.3)", FIELD_UINT,
     .bits = {48, 16}, .present = is_listener_report_v2},
    {"record_list", "Address Records", "Groups and the sources that are wanted (RFC 3810 5.2.4)", FIELD_ITEMS,
     .in_contents = true, .present = is_listener_report_v2, .locate = locate_records, .items = &mld_records},
    {"ext_ident", "Identifier", "Matches replies to requests (RFC 8335 2; 6275 6.5; 3971 6.4; 5568 6.1)",
     FIELD_UINT, .locate = locate_later_identifier},
    {"ext_seq", "Sequence Number", "Matches replies to requests (RFC 8335 2)", FIELD_UINT, .bits = {48, 8},
     .present = is_extended_echo},
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
    {"rr_seq", "Sequence Number", "Grows with each command (RFC 2894 3.1)", FIELD_UINT, .bits = {32, 32},
     .present = is_router_renumbering},
    {"rr_segment", "Segment Number", "Of the messages with one sequence number (RFC 2894 3.1)", FIELD_UINT,
     .bits = {64, 8}, .in_contents = true, .present = is_router_renumbering},
    {"rr_flags", "Flags", "T R A S P, most significant first (RFC 2894 3.1)", FIELD_UINT, .bits = {72, 8},
     .in_contents = true, .present = is_router_renumbering},
    {"rr_maxdelay", "Max Delay", "Milliseconds before a reply (RFC 2894 3.1)", FIELD_UINT, .bits = {80, 16},
     .in_contents = true, .present = is_router_renumbering},
    {"rr_body", "Body", "Prefix operations of a command, or matches of a result (RFC 2894 3.2)", FIELD_BYTES,
     .bits = {128, 0}, .in_contents = true, .present = is_router_renumbering},
    {"qtype", "Qtype", "What is asked for (RFC 4620 4)", FIELD_UINT, .bits = {32, 16},
     .present = is_node_information, .names = &qtype_names},
    {"ni_flags", "Flags", "Flags of the Qtype (RFC 4620 4)", FIELD_UINT, .bits = {48, 16},
     .present = is_node_information},
    {"ni_nonce", "Nonce", "Matches replies to queries (RFC 4620 4)", FIELD_UINT, .bits = {64, 64},
     .in_contents = true, .present = is_node_information},
    {"ni_data", "Data", "Subject of a query, answer of a reply (RFC 4620 4)", FIELD_BYTES, .bits = {128, 0},
     .in_contents = true, .present = is_node_information},
    {"home_agents", "Home Agent Addresses", "The most preferred first (RFC 6275 6.6)", FIELD_LIST,
     .bits = {64, 0}, .in_contents = true, .present = is_home_agent_reply, .element = FIELD_IPV6,
     .element_width = 128},
    {"mip6_m", "M", "Addresses come by DHCPv6 (RFC 6275 6.8)", FIELD_BOOL, .bits = {48, 1},
     .present = is_mobile_prefix_advertisement},
    {"mip6_o", "O", "Other settings come by DHCPv6 (RFC 6275 6.8)", FIELD_BOOL, .bits = {49, 1},
     .present = is_mobile_prefix_advertisement},
    {"all_components", "All Components", "Certificates on the path (RFC 3971 6.4.2)", FIELD_UINT,
     .bits = {48, 16}, .present = is_certification_path_advertisement},
    {"component", "Component", "Which certificate of the path (RFC 3971 6.4.1, 6.4.2)", FIELD_UINT,
     .in_contents = true, .locate = locate_component},
    {"subtype", "Subtype", "Which message of it (RFC 4065 3; 5568 6)", FIELD_UINT, .bits = {32, 8},
     .present = has_subtype},
    {"query_interval", "Query Interval", "Seconds between queries (RFC 4286 3.1)", FIELD_UINT,
     .bits = {32, 16}, .present = is_multicast_router_advertisement},
    {"robustness", "Robustness Variable", "Of the router's queries (RFC 4286 3.1)", FIELD_UINT,
     .bits = {48, 16}, .present = is_multicast_router_advertisement},
    {"num_locs", "Num of Locs", "Locators that follow (RFC 6743 3)", FIELD_UINT, .bits = {32, 8},
     .present = is_locator_update},
    {"locator_list", "Locator List", "Where the node can be reached now (RFC 6743 3)", FIELD_ITEMS,
     .in_contents = true, .present = is_locator_update, .locate = locate_locators, .items = &ilnp_locators},
    {"status", "Status", "Of the registration; 0: success (RFC 6775 4.4)", FIELD_UINT, .bits = {32, 8},
     .present = is_duplicate_address},
    {"reg_lifetime", "Registration Lifetime", "Minutes (RFC 6775 4.4)", FIELD_UINT, .bits = {48, 16},
     .present = is_duplicate_address},
    {"eui64", "EUI-64", "Of the interface that registers (RFC 6775 4.4)", FIELD_BYTES, .bits = {64, 64},
     .in_contents = true, .present = is_duplicate_address},
    {"reg_addr", "Registered Address", "The address (RFC 6775 4.4)", FIELD_IPV6, .bits = {128, 128},
     .in_contents = true, .present = is_duplicate_address},
};

const struct protocol protocol_icmpv6 = {
    .name = "ICMPV6",
    .doc =
        "ICMP for IPv6 and Neighbor Discovery (RFC 4443, 4861); options and quoted packets are its Payload, "
        "and decoded in `option_list` and `quoted`.",
    .osi_layer = 4,
    .min_header = MIN_HEADER,
    .measure = icmpv6_measure,
    .bindings = ROWS(icmpv6_bindings),
    .fields = ROWS(icmpv6_fields),
    .checksum = CHECKSUM_WITH_ADDRESSES,
    .checksum_offset = 2,
};
