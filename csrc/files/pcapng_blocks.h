/* The blocks of the pcapng format that tell of sections and interfaces, for pcapng_reader.c. */
#ifndef UMPA_FILES_PCAPNG_BLOCKS_H
#define UMPA_FILES_PCAPNG_BLOCKS_H

#include "file_reader.h"
#include "pcapng_format.h"

enum {
    LEAST_BLOCK = BLOCK_EDGES,
    LEAST_SECTION_HEADER = 28,
    LEAST_INTERFACE_DESCRIPTION = 20,
    LEAST_INTERFACE_STATISTICS = 24,
    LEAST_SIMPLE_PACKET = 16,
    LEAST_PACKET = PACKET_BLOCK_HEADER + BLOCK_TRAILER,
    SIMPLE_PACKET_HEADER = 12,
    OPTIONS_MAX = 16 << 20, /* of a packet, in bytes; and what any other block may have in all */
};

struct pcapng_block {
    uint32_t type;
    uint32_t length;
    const uint8_t *bytes;
};

/* The section before, with its interfaces, is behind the reader. */
void pcapng_begin_section(struct file_reader *reader);

/* Whole blocks, of their least length at least. READER_PACKET: the reader knows now what they tell. */
enum reader_result pcapng_section_header(struct file_reader *reader, const struct pcapng_block *block);
enum reader_result pcapng_interface_description(struct file_reader *reader, const struct pcapng_block *block);
void pcapng_interface_statistics(struct file_reader *reader, const struct pcapng_block *block);

#endif
