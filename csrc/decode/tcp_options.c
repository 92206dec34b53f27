/* TCP's options and their fields. Multipath TCP's are in mptcp.c.
 * IANA, TCP Option Kind Numbers and TCP Experimental Option Experiment Identifiers. */
#include "tcp_options.h"
#include "mptcp.h"
#include "protocol.h"

static const struct field mss_fields[] = {
    {"mss", "Maximum Segment Size", "Bytes that a segment to the sender may carry (RFC 9293 3.7.1)",
     FIELD_UINT, .bits = {16, 16}},
};

static const struct field window_scale_fields[] = {
    {"shift", "Shift Count", "By how many bits the window is shifted left (RFC 7323 2.2)", FIELD_UINT,
     .bits = {16, 8}},
};

static const struct field sack_fields[] = {
    {"edges", "Edges", "Left and right edges of the blocks received, in turn (RFC 2018 3)", FIELD_LIST,
     .bits = {16, 0}, .element = FIELD_UINT, .element_width = 32},
};

static const struct field echo_fields[] = {
    {"echo_value", "Echo Value", "Comes back as it was sent (RFC 1072 3)", FIELD_UINT, .bits = {16, 32}},
};

static const struct field timestamps_fields[] = {
    {"tsval", "Timestamp Value", "The sender's clock (RFC 7323 3.2)", FIELD_UINT, .bits = {16, 32}},
    {"tsecr", "Timestamp Echo Reply", "The receiver's clock, as last seen (RFC 7323 3.2)", FIELD_UINT,
     .bits = {48, 32}},
};

static const struct field order_profile_fields[] = {
    {"start", "Start Flag", "The service profile begins in this segment (RFC 1693 3.1)", FIELD_BOOL,
     .bits = {16, 1}},
    {"end", "End Flag", "It ends in this segment (RFC 1693 3.1)", FIELD_BOOL, .bits = {17, 1}},
};

static const struct field connection_count_fields[] = {
    {"cc_value", "Connection Count", "Tells one connection from the next (RFC 1644 2)", FIELD_UINT,
     .bits = {16, 32}},
};

static const struct value_name checksum_rows[] = {
    {0, "tcp"},
    {1, "fletcher_8_bit"},
    {2, "fletcher_16_bit"},
    {3, "redundant_checksum_avoidance"},
};
static const struct value_names checksum_names = {ROWS(checksum_rows)};

static const struct field checksum_request_fields[] = {
    {"checksum", "Checksum Number", "Algorithm that is asked for (RFC 1146, IANA)", FIELD_UINT,
     .bits = {16, 8}, .names = &checksum_names},
};

static const struct field md5_fields[] = {
    {"digest", "MD5 Digest", "Of the segment and a shared key (RFC 2385 3.0)", FIELD_BYTES,
     .bits = {16, 128}},
};

static const struct field scps_fields[] = {
    {"vector", "Capabilities", "All eight bits of the vector (CCSDS 714.0 3.2.3)", FIELD_UINT,
     .bits = {16, 8}},
    {"bets", "BETS", "Best-effort transport (CCSDS 714.0 3.2.3)", FIELD_BOOL, .bits = {16, 1}},
    {"snack1", "SNACK1", "SNACK in its short form (CCSDS 714.0 3.2.3)", FIELD_BOOL, .bits = {17, 1}},
    {"snack2", "SNACK2", "SNACK in its long form (CCSDS 714.0 3.2.3)", FIELD_BOOL, .bits = {18, 1}},
    {"compress", "Compression", "Lossless header compression (CCSDS 714.0 3.2.3)", FIELD_BOOL,
     .bits = {19, 1}},
    {"nlts", "NLTS", "Timestamps of the network layer (CCSDS 714.0 3.2.3)", FIELD_BOOL, .bits = {20, 1}},
    {"binding", "Connection ID", "Of compressed headers (CCSDS 714.0 3.2.3)", FIELD_UINT, .bits = {24, 8}},
};

static const struct field snack_fields[] = {
    {"offset", "Hole Offset", "From the acknowledgment number, in segments (CCSDS 714.0 3.5)", FIELD_UINT,
     .bits = {16, 16}},
    {"size", "Hole Size", "In segments (CCSDS 714.0 3.5)", FIELD_UINT, .bits = {32, 16}},
};

static const struct field quick_start_fields[] = {
    {"rate", "Rate", "Code of the rate that was granted (RFC 4782 4.2)", FIELD_UINT, .bits = {20, 4}},
    {"ttl_diff", "TTL Difference", "Between IP's TTL and Quick-Start's (RFC 4782 4.2)", FIELD_UINT,
     .bits = {24, 8}},
    {"nonce", "QS Nonce", "As it arrived (RFC 4782 4.2)", FIELD_UINT, .bits = {32, 30}},
};

static const struct field user_timeout_fields[] = {
    {"granularity", "Granularity", "Minutes, else seconds (RFC 5482 3)", FIELD_BOOL, .bits = {16, 1}},
    {"timeout", "User Timeout", "In that unit (RFC 5482 3)", FIELD_UINT, .bits = {17, 15}},
};

static const struct field tcp_ao_fields[] = {
    {"keyid", "Key ID", "Key that the MAC was made with (RFC 5925 2.2)", FIELD_UINT, .bits = {16, 8}},
    {"rnextkeyid", "Receive Next Key ID", "Key that the sender would rather receive (RFC 5925 2.2)",
     FIELD_UINT, .bits = {24, 8}},
    {"mac", "MAC", "Message authentication code (RFC 5925 2.2)", FIELD_BYTES, .bits = {32, 0}},
};

static const struct field fast_open_fields[] = {
    {"cookie", "Cookie", "Empty where one is asked for (RFC 7413 4.1.1)", FIELD_BYTES, .bits = {16, 0}},
};

/* Byte counters of 24 bits, of which an option may have but the first (AccECN, draft). */
static const struct field accurate_ecn_0_fields[] = {
    {"ee0b", "ECT(0) Bytes", "Received with ECT(0) (RFC 9768 3.2.3)", FIELD_UINT, .bits = {16, 24}},
    {"eceb", "CE Bytes", "Received with CE (RFC 9768 3.2.3)", FIELD_UINT, .bits = {40, 24}},
    {"ee1b", "ECT(1) Bytes", "Received with ECT(1) (RFC 9768 3.2.3)", FIELD_UINT, .bits = {64, 24}},
};

static const struct field accurate_ecn_1_fields[] = {
    {"ee1b", "ECT(1) Bytes", "Received with ECT(1) (RFC 9768 3.2.3)", FIELD_UINT, .bits = {16, 24}},
    {"eceb", "CE Bytes", "Received with CE (RFC 9768 3.2.3)", FIELD_UINT, .bits = {40, 24}},
    {"ee0b", "ECT(0) Bytes", "Received with ECT(0) (RFC 9768 3.2.3)", FIELD_UINT, .bits = {64, 24}},
};

static bool is_fast_open_experiment(struct bytes_view option)
{
    return view_u16(option, 2) == 0xf989;
}

static const struct field experiment_fields[] = {
    {"exid", "Experiment ID", "Whose experiment it is (RFC 6994 3)", FIELD_UINT, .bits = {16, 16}},
    {"cookie", "Cookie", "Of Fast Open, empty where one is asked for (RFC 7413 A.1)", FIELD_BYTES,
     .bits = {32, 0}, .present = is_fast_open_experiment},
};

static const struct item_type option_types[] = {
    {1, "nop", NULL, 0},
    {2, "mss", ROWS(mss_fields)},
    {3, "window_scale", ROWS(window_scale_fields)},
    {4, "sack_permitted", NULL, 0},
    {5, "sack", ROWS(sack_fields)},
    {6, "echo", ROWS(echo_fields)},
    {7, "echo_reply", ROWS(echo_fields)},
    {8, "timestamps", ROWS(timestamps_fields)},
    {9, "partial_order_permitted", NULL, 0},
    {10, "partial_order_profile", ROWS(order_profile_fields)},
    {11, "cc", ROWS(connection_count_fields)},
    {12, "cc_new", ROWS(connection_count_fields)},
    {13, "cc_echo", ROWS(connection_count_fields)},
    {14, "alternate_checksum_request", ROWS(checksum_request_fields)},
    {15, "alternate_checksum_data", NULL, 0},
    {16, "skeeter", NULL, 0},
    {17, "bubba", NULL, 0},
    {18, "trailer_checksum", NULL, 0},
    {19, "md5", ROWS(md5_fields)},
    {20, "scps", ROWS(scps_fields)},
    {21, "snack", ROWS(snack_fields)},
    {22, "record_boundaries", NULL, 0},
    {23, "corruption_experienced", NULL, 0},
    {24, "snap", NULL, 0},
    {26, "compression_filter", NULL, 0},
    {27, "quick_start", ROWS(quick_start_fields)},
    {28, "user_timeout", ROWS(user_timeout_fields)},
    {29, "tcp_ao", ROWS(tcp_ao_fields)},
    {30, "mptcp", mptcp_fields, MPTCP_FIELD_COUNT},
    {34, "fast_open", ROWS(fast_open_fields)},
    {69, "encryption_negotiation", NULL, 0},
    {172, "accurate_ecn_0", ROWS(accurate_ecn_0_fields)},
    {174, "accurate_ecn_1", ROWS(accurate_ecn_1_fields)},
    {253, "experiment_1", ROWS(experiment_fields)},
    {254, "experiment_2", ROWS(experiment_fields)},
};

const struct item_format tcp_options = {.next = item_next_option, .types = ROWS(option_types)};
