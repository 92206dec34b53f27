/* One file that a dump writes: opened, written, cut back where writing failed, given its name at the end. */
#ifndef UMPA_FILES_DUMP_OUTPUT_H
#define UMPA_FILES_DUMP_OUTPUT_H

#include "../capture/capture_error.h"
#include "../capture/interrupt.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct dump_output {
    int fd;          /* -1: none is open */
    char *path;      /* its name at the end */
    char *part_path; /* its name until then; NULL: the same */
    bool can_cut;    /* a regular file */
    bool is_new;     /* it was not there, and has not begun */
    bool is_locked;
    int replaced_fd; /* the file that `path` leads to until then, locked; -1: there is none, or nobody has
                        locks */
    bool waits;      /* writes block: it is standard output, which others share */
    off_t whole;     /* bytes of it that are to stay, whatever happens */
};

/* Creates the file, or opens the one that is there without changing it; takes over the path, which is
 * malloc's. `is_atomic`: under path.part. "-": standard output, as it is. No other dump may have it open, nor
 * the one that it will replace. */
bool output_open(struct dump_output *output, char *path, bool is_atomic, struct capture_error *error);

/* Empties it, or, to append, goes to its end. */
bool output_begin(struct dump_output *output, bool appends, struct capture_error *error);

/* The file is the one at this path. */
bool output_is_at(const struct dump_output *output, const char *path);

/* Returns how many bytes were written; fewer than `size` with errno, which is EAGAIN after an interrupt. Only
 * a pipe whose reader does not keep up makes it wait. */
size_t output_write(struct dump_output *output, const uint8_t *bytes, size_t size,
                    struct interrupt_check interrupt);

/* Back to `whole`, behind which is written then, after a write that failed; a pipe or device stays as it is.
 */
void output_cut(struct dump_output *output);

/* Closes the file and, where it is complete, gives it its name; false with errno where that failed (EBUSY:
 * another dump writes the file that it would replace): it is closed all the same, and its names are still
 * known. */
bool output_finish(struct dump_output *output, bool is_complete);

/* Only closes it; a file that was created, and has not begun, is removed. `is_ours`: not a forked child's
 * copy. */
void output_abandon(struct dump_output *output, bool is_ours);

#endif
