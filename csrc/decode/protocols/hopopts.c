/* IPv6's hop-by-hop options header. The jumbo payload option tells the length that its IPv6 header does not.
 * RFC 8200 4.3, RFC 2675. */
#include "../ipv6_options.h"

/* It counts what is behind the IPv6 header, which is this header and its contents; what an IPv6 header can
 * tell itself is illegal here (RFC 2675 3). */
static enum measure_result hopopts_measure(struct bytes_view bytes, struct measurement *result)
{
    ipv6_options_measure(bytes, result);
    struct bytes_view options = view_from(view_first(bytes, result->header_length), IPV6_OPTIONS_OFFSET);
    uint32_t offset = 0;
    struct item item;
    while (item_next(&ipv6_options, options, &offset, &item))
        if (item.kind == IPV6_JUMBO_PAYLOAD && item.value.length == 4 && view_u32(item.value, 0) > UINT16_MAX)
            result->total_length = view_u32(item.value, 0);
    return MEASURE_OK;
}

static const struct binding hopopts_bindings[] = {
    {SELECT_IP_PROTOCOL, 0},
};

const struct protocol protocol_hopopts = {
    .name = "HOPOPTS",
    .doc = "IPv6 hop-by-hop options: for every router on the way (RFC 8200 4.3).",
    .osi_layer = 3,
    .min_header = IPV6_OPTIONS_MIN_HEADER,
    .measure = hopopts_measure,
    .bindings = ROWS(hopopts_bindings),
    .fields = ROWS(ipv6_options_fields),
};
