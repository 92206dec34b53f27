/* The pcapng format: sections, interfaces, and the three kinds of packet block; other blocks are skipped, but
 * for what they tell of interfaces. Format: draft-ietf-opsawg-pcapng. */
#include "pcapng_blocks.h"

static bool has_drop_count(const struct file_reader *reader, const uint8_t *block)
{
    uint16_t drops = reader_u16(reader, block + 10);
    return drops != UINT16_MAX;
}

/* `words` say what has been read wrongly. */
static enum reader_result packet_of(struct file_reader *reader, const struct pcapng_block *block,
                                    uint32_t index, struct packet *packet)
{
    const uint8_t *bytes = block->bytes;
    uint32_t room = block->length - LEAST_PACKET;
    uint32_t caplen = reader_u32(reader, bytes + 20);
    if (index >= reader->interface_count)
        return reader_damaged(reader, "a packet of interface %u, where the section has %u", index,
                              reader->interface_count);
    const struct reader_interface *interface = &reader->interfaces[index];
    if (interface->is_unknown)
        return reader_damaged(reader, "a packet of interface %u, whose description is damaged or lost",
                              index);
    if (caplen > interface->caplen_max)
        return reader_damaged(reader, "a packet of %u bytes, where %u are the most", caplen,
                              interface->caplen_max);
    if (caplen > room)
        return reader_damaged(reader, "a packet of %u bytes, where its block has room for %u", caplen, room);
    uint64_t units = (uint64_t)reader_u32(reader, bytes + 12) << 32 | reader_u32(reader, bytes + 16);
    uint32_t padded = padded_to_4(caplen);
    bool has_options = padded + 4 <= room && reader_u16(reader, bytes + PACKET_BLOCK_HEADER + padded) != 0;
    if (block->type == OBSOLETE_PACKET_BLOCK)
        has_options = has_options || has_drop_count(reader, bytes);
    packet->bytes = bytes + PACKET_BLOCK_HEADER;
    packet->timestamp_ns = reader_timestamp(interface, units);
    packet->caplen = caplen;
    packet->wire_len = reader_u32(reader, bytes + 24);
    packet->link_type = interface->shared->link_type;
    packet->flags =
        !has_options ? 0 : (uint8_t)(PACKET_HAS_OPTIONS | (reader->is_swapped ? PACKET_OPTIONS_SWAPPED : 0));
    reader->interface_index = index;
    return READER_PACKET;
}

/* It has neither time nor interface: the first one's. */
static enum reader_result simple_packet(struct file_reader *reader, const struct pcapng_block *block,
                                        struct packet *packet)
{
    if (reader->interface_count == 0)
        return reader_damaged(reader, "a packet before any interface");
    const struct reader_interface *interface = &reader->interfaces[0];
    if (interface->is_unknown)
        return reader_damaged(reader, "a packet of interface 0, whose description is damaged or lost");
    uint32_t wire_len = reader_u32(reader, block->bytes + 8), caplen = wire_len;
    uint32_t room = block->length - LEAST_SIMPLE_PACKET, snaplen = interface->shared->snaplen;
    if (snaplen != 0 && caplen > snaplen)
        caplen = snaplen;
    if (caplen > interface->caplen_max)
        return reader_damaged(reader, "a packet of %u bytes, where %u are the most", caplen,
                              interface->caplen_max);
    if (caplen > room)
        return reader_damaged(reader, "a packet of %u bytes, where its block has room for %u", caplen, room);
    packet->bytes = block->bytes + SIMPLE_PACKET_HEADER;
    packet->timestamp_ns = 0;
    packet->caplen = caplen;
    packet->wire_len = wire_len;
    packet->link_type = interface->shared->link_type;
    packet->flags = PACKET_HAS_NO_TIME;
    reader->interface_index = 0;
    return READER_PACKET;
}

/* What a block of this type has at least. */
static uint32_t least_length(uint32_t type)
{
    switch (type) {
    case SECTION_HEADER_BLOCK:
        return LEAST_SECTION_HEADER;
    case INTERFACE_DESCRIPTION_BLOCK:
        return LEAST_INTERFACE_DESCRIPTION;
    case SIMPLE_PACKET_BLOCK:
        return LEAST_SIMPLE_PACKET;
    case INTERFACE_STATISTICS_BLOCK:
        return LEAST_INTERFACE_STATISTICS;
    case OBSOLETE_PACKET_BLOCK:
    case ENHANCED_PACKET_BLOCK:
        return LEAST_PACKET;
    default:
        return LEAST_BLOCK;
    }
}

static uint32_t longest_packet(const struct file_reader *reader)
{
    uint32_t longest = 0;
    for (unsigned i = 0; i < reader->interface_count; i++)
        if (reader->interfaces[i].caplen_max > longest)
            longest = reader->interfaces[i].caplen_max;
    return longest;
}

/* A section's byte order is its own, and that of its header's length; one that has none changes nothing. */
static bool set_byte_order(struct file_reader *reader, const uint8_t *bytes)
{
    bool was_swapped = reader->is_swapped;
    for (int swapped = 0; swapped < 2; swapped++) {
        reader->is_swapped = swapped;
        if (reader_u32(reader, bytes + BLOCK_HEADER) == BYTE_ORDER_MAGIC)
            return true;
    }
    reader->is_swapped = was_swapped;
    return false;
}

/* What a block may have at most. Those that carry files, or keys, are as long as Wireshark takes them. */
static uint32_t longest_block(const struct file_reader *reader, uint32_t type)
{
    enum { NAME_RESOLUTION = 4, SYSTEMD_JOURNAL = 9, DECRYPTION_SECRETS = 10 };
    enum { CUSTOM = 0xbad, CUSTOM_NOT_COPIED = 0x40000bad, LONGEST_OF_ANY = (128 << 20) + 131072 };
    switch (type) {
    case OBSOLETE_PACKET_BLOCK:
    case SIMPLE_PACKET_BLOCK:
    case ENHANCED_PACKET_BLOCK:
        return OPTIONS_MAX + longest_packet(reader);
    case NAME_RESOLUTION:
    case SYSTEMD_JOURNAL:
    case DECRYPTION_SECRETS:
    case CUSTOM:
    case CUSTOM_NOT_COPIED:
        return LONGEST_OF_ANY;
    default:
        return OPTIONS_MAX;
    }
}

static enum reader_result check_block(struct file_reader *reader, struct pcapng_block *block)
{
    size_t left = (size_t)(reader->end - reader->start);
    const uint8_t *bytes = reader->start;
    uint32_t type = reader->damaged_block = reader_u32(reader, bytes);
    reader->damaged_length = 0;
    if (type == SECTION_HEADER_BLOCK && !set_byte_order(reader, bytes))
        return reader_damaged(reader, "a section header without the byte order magic");
    uint32_t length = reader_u32(reader, bytes + 4), most = longest_block(reader, type);
    if (length % 4 != 0 || length < least_length(type))
        return reader_damaged(reader, "a block of type 0x%x with a length of %u", type, length);
    if (length > most)
        return reader_damaged(reader, "a block of type 0x%x with a length of %u, where %u are the most", type,
                              length, most);
    reader->damaged_length = length;
    if (left < length)
        return reader_lacks(reader, length, "a block");
    uint32_t last_length = reader_u32(reader, bytes + length - BLOCK_TRAILER);
    if (last_length != length)
        return reader_damaged(reader, "a block whose length is %u at its beginning and %u at its end", length,
                              last_length);
    *block = (struct pcapng_block){type, length, bytes};
    return READER_PACKET;
}

/* The whole block at `start`, which stays. The byte order is that of the section, whose header may be the
 * block. */
static enum reader_result look_at_block(struct file_reader *reader, struct pcapng_block *block)
{
    size_t left = (size_t)(reader->end - reader->start);
    bool was_swapped = reader->is_swapped;
    if (left == 0 && reader->at_end)
        return READER_END;
    if (left < LEAST_BLOCK)
        return reader_lacks(reader, LEAST_BLOCK, "a block");
    enum reader_result result = check_block(reader, block);
    if (result != READER_PACKET)
        reader->is_swapped = was_swapped;
    return result;
}

static void begin_doubtful_section(struct file_reader *reader)
{
    if (reader->is_section_doubtful)
        pcapng_begin_section(reader);
    reader->is_section_doubtful = false;
}

/* Packets tell their interface by its number, which must not be another's because a description was damaged,
 * or lost. Where the first that is left comes just behind the damage, it may begin a section. */
static bool add_unknown_interface(struct file_reader *reader)
{
    static const struct interface unknown = {.link_type = UINT16_MAX};
    if (reader->interfaces_lost == LOST_JUST_NOW) {
        for (unsigned i = 0; i < reader->interface_count; i++)
            reader->interfaces[i].is_unknown = true;
        reader->interfaces_lost = LOST_SOME;
    }
    struct reader_interface *interface = reader_add_interface(reader, &unknown, NULL, 0);
    if (interface != NULL)
        interface->is_unknown = true;
    return interface != NULL;
}

static enum reader_result read_block(struct file_reader *reader, const struct pcapng_block *block,
                                     struct packet *packet, bool *is_packet)
{
    bool is_interface = block->type == INTERFACE_DESCRIPTION_BLOCK;
    reader->is_section_doubtful = reader->is_section_doubtful && is_interface;
    if (reader->interfaces_lost == LOST_JUST_NOW && !is_interface)
        reader->interfaces_lost = LOST_SOME;
    switch (block->type) {
    case ENHANCED_PACKET_BLOCK:
        *is_packet = true;
        return packet_of(reader, block, reader_u32(reader, block->bytes + 8), packet);
    case OBSOLETE_PACKET_BLOCK:
        *is_packet = true;
        return packet_of(reader, block, reader_u16(reader, block->bytes + 8), packet);
    case SIMPLE_PACKET_BLOCK:
        *is_packet = true;
        return simple_packet(reader, block, packet);
    case SECTION_HEADER_BLOCK:
        return pcapng_section_header(reader, block);
    case INTERFACE_DESCRIPTION_BLOCK:
        begin_doubtful_section(reader);
        if (reader->interfaces_lost == LOST_NONE)
            return pcapng_interface_description(reader, block);
        return add_unknown_interface(reader) ? READER_PACKET : READER_NO_MEMORY;
    case INTERFACE_STATISTICS_BLOCK:
        pcapng_interface_statistics(reader, block);
        return READER_PACKET;
    default:
        return READER_PACKET;
    }
}

/* The next block that is one of a packet, or, `up_to_interface`, the one that describes the first interface.
 */
static enum reader_result read_blocks(struct file_reader *reader, struct packet *packet, bool up_to_interface)
{
    for (;;) {
        struct pcapng_block block;
        bool is_packet = false;
        enum reader_result result = look_at_block(reader, &block);
        if (result == READER_PACKET)
            result = read_block(reader, &block, packet, &is_packet);
        if (result != READER_PACKET)
            return result;
        reader->start += block.length;
        if (is_packet)
            reader->packets++;
        if (is_packet || (up_to_interface && reader->interface_count > 0))
            return READER_PACKET;
    }
}

static enum reader_result pcapng_next(struct file_reader *reader, struct packet *packet)
{
    return read_blocks(reader, packet, false);
}

static enum reader_result pcapng_begin(struct file_reader *reader)
{
    struct packet packet;
    if (reader->sections == 0 && !set_byte_order(reader, reader->start)) {
        capture_error_set(&reader->error, ERROR_FILE_FORMAT, 0,
                          "it begins as pcapng does, but without the byte order magic: not a capture file");
        return READER_DAMAGED;
    }
    enum reader_result result = read_blocks(reader, &packet, true);
    return result == READER_END ? READER_PACKET : result;
}

static bool is_known(uint32_t type)
{
    return least_length(type) != LEAST_BLOCK;
}

/* A block of a known type and usual length: `*length` is its own. A section header is known in any byte
 * order. */
static bool looks_like_block(const struct file_reader *reader, const uint8_t *bytes, uint32_t *length,
                             bool *is_swapped)
{
    enum { LONGEST_USUAL = 1 << 20 };
    uint32_t type = u32_at(bytes, reader->is_swapped);
    *is_swapped = reader->is_swapped;
    if (type == SECTION_HEADER_BLOCK && u32_at(bytes + BLOCK_HEADER, *is_swapped) != BYTE_ORDER_MAGIC) {
        *is_swapped = !*is_swapped;
        if (u32_at(bytes + BLOCK_HEADER, *is_swapped) != BYTE_ORDER_MAGIC)
            return false;
    }
    *length = u32_at(bytes + 4, *is_swapped);
    return is_known(type) && *length >= least_length(type) && *length % 4 == 0 && *length <= LONGEST_USUAL;
}

/* Of a damaged block, whose type may be known. */
static bool stand_in(struct file_reader *reader)
{
    if (reader->damaged_block == SECTION_HEADER_BLOCK)
        reader->is_section_doubtful = true;
    if (reader->damaged_block != INTERFACE_DESCRIPTION_BLOCK)
        return true;
    begin_doubtful_section(reader);
    return add_unknown_interface(reader);
}

/* Behind bytes that were no block: more may be lost than the one that was damaged, or bytes of the file. */
static bool may_have_lost_interfaces(const struct file_reader *reader)
{
    uint64_t lost = reader_offset(reader) - reader->damaged_at;
    uint32_t type = reader->damaged_block, length = reader->damaged_length;
    if (type == INTERFACE_DESCRIPTION_BLOCK || type == SECTION_HEADER_BLOCK) /* which is stood in for */
        return length != 0 && lost > length;
    if (!is_known(type))
        return lost != length && lost >= LEAST_INTERFACE_DESCRIPTION;
    return length != 0 ? lost != length : lost >= least_length(type) + LEAST_INTERFACE_DESCRIPTION;
}

/* The block behind the damaged one, where its two lengths agree; else the next place with a block of a known
 * type and two lengths that agree. */
static enum reader_result pcapng_recover(struct file_reader *reader)
{
    if (reader_offset(reader) == reader->damaged_at && reader->start < reader->end) {
        struct pcapng_block block;
        if (!stand_in(reader))
            return READER_NO_MEMORY;
        if (look_at_block(reader, &block) == READER_PACKET) {
            reader->start += block.length;
            return READER_PACKET;
        }
        reader->start++;
    }
    for (;; reader->start++) {
        size_t left = (size_t)(reader->end - reader->start);
        uint32_t length;
        bool is_swapped;
        if (left < LEAST_BLOCK) {
            reader->needed = LEAST_BLOCK;
            if (!reader->at_end)
                return READER_NEEDS_BYTES;
            reader->start = reader->end;
            return READER_END;
        }
        if (!looks_like_block(reader, reader->start, &length, &is_swapped))
            continue;
        if (left < length && !reader->at_end) {
            reader->needed = length;
            return READER_NEEDS_BYTES;
        }
        if (left >= length && u32_at(reader->start + length - BLOCK_TRAILER, is_swapped) == length) {
            if (may_have_lost_interfaces(reader))
                reader->interfaces_lost = LOST_JUST_NOW;
            return READER_PACKET;
        }
    }
}

const struct file_format pcapng_format = {"pcapng", LEAST_BLOCK, pcapng_begin, pcapng_next, pcapng_recover};
