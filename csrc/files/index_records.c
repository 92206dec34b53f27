/* Single records of a capture file that has been indexed: see file_index.h. */
#define _XOPEN_SOURCE 700 /* pread, aligned_alloc */
#include "file_index.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PAGE = 4096,       /* read(2) is five times slower into memory that is just off one */
    ONE_RECORD = PAGE, /* as most are, and their beginning in any case */
    READ_AHEAD = 64 * PAGE,
};

static bool covers(const struct index_part *parts, size_t count, size_t part, size_t row)
{
    return part < count && parts[part].first_row <= row &&
           (part + 1 == count || row < parts[part + 1].first_row);
}

static size_t part_of(const struct file_index *index, size_t row)
{
    size_t low = 0, high = index->part_count - 1;
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        if (index->parts[middle].first_row <= row)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static void forget_part(struct file_index *index)
{
    reader_forget_interfaces(&index->reader);
    index->part = SIZE_MAX;
}

/* The reader knows what it knew when it came to that row. */
static bool use_part(struct file_index *index, size_t row)
{
    struct file_reader *reader = &index->reader;
    bool is_known = covers(index->parts, index->part_count, index->part, row);
    size_t number = is_known ? index->part : part_of(index, row);
    const struct index_part *part = &index->parts[number];
    reader->is_swapped = part->is_swapped;
    if (is_known)
        return true;
    forget_part(index);
    if (reader->interface_room < part->interface_count) {
        struct reader_interface *grown = realloc(reader->interfaces, part->interface_count * sizeof(*grown));
        if (grown == NULL)
            return false;
        reader->interfaces = grown;
        reader->interface_room = part->interface_count;
    }
    for (; reader->interface_count < part->interface_count; reader->interface_count++) {
        const struct reader_interface *interface =
            &index->interfaces[part->first_interface + reader->interface_count];
        reader->interfaces[reader->interface_count] = *interface;
        interface_retain(interface->shared);
    }
    reader->interface_index = 0;
    index->part = number;
    return true;
}

/* What of the record is in the buffer: from reader->start to reader->end. */
static void show_buffer(struct file_reader *reader, uint64_t offset, const struct record_buffer *buffer)
{
    bool is_inside = offset >= buffer->offset && offset - buffer->offset <= buffer->length;
    reader->start = buffer->bytes + (is_inside ? offset - buffer->offset : 0);
    reader->end = is_inside ? buffer->bytes + buffer->length : reader->start;
    reader->end_offset = is_inside ? buffer->offset + buffer->length : offset;
    reader->at_end = is_inside && buffer->is_at_end;
}

/* Not what was there when the file was indexed. */
static void tell_change(const struct file_index *index, size_t row, struct capture_error *error)
{
    capture_error_set(error, ERROR_FILE_FORMAT, 0,
                      "packet %zu of the index is no more at byte %" PRIu64
                      ": the file has changed since it was indexed",
                      row + 1, index->rows[row].offset);
    error->file_offset = index->rows[row].offset;
    error->packet_number = row + 1;
}

enum record_result file_index_find(struct file_index *index, size_t row, struct record_buffer *buffer,
                                   struct packet *packet, struct interface **interface,
                                   struct capture_error *error)
{
    struct file_reader *reader = &index->reader;
    const struct index_row *wanted = &index->rows[row];
    if (buffer->length == 0 && !buffer->is_at_end) {
        buffer->needed = 1;
        return RECORD_NEEDS_BYTES;
    }
    if (!use_part(index, row))
        return RECORD_NO_MEMORY;
    show_buffer(reader, wanted->offset, buffer);
    const uint8_t *start = reader->start;
    enum reader_result result = reader_next(reader, packet);
    if (result == READER_PACKET && reader_record_offset(reader, packet) == wanted->offset &&
        packet->timestamp_ns == wanted->timestamp_ns) {
        *interface = reader->interfaces[reader->interface_index].shared;
        return RECORD_FOUND;
    }
    if (result == READER_NEEDS_BYTES && reader->start == start) {
        buffer->needed = reader->needed;
        return RECORD_NEEDS_BYTES;
    }
    tell_change(index, row, error);
    forget_part(index);
    return result == READER_NO_MEMORY ? RECORD_NO_MEMORY : RECORD_CHANGED;
}

static bool grow(struct record_buffer *buffer, size_t size)
{
    if (size <= buffer->room)
        return true;
    size_t room = (size + PAGE - 1) / PAGE * PAGE;
    uint8_t *bytes = aligned_alloc(PAGE, room);
    if (bytes == NULL)
        return false;
    free(buffer->bytes);
    buffer->bytes = bytes;
    buffer->room = room;
    return true;
}

/* No more than the file has, whatever a record says of its length. */
static bool size_to_read(const struct record_buffer *buffer, int fd, uint64_t offset, size_t *size)
{
    struct stat file;
    bool goes_on = buffer->length > 0 && offset >= buffer->offset &&
                   offset - buffer->offset <= buffer->length + READ_AHEAD;
    *size = goes_on ? READ_AHEAD : ONE_RECORD;
    if (buffer->needed <= *size)
        return true;
    if (fstat(fd, &file) < 0)
        return false;
    uint64_t left = (uint64_t)file.st_size > offset ? (uint64_t)file.st_size - offset : 0;
    if (left > *size)
        *size = left < buffer->needed ? (size_t)left : buffer->needed;
    return true;
}

bool record_buffer_fill(struct record_buffer *buffer, const struct file_index *index, size_t row,
                        struct capture_error *error)
{
    uint64_t offset = index->rows[row].offset;
    size_t size;
    if (!size_to_read(buffer, index->fd, offset, &size))
        return capture_error_set_errno(error, errno);
    buffer->length = 0;
    if (!grow(buffer, size))
        return capture_error_set_errno(error, ENOMEM);
    buffer->offset = offset;
    buffer->is_at_end = false;
    while (buffer->length < size && !buffer->is_at_end) {
        ssize_t got = pread(index->fd, buffer->bytes + buffer->length, size - buffer->length,
                            (off_t)(offset + buffer->length));
        if (got < 0 && errno != EINTR)
            return capture_error_set_errno(error, errno);
        buffer->is_at_end = got == 0;
        buffer->length += got > 0 ? (size_t)got : 0;
    }
    buffer->is_at_end = buffer->is_at_end || buffer->length < buffer->needed;
    return true;
}

void record_buffer_free(struct record_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct record_buffer){0};
}
