/* IPv6's hop-by-hop options header. One with a jumbo payload option reaches to the captured end, as its
 * IPv6 header has a length of 0.
 * RFC 8200 4.3, RFC 2675. */
#include "../ipv6_options.h"

static const struct binding hopopts_bindings[] = {
    {SELECT_IP_PROTOCOL, 0},
};

const struct protocol protocol_hopopts = {
    .name = "HOPOPTS",
    .doc = "IPv6 hop-by-hop options: for every router on the way (RFC 8200 4.3).",
    .osi_layer = 3,
    .min_header = IPV6_OPTIONS_MIN_HEADER,
    .measure = ipv6_options_measure,
    .bindings = ROWS(hopopts_bindings),
    .fields = ROWS(ipv6_options_fields),
};
