/* TCP.
 * RFC 9293; the labels and the six control bits of RFC 793. */
#include "../protocol.h"
#include "../tcp_options.h"

enum { MIN_HEADER = 20 };

static enum measure_result tcp_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = (view_u8(bytes, 12) >> 4) * 4U;
    return MEASURE_OK;
}

static const struct binding tcp_bindings[] = {
    {SELECT_IP_PROTOCOL, 6},
};

static const char *const control_bits[] = {"urg", "ack", "psh", "rst", "syn", "fin"};

static const struct field tcp_fields[] = {
    {"srcport", "Source Port", "Port of the sender (RFC 9293 3.1)", FIELD_UINT, .bits = {0, 16},
     .in_summary = true},
    {"dstport", "Destination Port", "Port of the receiver (RFC 9293 3.1)", FIELD_UINT, .bits = {16, 16},
     .in_summary = true},
    {"_seq", "Sequence Number", "Number of the first byte of this segment (RFC 9293 3.1)", FIELD_UINT,
     .bits = {32, 32}},
    {"_ack", "Acknowledgment Number", "Number of the byte that is expected next (RFC 9293 3.1)", FIELD_UINT,
     .bits = {64, 32}},
    {"_hdr_len", "Data Offset", "Header length in 32-bit words, 5 to 15 (RFC 9293 3.1)", FIELD_UINT,
     .bits = {96, 4}},
    {"_reserved", "Reserved", "The six bits between, by RFC 793: ns, cwr and ece show here", FIELD_UINT,
     .bits = {100, 6}},
    {"flags", "Control Bits", "The six control bits of RFC 793 3.1", FIELD_FLAGS, .bits = {106, 6},
     .flag_names = control_bits},
    {"_window_size", "Window", "Bytes that the sender accepts, not scaled (RFC 9293 3.1)", FIELD_UINT,
     .bits = {112, 16}},
    {"_checksum", "Checksum", "As it stands in the header; checksum_ok verifies it (RFC 9293 3.1)",
     FIELD_UINT, .bits = {128, 16}},
    {"_urgent_pointer", "Urgent Pointer",
     "End of urgent data, counted from the sequence number (RFC 9293 3.1)", FIELD_UINT, .bits = {144, 16}},
    {"options", "Options",
     "All option bytes, padding included, as one integer; 0 when there are none (RFC 9293 3.2)",
     FIELD_BIG_UINT, .bits = {160, 0}},
    {"_padding", "Padding", "Always 0: options hold the padding of a captured header", FIELD_PADDING,
     .bits = {160, 0}},
    {"ns", "NS", "ECN nonce (RFC 3540 9), part of accurate ECN now", FIELD_BOOL, .bits = {103, 1},
     .hidden = true},
    {"cwr", "CWR", "Congestion window reduced (RFC 3168 6.1)", FIELD_BOOL, .bits = {104, 1}, .hidden = true},
    {"ece", "ECE", "ECN echo (RFC 3168 6.1)", FIELD_BOOL, .bits = {105, 1}, .hidden = true},
    {"option_list", "Option List", "The options one by one: kind, name, value (RFC 9293 3.2, IANA)",
     FIELD_ITEMS, .bits = {160, 0}, .hidden = true, .items = &tcp_options},
};

const struct protocol protocol_tcp = {
    .name = "TCP",
    .doc = "Transmission Control Protocol (RFC 9293); _ack is the number, ack the flag.",
    .osi_layer = 4,
    .min_header = MIN_HEADER,
    .measure = tcp_measure,
    .bindings = ROWS(tcp_bindings),
    .fields = ROWS(tcp_fields),
    .checksum = CHECKSUM_WITH_ADDRESSES,
    .checksum_offset = 16,
};
