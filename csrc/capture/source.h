/* Where packets come from: a live device or a capture file, behind the same few functions.
 * No function needs the GIL; one thread at a time may use a source, except source_wake. */
#ifndef UMPA_CAPTURE_SOURCE_H
#define UMPA_CAPTURE_SOURCE_H

#include "capture_error.h"
#include "interrupt.h"
#include "packet_batch.h"
#include <stdbool.h>
#include <stdint.h>

struct source;

enum { SNAPLEN_MAX = 262144, FILTER_LENGTH_MAX = 65536 };

/* 0, false and NULL are libpcap's defaults except where a line says otherwise. */
struct live_options {
    const char *device; /* never NULL: see devices_first */
    const char *filter; /* NULL: none */
    int snaplen;        /* 1 to SNAPLEN_MAX */
    int to_ms;          /* how long the kernel may gather packets; never 0 */
    int buffer_size;    /* bytes of ring */
    bool promisc;
    bool monitor;
};

struct source *live_source_open(const struct live_options *options, struct capture_error *error);

/* `path` in the file system's encoding. Regular files, pipes and FIFOs. `interrupt` is asked while a pipe
 * keeps us waiting where we can't come back later: in a file's header, and in the midst of a record larger
 * than our buffer; it ends the source with ERROR_INTERRUPTED. All other waits are source_fill's. */
struct source *file_source_open(const char *path, const char *filter, struct interrupt_check interrupt,
                                struct capture_error *error);

enum fill_result {
    FILL_PACKETS, /* the batch has at least one */
    FILL_NOTHING, /* the time is up, or a signal came, or source_wake was called, or none of those read
                     matched */
    FILL_END,     /* the file's end */
    FILL_FAILED,  /* `error` says why. Comes alone: what was read before came as FILL_PACKETS first */
};

/* Appends at most `max_packets` (above 0) matching packets to an empty, reset batch. Waits at most `wait_ms`
 * (and never longer than LONGEST_WAIT_MS) for the first; never waits for more. After a signal, look at it
 * whatever the result is: packets that are there come first. */
enum fill_result source_fill(struct source *source, struct packet_batch *batch, const struct decoder *decoder,
                             uint32_t max_packets, int wait_ms, struct capture_error *error);

/* Ends a wait in source_fill, now or the next time. From any thread, or a signal handler. */
void source_wake(struct source *source);

struct source_stats {
    uint64_t
        received; /* as the kernel counts: dropped ones included, on lo each twice; a file: packets read */
    uint64_t dropped;           /* by the kernel: the ring was full */
    uint64_t dropped_interface; /* by the interface or its driver */
    uint64_t filtered;          /* read, but did not match (files) */
};

/* 64-bit counters that survive the kernel's 32-bit ones. False with `error` when libpcap does not tell. */
bool source_stats(struct source *source, struct source_stats *stats, struct capture_error *error);

/* The counters without asking libpcap: at most 100 ms old after a fill. */
struct source_stats source_known_stats(const struct source *source);

uint32_t source_link_type(const struct source *source); /* libpcap's DLT */
uint32_t source_snaplen(const struct source *source);

/* A live filter was too long for the kernel: each packet is copied before we filter it. Worth a warning. */
bool source_filters_late(const struct source *source);

void source_close(struct source *source);

#endif
