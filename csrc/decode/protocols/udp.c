/* UDP.
 * RFC 768. */
#include "../udp_ports.h"

enum { HEADER_LENGTH = 8 };

static enum measure_result udp_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = HEADER_LENGTH;
    result->total_length = view_u16(bytes, 4);
    measure_udp_ports(bytes, result);
    return result->total_length == 0 ? MEASURE_OK_WITHOUT_LENGTH : MEASURE_OK; /* RFC 2675 4 */
}

static uint32_t udp_checksum_coverage(struct bytes_view layer)
{
    return view_u16(layer, 6) == 0 ? 0 : layer.length;
}

static const struct binding udp_bindings[] = {
    {SELECT_IP_PROTOCOL, 17},
};

static const struct field udp_fields[] = {
    {"srcport", "Source Port", "Port of the sender, 0 when it wants no answer (RFC 768)", FIELD_UINT,
     .bits = {0, 16}, .in_summary = true},
    {"dstport", "Destination Port", "Port of the receiver (RFC 768)", FIELD_UINT, .bits = {16, 16},
     .in_summary = true},
    {"_length", "Length", "Bytes of header and data (RFC 768)", FIELD_UINT, .bits = {32, 16}},
    {"_checksum", "Checksum", "As it stands in the header; checksum_ok verifies it; 0: none (RFC 768)",
     FIELD_UINT, .bits = {48, 16}},
};

const struct protocol protocol_udp = {
    .name = "UDP",
    .doc = "User Datagram Protocol (RFC 768).",
    .osi_layer = 4,
    .min_header = HEADER_LENGTH,
    .measure = udp_measure,
    .bindings = ROWS(udp_bindings),
    .fields = ROWS(udp_fields),
    .checksum = CHECKSUM_WITH_ADDRESSES,
    .checksum_offset = 6,
    .checksum_coverage = udp_checksum_coverage,
};
