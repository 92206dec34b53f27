/* The blocks of the pcapng format that tell of sections and interfaces, for pcapng_reader.c. */
#ifndef UMPA_FILES_PCAPNG_BLOCKS_H
#define UMPA_FILES_PCAPNG_BLOCKS_H

#include "../capture/packet_options.h"
#include "file_reader.h"

enum block_type {
    SECTION_HEADER = 0x0a0d0d0a,
    INTERFACE_DESCRIPTION = 1,
    OBSOLETE_PACKET = 2,
    SIMPLE_PACKET = 3,
    NAME_RESOLUTION = 4,
    INTERFACE_STATISTICS = 5,
    ENHANCED_PACKET = 6,
};

enum {
    BLOCK_HEADER = 8, /* type, total length */
    BLOCK_TRAILER = 4,
    LEAST_BLOCK = 12,
    LEAST_SECTION_HEADER = 28,
    LEAST_INTERFACE_DESCRIPTION = 20,
    LEAST_INTERFACE_STATISTICS = 24,
    LEAST_SIMPLE_PACKET = 16,
    LEAST_PACKET = PACKET_BLOCK_HEADER + BLOCK_TRAILER,
    SIMPLE_PACKET_HEADER = 12,
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
    OPTIONS_MAX = 16 << 20, /* of a packet, in bytes; and what a block that has none may have in all */
};

struct pcapng_block {
    uint32_t type;
    uint32_t length;
    const uint8_t *bytes;
};

/* Whole blocks, of their least length at least. READER_PACKET: the reader knows now what they tell. */
enum reader_result pcapng_section_header(struct file_reader *reader, const struct pcapng_block *block);
enum reader_result pcapng_interface_description(struct file_reader *reader, const struct pcapng_block *block);
void pcapng_interface_statistics(struct file_reader *reader, const struct pcapng_block *block);

#endif
