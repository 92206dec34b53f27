/* Packets of a live device: the live half of source.h. The wait is our own poll, never libpcap's. */
#define _DEFAULT_SOURCE /* clock_gettime; u_int, for pcap.h */
#include "clock.h"
#include "filter_program.h"
#include "live_device.h"
#include "live_filter.h"
#include "live_packets.h"
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

enum { STATS_INTERVAL_MS = 10000 }; /* long before half of 32 bits are full, at any rate that there is */

struct live_source {
    struct source base;
    struct live_packets packets;
    unsigned int device_index; /* 0: no network interface ("any", USB, ...) */
    int drain_ms;              /* by then the kernel has handed over what a device that is gone had sent */
    int64_t gone_ns;           /* when it was found to be gone; 0: it is there */
    bool has_packet_socket;    /* not a cooked one, nor of something else */
    bpf_u_int32 netmask;
    struct pcap_stat last_stats;
    struct source_stats totals;
    int64_t stats_ns;
};

/* How much a 32-bit counter that wraps has grown; one that was set back has not. */
static uint32_t growth(unsigned now, unsigned before)
{
    uint32_t step = now - before;
    return step <= INT32_MAX ? step : 0;
}

static bool update_stats(struct live_source *live, struct capture_error *error)
{
    struct pcap_stat stats;
    live->stats_ns = monotonic_ns();
    if (pcap_stats(live->packets.pcap, &stats) != 0)
        return capture_error_set(error, ERROR_LIBPCAP, 0, "no statistics: %s",
                                 pcap_geterr(live->packets.pcap));
    live->totals.received += growth(stats.ps_recv, live->last_stats.ps_recv);
    live->totals.dropped += growth(stats.ps_drop, live->last_stats.ps_drop);
    live->totals.dropped_interface += growth(stats.ps_ifdrop, live->last_stats.ps_ifdrop);
    live->last_stats = stats;
    return true;
}

static bool live_stats(struct source *source, struct source_stats *stats, struct capture_error *error)
{
    struct live_source *live = (void *)source;
    if (!update_stats(live, error))
        return false;
    stats->received = live->totals.received;
    stats->dropped = live->totals.dropped;
    stats->dropped_interface = live->totals.dropped_interface;
    return true;
}

/* By its number, for its name may change. Libpcap's socket is asked where that can be done: it stays in its
 * network namespace, which this thread may have left. */
static bool device_is_there(const struct live_source *live)
{
#if defined(SIOCGIFNAME)
    struct ifreq request = {.ifr_ifindex = (int)live->device_index};
    return ioctl(pcap_fileno(live->packets.pcap), SIOCGIFNAME, &request) == 0;
#else
    return if_indextoname(live->device_index, (char[IF_NAMESIZE]){0}) != NULL;
#endif
}

/* A renamed device is no failure: libpcap goes by the old name, and can go on. */
static void dispatch_failed(struct live_source *live)
{
    const char *words = pcap_geterr(live->packets.pcap);
    if (live->device_index != 0 && !device_is_there(live))
        live->gone_ns = monotonic_ns();
    else if (live->device_index == 0 || strcmp(words, "The interface disappeared") != 0)
        capture_error_set_libpcap(&live->base.failure, words);
}

/* Dispatches whatever ended the wait: only so is a deleted device noticed, and a pending signal or wake keeps
 * no packet back. */
static void live_read(struct source *source, int wait_ms)
{
    struct live_source *live = (void *)source;
    short events;
    if (wait_ms > source->longest_wait_ms)
        wait_ms = source->longest_wait_ms;
    if (live->gone_ns != 0 && wait_ms > live->drain_ms)
        wait_ms = live->drain_ms;
    if (!wake_pipe_wait(&source->wake, pcap_get_selectable_fd(live->packets.pcap), wait_ms, &events,
                        &source->failure))
        return;
    uint64_t read_before = source->packets_read;
    int result = live_packets_dispatch(&live->packets);
    if (result == PCAP_ERROR_BREAK || result == (int)source->max_packets)
        source->has_more = true;
    else if (result < 0 && source->failure.kind == ERROR_NONE && live->gone_ns == 0)
        dispatch_failed(live);
    else if (result <= 0 && live->gone_ns != 0 &&
             monotonic_ns() - live->gone_ns >= live->drain_ms * INT64_C(1000000))
        capture_error_set(&source->failure, ERROR_DEVICE, ENODEV, "the device disappeared");
    if (monotonic_ns() - live->stats_ns >= STATS_INTERVAL_MS * INT64_C(1000000))
        update_stats(live, &(struct capture_error){0});
    /* A descriptor that stays in error ends every poll at once. */
    if ((events & ~POLLIN) != 0 && source->packets_read == read_before && source->failure.kind == ERROR_NONE)
        wake_pipe_wait(&source->wake, -1, wait_ms, &events, &source->failure);
}

/* Takes over the filter. `is_first`: the ring has nothing that another one let in. */
static bool install_filter(struct live_source *live, struct live_filter *filter, bool is_first,
                           struct capture_error *error)
{
    struct source *source = &live->base;
    bool set = live_filter_set(filter, live->packets.pcap, live->has_packet_socket, error);
    if (set) {
        live_packets_replace_program(&live->packets, filter->for_callback, filter->is_late || !is_first);
        source->filters_late = filter->is_late;
        filter->for_callback = (struct bpf_program){0};
    }
    live_filter_free(filter);
    return set;
}

static bool live_set_filter(struct source *source, const char *expression, unsigned *generation,
                            struct capture_error *error)
{
    struct live_source *live = (void *)source;
    struct live_filter filter;
    /* May take seconds: others go on meanwhile. */
    if (!live_filter_make(&filter, live->packets.pcap, expression, live->netmask, true, error))
        return false;
    source_enter(source);
    bool set = install_filter(live, &filter, false, error);
    *generation = source_filter_generation(source);
    source_leave(source);
    return set;
}

static void ignore_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    (void)user;
    (void)header;
    (void)bytes;
}

/* While the handle had no filter, it took what came: neither to be counted nor delivered, nor to take the
 * room of what comes. */
static bool forget_packets_before_filter(struct live_source *live, struct capture_error *error)
{
    const int64_t unit_ns = INT64_C(1000000000) / live->packets.fractions_per_second;
    if (!live_filter_drop_all(live->packets.pcap, live->has_packet_socket, error))
        return false;
    while (pcap_dispatch(live->packets.pcap, -1, ignore_packet, NULL) > 0)
        ;
    update_stats(live, &(struct capture_error){0}); /* stats() will tell why there are none */
    live->totals = (struct source_stats){0};
    live->packets.begin_ns = realtime_ns() / unit_ns * unit_ns;
    return true;
}

static bool set_first_filter(struct live_source *live, const struct live_options *options,
                             struct capture_error *error)
{
    char words[PCAP_ERRBUF_SIZE];
    bpf_u_int32 network;
    struct live_filter filter;
    if (pcap_lookupnet(options->device, &network, &live->netmask, words) != 0) {
        live->netmask = PCAP_NETMASK_UNKNOWN;
        capture_error_set_libpcap(error, words);
    }
    if (options->filter == NULL)
        return true;
    if (error->errno_value == EMFILE || error->errno_value == ENFILE)
        return false;
    if (!live_filter_make(&filter, live->packets.pcap, options->filter, live->netmask, false, error))
        return false;
    /* A device's own clock can't be compared with ours. */
    bool is_host_clock = options->timestamp_type == NULL || strncmp(options->timestamp_type, "host", 4) == 0;
    if (is_host_clock && !forget_packets_before_filter(live, error)) {
        live_filter_free(&filter);
        return false;
    }
    return install_filter(live, &filter, true, error);
}

static bool live_matches(void *source, const struct packet *packet)
{
    struct live_source *live = source;
    return filter_matches(&live->packets.program, packet);
}

static int live_fd(const struct source *source)
{
    const struct live_source *live = (const void *)source;
    return pcap_get_selectable_fd(live->packets.pcap);
}

static void live_abandon(struct source *source)
{
    struct live_source *live = (void *)source;
    pcap_close(live->packets.pcap);
}

static void live_free(struct source *source, struct slab **left)
{
    struct live_source *live = (void *)source;
    live_packets_free(&live->packets, left);
    source_finish(source);
    free(live);
}

static const struct source_operations live_operations = {
    .read = live_read,
    .matches = live_matches,
    .set_filter = live_set_filter,
    .stats = live_stats,
    .fd = live_fd,
    .abandon = live_abandon,
    .free = live_free,
};

static int longest_wait(pcap_t *pcap)
{
    const struct timeval *required = pcap_get_required_select_timeout(pcap);
    if (required == NULL || required->tv_sec > 0 || required->tv_usec / 1000 > LONGEST_WAIT_MS)
        return LONGEST_WAIT_MS;
    return required->tv_usec < 1000 ? 1 : (int)(required->tv_usec / 1000);
}

struct source *live_source_open(const struct live_options *options, struct capture_error *error)
{
    int64_t activated_ns = realtime_ns();
    struct live_source *live = calloc(1, sizeof(*live));
    if (live == NULL) {
        capture_error_set_errno(error, ENOMEM);
        return NULL;
    }
    pcap_t *pcap = live_device_open(options, error);
    if (pcap == NULL || !source_init(&live->base, &live_operations, error)) {
        if (pcap != NULL)
            pcap_close(pcap);
        free(live);
        return NULL;
    }
    if (!live_packets_init(&live->packets, &live->base, pcap, options->device, error)) {
        pcap_close(pcap);
        source_finish(&live->base);
        free(live);
        return NULL;
    }
    if (options->snaplen > 0 && (uint32_t)options->snaplen < live->base.snaplen)
        live->base.snaplen = live->packets.cut_at = (uint32_t)options->snaplen;
    live->base.longest_wait_ms = longest_wait(pcap);
    live->packets.activated_ns = activated_ns;
    live->device_index = if_nametoindex(options->device);
    live->has_packet_socket = live->device_index != 0 && live->base.link_type != DLT_LINUX_SLL &&
                              live->base.link_type != DLT_LINUX_SLL2;
    live->drain_ms = 2 * options->to_ms;
    live->stats_ns = monotonic_ns();
    if (!set_first_filter(live, options, error)) {
        slabs_free(&(struct slab *){source_close(&live->base)});
        return NULL;
    }
    return &live->base;
}
