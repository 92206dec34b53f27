/* IPv6's destination options header.
 * RFC 8200 4.6. */
#include "../ipv6_options.h"

/* The sender's home address stands for its source address (RFC 6275 11.3.1). */
static void dstopts_give_addresses(struct bytes_view header, struct addresses *addresses)
{
    struct bytes_view options = view_from(header, IPV6_OPTIONS_OFFSET);
    uint32_t offset = 0;
    struct item item;
    while (item_next(&ipv6_options, options, &offset, &item))
        if (item.kind == IPV6_HOME_ADDRESS && item.value.length == 16)
            addresses->source = item.value;
}

static const struct binding dstopts_bindings[] = {
    {SELECT_IP_PROTOCOL, 60},
};

const struct protocol protocol_dstopts = {
    .name = "DSTOPTS",
    .doc = "IPv6 destination options: for the receiver (RFC 8200 4.6).",
    .osi_layer = 3,
    .min_header = IPV6_OPTIONS_MIN_HEADER,
    .measure = ipv6_options_measure,
    .bindings = ROWS(dstopts_bindings),
    .fields = ROWS(ipv6_options_fields),
    .give_addresses = dstopts_give_addresses,
};
