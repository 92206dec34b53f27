/* Ethernet II and IEEE 802.3 frames.
 * IEEE 802.3-2022 clause 3, RFC 894. */
#include "../ethertype.h"
#include "../number_names.h"

enum { TYPE_OFFSET = 12, HEADER_LENGTH = 14 };

static enum measure_result ethernet_measure(struct bytes_view bytes, struct measurement *result)
{
    measure_ethertype(bytes, TYPE_OFFSET, result);
    return MEASURE_OK;
}

static const struct binding ethernet_bindings[] = {
    {SELECT_LINK_TYPE, 1},
    {SELECT_ETHERTYPE, 0x6558}, /* transparent Ethernet bridging (RFC 1701) */
    {SELECT_IP_PROTOCOL, 143},  /* RFC 8986 10.1 */
};

static const struct field ethernet_fields[] = {
    {"dst", "Destination", "MAC address of the receiver (IEEE 802.3)", FIELD_MAC, .bits = {0, 48}},
    {"src", "Source", "MAC address of the sender (IEEE 802.3)", FIELD_MAC, .bits = {48, 48}},
    {"_type", "Type", "Ethertype from 1536 on, else the 802.3 length in bytes", FIELD_UINT, .bits = {96, 16},
     .names = &ethertype_names},
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
