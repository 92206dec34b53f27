/* What the formats of capture files have in common: see file_reader.h. */
#include "file_reader.h"
#include "link_type.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define NS_PER_SECOND INT64_C(1000000000)

enum { MAGIC_SIZE = 4 };

enum reader_result reader_damaged_at(struct file_reader *reader, uint64_t offset, const char *format, ...)
{
    char words[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    reader->damaged_at = offset;
    capture_error_set(&reader->error, ERROR_FILE_FORMAT, 0, "packet %" PRIu64 " at byte %" PRIu64 ": %s",
                      reader->packets + 1, reader->damaged_at, words);
    reader->error.file_offset = reader->damaged_at;
    reader->error.packet_number = reader->packets + 1;
    return READER_DAMAGED;
}

enum reader_result reader_lacks(struct file_reader *reader, size_t needed, const char *what)
{
    size_t left = (size_t)(reader->end - reader->start);
    reader->needed = needed;
    if (!reader->at_end)
        return READER_NEEDS_BYTES;
    return reader_damaged(reader, "the file is cut: of %s of %zu bytes it has %zu", what, needed, left);
}

/* What others write, and what to do with it; of MAGIC_SIZE bytes, or fewer where there are no more. */
static const char *known_otherwise(const uint8_t *bytes, size_t size)
{
    static const struct {
        uint8_t length;
        uint8_t magic[MAGIC_SIZE];
        const char *words;
    } others[] = {
        {3, {'B', 'Z', 'h'}, "compressed with bzip2: decompress it first"},
        {4, {0x04, 0x22, 0x4d, 0x18}, "compressed with lz4: decompress it first"},
        {3, {0x5d, 0x00, 0x00}, "compressed as .lzma: decompress it first"},
        {2, {0x1f, 0x9d}, "compressed with compress: decompress it first"},
        {4, {'P', 'K', 3, 4}, "a zip archive: take the file out of it first"},
        {4, {'s', 'n', 'o', 'o'}, "a snoop file: editcap makes a pcapng file of it"},
        {4, {'b', 't', 's', 'n'}, "a btsnoop file: editcap makes a pcapng file of it"},
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (size >= others[i].length && memcmp(bytes, others[i].magic, others[i].length) == 0)
            return others[i].words;
    return "it begins neither as pcap nor as pcapng does";
}

static enum reader_result not_a_capture_file(struct file_reader *reader, const char *words)
{
    capture_error_set(&reader->error, ERROR_FILE_FORMAT, 0, "not a capture file: %s", words);
    reader->error.file_offset = 0;
    return READER_DAMAGED;
}

static const struct file_format *format_of_magic(const uint8_t *bytes)
{
    static const uint8_t magics[][4] = {
        {0xa1, 0xb2, 0xc3, 0xd4}, {0xd4, 0xc3, 0xb2, 0xa1}, /* microseconds */
        {0xa1, 0xb2, 0x3c, 0x4d}, {0x4d, 0x3c, 0xb2, 0xa1}, /* nanoseconds */
        {0xa1, 0xb2, 0xcd, 0x34}, {0x34, 0xcd, 0xb2, 0xa1}, /* A. Kuznetzov's longer record headers */
    };
    static const uint8_t section_header[4] = {0x0a, 0x0d, 0x0d, 0x0a};
    if (memcmp(bytes, section_header, 4) == 0)
        return &pcapng_format;
    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
        if (memcmp(bytes, magics[i], 4) == 0)
            return &pcap_format;
    return NULL;
}

static enum reader_result find_format(struct file_reader *reader)
{
    size_t left = (size_t)(reader->end - reader->start);
    reader->needed = MAGIC_SIZE;
    if (left < MAGIC_SIZE && !reader->at_end)
        return READER_NEEDS_BYTES;
    if (left == 0)
        return not_a_capture_file(reader, "empty");
    reader->format = left < MAGIC_SIZE ? NULL : format_of_magic(reader->start);
    if (reader->format == NULL)
        return not_a_capture_file(reader,
                                  known_otherwise(reader->start, left < MAGIC_SIZE ? left : MAGIC_SIZE));
    reader->needed = reader->format->header_size;
    return READER_PACKET;
}

enum reader_result reader_begin(struct file_reader *reader)
{
    if (reader->format == NULL) {
        enum reader_result found = find_format(reader);
        if (found != READER_PACKET)
            return found;
    }
    size_t left = (size_t)(reader->end - reader->start);
    if (reader->interface_count == 0 && reader->sections == 0 && left < reader->format->header_size) {
        if (!reader->at_end)
            return READER_NEEDS_BYTES;
        capture_error_set(&reader->error, ERROR_FILE_FORMAT, 0,
                          "the file is cut: of its %s header of %zu bytes it has %zu", reader->format->name,
                          reader->format->header_size, left);
        return READER_DAMAGED;
    }
    return reader->format->begin(reader);
}

void reader_restart(struct file_reader *reader)
{
    reader_forget_interfaces(reader);
    reader->format = NULL;
    reader->end = reader->start;
    reader->end_offset = 0;
    reader->at_end = false;
    reader->packets = 0;
    reader->sections = 0;
    reader_forget_section(reader);
}

void reader_free(struct file_reader *reader)
{
    reader_forget_interfaces(reader);
    reader_forget_section(reader);
    free(reader->interfaces);
    reader->interfaces = NULL;
}

void reader_forget_section(struct file_reader *reader)
{
    free(reader->section_options);
    reader->section_options = NULL;
    reader->section_options_length = 0;
}

void reader_forget_interfaces(struct file_reader *reader)
{
    for (unsigned i = 0; i < reader->interface_count; i++)
        interface_release(reader->interfaces[i].shared);
    reader->interface_count = 0;
    reader->interfaces_lost = LOST_NONE;
}

struct reader_interface *reader_add_interface(struct file_reader *reader, const struct interface *head,
                                              const uint8_t *options, uint32_t options_length)
{
    if (reader->interface_count == reader->interface_room) {
        unsigned room = reader->interface_room == 0 ? 1 : 2 * reader->interface_room;
        struct reader_interface *grown = realloc(reader->interfaces, room * sizeof(*grown));
        if (grown == NULL)
            return NULL;
        reader->interfaces = grown;
        reader->interface_room = room;
    }
    struct interface known = *head;
    known.link_type = reader->link_type == NULL ? head->link_type : reader->link_type(head->link_type);
    if (known.link_type == LINK_TYPE_NO_MEMORY)
        return NULL;
    struct interface *shared = interface_new(&known, reader->name, options, options_length);
    if (shared == NULL)
        return NULL;
    struct reader_interface *interface = &reader->interfaces[reader->interface_count++];
    *interface = (struct reader_interface){.shared = shared,
                                           .caplen_max = link_type_caplen_max(known.link_type),
                                           .received = UINT64_MAX,
                                           .dropped = UINT64_MAX,
                                           .chunk_index = -1};
    return interface;
}

static int64_t clamped(__int128 value)
{
    if (value > INT64_MAX)
        return INT64_MAX;
    return value < INT64_MIN ? INT64_MIN : (int64_t)value;
}

void reader_set_time_unit(struct reader_interface *interface, bool is_binary, uint8_t exponent,
                          int64_t offset_seconds)
{
    enum { NANO = 9 };
    const int64_t simple_offset_max = INT64_MAX / 2 / NS_PER_SECOND;
    uint64_t units = 1, base = is_binary ? 2 : 10;
    for (unsigned i = 0; i < exponent; i++)
        units = units <= UINT64_MAX / base ? units * base : 0;
    interface->is_binary = is_binary;
    interface->exponent = exponent;
    interface->offset_seconds = offset_seconds;
    interface->shared->offset_seconds = offset_seconds;
    interface->shared->units_per_second = units;
    interface->multiplier_end = 0;
    if (is_binary || exponent > NANO || offset_seconds < -simple_offset_max ||
        offset_seconds > simple_offset_max)
        return;
    interface->offset_ns = offset_seconds * NS_PER_SECOND;
    interface->multiplier = 1;
    for (unsigned i = exponent; i < NANO; i++)
        interface->multiplier *= 10;
    interface->multiplier_end = INT64_MAX / 2 / interface->multiplier;
}

int64_t reader_exact_timestamp(const struct reader_interface *interface, uint64_t units)
{
    enum { NANO = 9, DIGITS_OF_64_BITS = 20 };
    unsigned __int128 value = units;
    if (interface->is_binary) {
        value = value * (uint64_t)NS_PER_SECOND >> interface->exponent;
    } else {
        for (unsigned i = interface->exponent; i < NANO; i++)
            value *= 10;
        for (unsigned i = NANO; i < interface->exponent && i < NANO + DIGITS_OF_64_BITS; i++)
            value /= 10;
    }
    return clamped((__int128)value + (__int128)interface->offset_seconds * NS_PER_SECOND);
}
