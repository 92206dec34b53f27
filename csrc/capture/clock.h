/* The clock that all waits and deadlines go by, which never jumps, and the clock of packets, which may.
 * clock_gettime wants a feature macro above. */
#ifndef UMPA_CAPTURE_CLOCK_H
#define UMPA_CAPTURE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int64_t monotonic_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

/* Since the epoch. */
static inline int64_t realtime_ns(void)
{
    return clock_ns(CLOCK_REALTIME);
}

#endif
