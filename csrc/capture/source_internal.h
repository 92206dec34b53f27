/* What live_source.c and file_source.c share: only they and source.c include this. */
#ifndef UMPA_CAPTURE_SOURCE_INTERNAL_H
#define UMPA_CAPTURE_SOURCE_INTERNAL_H

#include "source.h"
#include "wake_pipe.h"
#include <pcap/pcap.h>

struct source_operations {
    /* Reads into source->batch by source_dispatch; sets `ended` or `failure`. Waits where nothing is there.
     */
    void (*read)(struct source *source, int wait_ms);
    bool (*stats)(struct source *source, struct source_stats *stats, struct capture_error *error);
    /* Frees what is its own and `source`; the pcap is closed before it. */
    void (*free)(struct source *source);
};

struct source {
    const struct source_operations *operations;
    pcap_t *pcap;
    struct wake_pipe wake;
    uint32_t link_type;
    uint32_t snaplen;
    int64_t fractions_per_second; /* unit of a packet's tv_usec: nano- or microseconds */
    bool filters;                 /* by `program`, in the callback */
    bool filters_late;            /* for the kernel, which would not */
    struct bpf_program program;
    bool (*has_next)(
        struct source *source); /* NULL: always. False: asking libpcap for one more would block */

    /* While filling. Counted in the callback: what pcap_dispatch returns hides packets when it is an error.
     */
    struct packet_batch *batch;
    const struct decoder *decoder;
    uint32_t max_packets;
    uint32_t appended;
    bool stopped; /* by us: libpcap may hold more packets, of which its descriptor knows nothing */

    struct source_stats known_stats;
    uint64_t packets_read;
    uint64_t filtered;
    bool ended;
    struct capture_error failure;
};

/* Takes over `pcap`, which is activated. False leaves it to the caller. */
bool source_init(struct source *source, const struct source_operations *operations, pcap_t *pcap,
                 struct capture_error *error);

/* Compiles for the source's pcap; true with an empty program for NULL. */
bool source_compile(pcap_t *pcap, const char *filter, bpf_u_int32 netmask, struct bpf_program *program,
                    struct capture_error *error);

/* One pcap_dispatch of at most `count` (1 to INT_MAX) packets; returns what it returns. */
int source_dispatch(struct source *source, uint32_t count);

/* Neither the batch nor max_packets would allow another packet. */
bool source_is_full(const struct source *source);

#endif
