/* IP encapsulating security payload: what follows is encrypted, so it is Payload.
 * RFC 4303. */
#include "../protocol.h"

enum { HEADER_LENGTH = 8 };

static enum measure_result esp_measure(struct bytes_view bytes, struct measurement *result)
{
    (void)bytes;
    result->header_length = HEADER_LENGTH;
    return MEASURE_OK;
}

static const struct binding esp_bindings[] = {
    {SELECT_IP_PROTOCOL, 50},
};

static const struct field esp_fields[] = {
    {"spi", "ESP SPI", "Security parameters index: by which agreement it is encrypted (RFC 4303 2.1)",
     FIELD_UINT, .bits = {0, 32}},
    {"sequence", "ESP Sequence", "Number of the packet, against replays (RFC 4303 2.2)", FIELD_UINT,
     .bits = {32, 32}},
};

const struct protocol protocol_esp = {
    .name = "ESP",
    .doc = "IP Encapsulating Security Payload; what it encrypts is its Payload (RFC 4303).",
    .osi_layer = 3,
    .min_header = HEADER_LENGTH,
    .measure = esp_measure,
    .bindings = ROWS(esp_bindings),
    .fields = ROWS(esp_fields),
};
