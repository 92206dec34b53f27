/* What the hop-by-hop and the destination options header have in common: all but their numbers. */
#ifndef UMPA_DECODE_IPV6_OPTIONS_H
#define UMPA_DECODE_IPV6_OPTIONS_H

#include "item_list.h"
#include "protocol.h"

enum {
    IPV6_OPTIONS_OFFSET = 2,
    IPV6_OPTIONS_MIN_HEADER = 8,
    IPV6_JUMBO_PAYLOAD = 0xc2,
    IPV6_HOME_ADDRESS = 0xc9,
};

extern const struct item_format ipv6_options;

enum { IPV6_OPTIONS_FIELD_COUNT = 3 };
extern const struct field ipv6_options_fields[IPV6_OPTIONS_FIELD_COUNT];

enum measure_result ipv6_options_measure(struct bytes_view bytes, struct measurement *result);

#endif
