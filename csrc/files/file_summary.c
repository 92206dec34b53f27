/* Counts what is in a capture file: see file_summary.h. */
#include "file_summary.h"
#include "../capture/packet_options.h"
#include <errno.h>
#include <stdlib.h>

enum { BYTES_IN_TURN = 8 << 20, OPTION_COMMENT = 1, OPTION_HEADER = 4 };

void file_summary_init(struct file_summary *summary)
{
    *summary = (struct file_summary){
        .first_ns = INT64_MAX, .last_ns = INT64_MIN, .previous_ns = INT64_MIN, .is_in_order = true};
}

void file_summary_free(struct file_summary *summary)
{
    for (size_t i = 0; i < summary->interface_count; i++)
        interface_release(summary->interfaces[i].shared);
    free(summary->interfaces);
    while (summary->comments != NULL) {
        struct told_comment *comment = summary->comments;
        summary->comments = comment->before;
        free(comment);
    }
}

/* The value of the first comment of options up to their end; NULL: there is none. */
static const uint8_t *find_comment(const uint8_t *options, uint32_t left, bool is_swapped, uint32_t *length)
{
    const struct file_reader order = {.is_swapped = is_swapped};
    while (left >= OPTION_HEADER) {
        uint16_t code = reader_u16(&order, options);
        *length = reader_u16(&order, options + 2);
        uint32_t size = OPTION_HEADER + padded_to_4(*length);
        if (code == 0 || size > left)
            return NULL;
        if (code == OPTION_COMMENT)
            return options + OPTION_HEADER;
        options += size;
        left -= size;
    }
    return NULL;
}

static bool keep_comment(struct file_summary *summary, const uint8_t *text, uint32_t length)
{
    struct told_comment *comment = malloc(sizeof(*comment) + length);
    if (comment == NULL)
        return false;
    comment->before = summary->comments;
    comment->length = length;
    memcpy(comment->text, text, length);
    summary->comments = comment;
    return true;
}

/* All interfaces of the reader's section have a place here. */
static bool note_interfaces(struct file_summary *summary, const struct file_reader *reader)
{
    while (summary->interface_count - summary->section_interfaces < reader->interface_count) {
        if (summary->interface_count == summary->interface_room) {
            size_t room = summary->interface_room * 2 + 4;
            struct interface_summary *grown = realloc(summary->interfaces, room * sizeof(*grown));
            if (grown == NULL)
                return false;
            summary->interfaces = grown;
            summary->interface_room = room;
        }
        struct interface *shared =
            reader->interfaces[summary->interface_count - summary->section_interfaces].shared;
        summary->interfaces[summary->interface_count++] =
            (struct interface_summary){.shared = interface_retain(shared)};
    }
    return true;
}

/* For the reader, when it has a section behind it; and for the last one. */
static void section_ends(struct file_reader *reader)
{
    struct file_summary *summary = reader->watcher;
    uint32_t length;
    const uint8_t *comment = find_comment(reader->section_options, reader->section_options_length,
                                          reader->is_section_swapped, &length);
    if ((comment != NULL && !keep_comment(summary, comment, length)) || !note_interfaces(summary, reader)) {
        summary->no_memory = true;
        return;
    }
    for (unsigned i = 0; i < reader->interface_count; i++) {
        struct interface_summary *interface = &summary->interfaces[summary->section_interfaces + i];
        interface->received = reader->interfaces[i].received;
        interface->dropped = reader->interfaces[i].dropped;
    }
    summary->section_interfaces = summary->interface_count;
    summary->sections++;
}

static bool count(struct file_summary *summary, const struct file_reader *reader, const struct packet *packet)
{
    uint32_t length;
    struct packet_options options = packet_options(packet);
    if (summary->interface_count - summary->section_interfaces < reader->interface_count &&
        !note_interfaces(summary, reader))
        return false;
    summary->interfaces[summary->section_interfaces + reader->interface_index].packets++;
    summary->packets++;
    summary->bytes_captured += packet->caplen;
    summary->bytes_on_wire += packet->wire_len;
    if (options.length > 0 &&
        find_comment(options.bytes, options.length, options.is_swapped, &length) != NULL)
        summary->packets_with_comments++;
    if (packet->timestamp_ns < summary->first_ns)
        summary->first_ns = packet->timestamp_ns;
    if (packet->timestamp_ns > summary->last_ns)
        summary->last_ns = packet->timestamp_ns;
    if (packet->timestamp_ns < summary->previous_ns)
        summary->is_in_order = false;
    summary->previous_ns = packet->timestamp_ns;
    return true;
}

enum file_result file_summary_walk(struct file_summary *summary, struct capture_file *file,
                                   struct slab **left, struct capture_error *error)
{
    struct file_reader *reader = &file->window.reader;
    uint64_t pause = reader->end_offset + BYTES_IN_TURN;
    enum file_result result = FILE_NOTHING;
    reader->watcher = summary;
    reader->section_ends = section_ends;
    while (reader->end_offset < pause && !summary->no_memory) {
        struct packet packet;
        result = capture_file_next(file, &packet, true, left, error);
        if (result == FILE_PACKET)
            summary->no_memory = !count(summary, reader, &packet);
        else if (result != FILE_BEGINS)
            break;
    }
    if (result == FILE_END)
        section_ends(reader);
    reader->section_ends = NULL;
    if (!summary->no_memory)
        return result == FILE_PACKET || result == FILE_BEGINS || result == FILE_FULL ? FILE_NOTHING : result;
    capture_error_set_errno(error, ENOMEM);
    return FILE_FAILED;
}
