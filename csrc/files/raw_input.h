/* The bytes of a file as they lie there: a descriptor's, also of one that is followed, or a function's. Only
 * byte_input.c includes it. */
#ifndef UMPA_FILES_RAW_INPUT_H
#define UMPA_FILES_RAW_INPUT_H

#include "byte_input.h"
#include "files_in_use.h"

struct raw_input {
    int fd;                         /* -1: of a function */
    struct input_function function; /* where there is no descriptor */
    bool is_regular;
    bool follow;
    bool ended;
    char *path;        /* of a followed file; else NULL */
    uint64_t start;    /* where reading began */
    uint64_t position; /* in the file */
    uint8_t last[64];  /* bytes that were read of a followed file */
    size_t last_size;
    struct file_in_use in_use;
};

/* False with `error`. Each is to be closed, also after it failed. */
bool raw_open_path(struct raw_input *raw, const char *path, bool follow, struct interrupt_check interrupt,
                   struct capture_error *error);
bool raw_open_fd(struct raw_input *raw, int fd, bool follow, struct capture_error *error);
void raw_open_function(struct raw_input *raw, struct input_function function);

/* One read. `error` is set with INPUT_FAILED and INPUT_RESTARTED. */
enum input_result raw_read(struct raw_input *raw, uint8_t *bytes, size_t size, size_t *got,
                           struct capture_error *error);

void raw_close(struct raw_input *raw);

#endif
