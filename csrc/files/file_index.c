/* The walk over a capture file's records that finds where its packets lie: see file_index.h. */
#define _DEFAULT_SOURCE /* pread, strdup, madvise */
#include "file_index.h"
#include "../capture/huge_pages.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FIRST_ROOM = 8,
    BYTES_IN_TURN = 8 << 20, /* a few milliseconds, from memory */
    ROWS_TO_GUESS_BY = 4096,
    GUESS_MAX = 64, /* times the rows that are there */
};

/* Room for one more of `*items`: grows by half. */
static bool make_room(void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return true;
    size_t more = *room + *room / 2 + FIRST_ROOM;
    void *grown = more > SIZE_MAX / size ? NULL : realloc(*(void **)items, more * size);
    if (grown == NULL)
        return false;
    *(void **)items = grown;
    *room = more;
    return true;
}

/* How many rows the file will have if it goes on as it began; 0: nobody knows. */
static size_t guessed_rows(const struct file_index *index)
{
    struct stat status;
    double offset = (double)reader_offset(&index->file->window.reader), count = (double)index->count;
    if (index->count < ROWS_TO_GUESS_BY || fstat(index->fd, &status) != 0)
        return 0;
    double guess = (double)status.st_size / offset * count * 17 / 16;
    return (size_t)(guess < GUESS_MAX * count ? guess : GUESS_MAX * count);
}

/* Memory for all rows at once, in huge pages: page faults are most of what it costs. */
static bool make_guessed_room(struct file_index *index)
{
    size_t room = guessed_rows(index);
    void *rows;
    if (room <= index->count || room * sizeof(*index->rows) < HUGE_PAGE ||
        posix_memalign(&rows, HUGE_PAGE, room * sizeof(*index->rows)) != 0)
        return false;
    huge_pages_advise(rows, room * sizeof(*index->rows) / HUGE_PAGE * HUGE_PAGE, true);
    memcpy(rows, index->rows, index->count * sizeof(*index->rows));
    free(index->rows);
    index->rows = rows;
    index->row_room = room;
    return true;
}

static bool make_row_room(struct file_index *index)
{
    return index->count < index->row_room || make_guessed_room(index) ||
           make_room(&index->rows, index->count, &index->row_room, sizeof(*index->rows));
}

/* From a descriptor whose own position stays; says INPUT_FUNCTION_NOTHING at the end of a turn. */
static ptrdiff_t read_on(void *context, uint8_t *bytes, size_t size, struct capture_error *error)
{
    struct file_index *index = context;
    if (index->walk_offset >= index->pause_offset)
        return INPUT_FUNCTION_NOTHING;
    ssize_t got = pread(index->fd, bytes, size, (off_t)index->walk_offset);
    if (got >= 0) {
        index->walk_offset += (uint64_t)got;
        return got;
    }
    if (errno == EINTR)
        return INPUT_FUNCTION_NOTHING;
    capture_error_set_errno(error, errno);
    return -1;
}

struct naming {
    struct file_index *index;
    const char *name;
};

static struct byte_input *open_input(void *context, unsigned number, char **name, struct capture_error *error)
{
    const struct naming *naming = context;
    (void)number;
    *name = strdup(naming->name);
    if (*name != NULL)
        return input_of_function((struct input_function){.read = read_on, .context = naming->index}, error);
    capture_error_set_errno(error, ENOMEM);
    return NULL;
}

struct file_index *file_index_new(const struct index_options *options, struct capture_error *error)
{
    struct file_index *index = calloc(1, sizeof(*index));
    if (index == NULL) {
        close(options->fd);
        capture_error_set_errno(error, ENOMEM);
        return NULL;
    }
    index->fd = options->fd;
    file_in_use_enter(&index->in_use, index->fd);
    index->count_max = options->count_max;
    index->is_in_order = true;
    index->part = SIZE_MAX;
    struct file_opener opener = {open_input, &(struct naming){index, options->name}};
    if (file_filters_init(&index->filters, options->filter, error))
        index->file = capture_file_new(&opener, 0, error);
    if (index->file != NULL) {
        index->file->on_damage = options->on_damage;
        return index;
    }
    file_index_free(index, &(struct slab *){NULL});
    return NULL;
}

static void end_walk(struct file_index *index, struct slab **left)
{
    if (index->file != NULL)
        capture_file_free(index->file, left);
    index->file = NULL;
    file_filters_free(&index->filters);
    index->filters = (struct file_filters){0};
}

void file_index_free(struct file_index *index, struct slab **left)
{
    end_walk(index, left);
    reader_free(&index->reader);
    for (size_t i = 0; i < index->interface_count; i++)
        interface_release(index->interfaces[i].shared);
    free(index->interfaces);
    free(index->parts);
    free(index->rows);
    file_in_use_leave(&index->in_use);
    close(index->fd);
    free(index);
}

static bool begin_part(struct file_index *index, const struct file_reader *reader)
{
    if (!make_room(&index->parts, index->part_count, &index->part_room, sizeof(*index->parts)))
        return false;
    index->parts[index->part_count++] = (struct index_part){.first_row = index->count,
                                                            .first_interface = index->interface_count,
                                                            .is_swapped = reader->is_swapped};
    index->section = reader->sections;
    return true;
}

/* What a packet's record can be read with later. */
static bool note_part(struct file_index *index, const struct file_reader *reader)
{
    const struct index_part *last = index->part_count == 0 ? NULL : &index->parts[index->part_count - 1];
    bool goes_on =
        last != NULL && index->section == reader->sections && last->is_swapped == reader->is_swapped;
    if (goes_on && last->interface_count == reader->interface_count)
        return true;
    if (!goes_on && !begin_part(index, reader))
        return false;
    struct index_part *part = &index->parts[index->part_count - 1];
    while (part->interface_count < reader->interface_count) {
        if (!make_room(&index->interfaces, index->interface_count, &index->interface_room,
                       sizeof(*index->interfaces)))
            return false;
        struct reader_interface *interface = &index->interfaces[index->interface_count++];
        *interface = reader->interfaces[part->interface_count++];
        interface_retain(interface->shared);
    }
    return true;
}

static bool append(struct file_index *index, const struct packet *packet)
{
    const struct file_reader *reader = &index->file->window.reader;
    if (!note_part(index, reader) || !make_row_room(index))
        return false;
    if (index->count > 0 && packet->timestamp_ns < index->rows[index->count - 1].timestamp_ns)
        index->is_in_order = false;
    index->rows[index->count++] =
        (struct index_row){packet->timestamp_ns, reader_record_offset(reader, packet)};
    return true;
}

/* FILE_PACKET: it matches; FILE_NOTHING: it does not. */
static enum file_result match(struct file_index *index, const struct packet *packet,
                              struct capture_error *error)
{
    struct capture_error why;
    switch (file_filters_match(&index->filters, packet, &why)) {
    case FILTER_MATCHES:
        return FILE_PACKET;
    case FILTER_DIFFERS:
        return FILE_NOTHING;
    case FILTER_IS_IMPOSSIBLE:
        break;
    }
    *error = why;
    if (why.kind != ERROR_FILTER)
        return FILE_FAILED;
    file_filters_tell_impossible(&index->filters, packet->link_type, &why, error);
    return FILE_NOTICE;
}

void file_index_end(struct file_index *index, struct slab **left)
{
    if (index->file == NULL)
        return;
    struct index_row *rows = realloc(index->rows, (index->count + 1) * sizeof(*rows));
    if (rows != NULL)
        index->rows = rows;
    index->reader = index->file->window.reader;
    index->reader.name = NULL;
    index->reader.is_wary = false;
    index->reader.interfaces = NULL;
    index->reader.section_options = NULL;
    index->reader.interface_count = index->reader.interface_room = 0;
    end_walk(index, left);
}

static enum file_result complete(struct file_index *index, struct slab **left, struct capture_error *error)
{
    bool suits_none = file_filters_suit_none(&index->filters, error);
    file_index_end(index, left);
    return suits_none ? FILE_FAILED : FILE_END;
}

enum file_result file_index_walk(struct file_index *index, struct slab **left, struct capture_error *error)
{
    index->pause_offset = index->walk_offset + BYTES_IN_TURN;
    for (;;) {
        struct packet packet;
        if (index->count_max != 0 && index->count == index->count_max)
            return complete(index, left, error);
        enum file_result result = capture_file_next(index->file, &packet, true, left, error);
        if (result == FILE_BEGINS)
            continue;
        if (result == FILE_FULL)
            return FILE_NOTHING;
        if (result == FILE_END)
            return complete(index, left, error);
        if (result == FILE_PACKET && index->filters.expression != NULL) {
            result = match(index, &packet, error);
            if (result == FILE_NOTHING)
                continue;
        }
        if (result != FILE_PACKET)
            return result;
        if (!append(index, &packet)) {
            capture_error_set_errno(error, ENOMEM);
            return FILE_FAILED;
        }
    }
}
