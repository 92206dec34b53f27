/* Options of IPv6's hop-by-hop and destination options headers: IANA, Internet Protocol Version 6 Parameters.
 * RFC 8200 4.2, and those that the options name. */
#include "ipv6_options.h"
#include "ip_options.h"
#include "number_names.h"

enum measure_result ipv6_options_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = (view_u8(bytes, 1) + 1U) * 8;
    result->selector = SELECT_IP_PROTOCOL;
    result->next = view_u8(bytes, 0);
    return MEASURE_OK;
}

static const struct field tunnel_limit_fields[] = {
    {"tel", "Tunnel Limit", "How many more tunnels may be around the packet (RFC 2473 4.1.1)", FIELD_UINT,
     .bits = {16, 8}},
};

static const struct value_name router_alerts[] = {
    {0, "mld"}, {1, "rsvp"}, {2, "active_networks"}, {68, "nsis_natfw_nslp"}, {69, "mpls_oam"},
};

static const struct value_names router_alert_names = {ROWS(router_alerts)};

static const struct field router_alert_fields[] = {
    {"router_alert", "Router Alert", "What routers shall look at (RFC 2711 2.1, IANA)", FIELD_UINT,
     .bits = {16, 16}, .names = &router_alert_names},
};

static const struct field calipso_fields[] = {
    {"doi", "Domain of Interpretation", "Who says what the numbers mean (RFC 5570 5.1)", FIELD_UINT,
     .bits = {16, 32}},
    {"cmpt_length", "Compartment Length", "Of the bitmap, in 32-bit words (RFC 5570 5.1)", FIELD_UINT,
     .bits = {48, 8}},
    {"sens_level", "Sensitivity Level", "The greater the more sensitive (RFC 5570 5.1)", FIELD_UINT,
     .bits = {56, 8}},
    {"checksum", "Checksum", "CRC-16 of the option (RFC 5570 5.1)", FIELD_UINT, .bits = {64, 16}},
    {"cmpt_bitmap", "Compartment Bitmap", "One bit each (RFC 5570 5.1)", FIELD_BYTES, .bits = {80, 0}},
};

static const struct field pdm_fields[] = {
    {"scale_dtlr", "Scale DTLR", "The time last received is shifted left so often (RFC 8250 3.2)", FIELD_UINT,
     .bits = {16, 8}},
    {"scale_dtls", "Scale DTLS", "The time last sent is shifted left so often (RFC 8250 3.2)", FIELD_UINT,
     .bits = {24, 8}},
    {"psn_this_pkt", "PSN This Packet", "The packet's sequence number (RFC 8250 3.2)", FIELD_UINT,
     .bits = {32, 16}},
    {"psn_last_recv", "PSN Last Received", "Of the other side (RFC 8250 3.2)", FIELD_UINT, .bits = {48, 16}},
    {"delta_last_recv", "Delta Time Last Received", "In attoseconds, scaled (RFC 8250 3.2)", FIELD_UINT,
     .bits = {64, 16}},
    {"delta_last_sent", "Delta Time Last Sent", "In attoseconds, scaled (RFC 8250 3.2)", FIELD_UINT,
     .bits = {80, 16}},
};

enum { IOAM_PREALLOCATED_TRACE = 0, IOAM_INCREMENTAL_TRACE = 1 };

static bool is_ioam_trace(struct bytes_view option)
{
    return view_u8(option, 3) <= IOAM_INCREMENTAL_TRACE;
}

static const struct value_name ioam_types[] = {
    {IOAM_PREALLOCATED_TRACE, "preallocated_trace"},
    {IOAM_INCREMENTAL_TRACE, "incremental_trace"},
    {2, "proof_of_transit"},
    {3, "edge_to_edge"},
    {4, "direct_exporting"},
};

static const struct value_names ioam_type_names = {ROWS(ioam_types)};

static const struct field ioam_fields[] = {
    {"opt_type", "Option-Type", "What data there is (RFC 9486 3)", FIELD_UINT, .bits = {24, 8},
     .names = &ioam_type_names},
    {"trace_ns", "Namespace ID", "Who gives the data its meaning (RFC 9197 4.4.1)", FIELD_UINT,
     .bits = {32, 16}, .present = is_ioam_trace},
    {"trace_nodelen", "Node Length", "Data that each node adds, in 32-bit words (RFC 9197 4.4.1)", FIELD_UINT,
     .bits = {48, 5}, .present = is_ioam_trace},
    {"trace_flags", "Flags", "Overflow, loopback, active, reserved (RFC 9197 4.4.1)", FIELD_UINT,
     .bits = {53, 4}, .present = is_ioam_trace},
    {"trace_remlen", "Remaining Length", "Room that is left, in 32-bit words (RFC 9197 4.4.1)", FIELD_UINT,
     .bits = {57, 7}, .present = is_ioam_trace},
    {"trace_type", "Trace Type", "What each node adds, a bit for each (RFC 9197 4.4.1)", FIELD_UINT,
     .bits = {64, 24}, .present = is_ioam_trace},
    {"trace_data", "Trace Data", "What the nodes added, the last one first (RFC 9197 4.4.2)", FIELD_BYTES,
     .bits = {96, 0}, .present = is_ioam_trace},
};

/* The 15 most significant bits of 16. */
static uint64_t read_return_pmtu(struct bytes_view option)
{
    return view_u16(option, 4) & 0xfffeU;
}

static const struct field pmtu_fields[] = {
    {"pmtu_min", "Minimum Reported PMTU", "Smallest MTU so far, in bytes (RFC 9268 5)", FIELD_UINT,
     .bits = {16, 16}},
    {"pmtu_rtn", "Return Minimum PMTU", "The other way's, in bytes, rounded down to even (RFC 9268 5)",
     FIELD_UINT, .bits = {32, 15}, .read = read_return_pmtu},
    {"pmtu_r_flag", "Return Flag", "The other side shall tell what it found (RFC 9268 5)", FIELD_BOOL,
     .bits = {47, 1}},
};

static const char *const rpl_flags[] = {"down", "rank_error", "forwarding_error"};

static const struct field rpl_fields[] = {
    {"rpl_flag", "Flags", "Down, rank error, forwarding error (RFC 6553 3)", FIELD_FLAGS, .bits = {16, 3},
     .flag_names = rpl_flags},
    {"rpl_instance_id", "RPLInstanceID", "Along which routing topology it goes (RFC 6553 3)", FIELD_UINT,
     .bits = {24, 8}},
    {"rpl_sender_rank", "Sender Rank", "The forwarder's distance from the root (RFC 6553 3)", FIELD_UINT,
     .bits = {32, 16}},
};

static const char *const mpl_flags[] = {"largest_sequence", "version"};

static const struct field mpl_fields[] = {
    {"mpl_seed_length", "Seed ID Length", "0: the source address, else 2, 8 or 16 bytes (RFC 7731 6.1)",
     FIELD_UINT, .bits = {16, 2}},
    {"mpl_flag", "Flags", "Largest sequence, version (RFC 7731 6.1)", FIELD_FLAGS, .bits = {18, 2},
     .flag_names = mpl_flags},
    {"mpl_sequence", "Sequence", "Of the seed's messages (RFC 7731 6.1)", FIELD_UINT, .bits = {24, 8}},
    {"mpl_seed_id", "Seed ID", "Who sent the message first (RFC 7731 6.1)", FIELD_BYTES, .bits = {32, 0}},
};

static const struct field ilnp_nonce_fields[] = {
    {"ilnp_nonce", "ILNP Nonce", "Tells one session from another (RFC 6744 2)", FIELD_BYTES, .bits = {16, 0}},
};

static struct bit_range line_id_bits(struct bytes_view option)
{
    return (struct bit_range){24, view_u8(option, 2) * 8U};
}

static bool has_line_id(struct bytes_view option)
{
    return view_u8(option, 2) != 0;
}

static const struct field line_id_fields[] = {
    {"lio_length", "LineIDLen", "Bytes of the line's name (RFC 6788 6)", FIELD_UINT, .bits = {16, 8}},
    {"lio_line_id", "Line ID", "Name of the subscriber's line (RFC 6788 6)", FIELD_BYTES,
     .present = has_line_id, .locate = line_id_bits},
};

static const struct field jumbo_fields[] = {
    {"jumbo", "Payload Length", "Bytes behind the IPv6 header, at least 65536 (RFC 2675 2)", FIELD_UINT,
     .bits = {16, 32}},
};

static const struct field home_address_fields[] = {
    {"home_address", "MIPv6 Home Address", "The sender's, who is away from there (RFC 6275 6.3)", FIELD_IPV6,
     .bits = {16, 128}},
};

static const char *const dff_flags[] = {"duplicate", "return"};

static const struct field dff_fields[] = {
    {"dff_ver", "Version", "Of depth-first forwarding (RFC 6971 11.1)", FIELD_UINT, .bits = {16, 2}},
    {"dff_flags", "Flags", "Duplicate, return (RFC 6971 11.1)", FIELD_FLAGS, .bits = {18, 2},
     .flag_names = dff_flags},
    {"dff_sequence", "Sequence Number", "Of the packet, by its originator (RFC 6971 11.1)", FIELD_UINT,
     .bits = {24, 16}},
};

static const struct item_type ipv6_option_types[] = {
    {0x00, "pad1", NULL, 0},
    {0x01, "padn", NULL, 0},
    {0x04, "tunnel_encapsulation_limit", ROWS(tunnel_limit_fields)},
    {0x05, "router_alert", ROWS(router_alert_fields)},
    {0x07, "calipso", ROWS(calipso_fields)},
    {0x08, "smf_dpd", NULL, 0},
    {0x0f, "pdm", ROWS(pdm_fields)},
    {0x11, "ioam_destination", ROWS(ioam_fields)},
    {0x1e, "experiment_1e", NULL, 0},
    {0x23, "rpl", ROWS(rpl_fields)},
    {0x26, "quick_start", ROWS(quick_start_fields)},
    {0x30, "path_mtu", ROWS(pmtu_fields)},
    {0x31, "ioam", ROWS(ioam_fields)},
    {0x3e, "experiment_3e", NULL, 0},
    {0x5e, "experiment_5e", NULL, 0},
    {0x63, "rpl_old", ROWS(rpl_fields)},
    {0x6d, "mpl", ROWS(mpl_fields)},
    {0x7e, "experiment_7e", NULL, 0},
    {0x8a, "endpoint_identification", NULL, 0},
    {0x8b, "ilnp_nonce", ROWS(ilnp_nonce_fields)},
    {0x8c, "line_identification", ROWS(line_id_fields)},
    {0x9e, "experiment_9e", NULL, 0},
    {0xbe, "experiment_be", NULL, 0},
    {IPV6_JUMBO_PAYLOAD, "jumbo_payload", ROWS(jumbo_fields)},
    {IPV6_HOME_ADDRESS, "home_address", ROWS(home_address_fields)},
    {0xde, "experiment_de", NULL, 0},
    {0xee, "ip_dff", ROWS(dff_fields)},
    {0xfe, "experiment_fe", NULL, 0},
};

const struct item_format ipv6_options = {.next = item_next_ipv6_option, .types = ROWS(ipv6_option_types)};

const struct field ipv6_options_fields[IPV6_OPTIONS_FIELD_COUNT] = {
    {"_nxt", "Next Header", "IANA protocol number of what follows (RFC 8200 4.2)", FIELD_UINT, .bits = {0, 8},
     .names = &ip_protocol_names},
    {"_len", "Length", "Header length in units of 8 bytes, the first not counted (RFC 8200 4.2)", FIELD_UINT,
     .bits = {8, 8}},
    {"option_list", "Options", "The options one by one: kind, name, value (RFC 8200 4.2, IANA)", FIELD_ITEMS,
     .bits = {IPV6_OPTIONS_OFFSET * 8, 0}, .items = &ipv6_options},
};
