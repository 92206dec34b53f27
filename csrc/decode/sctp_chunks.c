/* The chunks and their fields. A chunk that the packet's end cuts is read as far as it goes.
 * RFC 9260 3.3, RFC 3758, RFC 4895, RFC 5061, RFC 6525, RFC 8260; NR-SACK of
 * draft-tuexen-tsvwg-sctp-multipath. */
#include "sctp_chunks.h"
#include "protocol.h"
#include "sctp_parameters.h"

static bool next_chunk(struct bytes_view list, uint32_t *offset, struct item *item)
{
    return sctp_take(list, offset, item, view_u8(list, *offset), view_u16(list, *offset + 2));
}

static const struct field common_fields[] = {
    {"flags", "Flags", "All eight bits (RFC 9260 3.2)", FIELD_UINT, .bits = {8, 8}},
    {"length", "Length", "Bytes without padding, type and length included (RFC 9260 3.2)", FIELD_UINT,
     .bits = {16, 16}},
};

#define DATA_FLAG_FIELDS                                                                                     \
    {"i_bit", "I", "To be acknowledged at once (RFC 9260 3.3.1)", FIELD_BOOL, .bits = {12, 1}},              \
        {"u_bit", "U", "Unordered (RFC 9260 3.3.1)", FIELD_BOOL, .bits = {13, 1}},                           \
        {"b_bit", "B", "Begins a message (RFC 9260 3.3.1)", FIELD_BOOL, .bits = {14, 1}},                    \
    {                                                                                                        \
        "e_bit", "E", "Ends a message (RFC 9260 3.3.1)", FIELD_BOOL, .bits = {15, 1}                         \
    }

static const struct field data_fields[] = {
    DATA_FLAG_FIELDS,
    {"tsn", "TSN", "Transmission sequence number (RFC 9260 3.3.1)", FIELD_UINT, .bits = {32, 32}},
    {"sid", "Stream", "Stream identifier (RFC 9260 3.3.1)", FIELD_UINT, .bits = {64, 16}},
    {"ssn", "Stream Sequence Number", "Of the message in its stream (RFC 9260 3.3.1)", FIELD_UINT,
     .bits = {80, 16}},
    {"ppid", "Payload Protocol", "What the data are, 0 for untold (RFC 9260 3.3.1, IANA)", FIELD_UINT,
     .bits = {96, 32}},
    {"data", "User Data", "The message, or a part of it (RFC 9260 3.3.1)", FIELD_BYTES, .bits = {128, 0},
     .hidden = true},
};

static bool begins_message(struct bytes_view chunk)
{
    return (view_u8(chunk, 1) & 2U) != 0;
}

static bool goes_on(struct bytes_view chunk)
{
    return !begins_message(chunk);
}

static const struct field i_data_fields[] = {
    DATA_FLAG_FIELDS,
    {"tsn", "TSN", "Transmission sequence number (RFC 8260 2.1)", FIELD_UINT, .bits = {32, 32}},
    {"sid", "Stream", "Stream identifier (RFC 8260 2.1)", FIELD_UINT, .bits = {64, 16}},
    {"mid", "Message Identifier", "Of the message in its stream (RFC 8260 2.1)", FIELD_UINT,
     .bits = {96, 32}},
    {"ppid", "Payload Protocol", "In a message's first chunk (RFC 8260 2.1, IANA)", FIELD_UINT,
     .bits = {128, 32}, .present = begins_message},
    {"fsn", "Fragment Number", "In a message's other chunks (RFC 8260 2.1)", FIELD_UINT, .bits = {128, 32},
     .present = goes_on},
    {"data", "User Data", "The message, or a part of it (RFC 8260 2.1)", FIELD_BYTES, .bits = {160, 0},
     .hidden = true},
};

static const struct field init_fields[] = {
    {"initiate_tag", "Initiate Tag", "Verification tag that the sender wants (RFC 9260 3.3.2)", FIELD_UINT,
     .bits = {32, 32}},
    {"a_rwnd", "Receiver Window", "Bytes that the sender can take (RFC 9260 3.3.2)", FIELD_UINT,
     .bits = {64, 32}},
    {"nr_out_streams", "Outbound Streams", "How many the sender wants (RFC 9260 3.3.2)", FIELD_UINT,
     .bits = {96, 16}},
    {"nr_in_streams", "Inbound Streams", "How many the sender allows (RFC 9260 3.3.2)", FIELD_UINT,
     .bits = {112, 16}},
    {"initial_tsn", "Initial TSN", "The sender's first (RFC 9260 3.3.2)", FIELD_UINT, .bits = {128, 32}},
    {"parameters", "Parameters", "One by one (RFC 9260 3.3.2.1)", FIELD_ITEMS, .bits = {160, 0},
     .items = &sctp_parameters},
};

/* By SACK's counts of gap blocks and of duplicates. */
static uint32_t gap_block_width(struct bytes_view chunk)
{
    return view_u16(chunk, 12) * 32U;
}

static uint32_t duplicates_width(struct bytes_view chunk)
{
    return view_u16(chunk, 14) * 32U;
}

static bool has_gap_blocks(struct bytes_view chunk)
{
    return gap_block_width(chunk) != 0;
}

static bool has_duplicates(struct bytes_view chunk)
{
    return duplicates_width(chunk) != 0;
}

static struct bit_range locate_gap_blocks(struct bytes_view chunk)
{
    return (struct bit_range){128, gap_block_width(chunk)};
}

static struct bit_range locate_duplicates(struct bytes_view chunk)
{
    return (struct bit_range){128 + gap_block_width(chunk), duplicates_width(chunk)};
}

static const struct field sack_fields[] = {
    {"cumulative_tsn", "Cumulative TSN", "The last before the first gap (RFC 9260 3.3.4)", FIELD_UINT,
     .bits = {32, 32}},
    {"a_rwnd", "Receiver Window", "Bytes that the sender can take (RFC 9260 3.3.4)", FIELD_UINT,
     .bits = {64, 32}},
    {"nr_gap_blocks", "Gap Blocks", "How many (RFC 9260 3.3.4)", FIELD_UINT, .bits = {96, 16}},
    {"nr_duplicates", "Duplicates", "How many (RFC 9260 3.3.4)", FIELD_UINT, .bits = {112, 16}},
    {"gap_blocks", "Gap Blocks",
     "First and last TSN of each block received, in turn, from the cumulative one on (RFC 9260 3.3.4)",
     FIELD_LIST, .present = has_gap_blocks, .locate = locate_gap_blocks, .element = FIELD_UINT,
     .element_width = 16},
    {"duplicates", "Duplicates", "TSNs received twice (RFC 9260 3.3.4)", FIELD_LIST,
     .present = has_duplicates, .locate = locate_duplicates, .element = FIELD_UINT, .element_width = 32},
};

static const struct field nr_sack_fields[] = {
    {"cumulative_tsn", "Cumulative TSN", "The last before the first gap (draft 4.2)", FIELD_UINT,
     .bits = {32, 32}},
    {"a_rwnd", "Receiver Window", "Bytes that the sender can take (draft 4.2)", FIELD_UINT, .bits = {64, 32}},
    {"nr_gap_blocks", "Gap Blocks", "How many (draft 4.2)", FIELD_UINT, .bits = {96, 16}},
    {"nr_nr_gap_blocks", "NR Gap Blocks", "How many that are not renegable (draft 4.2)", FIELD_UINT,
     .bits = {112, 16}},
    {"nr_duplicates", "Duplicates", "How many (draft 4.2)", FIELD_UINT, .bits = {128, 16}},
};

static const struct field heartbeat_fields[] = {
    {"parameters", "Parameters", "Information that comes back as it was sent (RFC 9260 3.3.5)", FIELD_ITEMS,
     .bits = {32, 0}, .items = &sctp_parameters},
};

static const struct field abort_fields[] = {
    {"t_bit", "T", "The verification tag is the receiver's own (RFC 9260 3.3.7)", FIELD_BOOL,
     .bits = {15, 1}},
    {"causes", "Error Causes", "One by one (RFC 9260 3.3.10)", FIELD_ITEMS, .bits = {32, 0},
     .items = &sctp_causes},
};

static const struct field shutdown_fields[] = {
    {"cumulative_tsn", "Cumulative TSN", "The last before the first gap (RFC 9260 3.3.8)", FIELD_UINT,
     .bits = {32, 32}},
};

static const struct field error_fields[] = {
    {"causes", "Error Causes", "One by one (RFC 9260 3.3.10)", FIELD_ITEMS, .bits = {32, 0},
     .items = &sctp_causes},
};

static const struct field cookie_fields[] = {
    {"cookie", "Cookie", "The state cookie as it was sent (RFC 9260 3.3.11)", FIELD_BYTES, .bits = {32, 0},
     .hidden = true},
};

static const struct field congestion_fields[] = {
    {"lowest_tsn", "Lowest TSN", "Where congestion was met (RFC 9260 A)", FIELD_UINT, .bits = {32, 32}},
};

static const struct field shutdown_complete_fields[] = {
    {"t_bit", "T", "The verification tag is the receiver's own (RFC 9260 3.3.13)", FIELD_BOOL,
     .bits = {15, 1}},
};

static const struct field auth_fields[] = {
    {"shared_key_id", "Shared Key", "Which key (RFC 4895 4.1)", FIELD_UINT, .bits = {32, 16}},
    {"hmac_id", "HMAC Identifier", "Which algorithm (RFC 4895 4.1)", FIELD_UINT, .bits = {48, 16},
     .names = &sctp_hmac_names},
    {"hmac", "HMAC", "Of the chunks behind this one (RFC 4895 4.1)", FIELD_BYTES, .bits = {64, 0},
     .hidden = true},
};

static const struct field asconf_fields[] = {
    {"seq", "Sequence Number", "Of the request (RFC 5061 4.1)", FIELD_UINT, .bits = {32, 32}},
    {"parameters", "Parameters", "Addresses, requests and answers (RFC 5061 4.1)", FIELD_ITEMS,
     .bits = {64, 0}, .items = &sctp_parameters},
};

static const struct field re_config_fields[] = {
    {"parameters", "Parameters", "Requests and answers (RFC 6525 3.1)", FIELD_ITEMS, .bits = {32, 0},
     .items = &sctp_parameters},
};

static const struct field pktdrop_fields[] = {
    {"t_bit", "T", "The dropped packet is truncated here (draft-stewart-sctp-pktdrprep 2)", FIELD_BOOL,
     .bits = {13, 1}},
    {"b_bit", "B", "Its CRC was bad (draft-stewart-sctp-pktdrprep 2)", FIELD_BOOL, .bits = {14, 1}},
    {"m_bit", "M", "A middlebox tells it (draft-stewart-sctp-pktdrprep 2)", FIELD_BOOL, .bits = {15, 1}},
    {"bandwidth", "Bandwidth", "Of the bottleneck, bytes a second (draft-stewart-sctp-pktdrprep 2)",
     FIELD_UINT, .bits = {32, 32}},
    {"queue_size", "Queue Size", "Bytes that wait there (draft-stewart-sctp-pktdrprep 2)", FIELD_UINT,
     .bits = {64, 32}},
    {"truncated_length", "Truncated Length", "Bytes it had before (draft-stewart-sctp-pktdrprep 2)",
     FIELD_UINT, .bits = {96, 16}},
};

/* Streams of which messages are skipped: an item's kind is the stream. */
static bool next_skipped(struct bytes_view list, uint32_t *offset, struct item *item)
{
    return item_take(list, offset, item, view_u16(list, *offset), 2, 4);
}

static bool next_skipped_message(struct bytes_view list, uint32_t *offset, struct item *item)
{
    return item_take(list, offset, item, view_u16(list, *offset), 2, 8);
}

static const struct field skipped_fields[] = {
    {"ssn", "Stream Sequence Number", "The last that is skipped (RFC 3758 3.2)", FIELD_UINT,
     .bits = {16, 16}},
};

static const struct field skipped_message_fields[] = {
    {"u_bit", "U", "Unordered messages (RFC 8260 2.3.1)", FIELD_BOOL, .bits = {31, 1}},
    {"mid", "Message Identifier", "The last that is skipped (RFC 8260 2.3.1)", FIELD_UINT, .bits = {32, 32}},
};

static const struct item_format skipped = {.next = next_skipped, .fields = ROWS(skipped_fields)};
static const struct item_format skipped_messages = {.next = next_skipped_message,
                                                    .fields = ROWS(skipped_message_fields)};

static const struct field forward_tsn_fields[] = {
    {"tsn", "New Cumulative TSN", "Up to which nothing is waited for (RFC 3758 3.2)", FIELD_UINT,
     .bits = {32, 32}},
    {"streams", "Streams", "What is skipped in each; the kind is the stream (RFC 3758 3.2)", FIELD_ITEMS,
     .bits = {64, 0}, .items = &skipped},
};

static const struct field i_forward_tsn_fields[] = {
    {"tsn", "New Cumulative TSN", "Up to which nothing is waited for (RFC 8260 2.3.1)", FIELD_UINT,
     .bits = {32, 32}},
    {"streams", "Streams", "What is skipped in each; the kind is the stream (RFC 8260 2.3.1)", FIELD_ITEMS,
     .bits = {64, 0}, .items = &skipped_messages},
};

static const struct item_type chunk_types[] = {
    {0, "data", ROWS(data_fields)},
    {1, "init", ROWS(init_fields)},
    {2, "init_ack", ROWS(init_fields)},
    {3, "sack", ROWS(sack_fields)},
    {4, "heartbeat", ROWS(heartbeat_fields)},
    {5, "heartbeat_ack", ROWS(heartbeat_fields)},
    {6, "abort", ROWS(abort_fields)},
    {7, "shutdown", ROWS(shutdown_fields)},
    {8, "shutdown_ack", NULL, 0},
    {9, "error", ROWS(error_fields)},
    {10, "cookie_echo", ROWS(cookie_fields)},
    {11, "cookie_ack", NULL, 0},
    {12, "ecne", ROWS(congestion_fields)},
    {13, "cwr", ROWS(congestion_fields)},
    {14, "shutdown_complete", ROWS(shutdown_complete_fields)},
    {15, "auth", ROWS(auth_fields)},
    {16, "nr_sack", ROWS(nr_sack_fields)},
    {64, "i_data", ROWS(i_data_fields)},
    {128, "asconf_ack", ROWS(asconf_fields)},
    {129, "pktdrop", ROWS(pktdrop_fields)},
    {130, "re_config", ROWS(re_config_fields)},
    {132, "pad", NULL, 0},
    {192, "forward_tsn", ROWS(forward_tsn_fields)},
    {193, "asconf", ROWS(asconf_fields)},
    {194, "i_forward_tsn", ROWS(i_forward_tsn_fields)},
};

const struct item_format sctp_chunks = {
    .next = next_chunk, .types = ROWS(chunk_types), .fields = ROWS(common_fields)};
