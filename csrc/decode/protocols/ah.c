/* IP authentication header.
 * RFC 4302. */
#include "../number_names.h"
#include "../protocol.h"

enum { MIN_HEADER = 12 };

static enum measure_result ah_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = (view_u8(bytes, 1) + 2U) * 4;
    result->selector = SELECT_IP_PROTOCOL;
    result->next = view_u8(bytes, 0);
    return MEASURE_OK;
}

static const struct binding ah_bindings[] = {
    {SELECT_IP_PROTOCOL, 51},
};

static const struct field ah_fields[] = {
    {"_next_header", "Next Header", "IANA protocol number of what follows (RFC 4302 2.1)", FIELD_UINT,
     .bits = {0, 8}, .names = &ip_protocol_names},
    {"_length", "Length", "Header length in 32-bit words, less 2 (RFC 4302 2.2)", FIELD_UINT, .bits = {8, 8}},
    {"_reserved", "Reserved", "0 (RFC 4302 2.3)", FIELD_UINT, .bits = {16, 16}},
    {"spi", "AH SPI", "Security parameters index: by which agreement it is checked (RFC 4302 2.4)",
     FIELD_UINT, .bits = {32, 32}},
    {"sequence", "AH Sequence", "Number of the packet, against replays (RFC 4302 2.5)", FIELD_UINT,
     .bits = {64, 32}},
    {"icv", "AH ICV", "Integrity check value, padding included (RFC 4302 2.6)", FIELD_BYTES, .bits = {96, 0}},
};

const struct protocol protocol_ah = {
    .name = "AH",
    .doc = "IP Authentication Header (RFC 4302).",
    .osi_layer = 3,
    .min_header = MIN_HEADER,
    .measure = ah_measure,
    .bindings = ROWS(ah_bindings),
    .fields = ROWS(ah_fields),
};
