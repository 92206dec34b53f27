/* What pcapng tells of sections and interfaces: see pcapng_blocks.h. */
#include "pcapng_blocks.h"
#include <stdlib.h>

struct option {
    uint16_t code;
    uint16_t length;
    const uint8_t *value;
};

/* The next option in `*left` bytes; false at the last, and where the rest is cut. */
static bool next_option(const struct file_reader *reader, const uint8_t **at, uint32_t *left,
                        struct option *option)
{
    enum { HEADER = 4, END_OF_OPTIONS = 0 };
    if (*left < HEADER)
        return false;
    *option = (struct option){reader_u16(reader, *at), reader_u16(reader, *at + 2), *at + HEADER};
    uint32_t size = HEADER + padded_to_4(option->length);
    if (option->code == END_OF_OPTIONS || size > *left)
        return false;
    *at += size;
    *left -= size;
    return true;
}

enum reader_result pcapng_section_header(struct file_reader *reader, const struct pcapng_block *block)
{
    unsigned major = reader_u16(reader, block->bytes + 12), minor = reader_u16(reader, block->bytes + 14);
    if (major != 1 || (minor != 0 && minor != 2)) /* 1.2 was written by mistake, and means 1.0 */
        return reader_damaged(reader, "a section of pcapng version %u.%u: only 1.0 is known", major, minor);
    if (reader->sections > 0 && reader->section_ends != NULL)
        reader->section_ends(reader);
    reader_forget_interfaces(reader);
    reader_forget_section(reader);
    uint32_t options_length = block->length - LEAST_SECTION_HEADER;
    if (options_length > 0) {
        reader->section_options = malloc(options_length);
        if (reader->section_options == NULL)
            return READER_NO_MEMORY;
        reader->section_options_length = options_length;
        reader->is_section_swapped = reader->is_swapped;
        memcpy(reader->section_options, block->bytes + LEAST_SECTION_HEADER - BLOCK_TRAILER, options_length);
    }
    reader->sections++;
    return READER_PACKET;
}

enum reader_result pcapng_interface_description(struct file_reader *reader, const struct pcapng_block *block)
{
    enum { TIME_RESOLUTION = 9, TIME_OFFSET = 14, BINARY = 0x80, MICRO = 6 };
    const uint8_t *options = block->bytes + LEAST_INTERFACE_DESCRIPTION - BLOCK_TRAILER, *at = options;
    uint32_t left = block->length - LEAST_INTERFACE_DESCRIPTION;
    struct interface head = {.link_type = reader_u16(reader, block->bytes + 8),
                             .snaplen = reader_u32(reader, block->bytes + 12),
                             .is_swapped = reader->is_swapped};
    uint8_t resolution = MICRO;
    int64_t offset_seconds = 0;
    struct option option;
    while (next_option(reader, &at, &left, &option)) {
        if (option.code == TIME_RESOLUTION && option.length == 1)
            resolution = option.value[0];
        else if (option.code == TIME_OFFSET && option.length == 8)
            offset_seconds = (int64_t)reader_u64(reader, option.value);
    }
    if (left >= 4 && reader_u16(reader, at) != 0) /* the unit of times might be there */
        return reader_damaged(reader, "an interface whose options are cut");
    struct reader_interface *interface =
        reader_add_interface(reader, &head, options, (uint32_t)(at - options));
    if (interface == NULL)
        return READER_NO_MEMORY;
    reader_set_time_unit(interface, (resolution & BINARY) != 0, resolution & 0x7f, offset_seconds);
    return READER_PACKET;
}

void pcapng_interface_statistics(struct file_reader *reader, const struct pcapng_block *block)
{
    enum { RECEIVED = 4, DROPPED = 5 };
    const uint8_t *at = block->bytes + LEAST_INTERFACE_STATISTICS - BLOCK_TRAILER;
    uint32_t left = block->length - LEAST_INTERFACE_STATISTICS;
    uint32_t index = reader_u32(reader, block->bytes + BLOCK_HEADER);
    struct option option;
    if (index >= reader->interface_count)
        return;
    while (next_option(reader, &at, &left, &option)) {
        if (option.code == RECEIVED && option.length == 8)
            reader->interfaces[index].received = reader_u64(reader, option.value);
        else if (option.code == DROPPED && option.length == 8)
            reader->interfaces[index].dropped = reader_u64(reader, option.value);
    }
}
