/* A pipe of our own in the poll set: wakes a waiting thread on every platform (pcap_breakloop does not). */
#ifndef UMPA_CAPTURE_WAKE_PIPE_H
#define UMPA_CAPTURE_WAKE_PIPE_H

#include "capture_error.h"
#include <stdbool.h>

struct wake_pipe {
    int read_fd;
    int write_fd;
};

bool wake_pipe_open(struct wake_pipe *wake, struct capture_error *error);
void wake_pipe_close(struct wake_pipe *wake);

/* From any thread, or a signal handler. */
void wake_pipe_signal(const struct wake_pipe *wake);

/* Waits until `fd` (-1: none) can be read, a wake, a signal, or `wait_ms` are over. A wake is used up.
 * `events` are poll's for `fd`: 0 when something else ended the wait. */
bool wake_pipe_wait(const struct wake_pipe *wake, int fd, int wait_ms, short *events,
                    struct capture_error *error);

#endif
