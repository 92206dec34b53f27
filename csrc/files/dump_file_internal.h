/* What dump_file.c and dump_open.c share: only they include this. */
#ifndef UMPA_FILES_DUMP_FILE_INTERNAL_H
#define UMPA_FILES_DUMP_FILE_INTERNAL_H

#include "compress.h"
#include "dump_file.h"
#include "dump_output.h"
#include "dump_rotation.h"
#include "record_writer.h"
#include <string.h>

/* Of what is compressed, more is better; but Ctrl-C waits until it is done. */
enum { BUFFER_FULL = 256 << 10, COMPRESSED_BUFFER_FULL = 1 << 20 };

struct dump_file {
    struct dump_options options; /* its texts, and the origin's, are our own */
    struct dump_origin origin;
    char *texts[3];
    char **sources; /* up to NULL */
    struct record_writer *records;
    struct compressor *compressor; /* NULL: none */
    struct dump_rotation rotation;
    struct dump_output output;
    struct existing_file existing; /* that is appended to */
    bool has_begun;                /* the present file */
    struct write_buffer buffer;    /* whole records, behind a file's beginning */
    size_t beginning;              /* bytes of that */
    struct write_buffer compressed;
    bool wants_end; /* the present file has a compressed piece, and not the end of one */
    size_t full;
    uint64_t packets_written;
    uint64_t packets_in_file;       /* the buffer's included */
    int64_t earliest_ns, latest_ns; /* of the present file's packets */
    pid_t owner; /* a forked child has a copy of the buffer, which is not its own to write */
    struct capture_error failure;
};

static inline const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Opens the next file, or the only one; `time_ns`: of its first packet. It does not begin yet. */
bool dump_open_next(struct dump_file *dump, int64_t time_ns, struct interrupt_check interrupt,
                    struct capture_error *error);

/* Empties it, or goes to its end, and puts into the buffer what it begins with. */
bool dump_begin(struct dump_file *dump, uint32_t link_type, struct capture_error *error);

void dump_free(struct dump_file *dump);

#endif
