/* Filters by the kernel's own call: whether it takes one, where libpcap would print to stderr, and at one
 * stroke in place of another, where libpcap would let no packet in meanwhile. */
#ifndef UMPA_CAPTURE_KERNEL_FILTER_H
#define UMPA_CAPTURE_KERNEL_FILTER_H

#include <stdbool.h>

struct bpf_program;

/* Tries the program on a socket of no use. True as well where only libpcap can find out. */
bool kernel_takes_filter(const struct bpf_program *program);

/* In place of the one that is there. False with errno. */
bool kernel_has_filters(void);
bool kernel_attach_filter(int fd, const struct bpf_program *program);

#endif
