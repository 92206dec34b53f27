/* Packets of a live device: the live half of source.h. The wait is our own poll, never libpcap's. */
#define _DEFAULT_SOURCE /* clock_gettime, strdup; u_int, for pcap.h */
#include "clock.h"
#include "source_internal.h"
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
    KERNEL_PROGRAM_MAX = 4096, /* instructions; beyond it libpcap prints a warning of its own */
    STATS_INTERVAL_MS = 100,   /* long before 32 bits are full, and fresh for source_known_stats */
};

struct live_source {
    struct source base;
    char *device;              /* to see whether it is still there */
    unsigned int device_index; /* 0: no network interface ("any", USB, ...) */
    int longest_wait_ms;
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
    if (pcap_stats(live->base.pcap, &stats) != 0)
        return capture_error_set(error, ERROR_LIBPCAP, 0, "no statistics: %s", pcap_geterr(live->base.pcap));
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

static void keep_failure(struct live_source *live)
{
    struct source *source = &live->base;
    if (live->device_index != 0 && if_nametoindex(live->device) != live->device_index)
        capture_error_set(&source->failure, ERROR_DEVICE, ENODEV, "%s", pcap_geterr(source->pcap));
    else
        capture_error_set(&source->failure, ERROR_LIBPCAP, 0, "%s", pcap_geterr(source->pcap));
}

/* Dispatches whatever ended the wait: only so is a deleted device noticed, and a pending signal or wake keeps
 * no packet back. */
static void live_read(struct source *source, int wait_ms)
{
    struct live_source *live = (void *)source;
    short events;
    if (source->stopped)
        wait_ms = 0;
    else if (wait_ms > live->longest_wait_ms)
        wait_ms = live->longest_wait_ms;
    if (!wake_pipe_wait(&source->wake, pcap_get_selectable_fd(source->pcap), wait_ms, &events,
                        &source->failure))
        return;
    uint64_t read_before = source->packets_read;
    int result = source_dispatch(source, source->max_packets);
    if (result == PCAP_ERROR_BREAK || result == (int)source->max_packets)
        source->stopped = true;
    else if (result < 0 && source->failure.kind == ERROR_NONE)
        keep_failure(live);
    if (monotonic_ns() - live->stats_ns >= STATS_INTERVAL_MS * INT64_C(1000000))
        source_stats(source, &(struct source_stats){0}, &(struct capture_error){0});
    /* A descriptor that stays in error ends every poll at once. */
    if ((events & ~POLLIN) != 0 && source->packets_read == read_before && source->failure.kind == ERROR_NONE)
        wake_pipe_wait(&source->wake, -1, wait_ms, &events, &source->failure);
}

static void live_free(struct source *source)
{
    struct live_source *live = (void *)source;
    free(live->device);
    free(live);
}

static const struct source_operations live_operations = {live_read, live_stats, live_free};

static bool activation_failed(pcap_t *pcap, int status, struct capture_error *error)
{
    const char *words = pcap_geterr(pcap);
    if (words[0] == '\0')
        words = pcap_statustostr(status);
    switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return capture_error_set(error, ERROR_NOT_PERMITTED, EPERM, "%s", words);
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return capture_error_set(error, ERROR_DEVICE, ENODEV, "no such device");
    case PCAP_ERROR_IFACE_NOT_UP:
        return capture_error_set(error, ERROR_DEVICE, ENETDOWN, "the device is down");
    case PCAP_ERROR_RFMON_NOTSUP:
        return capture_error_set(error, ERROR_DEVICE, EOPNOTSUPP, "the device has no monitor mode");
    default:
        return capture_error_set(error, ERROR_LIBPCAP, 0, "%s", words);
    }
}

static pcap_t *open_device(const struct live_options *options, struct capture_error *error)
{
    char words[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = pcap_create(options->device, words);
    if (pcap == NULL) {
        capture_error_set(error, ERROR_LIBPCAP, 0, "%s", words);
        return NULL;
    }
    if (options->snaplen > 0)
        pcap_set_snaplen(pcap, options->snaplen);
    if (options->buffer_size > 0)
        pcap_set_buffer_size(pcap, options->buffer_size);
    pcap_set_promisc(pcap, options->promisc);
    pcap_set_rfmon(pcap, options->monitor);
    pcap_set_timeout(pcap, options->to_ms);
    pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO); /* where it is not granted: source_init */
    int status = pcap_activate(pcap);
    if (status < 0) {
        activation_failed(pcap, status, error);
    } else if (pcap_setnonblock(pcap, 1, words) != 0) {
        capture_error_set(error, ERROR_LIBPCAP, 0, "%s", words);
    } else {
        return pcap;
    }
    pcap_close(pcap);
    return NULL;
}

/* A program too long for the kernel is made again, without the kernel's own extensions, for our callback. */
static bool filter_late(struct source *source, const char *filter, bpf_u_int32 netmask,
                        struct capture_error *error)
{
    pcap_t *dead = pcap_open_dead((int)source->link_type, (int)source->snaplen);
    if (dead == NULL)
        return capture_error_set_errno(error, ENOMEM);
    source->filters = source->filters_late = source_compile(dead, filter, netmask, &source->program, error);
    pcap_close(dead);
    return source->filters;
}

static bool set_filter(struct source *source, const struct live_options *options, struct capture_error *error)
{
    char words[PCAP_ERRBUF_SIZE];
    bpf_u_int32 network, netmask;
    struct bpf_program program;
    if (options->filter == NULL)
        return true;
    if (pcap_lookupnet(options->device, &network, &netmask, words) != 0)
        netmask = PCAP_NETMASK_UNKNOWN;
    if (!source_compile(source->pcap, options->filter, netmask, &program, error))
        return false;
    bool set;
    if (program.bf_len > KERNEL_PROGRAM_MAX)
        set = filter_late(source, options->filter, netmask, error);
    else
        set = pcap_setfilter(source->pcap, &program) == 0 ||
              capture_error_set(error, ERROR_FILTER, 0, "%s", pcap_geterr(source->pcap));
    pcap_freecode(&program);
    return set;
}

static int longest_wait(pcap_t *pcap)
{
    const struct timeval *required = pcap_get_required_select_timeout(pcap);
    if (required == NULL || required->tv_sec > 0 || required->tv_usec / 1000 > LONGEST_WAIT_MS)
        return LONGEST_WAIT_MS;
    return required->tv_usec < 1000 ? 1 : (int)(required->tv_usec / 1000);
}

struct source *live_source_open(const struct live_options *options, struct capture_error *error)
{
    pcap_t *pcap = NULL;
    struct live_source *live = calloc(1, sizeof(*live));
    char *device = strdup(options->device);
    if (live == NULL || device == NULL) {
        capture_error_set_errno(error, ENOMEM);
        goto failed;
    }
    pcap = open_device(options, error);
    if (pcap == NULL || !source_init(&live->base, &live_operations, pcap, error))
        goto failed;
    live->device = device;
    live->device_index = if_nametoindex(device);
    live->longest_wait_ms = longest_wait(pcap);
    live->stats_ns = monotonic_ns();
    if (!set_filter(&live->base, options, error)) {
        source_close(&live->base);
        return NULL;
    }
    return &live->base;
failed:
    if (pcap != NULL)
        pcap_close(pcap);
    free(device);
    free(live);
    return NULL;
}
