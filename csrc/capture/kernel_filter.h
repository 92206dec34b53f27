/* Whether the kernel takes a filter: where it does not, libpcap would print to stderr. */
#ifndef UMPA_CAPTURE_KERNEL_FILTER_H
#define UMPA_CAPTURE_KERNEL_FILTER_H

#include <stdbool.h>

struct bpf_program;

/* Tries the program on a socket of no use. True as well where only libpcap can find out. */
bool kernel_takes_filter(const struct bpf_program *program);

#endif
