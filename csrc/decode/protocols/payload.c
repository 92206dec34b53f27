/* What no protocol claims: the bytes inside the innermost layer's length.
 * It is no header: the decode loop makes it, and nothing follows. */
#include "../protocol.h"

static enum measure_result payload_measure(struct bytes_view bytes, struct measurement *result)
{
    (void)bytes;
    (void)result;
    return MEASURE_NOT_DECODED;
}

static const struct field payload_fields[] = {
    {"data", "Data", "The bytes, inside the length of the layer around them", FIELD_BYTES, .bits = {0, 0},
     .in_summary = true},
};

const struct protocol protocol_payload = {
    .name = "Payload",
    .doc = "Bytes that no decoded protocol claims.",
    .osi_layer = 5,
    .min_header = 0,
    .measure = payload_measure,
    .fields = ROWS(payload_fields),
};
