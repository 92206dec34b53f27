/* What a pcapng file is made of: draft-ietf-opsawg-pcapng. The blocks of packets are in
 * ../capture/packet_options.h, options in pcapng_options.h. */
#ifndef UMPA_FILES_PCAPNG_FORMAT_H
#define UMPA_FILES_PCAPNG_FORMAT_H

#include "../capture/packet_options.h"

enum {
    SECTION_HEADER_BLOCK = 0x0a0d0d0a, /* the same in both byte orders */
    INTERFACE_DESCRIPTION_BLOCK = 1,
    SIMPLE_PACKET_BLOCK = 3,
    INTERFACE_STATISTICS_BLOCK = 5,
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
};

enum {
    BLOCK_HEADER = 8, /* type, total length */
    BLOCK_TRAILER = 4,
    BLOCK_EDGES = BLOCK_HEADER + BLOCK_TRAILER,
};

#endif
