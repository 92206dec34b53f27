/* Counts what is in a capture file: see file_summary.h. */
#include "file_summary.h"
#include "pcapng_options.h"
#include <errno.h>
#include <stdlib.h>

enum { BYTES_IN_TURN = 8 << 20 };

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

static bool keep_comment(struct file_summary *summary, const struct option *option)
{
    struct told_comment *comment = malloc(sizeof(*comment) + option->length);
    if (comment == NULL)
        return false;
    comment->before = summary->comments;
    comment->length = option->length;
    memcpy(comment->text, option->value, option->length);
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
    struct option option;
    struct raw_options options = {reader->section_options, reader->section_options_length,
                                  reader->is_section_swapped};
    while (option_take(&options, &option))
        if (option.code == OPT_COMMENT && !keep_comment(summary, &option))
            summary->no_memory = true;
    if (summary->no_memory || !note_interfaces(summary, reader)) {
        summary->no_memory = true;
        return;
    }
    for (unsigned i = 0; i < reader->interface_count; i++) {
        struct interface_summary *interface = &summary->interfaces[summary->section_interfaces + i];
        interface->received = reader->interfaces[i].received;
        interface->dropped = reader->interfaces[i].dropped;
    }
    summary->section_interfaces = summary->interface_count;
    summary->sections = reader->sections;
}

static bool count(struct file_summary *summary, const struct file_reader *reader, const struct packet *packet)
{
    if (summary->interface_count - summary->section_interfaces < reader->interface_count &&
        !note_interfaces(summary, reader))
        return false;
    summary->interfaces[summary->section_interfaces + reader->interface_index].packets++;
    summary->packets++;
    summary->bytes_captured += packet->caplen;
    summary->bytes_on_wire += packet->wire_len;
    if (options_have(packet_options(packet), OPT_COMMENT))
        summary->packets_with_comments++;
    if (packet->flags & PACKET_HAS_NO_TIME)
        return true;
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
