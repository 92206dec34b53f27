/* The clock that all waits and deadlines go by; it never jumps. clock_gettime wants a feature macro above. */
#ifndef UMPA_CAPTURE_CLOCK_H
#define UMPA_CAPTURE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#endif
