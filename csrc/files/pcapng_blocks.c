/* What pcapng tells of sections and interfaces: see pcapng_blocks.h. */
#include "pcapng_blocks.h"
#include "pcapng_options.h"
#include <stdlib.h>

/* `least`: the length of a block of this type without options. */
static struct raw_options block_options(const struct file_reader *reader, const struct pcapng_block *block,
                                        uint32_t least)
{
    return (struct raw_options){block->bytes + least - BLOCK_TRAILER, block->length - least,
                                reader->is_swapped};
}

void pcapng_begin_section(struct file_reader *reader)
{
    if (reader->sections > 0 && reader->section_ends != NULL)
        reader->section_ends(reader);
    reader_forget_interfaces(reader);
    reader_forget_section(reader);
    reader->sections++;
}

enum reader_result pcapng_section_header(struct file_reader *reader, const struct pcapng_block *block)
{
    unsigned major = reader_u16(reader, block->bytes + 12), minor = reader_u16(reader, block->bytes + 14);
    bool is_known = major == 1 && (minor == 0 || minor == 2); /* 1.2 was written by mistake, and means 1.0 */
    if (is_known || reader->sections > 0)
        pcapng_begin_section(reader);
    if (!is_known)
        return reader_damaged(reader, "a section of pcapng version %u.%u: only 1.0, and 1.2, are known",
                              major, minor);
    uint32_t options_length = block->length - LEAST_SECTION_HEADER;
    if (options_length > 0) {
        reader->section_options = malloc(options_length);
        if (reader->section_options == NULL)
            return READER_NO_MEMORY;
        reader->section_options_length = options_length;
        reader->is_section_swapped = reader->is_swapped;
        memcpy(reader->section_options, block->bytes + LEAST_SECTION_HEADER - BLOCK_TRAILER, options_length);
    }
    return READER_PACKET;
}

enum reader_result pcapng_interface_description(struct file_reader *reader, const struct pcapng_block *block)
{
    enum { BINARY = 0x80, MICRO = 6 };
    struct raw_options options = block_options(reader, block, LEAST_INTERFACE_DESCRIPTION), left = options;
    struct interface head = {.link_type = reader_u16(reader, block->bytes + 8),
                             .snaplen = reader_u32(reader, block->bytes + 12),
                             .is_swapped = reader->is_swapped};
    uint8_t resolution = MICRO;
    int64_t offset_seconds = 0;
    struct option option;
    while (option_take(&left, &option)) {
        if (option.code == IF_TSRESOL && option.length == 1)
            resolution = option.value[0];
        else if (option.code == IF_TSOFFSET && option.length == 8)
            offset_seconds = (int64_t)reader_u64(reader, option.value);
    }
    if (left.length >= 4 &&
        reader_u16(reader, left.bytes) != OPT_ENDOFOPT) /* the unit of times may be there */
        return reader_damaged(reader, "an interface whose options are cut");
    struct reader_interface *interface =
        reader_add_interface(reader, &head, options.bytes, options.length - left.length);
    if (interface == NULL)
        return READER_NO_MEMORY;
    reader_set_time_unit(interface, (resolution & BINARY) != 0, resolution & 0x7f, offset_seconds);
    return READER_PACKET;
}

void pcapng_interface_statistics(struct file_reader *reader, const struct pcapng_block *block)
{
    struct raw_options options = block_options(reader, block, LEAST_INTERFACE_STATISTICS);
    uint32_t index = reader_u32(reader, block->bytes + BLOCK_HEADER);
    struct option option;
    uint64_t dropped = 0;
    bool has_drops = false;
    if (index >= reader->interface_count)
        return;
    while (option_take(&options, &option)) {
        if (option.length != 8)
            continue;
        if (option.code == ISB_IFRECV)
            reader->interfaces[index].received = reader_u64(reader, option.value);
        if (option.code != ISB_IFDROP && option.code != ISB_OSDROP)
            continue;
        dropped += reader_u64(reader, option.value);
        has_drops = true;
    }
    if (has_drops)
        reader->interfaces[index].dropped = dropped;
}
