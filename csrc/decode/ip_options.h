/* The options of an IPv4 header. */
#ifndef UMPA_DECODE_IP_OPTIONS_H
#define UMPA_DECODE_IP_OPTIONS_H

#include "item_list.h"

enum {
    LOOSE_SOURCE_ROUTE = 131,
    STRICT_SOURCE_ROUTE = 137,
};

extern const struct item_format ip_options;

/* Of the quick start option, which IPv6 has alike (RFC 4782 3.1). */
enum { QUICK_START_FIELD_COUNT = 6 };
extern const struct field quick_start_fields[QUICK_START_FIELD_COUNT];

#endif
