/* Ethernet II frames; of IEEE 802.3 frames the header, with what follows as Payload.
 * IEEE 802.3-2022 clause 3, RFC 894. */
#include "../protocol.h"

enum {
    HEADER_LENGTH = 14,
    LENGTH_MAX = 1500,    /* a "type" up to this is an 802.3 length */
    ETHERTYPE_MIN = 1536, /* and from this on an ethertype */
};

static enum measure_result ethernet_measure(struct bytes_view bytes, struct measurement *result)
{
    uint16_t type = view_u16(bytes, 12);
    result->header_length = HEADER_LENGTH;
    if (type >= ETHERTYPE_MIN) {
        result->selector = SELECT_ETHERTYPE;
        result->next = type;
    } else if (type > 0 && type <= LENGTH_MAX) {
        result->total_length = HEADER_LENGTH + (uint32_t)type;
    }
    return MEASURE_OK;
}

static const struct binding ethernet_bindings[] = {
    {SELECT_LINK_TYPE, 1},
};

static const struct field ethernet_fields[] = {
    {"dst", "Destination", "MAC address of the receiver (IEEE 802.3)", FIELD_MAC, .bits = {0, 48}},
    {"src", "Source", "MAC address of the sender (IEEE 802.3)", FIELD_MAC, .bits = {48, 48}},
    {"_type", "Type", "Ethertype from 1536 on, else the 802.3 length in bytes", FIELD_UINT, .bits = {96, 16}},
};

const struct protocol protocol_ethernet = {
    .name = "Ethernet",
    .doc = "Ethernet II or IEEE 802.3 frame header (IEEE 802.3 clause 3, RFC 894).",
    .osi_layer = 2,
    .min_header = HEADER_LENGTH,
    .measure = ethernet_measure,
    .bindings = ROWS(ethernet_bindings),
    .fields = ROWS(ethernet_fields),
};
