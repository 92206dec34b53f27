/* SCTP: a common header; the chunks behind it are its contents.
 * RFC 9260. */
#include "../protocol.h"
#include "../sctp_chunks.h"

enum { HEADER_LENGTH = 12 };

static enum measure_result sctp_measure(struct bytes_view bytes, struct measurement *result)
{
    (void)bytes;
    result->header_length = HEADER_LENGTH;
    return MEASURE_OK;
}

static const struct binding sctp_bindings[] = {
    {SELECT_IP_PROTOCOL, 132},
};

static const struct field sctp_fields[] = {
    {"srcport", "Source Port", "Port of the sender (RFC 9260 3.1)", FIELD_UINT, .bits = {0, 16},
     .in_summary = true},
    {"dstport", "Destination Port", "Port of the receiver (RFC 9260 3.1)", FIELD_UINT, .bits = {16, 16},
     .in_summary = true},
    {"_verif_tag", "Verification Tag", "The receiver's, of this association (RFC 9260 3.1)", FIELD_UINT,
     .bits = {32, 32}},
    {"_checksum", "Checksum", "CRC32c as it stands in the header, not verified (RFC 9260 3.1)", FIELD_UINT,
     .bits = {64, 32}},
    {"chunks", "Chunks", "One by one; their bytes are the Payload, too (RFC 9260 3.2)", FIELD_ITEMS,
     .bits = {96, 0}, .in_contents = true, .items = &sctp_chunks},
};

const struct protocol protocol_sctp = {
    .name = "SCTP",
    .doc = "Stream Control Transmission Protocol (RFC 9260).",
    .osi_layer = 4,
    .min_header = HEADER_LENGTH,
    .measure = sctp_measure,
    .bindings = ROWS(sctp_bindings),
    .fields = ROWS(sctp_fields),
    .checksum = CHECKSUM_CRC32C,
    .checksum_offset = 8,
};
