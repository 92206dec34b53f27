/* MPLS, one layer a label. Nothing in the last one says what follows: the version of IP tells itself.
 * RFC 3032 2, 5462 (traffic class). */
#include "../protocol.h"

enum {
    HEADER_LENGTH = 4,
    ETHERTYPE_MPLS = 0x8847,
};

static enum measure_result mpls_measure(struct bytes_view bytes, struct measurement *result)
{
    bool is_bottom = (view_u8(bytes, 2) & 1) != 0;
    result->header_length = HEADER_LENGTH;
    result->selector = is_bottom ? SELECT_IP_VERSION : SELECT_ETHERTYPE;
    result->next = is_bottom ? view_u8(bytes, HEADER_LENGTH) >> 4 : ETHERTYPE_MPLS;
    return MEASURE_OK;
}

static const struct binding mpls_bindings[] = {
    {SELECT_ETHERTYPE, ETHERTYPE_MPLS}, {SELECT_ETHERTYPE, 0x8848}, /* upstream-assigned (RFC 5332) */
    {SELECT_PPP_PROTOCOL, 0x0281},      {SELECT_PPP_PROTOCOL, 0x0283},
    {SELECT_IP_PROTOCOL, 137}, /* RFC 4023 */
};

static const struct value_name labels[] = {
    {0, "ipv4_explicit_null"}, {1, "router_alert"}, {2, "ipv6_explicit_null"}, {3, "implicit_null"},
    {7, "entropy_indicator"},  {13, "gal"},         {14, "oam_alert"},         {15, "extension"},
};
static const struct value_names label_names = {ROWS(labels)};

static const struct field mpls_fields[] = {
    {"label", "MPLS Label", "What switches go by (RFC 3032 2.1)", FIELD_UINT, .bits = {0, 20},
     .names = &label_names, .in_summary = true},
    {"exp", "Experimental Bits", "Traffic class (RFC 5462)", FIELD_UINT, .bits = {20, 3}},
    {"bottom", "Bottom Of Label Stack", "True in the last label (RFC 3032 2.1)", FIELD_BOOL, .bits = {23, 1}},
    {"ttl", "TTL", "Hops that are left (RFC 3032 2.4)", FIELD_UINT, .bits = {24, 8}},
};

const struct protocol protocol_mpls = {
    .name = "MPLS",
    .doc = "Multiprotocol Label Switching: one entry of the label stack (RFC 3032).",
    .osi_layer = 2,
    .min_header = HEADER_LENGTH,
    .measure = mpls_measure,
    .bindings = ROWS(mpls_bindings),
    .fields = ROWS(mpls_fields),
};
