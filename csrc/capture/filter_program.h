/* A BPF expression, compiled by libpcap for one link type. */
#ifndef UMPA_CAPTURE_FILTER_PROGRAM_H
#define UMPA_CAPTURE_FILTER_PROGRAM_H

#include "../decode/packet.h"
#include "capture_error.h"
#include <pcap/pcap.h>
#include <stdbool.h>

enum { FILTER_LENGTH_MAX = 65536 };

/* For the link type of `pcap`. May take seconds: see libpcap's optimizer. */
bool filter_compile(pcap_t *pcap, const char *expression, bpf_u_int32 netmask, struct bpf_program *program,
                    struct capture_error *error);

/* An empty program lets all packets through. */
static inline bool filter_matches(const struct bpf_program *program, const struct packet *packet)
{
    struct pcap_pkthdr header = {.caplen = packet->caplen, .len = packet->wire_len};
    return program->bf_len == 0 || pcap_offline_filter(program, &header, packet->bytes) != 0;
}

#endif
