/* UDP-Lite: UDP with a checksum over the part of a datagram that must be right. It shares UDP's ports.
 * RFC 3828. */
#include "../udp_ports.h"

enum { HEADER_LENGTH = 8 };

static enum measure_result udplite_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = HEADER_LENGTH;
    measure_udp_ports(bytes, result);
    return MEASURE_OK;
}

/* Less than a header, or more than there is, is illegal: then none is right (RFC 3828 3.1). */
static uint32_t udplite_checksum_coverage(struct bytes_view layer)
{
    uint16_t coverage = view_u16(layer, 4);
    if (coverage == 0)
        return layer.length;
    return coverage < HEADER_LENGTH ? 0 : coverage;
}

static const struct binding udplite_bindings[] = {
    {SELECT_IP_PROTOCOL, 136},
};

static const struct field udplite_fields[] = {
    {"srcport", "Source Port", "Port of the sender, 0 when it wants no answer (RFC 3828 3.1)", FIELD_UINT,
     .bits = {0, 16}, .in_summary = true},
    {"dstport", "Destination Port", "Port of the receiver (RFC 3828 3.1)", FIELD_UINT, .bits = {16, 16},
     .in_summary = true},
    {"_coverage", "Checksum Coverage",
     "Bytes that the checksum covers, from the header's first on; 0: all; 1 to 7 are illegal (RFC 3828 3.1)",
     FIELD_UINT, .bits = {32, 16}},
    {"_checksum", "Checksum", "As it stands in the header; checksum_ok verifies it (RFC 3828 3.1)",
     FIELD_UINT, .bits = {48, 16}},
};

const struct protocol protocol_udplite = {
    .name = "UDPLITE",
    .doc = "Lightweight User Datagram Protocol (RFC 3828).",
    .osi_layer = 4,
    .min_header = HEADER_LENGTH,
    .measure = udplite_measure,
    .bindings = ROWS(udplite_bindings),
    .fields = ROWS(udplite_fields),
    .checksum = CHECKSUM_WITH_ADDRESSES,
    .checksum_offset = 6,
    .checksum_coverage = udplite_checksum_coverage,
};
