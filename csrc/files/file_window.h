/* A capture file's bytes on their way through chunks: read(2) into them, parsed where they lie. */
#ifndef UMPA_FILES_FILE_WINDOW_H
#define UMPA_FILES_FILE_WINDOW_H

#include "../capture/chunk.h"
#include "byte_input.h"
#include "file_reader.h"

struct file_window {
    struct byte_input *input;
    struct file_reader reader;
    struct slab *slab;
    struct chunk *chunk; /* that reader.start to reader.end lie in; NULL: there are none */
};

enum window_result {
    WINDOW_BYTES,     /* more bytes, or reader.at_end */
    WINDOW_NOTHING,   /* for now: see input_fd */
    WINDOW_FULL,      /* the packets found so far are in the way */
    WINDOW_RESTARTED, /* another file begins; `error` says why */
    WINDOW_FAILED,    /* `error` */
};

/* Reads on, until the reader has what it needs. `is_free`: nobody uses packets of this slab but those who
 * share it; a slab of no more use goes to `left`. Memory is bounded by twice the bytes that are there. */
enum window_result window_refill(struct file_window *window, bool is_free, struct slab **left,
                                 struct capture_error *error);

/* Sets packet->interface for a packet that the reader has just found, and moves it to where its chunk can be
 * found. WINDOW_FULL: as above; ask again. */
enum window_result window_note_interface(struct file_window *window, struct packet *packet, bool is_free,
                                         struct slab **left, struct capture_error *error);

void window_close(struct file_window *window, struct slab **left);

#endif
