/* The filter of a live device: a program for the kernel, and one for our callback. */
#ifndef UMPA_CAPTURE_LIVE_FILTER_H
#define UMPA_CAPTURE_LIVE_FILTER_H

#include "capture_error.h"
#include <pcap/pcap.h>
#include <stdbool.h>

struct live_filter {
    struct bpf_program for_kernel;
    struct bpf_program for_callback; /* empty: all packets match */
    bool is_late; /* the kernel does not take it: it lets all packets in, and the callback filters */
};

/* NULL: all packets. `filters_again`: the callback's program is needed though the kernel takes its own. It
 * comes first: what is wrong is then told by a handle that no reader uses meanwhile. */
bool live_filter_make(struct live_filter *filter, pcap_t *pcap, const char *expression, bpf_u_int32 netmask,
                      bool filters_again, struct capture_error *error);
void live_filter_free(struct live_filter *filter);

/* In the kernel. On a packet socket of the device's own by the kernel's call: at one stroke, and what the
 * ring has of the old filter is left as it is. Else by libpcap, which lets no packet in for a moment, and
 * itself filters what the ring has. */
bool live_filter_set(const struct live_filter *filter, pcap_t *pcap, bool is_packet_socket,
                     struct capture_error *error);
bool live_filter_drop_all(pcap_t *pcap, bool is_packet_socket, struct capture_error *error);

#endif
