/* VLAN tags, one layer each: customer (C-TAG), service (S-TAG, "QinQ") and its older type.
 * IEEE 802.1Q-2018 9.6. */
#include "../ethertype.h"
#include "../number_names.h"

enum { TYPE_OFFSET = 2, HEADER_LENGTH = 4 };

static enum measure_result vlan_measure(struct bytes_view bytes, struct measurement *result)
{
    measure_ethertype(bytes, TYPE_OFFSET, result);
    return MEASURE_OK;
}

static const struct binding vlan_bindings[] = {
    {SELECT_ETHERTYPE, 0x8100},
    {SELECT_ETHERTYPE, 0x88a8}, /* 802.1ad */
    {SELECT_ETHERTYPE, 0x9100}, /* QinQ before 802.1ad */
};

static const struct field vlan_fields[] = {
    {"priority", "Priority", "Priority code point, 0 to 7 (IEEE 802.1Q 9.6, PCP)", FIELD_UINT,
     .bits = {0, 3}},
    {"dei", "DEI", "True: drop this one first (IEEE 802.1Q 9.6)", FIELD_BOOL, .bits = {3, 1}},
    {"id", "ID", "Number of the VLAN; 0: the tag only tells the priority (IEEE 802.1Q 9.6, VID)", FIELD_UINT,
     .bits = {4, 12}, .in_summary = true},
    {"_etype", "Type", "Ethertype from 1536 on, else the 802.3 length in bytes", FIELD_UINT, .bits = {16, 16},
     .names = &ethertype_names},
};

const struct protocol protocol_vlan = {
    .name = "VLAN",
    .doc = "Tag of a virtual LAN (IEEE 802.1Q 9.6).",
    .osi_layer = 2,
    .min_header = HEADER_LENGTH,
    .measure = vlan_measure,
    .bindings = ROWS(vlan_bindings),
    .fields = ROWS(vlan_fields),
};
