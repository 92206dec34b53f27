/* What pcapng says of a packet beside its bytes: the options of its block, which lies in memory around them.
 */
#ifndef UMPA_CAPTURE_PACKET_OPTIONS_H
#define UMPA_CAPTURE_PACKET_OPTIONS_H

#include "../decode/packet.h"
#include "byte_order.h"

/* Of packet->flags; the other bits are those of whoever owns the packet's memory. */
enum {
    PACKET_HAS_OPTIONS = 4,     /* `bytes` lies in an enhanced or obsolete packet block, behind its header */
    PACKET_OPTIONS_SWAPPED = 8, /* whose numbers are not in this machine's byte order */
    PACKET_HAS_NO_TIME = 32,    /* of a simple packet block; timestamp_ns is 0 */
};

/* Of both kinds of packet block: type, total length, interface, time, two lengths. */
enum { PACKET_BLOCK_HEADER = 28, PACKET_BLOCK_TRAILER = 4 };

enum { OBSOLETE_PACKET_BLOCK = 2, ENHANCED_PACKET_BLOCK = 6, PACKET_DROPS_UNKNOWN = 0xffff };

struct raw_options {
    const uint8_t *bytes; /* code, length, value, padded to 4; up to opt_endofopt, or to the end */
    uint32_t length;
    bool is_swapped;
};

static inline uint32_t padded_to_4(uint32_t length)
{
    return (length + 3) & ~UINT32_C(3);
}

static inline uint32_t packet_block_length(const struct packet *packet)
{
    return u32_at(packet->bytes - PACKET_BLOCK_HEADER + 4, packet->flags & PACKET_OPTIONS_SWAPPED);
}

/* Of an obsolete packet block, whose header has it; no other block's packet gives one. */
static inline uint16_t packet_header_drops(const struct packet *packet)
{
    const uint8_t *block = packet->bytes - PACKET_BLOCK_HEADER;
    bool is_swapped = packet->flags & PACKET_OPTIONS_SWAPPED;
    if (!(packet->flags & PACKET_HAS_OPTIONS) || u32_at(block, is_swapped) != OBSOLETE_PACKET_BLOCK)
        return PACKET_DROPS_UNKNOWN;
    return u16_at(block + 10, is_swapped);
}

static inline struct raw_options packet_options(const struct packet *packet)
{
    if (!(packet->flags & PACKET_HAS_OPTIONS))
        return (struct raw_options){0};
    uint32_t before = PACKET_BLOCK_HEADER + padded_to_4(packet->caplen);
    return (struct raw_options){packet->bytes - PACKET_BLOCK_HEADER + before,
                                packet_block_length(packet) - before - PACKET_BLOCK_TRAILER,
                                (packet->flags & PACKET_OPTIONS_SWAPPED) != 0};
}

#endif
