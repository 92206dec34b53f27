/* What all sources have in common: only they and source.c include this. */
#ifndef UMPA_CAPTURE_SOURCE_INTERNAL_H
#define UMPA_CAPTURE_SOURCE_INTERNAL_H

#include "source.h"
#include "wake_pipe.h"
#include <pthread.h>
#include <stdatomic.h>

struct source_operations {
    /* Reads by source_append; sets `ended`, `failure`, `notice`. Waits where nothing is there. */
    void (*read)(struct source *source, int wait_ms);
    /* Whether a packet of a batch matches the filter. */
    bool (*matches)(void *source, const struct packet *packet);
    /* Takes the lock itself. NULL: what the old filter kept out can't be had again. */
    bool (*set_filter)(struct source *source, const char *filter, unsigned *generation,
                       struct capture_error *error);
    /* NULL: what has been read tells all, also while a pipe keeps the reader waiting. */
    bool (*stats)(struct source *source, struct source_stats *stats, struct capture_error *error);
    int (*fd)(const struct source *source);
    /* NULL: a forked child harms nobody by what it has. */
    void (*abandon)(struct source *source);
    /* Frees what is its own, and `source`; its slabs go to `left`. */
    void (*free)(struct source *source, struct slab **left);
};

struct source {
    const struct source_operations *operations;
    struct wake_pipe wake;
    uint32_t link_type; /* of the first interface */
    uint32_t snaplen;
    bool has_microseconds;
    int64_t opened_ns; /* of monotonic_ns */
    int longest_wait_ms;
    pthread_mutex_t turn;     /* whose turn it is to wait for `use`: so nobody is overtaken */
    pthread_mutex_t use;      /* all else here is its holder's, but for what never changes once it is open */
    bool filters;             /* what is read, before it is appended */
    atomic_bool filters_late; /* for the kernel, which would not */
    atomic_uint filter_generation;
    struct slab *left; /* of no more use here; the next fill's caller frees them */

    /* While filling. */
    struct packet_batch *batch;
    const struct decoder *decoder;
    uint32_t max_packets;
    uint32_t appended;
    bool has_more; /* there may be packets of which the descriptor knows nothing: no wait before the next */

    _Atomic uint64_t packets_read;
    _Atomic uint64_t filtered;
    bool ended;
    struct capture_error failure;
    struct capture_error notice; /* worth a warning */
};

/* False with `error`. */
bool source_init(struct source *source, const struct source_operations *operations,
                 struct capture_error *error);

/* The rest of a source, at its end: by its `free`. */
void source_finish(struct source *source);

/* The lock's brackets. */
void source_enter(struct source *source);
void source_leave(struct source *source);

/* Its only writer holds the lock, its readers need not. */
static inline void source_count(_Atomic uint64_t *counter)
{
    uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, before + 1, memory_order_release);
}

/* No packet more: neither the batch nor max_packets allow one, or somebody is to be warned first. */
static inline bool source_is_full(const struct source *source)
{
    return source->appended >= source->max_packets || !packet_batch_has_room(source->batch) ||
           source->notice.kind != ERROR_NONE;
}

/* Counts a packet, and takes it into the batch, which has room, unless the filter keeps it out. */
static inline void source_append(struct source *source, const struct packet *packet)
{
    source_count(&source->packets_read);
    if (source->filters && !source->operations->matches(source, packet)) {
        source_count(&source->filtered);
        return;
    }
    packet_batch_append(source->batch, source->decoder, packet);
    source->appended++;
}

#endif
