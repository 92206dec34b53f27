/* Packets of a live device, from libpcap's callback into chunks and a batch. */
#ifndef UMPA_CAPTURE_LIVE_PACKETS_H
#define UMPA_CAPTURE_LIVE_PACKETS_H

#include "source_internal.h"
#include <pcap/pcap.h>

struct live_packets {
    struct source *source;
    pcap_t *pcap;
    struct interface *interface;
    struct bpf_program program; /* empty: all packets match */
    uint32_t cut_at; /* bytes of a packet, where libpcap gives more than were asked for; 0: it does not */
    int64_t fractions_per_second; /* unit of a packet's tv_usec: nano- or microseconds */
    int64_t activated_ns; /* packets from there to `begin_ns` came before the filter was set, and are */
    int64_t begin_ns;     /* ignored; 0: none are */
    struct slab *slab;
    struct chunk *chunk; /* NULL: none is begun */
    uint8_t *room;       /* in it */
};

/* Takes over `pcap`, which is activated, but where it fails. `device` is its name. */
bool live_packets_init(struct live_packets *packets, struct source *source, pcap_t *pcap, const char *device,
                       struct capture_error *error);
void live_packets_free(struct live_packets *packets, struct slab **left);

/* One pcap_dispatch for the source's batch, of which nothing is filled yet; returns what it returns, or
 * PCAP_ERROR with the source's failure. */
int live_packets_dispatch(struct live_packets *packets);

/* Takes over a new program; `filters`: it is not the kernel that does. */
void live_packets_replace_program(struct live_packets *packets, struct bpf_program program, bool filters);

#endif
