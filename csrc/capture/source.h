/* Where packets come from: a live device or a capture file, behind the same few functions. None needs the
 * GIL. Where no line says otherwise, any thread may call them at any time up to source_close: a lock inside
 * lets one at a time in, in the order in which they came, and whoever comes ends the wait of source_fill. */
#ifndef UMPA_CAPTURE_SOURCE_H
#define UMPA_CAPTURE_SOURCE_H

#include "capture_error.h"
#include "interrupt.h"
#include "packet_batch.h"
#include <stdbool.h>
#include <stdint.h>

struct source;

enum { SNAPLEN_MAX = 262144 };

enum capture_direction { DIRECTION_BOTH, DIRECTION_IN, DIRECTION_OUT };

/* 0, false and NULL are libpcap's defaults except where a line says otherwise. */
struct live_options {
    const char *device; /* never NULL: see devices_first */
    const char *filter; /* NULL: none */
    const char *timestamp_type;
    const char *link_type; /* a DLT's name or number */
    enum capture_direction direction;
    int snaplen;     /* 1 to SNAPLEN_MAX */
    int to_ms;       /* how long the kernel may gather packets; never 0 */
    int buffer_size; /* bytes of ring */
    bool promisc;
    bool monitor;
    bool microseconds; /* false: nanoseconds */
};

struct source *live_source_open(const struct live_options *options, struct capture_error *error);

enum fill_result {
    FILL_PACKETS, /* the batch has at least one */
    FILL_NOTHING, /* the time is up, or a signal came, or source_wake was called */
    FILL_AGAIN,   /* none of those read matched, and there may be more */
    FILL_END,     /* of the file */
    FILL_FAILED,  /* `error` says why. Comes alone: what was read before came as FILL_PACKETS first */
};

/* Appends at most `max_packets` (above 0) matching packets to an empty, reset batch. Their bytes stay until
 * the next fill, unless somebody shares their chunks. Waits at most `wait_ms` (and never longer than
 * LONGEST_WAIT_MS) for the first; never waits for more. After a signal, look at it whatever the result is:
 * packets that are there come first. */
enum fill_result source_fill(struct source *source, struct packet_batch *batch, const struct decoder *decoder,
                             uint32_t max_packets, int wait_ms, struct capture_error *error);

/* Frees the memory that fills have left behind; with the lock of all packets (see chunk.h), and without that
 * of the source: between two fills. */
void source_free_left(struct source *source);

/* Something worth a warning that the last fill met; true once for each. By whoever fills. */
bool source_take_notice(struct source *source, struct capture_error *notice);

/* Ends a wait in source_fill, now or the next time. From any thread, or a signal handler. */
void source_wake(struct source *source);

/* Another filter for a live source, NULL for none, from now on; on an error the old one stays. The generation
 * grows with it. */
bool source_set_filter(struct source *source, const char *filter, unsigned *generation,
                       struct capture_error *error);
unsigned source_filter_generation(const struct source *source);

/* Takes out of a batch of an older generation what does not match. */
void source_filter_again(struct source *source, struct packet_batch *batch);

struct source_stats {
    uint64_t
        received; /* as the kernel counts: dropped ones included, on lo each twice; a file: packets read */
    uint64_t dropped;           /* by the kernel: the ring was full */
    uint64_t dropped_interface; /* by the interface or its driver */
    uint64_t filtered;          /* read, but did not match, or came before the live filter was set */
    int64_t elapsed_ns;         /* since the source was opened */
};

/* 64-bit counters that survive the kernel's 32-bit ones. False with `error` when libpcap does not tell. */
bool source_stats(struct source *source, struct source_stats *stats, struct capture_error *error);

/* What to wait for by other means than source_fill, until its next call may find packets: up to two
 * descriptors, one of which will be readable, and for how long at most. By whoever fills. */
unsigned source_wait_fds(const struct source *source, int fds[2]);
int source_longest_wait_ms(const struct source *source);

/* The one of them that is not our own: to select on. -1: there is none. By anybody, but of several files by
 * whoever fills. */
int source_fd(const struct source *source);

uint32_t source_link_type(const struct source *source); /* libpcap's DLT */
uint32_t source_snaplen(const struct source *source);

/* A live filter was too long for the kernel: each packet is copied before we filter it. Worth a warning. */
bool source_filters_late(const struct source *source);

bool source_has_microseconds(const struct source *source);

/* Returns the memory that it leaves behind, for slabs_free. */
struct slab *source_close(struct source *source);

/* In a forked child: lets go of the device alone. The rest may have been in the midst of a change, by a
 * thread that the child does not have, and is left as it is. */
void source_abandon(struct source *source);

#endif
