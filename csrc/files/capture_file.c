/* One capture file being read: see capture_file.h. */
#include "capture_file.h"
#include "link_type.h"
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>

struct capture_file *capture_file_new(const struct file_opener *opener, unsigned index,
                                      struct capture_error *error)
{
    struct capture_file *file = calloc(1, sizeof(*file));
    if (file == NULL) {
        capture_error_set_errno(error, ENOMEM);
        return NULL;
    }
    file->index = index;
    file->window.reader.link_type = link_type_from_file;
    file->window.input = opener->open(opener->context, index, &file->name, error);
    if (file->window.input == NULL) {
        free(file->name);
        free(file);
        return NULL;
    }
    file->window.reader.name = file->name;
    return file;
}

void capture_file_free(struct capture_file *file, struct slab **left)
{
    window_close(&file->window, left);
    free(file->name);
    free(file);
}

static enum file_result no_memory(struct capture_error *error)
{
    capture_error_set_errno(error, ENOMEM);
    return FILE_FAILED;
}

/* Nothing more can be read of this file. */
static enum file_result end_by_damage(struct capture_file *file, const struct capture_error *damage,
                                      struct capture_error *error)
{
    struct capture_error words = *damage;
    *error = words;
    if (file->is_recovering && words.kind == ERROR_FILE_FORMAT) {
        capture_error_set(error, ERROR_FILE_FORMAT, 0, "%.250s; and behind it: %.250s", file->damage.text,
                          words.text);
        error->file_offset = file->damage.file_offset;
        error->packet_number = file->damage.packet_number;
    }
    if (file->on_damage == DAMAGE_ENDS_IT || words.kind != ERROR_FILE_FORMAT)
        return FILE_FAILED;
    file->has_ended = true;
    return file->on_damage == DAMAGE_IS_TOLD ? FILE_NOTICE : FILE_END;
}

static enum file_result refill(struct capture_file *file, bool is_free, struct slab **left,
                               struct capture_error *error)
{
    bool waits = input_waits(file->window.input);
    file->is_waiting = false;
    if (waits && !is_free) /* the packets that are there go first */
        return FILE_FULL;
    switch (window_refill(&file->window, is_free, left, error)) {
    case WINDOW_BYTES:
        return waits ? FILE_FULL : FILE_PACKET;
    case WINDOW_NOTHING:
        file->is_waiting = true;
        return FILE_NOTHING;
    case WINDOW_FULL:
        return FILE_FULL;
    case WINDOW_RESTARTED:
        file->has_begun = false;
        file->is_recovering = false;
        error->kind = ERROR_FILE_FORMAT; /* not that of before */
        return FILE_NOTICE;
    case WINDOW_FAILED:
        return end_by_damage(file, error, error);
    }
    return FILE_FAILED;
}

/* The damage is behind us, or the file's end is. */
static enum file_result tell_damage(struct capture_file *file, enum file_result otherwise,
                                    struct capture_error *error)
{
    const struct file_reader *reader = &file->window.reader;
    uint64_t skipped = reader_offset(reader) - reader->damaged_at;
    file->is_recovering = false;
    if (file->on_damage == DAMAGE_IS_SKIPPED)
        return otherwise;
    capture_error_set(error, ERROR_FILE_FORMAT, 0, "%.400s; %" PRIu64 " byte%s skipped", file->damage.text,
                      skipped, skipped == 1 ? "" : "s");
    error->file_offset = file->damage.file_offset;
    error->packet_number = file->damage.packet_number;
    return FILE_NOTICE;
}

/* One step of reading; FILE_PACKET: `*found` tells whether there is one. */
static enum file_result step(struct capture_file *file, bool *found, struct capture_error *error)
{
    struct file_reader *reader = &file->window.reader;
    reader->is_wary = file->on_damage != DAMAGE_ENDS_IT;
    enum reader_result result = file->is_recovering ? reader_recover(reader)
                                : !file->has_begun  ? reader_begin(reader)
                                                    : reader_next(reader, &file->packet);
    *found = false;
    switch (result) {
    case READER_PACKET:
        reader->needed = 0;
        if (file->is_recovering)
            return tell_damage(file, FILE_PACKET, error);
        if (!file->has_begun) {
            file->has_begun = true;
            return FILE_BEGINS;
        }
        *found = file->has_packet = true;
        return FILE_PACKET;
    case READER_NEEDS_BYTES:
        return FILE_PACKET;
    case READER_END:
        file->has_ended = true;
        return file->is_recovering ? tell_damage(file, FILE_END, error) : FILE_END;
    case READER_DAMAGED:
        if (reader->sections == 0 || file->on_damage == DAMAGE_ENDS_IT)
            return end_by_damage(file, &reader->error, error);
        file->damage = reader->error;
        file->is_recovering = true;
        reader->needed = 0;
        return FILE_PACKET;
    case READER_NO_MEMORY:
        return no_memory(error);
    }
    return FILE_PACKET;
}

static enum file_result place(struct capture_file *file, struct packet *packet, bool is_free,
                              struct slab **left, struct capture_error *error)
{
    switch (window_note_interface(&file->window, &file->packet, is_free, left, error)) {
    case WINDOW_BYTES:
        file->has_packet = false;
        *packet = file->packet;
        return FILE_PACKET;
    case WINDOW_FULL:
        return FILE_FULL;
    default:
        return FILE_FAILED;
    }
}

enum file_result capture_file_read(struct capture_file *file, struct packet *packet, bool is_free,
                                   struct slab **left, struct capture_error *error)
{
    enum { REFILLS_AT_MOST = 64 }; /* of a chunk: then it is time to look at signals */
    if (file->has_ended)
        return FILE_END;
    for (int refills = 0; !file->has_packet; refills++) {
        bool found;
        if (refills == REFILLS_AT_MOST)
            return FILE_FULL;
        enum file_result result = step(file, &found, error);
        if (result == FILE_PACKET && !found && !file->window.reader.at_end)
            result = refill(file, is_free, left, error);
        if (result != FILE_PACKET)
            return result;
    }
    return place(file, packet, is_free, left, error);
}

bool capture_file_begin(struct capture_file *file, struct interrupt_check interrupt, struct slab **left,
                        struct capture_error *error)
{
    for (;;) {
        struct packet packet;
        switch (capture_file_read(file, &packet, true, left, error)) {
        case FILE_BEGINS:
            return true;
        case FILE_END: /* without an interface, or it is no capture file */
            if (file->has_notice)
                *error = file->notice;
            return file->window.reader.sections > 0;
        case FILE_NOTHING:
            break;
        case FILE_FULL:
            if (is_interrupted(interrupt))
                return capture_error_set(error, ERROR_INTERRUPTED, EINTR, "interrupted: open the file again");
            continue;
        case FILE_NOTICE:
            file->has_notice = true;
            file->notice = *error;
            continue;
        default:
            return false;
        }
        int fd = input_fd(file->window.input);
        struct pollfd polled = {.fd = fd, .events = POLLIN};
        poll(&polled, 1, fd < 0 ? FOLLOW_INTERVAL_MS : LONGEST_WAIT_MS);
        if (is_interrupted(interrupt))
            return capture_error_set(error, ERROR_INTERRUPTED, EINTR, "interrupted: open the file again");
    }
}
