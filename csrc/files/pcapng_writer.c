/* Writes pcapng: draft-ietf-opsawg-pcapng; this machine's byte order. What was known of packets and
 * interfaces where they came from is written again as it was. */
#define _POSIX_C_SOURCE 200809L
#include "link_type.h"
#include "pcapng_format.h"
#include "pcapng_interfaces.h"
#include "pcapng_options.h"
#include "record_writer.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/utsname.h>

enum {
    MICROSECONDS = 1000000,
    UTSNAME_FIELD = sizeof(((struct utsname *)0)->release),
    OS_NAME_MAX = 2 * UTSNAME_FIELD,
};

struct pcapng_writer {
    struct record_writer base;
    const struct dump_options *options;
    const struct dump_origin *origin;
    struct told_interfaces told;
    struct utsname system;
};

static void os_name(const struct pcapng_writer *pcapng, char name[OS_NAME_MAX])
{
    snprintf(name, OS_NAME_MAX, "%s %s", pcapng->system.sysname, pcapng->system.release);
}

/* The total length is filled in by end_block; returns where the block begins. */
static size_t begin_block(struct write_buffer *buffer, uint32_t type)
{
    size_t start = buffer->used;
    buffer_append_u32(buffer, type);
    buffer_append_u32(buffer, 0);
    return start;
}

static void end_block(struct write_buffer *buffer, size_t start)
{
    uint32_t total = (uint32_t)(buffer->used - start + 4);
    memcpy(buffer->bytes + start + 4, &total, sizeof(total));
    buffer_append_u32(buffer, total);
}

static bool pcapng_begin(struct record_writer *writer, struct write_buffer *buffer, uint32_t link_type,
                         const struct existing_file *existing, struct capture_error *error)
{
    struct pcapng_writer *pcapng = (void *)writer;
    const char *application = pcapng->options->application;
    char os[OS_NAME_MAX];
    (void)link_type;
    (void)existing; /* which gets another section */
    if (!buffer_reserve(buffer,
                        BLOCK_EDGES + 16 + 4 * option_size(OS_NAME_MAX) + option_size(strlen(application))))
        return capture_error_set_errno(error, ENOMEM);
    told_interfaces_clear(&pcapng->told);
    os_name(pcapng, os);
    size_t start = begin_block(buffer, SECTION_HEADER_BLOCK);
    buffer_append_u32(buffer, BYTE_ORDER_MAGIC);
    buffer_append_u16(buffer, 1);
    buffer_append_u16(buffer, 0);
    buffer_append(buffer, &(int64_t){-1}, 8); /* the section's length is not known */
    option_append_text(buffer, SHB_HARDWARE, pcapng->system.machine);
    option_append_text(buffer, SHB_OS, os);
    option_append_text(buffer, SHB_USERAPPL, application);
    option_append_end(buffer);
    end_block(buffer, start);
    return true;
}

/* The time's units, unless they are told already: what readers assume is microseconds. */
static void append_units(struct write_buffer *buffer, const struct told_interface *item,
                         struct raw_options options)
{
    const struct interface *interface = item->interface;
    if (item->units == UNITS_OWN && interface != NULL &&
        (options_have(options, IF_TSRESOL) || interface->units_per_second == MICROSECONDS))
        return;
    option_append(buffer, IF_TSRESOL, &(uint8_t){9}, 1);
    if (item->units == UNITS_NEGATIVE)
        option_append(buffer, IF_TSOFFSET, &(int64_t){EARLIEST_SECOND}, 8);
}

/* What a device's own description does not have. */
static void append_capture_options(const struct pcapng_writer *pcapng, struct write_buffer *buffer)
{
    const char *filter = pcapng->origin->filter;
    char os[OS_NAME_MAX];
    os_name(pcapng, os);
    option_append_text(buffer, IF_OS, os);
    size_t length = filter == NULL ? 0 : strlen(filter);
    if (length > 0 && length < UINT16_MAX) {
        buffer_append_u16(buffer, IF_FILTER);
        buffer_append_u16(buffer, (uint16_t)(length + 1));
        buffer_append(buffer, "", 1); /* 0: the text of a BPF expression */
        buffer_append(buffer, filter, length);
        buffer_pad(buffer, length + 1);
    }
}

static bool append_interface(struct pcapng_writer *pcapng, struct write_buffer *buffer,
                             const struct told_interface *item, struct capture_error *error)
{
    static const uint16_t none[] = {0}, times[] = {IF_TSRESOL, IF_TSOFFSET, 0};
    const struct interface *interface = item->interface;
    struct raw_options options = {0};
    uint32_t linktype = link_type_to_file(item->link_type);
    if (linktype == LINK_TYPE_NO_MEMORY)
        return capture_error_set_errno(error, ENOMEM);
    if (linktype > UINT16_MAX)
        return capture_error_set(
            error, ERROR_ARGUMENT, 0,
            "pcapng has 16 bits for a link type, in which %" PRIu32 " does not fit; write pcap", linktype);
    if (interface != NULL)
        options = (struct raw_options){interface->options, interface->options_length, interface->is_swapped};
    size_t filter_length = pcapng->origin->filter == NULL ? 0 : strlen(pcapng->origin->filter);
    if (!buffer_reserve(buffer, BLOCK_EDGES + 8 + options.length + 4 + option_size(1) + option_size(8) +
                                    option_size(OS_NAME_MAX) + option_size(filter_length + 1) + 4))
        return capture_error_set_errno(error, ENOMEM);
    if (!told_interfaces_add(&pcapng->told, item))
        return capture_error_set_errno(error, ENOMEM);
    size_t start = begin_block(buffer, INTERFACE_DESCRIPTION_BLOCK);
    buffer_append_u16(buffer, (uint16_t)linktype);
    buffer_append_u16(buffer, 0);
    buffer_append_u32(buffer, interface == NULL ? 0 : interface->snaplen);
    size_t before_options = buffer->used;
    options_copy(buffer, INTERFACE_BLOCK, options, item->units == UNITS_OWN ? none : times);
    append_units(buffer, item, options);
    if (pcapng->origin->is_live)
        append_capture_options(pcapng, buffer);
    if (buffer->used > before_options)
        option_append_end(buffer);
    end_block(buffer, start);
    return true;
}

static void append_packet_options(struct write_buffer *buffer, const struct packet *packet,
                                  struct raw_options options)
{
    static const uint16_t none[] = {0};
    size_t before = buffer->used;
    options_copy(buffer, PACKET_BLOCK, options, none);
    uint16_t drops = packet_header_drops(packet);
    if (drops != PACKET_DROPS_UNKNOWN && !options_have(options, EPB_DROPCOUNT))
        option_append(buffer, EPB_DROPCOUNT, &(uint64_t){drops}, 8);
    if (buffer->used > before)
        option_append_end(buffer);
}

static bool pcapng_append(struct record_writer *writer, struct write_buffer *buffer,
                          const struct packet *packet, struct interface *interface,
                          struct capture_error *error)
{
    struct pcapng_writer *pcapng = (void *)writer;
    struct told_interface item = {.interface = interface, .link_type = packet->link_type};
    uint64_t time = told_time(packet, interface, &item.units);
    struct raw_options options = packet_options(packet);
    uint32_t number = told_interfaces_find(&pcapng->told, &item);

    if (number == pcapng->told.count && !append_interface(pcapng, buffer, &item, error))
        return false;
    if (!buffer_reserve(buffer, BLOCK_EDGES + 20 + padded_to_4(packet->caplen) + options.length + 4 +
                                    option_size(8) + 4))
        return capture_error_set_errno(error, ENOMEM);
    size_t start = begin_block(buffer, ENHANCED_PACKET_BLOCK);
    buffer_append_u32(buffer, number);
    buffer_append_u32(buffer, (uint32_t)(time >> 32));
    buffer_append_u32(buffer, (uint32_t)time);
    buffer_append_u32(buffer, packet->caplen);
    buffer_append_u32(buffer, packet->wire_len);
    buffer_append(buffer, packet->bytes, packet->caplen);
    buffer_pad(buffer, packet->caplen);
    if (packet->flags & PACKET_HAS_OPTIONS)
        append_packet_options(buffer, packet, options);
    end_block(buffer, start);
    return true;
}

/* A clock's time, which fits into micro- and nanoseconds; false for an interface that counts otherwise. */
static bool clock_time(int64_t time_ns, const struct told_interface *item, uint32_t halves[2])
{
    enum time_units units;
    const struct packet moment = {.timestamp_ns = time_ns - time_ns % 1000};
    uint64_t time = told_time(&moment, item->interface, &units);
    halves[0] = (uint32_t)(time >> 32);
    halves[1] = (uint32_t)time;
    return units == item->units;
}

/* A file without packets tells of one interface all the same: some programs take none without. The statistics
 * are the device's, which is the first. */
static bool pcapng_end(struct record_writer *writer, struct write_buffer *buffer,
                       const struct dump_statistics *statistics, struct capture_error *error)
{
    struct pcapng_writer *pcapng = (void *)writer;
    const struct told_interface unused = {.link_type = pcapng->origin->link_type};
    uint32_t started[2], ended[2];
    uint64_t lost; /* all: it is what Wireshark tells of, and what dumpcap writes there */
    if (pcapng->told.count == 0 && !append_interface(pcapng, buffer, &unused, error))
        return false;
    if (statistics == NULL || !clock_time(statistics->started_ns, &pcapng->told.items[0], started) ||
        !clock_time(statistics->ended_ns, &pcapng->told.items[0], ended))
        return true;
    if (!buffer_reserve(buffer, BLOCK_EDGES + 12 + 7 * option_size(8)))
        return capture_error_set_errno(error, ENOMEM);
    lost = statistics->dropped + statistics->dropped_interface;
    size_t start = begin_block(buffer, INTERFACE_STATISTICS_BLOCK);
    buffer_append_u32(buffer, 0);
    buffer_append(buffer, ended, sizeof(ended));
    option_append(buffer, ISB_STARTTIME, started, sizeof(started));
    option_append(buffer, ISB_ENDTIME, ended, sizeof(ended));
    option_append(buffer, ISB_IFRECV, &statistics->received, 8);
    option_append(buffer, ISB_IFDROP, &lost, 8);
    option_append(buffer, ISB_USRDELIV, &statistics->delivered, 8);
    option_append_end(buffer);
    end_block(buffer, start);
    return true;
}

static size_t pcapng_size(const struct packet *packet)
{
    return BLOCK_EDGES + 20 + padded_to_4(packet->caplen) + packet_options(packet).length;
}

static size_t pcapng_length(const struct record_writer *writer, const uint8_t *record, bool *is_packet)
{
    uint32_t type, total;
    (void)writer;
    memcpy(&type, record, sizeof(type));
    memcpy(&total, record + 4, sizeof(total));
    *is_packet = type == ENHANCED_PACKET_BLOCK;
    return total;
}

static void pcapng_free(struct record_writer *writer)
{
    told_interfaces_clear(&((struct pcapng_writer *)(void *)writer)->told);
    free(writer);
}

struct record_writer *pcapng_writer_new(const struct dump_options *options, const struct dump_origin *origin)
{
    static const struct record_format format = {
        .begin = pcapng_begin,
        .append = pcapng_append,
        .end = pcapng_end,
        .size = pcapng_size,
        .length = pcapng_length,
        .free = pcapng_free,
    };
    struct pcapng_writer *pcapng = calloc(1, sizeof(*pcapng));
    if (pcapng == NULL)
        return NULL;
    pcapng->base.format = &format;
    pcapng->options = options;
    pcapng->origin = origin;
    uname(&pcapng->system); /* it can't fail, and would leave empty texts */
    return &pcapng->base;
}
