/* What live_source.c and file_source.c share: only they and source.c include this. */
#ifndef UMPA_CAPTURE_SOURCE_INTERNAL_H
#define UMPA_CAPTURE_SOURCE_INTERNAL_H

#include "source.h"
#include "wake_pipe.h"
#include <pcap/pcap.h>
#include <pthread.h>
#include <stdatomic.h>

struct source_operations {
    /* Reads into source->batch by source_dispatch; sets `ended` or `failure`. Waits where nothing is there.
     */
    void (*read)(struct source *source, int wait_ms);
    /* Takes the lock itself. NULL: what the old filter kept out can't be had again. */
    bool (*set_filter)(struct source *source, const char *filter, unsigned *generation,
                       struct capture_error *error);
    /* NULL: what has been read tells all, also while a pipe keeps the reader waiting in the midst of a
     * packet.
     */
    bool (*stats)(struct source *source, struct source_stats *stats, struct capture_error *error);
    int (*fd)(const struct source *source);
    /* Frees what is its own and `source`; the pcap is closed before it. */
    void (*free)(struct source *source);
};

struct source {
    const struct source_operations *operations;
    pcap_t *pcap;
    struct wake_pipe wake;
    uint32_t link_type;
    uint32_t snaplen;
    uint32_t cut_at; /* bytes of a packet, where libpcap gives more than were asked for; 0: it does not */
    int64_t fractions_per_second; /* unit of a packet's tv_usec: nano- or microseconds */
    int64_t opened_ns;            /* of monotonic_ns */
    int longest_wait_ms;
    pthread_mutex_t turn; /* whose turn it is to wait for `use`: so nobody is overtaken */
    pthread_mutex_t use;  /* all else here is its holder's, but for what never changes once it is open */
    struct bpf_program program; /* empty: all packets match */
    bool filters;               /* by `program`, in the callback */
    atomic_bool filters_late;   /* for the kernel, which would not */
    atomic_uint filter_generation;
    int64_t activated_ns; /* packets from there to `begin_ns` came before the filter was set, and are */
    int64_t begin_ns;     /* ignored; 0: none are */
    bool (*has_next)(
        struct source *source); /* NULL: always. False: asking libpcap for one more would block */

    /* While filling. Counted in the callback: what pcap_dispatch returns hides packets when it is an error.
     */
    struct packet_batch *batch;
    const struct decoder *decoder;
    uint32_t max_packets;
    uint32_t appended;
    bool has_more; /* there may be packets of which the descriptor knows nothing: no wait before the next */

    _Atomic uint64_t packets_read;
    _Atomic uint64_t filtered;
    bool ended;
    struct capture_error failure;
};

/* Takes over `pcap`, which is activated. False leaves it to the caller. */
bool source_init(struct source *source, const struct source_operations *operations, pcap_t *pcap,
                 struct capture_error *error);

/* The lock's brackets. */
void source_enter(struct source *source);
void source_leave(struct source *source);

bool source_compile(pcap_t *pcap, const char *filter, bpf_u_int32 netmask, struct bpf_program *program,
                    struct capture_error *error);

/* Takes over a new program; `in_callback`: it is not the kernel that filters. */
void source_replace_program(struct source *source, struct bpf_program program, bool in_callback);

/* One pcap_dispatch of at most `count` (1 to INT_MAX) packets; returns what it returns. */
int source_dispatch(struct source *source, uint32_t count);

/* Neither the batch nor max_packets would allow another packet. */
bool source_is_full(const struct source *source);

#endif
