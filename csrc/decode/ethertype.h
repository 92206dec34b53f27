/* The two bytes that are an ethertype, or the length of an IEEE 802.3 frame: whoever ends in them measures
 * itself by this. IEEE 802.3-2022 3.2.6. */
#ifndef UMPA_DECODE_ETHERTYPE_H
#define UMPA_DECODE_ETHERTYPE_H

#include "protocol.h"

enum {
    LENGTH_MAX = 1500,
    ETHERTYPE_MIN = 1536,
    ETHERTYPE_LLC = 4,   /* Linux's ETH_P_802_2: what follows an 802.3 length begins with LLC */
    NOVELL_RAW = 0xffff, /* no LLC, but IPX, which begins with a checksum that it doesn't use */
};

/* A header that ends with the type or length that lies `offset` bytes into it. */
static inline void measure_ethertype(struct bytes_view bytes, uint32_t offset, struct measurement *result)
{
    uint16_t type = view_u16(bytes, offset);
    result->header_length = offset + 2;
    if (type >= ETHERTYPE_MIN) {
        result->selector = SELECT_ETHERTYPE;
        result->next = type;
    } else if (type > 0 && type <= LENGTH_MAX) {
        result->total_length = result->header_length + type;
        if (view_u16(bytes, result->header_length) != NOVELL_RAW) {
            result->selector = SELECT_ETHERTYPE;
            result->next = ETHERTYPE_LLC;
        }
    }
}

#endif
