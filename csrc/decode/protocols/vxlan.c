/* VXLAN: Ethernet frames inside UDP datagrams.
 * RFC 7348; the group policy extension of draft-smith-vxlan-group-policy. */
#include "../protocol.h"

enum { HEADER_LENGTH = 8, LINKTYPE_ETHERNET = 1 };

static enum measure_result vxlan_measure(struct bytes_view bytes, struct measurement *result)
{
    (void)bytes;
    result->header_length = HEADER_LENGTH;
    result->selector = SELECT_LINK_TYPE;
    result->next = LINKTYPE_ETHERNET;
    return MEASURE_OK;
}

static const struct binding vxlan_bindings[] = {
    {SELECT_UDP_PORT, 4789},
};

static const char *const vxlan_flags[] = {"flag_g", "rsv1",  "rsv2",  "rsv3",   "flag_i", "rsv5",
                                          "rsv6",   "rsv7",  "rsv8",  "flag_d", "rsv10",  "rsv11",
                                          "flag_a", "rsv13", "rsv14", "rsv15"};

static const struct field vxlan_fields[] = {
    {"flags", "Flags",
     "G: group policy ID, I: network identifier, D: don't learn, A: policy applied (RFC 7348 5)", FIELD_FLAGS,
     .bits = {0, 16}, .flag_names = vxlan_flags},
    {"gbp", "Group Policy ID", "Group of the sender, where G is set (draft-smith-vxlan-group-policy 2.1)",
     FIELD_UINT, .bits = {16, 16}},
    {"vni", "Network Identifier", "Which overlay the frame belongs to (RFC 7348 5)", FIELD_UINT,
     .bits = {32, 24}, .in_summary = true},
    {"reserved8", "Reserved", "To be 0 (RFC 7348 5)", FIELD_UINT, .bits = {56, 8}},
};

const struct protocol protocol_vxlan = {
    .name = "VXLAN",
    .doc = "Virtual eXtensible Local Area Network (RFC 7348).",
    .osi_layer = 5,
    .min_header = HEADER_LENGTH,
    .measure = vxlan_measure,
    .bindings = ROWS(vxlan_bindings),
    .fields = ROWS(vxlan_fields),
};
