/* Where the packets of a capture file lie: found by one walk over its records, which are then read one by
 * one, in any order. 16 bytes a packet, and what is known of interfaces. */
#ifndef UMPA_FILES_FILE_INDEX_H
#define UMPA_FILES_FILE_INDEX_H

#include "capture_file.h"
#include "file_filters.h"
#include "files_in_use.h"

struct index_row {
    int64_t timestamp_ns;
    uint64_t offset; /* of the record, in the file */
};

/* The rows from `first_row` on are of one section of the file, or of one byte order. */
struct index_part {
    size_t first_row;
    size_t first_interface;
    unsigned interface_count;
    bool is_swapped;
};

struct file_index {
    int fd; /* its own */
    struct file_in_use in_use;
    struct index_row *rows;
    size_t count;
    bool is_in_order; /* of time */

    size_t row_room;
    struct index_part *parts;
    size_t part_count, part_room;
    struct reader_interface *interfaces; /* of all parts */
    size_t interface_count, interface_room;
    struct file_reader reader; /* of single records: as the file's, with the interfaces of `part` */
    size_t part;               /* SIZE_MAX: none */

    /* While walking. */
    struct capture_file *file;
    struct file_filters filters;
    uint64_t count_max;
    uint64_t section; /* of the last part */
    uint64_t walk_offset;
    uint64_t pause_offset;
};

struct index_options {
    int fd;             /* of a regular file that is not compressed; taken over */
    const char *name;   /* of the file */
    const char *filter; /* NULL: none */
    uint64_t count_max; /* packets; 0: all */
    enum damage_policy on_damage;
};

/* Where the record that a reader has just read begins. */
static inline uint64_t reader_record_offset(const struct file_reader *reader, const struct packet *packet)
{
    enum { BLOCK_TRAILER = 4 };
    uint64_t end = reader_offset(reader);
    if (reader->format == &pcapng_format)
        return end - reader_u32(reader, reader->start - BLOCK_TRAILER);
    return end - packet->caplen - reader->record_header;
}

/* NULL with an error. */
struct file_index *file_index_new(const struct index_options *options, struct capture_error *error);

/* Walks on for a few milliseconds: FILE_NOTHING, go on; FILE_NOTICE, the same once `error` has been told;
 * FILE_END, the index is complete; FILE_FAILED with `error`. `left`: for slabs_free. */
enum file_result file_index_walk(struct file_index *index, struct slab **left, struct capture_error *error);

/* The index is complete with what has been found. */
void file_index_end(struct file_index *index, struct slab **left);
void file_index_free(struct file_index *index, struct slab **left);

/* Bytes of the file in memory, for one reader of records. All zero: none. */
struct record_buffer {
    uint8_t *bytes;
    size_t room;
    uint64_t offset; /* of the first */
    size_t length;
    bool is_at_end;
    size_t needed; /* from a record's beginning */
};

enum record_result {
    RECORD_FOUND,
    RECORD_NEEDS_BYTES, /* record_buffer_fill, and again */
    RECORD_CHANGED,     /* `error`: it is not there any more */
    RECORD_NO_MEMORY,
};

/* The packet of a row, with its bytes in the buffer, and its interface, which is borrowed. One thread at a
 * time. */
enum record_result file_index_find(struct file_index *index, size_t row, struct record_buffer *buffer,
                                   struct packet *packet, struct interface **interface,
                                   struct capture_error *error);

/* Reads what file_index_find needs for the row; more, where rows are asked for in the file's order. Any
 * thread. */
bool record_buffer_fill(struct record_buffer *buffer, const struct file_index *index, size_t row,
                        struct capture_error *error);
void record_buffer_free(struct record_buffer *buffer);

#endif
