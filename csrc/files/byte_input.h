/* Where the bytes of a capture file come from: a regular file, a pipe, a descriptor, a caller's function, a
 * file that still grows; compressed ones are decompressed on the way, told by their magic bytes. Never waits.
 */
#ifndef UMPA_FILES_BYTE_INPUT_H
#define UMPA_FILES_BYTE_INPUT_H

#include "../capture/capture_error.h"
#include "../capture/interrupt.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_input;

enum input_result {
    INPUT_BYTES,     /* at least one */
    INPUT_NOTHING,   /* for now: see input_fd. Any kind of input may say so */
    INPUT_END,       /* again at each further call */
    INPUT_RESTARTED, /* a followed file was truncated or replaced: what comes next begins a file; `error` says
                        what happened */
    INPUT_FAILED,    /* `error` says why; again at each further call. What could be read came before */
};

/* Bytes by a function of the caller's. read: how many, at most `size`; 0 at the end, after
 * which it is not called again; INPUT_FUNCTION_NOTHING for now; -1 with `error`. */
enum { INPUT_FUNCTION_NOTHING = -2 };
struct input_function {
    ptrdiff_t (*read)(void *context, uint8_t *bytes, size_t size, struct capture_error *error);
    void (*close)(void *context); /* called once, by input_close or by an input_of_function that fails */
    void *context;
    bool waits; /* for bytes, so that nothing is to be kept back while it is called */
};

/* NULL with `error`. `interrupt` is asked where open(2) itself is kept waiting. A FIFO's writer is not waited
 * for.
 */
struct byte_input *input_of_path(const char *path, bool follow, struct interrupt_check interrupt,
                                 struct capture_error *error);

/* Takes over the descriptor, also when it fails. */
struct byte_input *input_of_fd(int fd, bool follow, struct capture_error *error);
struct byte_input *input_of_function(struct input_function function, struct capture_error *error);

/* What a function reads is this descriptor's file, which is in use. */
void input_uses(struct byte_input *input, int fd);

/* Up to `size` (above 0) bytes. Fills `bytes` where a regular file, or a decompressor, has that much. */
enum input_result input_read(struct byte_input *input, uint8_t *bytes, size_t size, size_t *got,
                             struct capture_error *error);

/* After INPUT_NOTHING: what to wait for until the next call may have more; -1 where only time will tell (a
 * followed regular file: LONGEST_WAIT_MS is too long for it, FOLLOW_INTERVAL_MS will do). */
int input_fd(const struct byte_input *input);
enum { FOLLOW_INTERVAL_MS = 25 };

/* Reading may wait, by a function that does. */
bool input_waits(const struct byte_input *input);

/* "gzip", "zstd", "xz", or NULL for a file that is not compressed, or not known to be so yet. */
const char *input_compression(const struct byte_input *input);

/* A regular file's descriptor that can be read at any offset as it is: uncompressed, and read from offset 0
 * on; else -1, also before the first bytes were read. */
int input_random_access_fd(const struct byte_input *input);

/* Nothing more is read: others may write the file. */
void input_end(struct byte_input *input);
void input_close(struct byte_input *input);

#endif
