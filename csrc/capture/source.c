/* What live and file sources have in common: see source.h. */
#define _DEFAULT_SOURCE /* u_int, for pcap.h */
#include "source_internal.h"
#include <limits.h>
#include <string.h>

#define NS_PER_SECOND INT64_C(1000000000)

/* Files may hold any seconds and fractions out of range: a time beyond 64 bits becomes the nearest one. */
static int64_t timestamp_ns(const struct timeval *time, int64_t fractions_per_second)
{
    const int64_t limit = INT64_MAX / NS_PER_SECOND - 1;
    int64_t seconds = time->tv_sec;
    int64_t fraction = time->tv_usec;
    if (seconds >= -limit && seconds <= limit)
        seconds += fraction / fractions_per_second;
    if (seconds > limit)
        return INT64_MAX;
    if (seconds < -limit)
        return INT64_MIN;
    return seconds * NS_PER_SECOND + fraction % fractions_per_second * (NS_PER_SECOND / fractions_per_second);
}

bool source_is_full(const struct source *source)
{
    return source->appended >= source->max_packets || !packet_batch_has_room(source->batch);
}

static void stop(struct source *source)
{
    source->stopped = true;
    pcap_breakloop(source->pcap);
}

static void keep_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    struct source *source = (void *)user;
    source->packets_read++;
    if (source->filters && pcap_offline_filter(&source->program, header, bytes) == 0) {
        source->filtered++;
    } else if (header->caplen > source->batch->max_caplen || !packet_batch_has_room(source->batch)) {
        capture_error_set(&source->failure, ERROR_LIBPCAP, 0,
                          "a packet of %u bytes is longer than the %u that there is room for", header->caplen,
                          source->batch->max_caplen);
        stop(source);
        return;
    } else {
        packet_batch_append(source->batch, source->decoder,
                            timestamp_ns(&header->ts, source->fractions_per_second), header->caplen,
                            header->len, source->link_type, bytes);
        source->appended++;
    }
    if (source_is_full(source) || (source->has_next != NULL && !source->has_next(source)))
        stop(source);
}

int source_dispatch(struct source *source, uint32_t count)
{
    source->stopped = false;
    return pcap_dispatch(source->pcap, (int)count, keep_packet, (u_char *)source);
}

bool source_compile(pcap_t *pcap, const char *filter, bpf_u_int32 netmask, struct bpf_program *program,
                    struct capture_error *error)
{
    *program = (struct bpf_program){0};
    if (filter == NULL)
        return true;
    if (strlen(filter) > FILTER_LENGTH_MAX)
        return capture_error_set(error, ERROR_FILTER, 0, "longer than %d bytes", FILTER_LENGTH_MAX);
    if (pcap_compile(pcap, program, filter, 1, netmask) != 0)
        return capture_error_set(error, ERROR_FILTER, 0, "%s", pcap_geterr(pcap));
    return true;
}

bool source_init(struct source *source, const struct source_operations *operations, pcap_t *pcap,
                 struct capture_error *error)
{
    *source = (struct source){.operations = operations};
    if (!wake_pipe_open(&source->wake, error))
        return false;
    source->pcap = pcap;
    source->link_type = (uint32_t)pcap_datalink(pcap);
    int snapshot = pcap_snapshot(pcap);
    /* A file may claim anything. Libpcap itself refuses longer packets of nearly all link types. */
    source->snaplen = snapshot > 0 && snapshot < SNAPLEN_MAX ? (uint32_t)snapshot : SNAPLEN_MAX;
    source->fractions_per_second =
        pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_NANO ? NS_PER_SECOND : NS_PER_SECOND / 1000;
    return true;
}

enum fill_result source_fill(struct source *source, struct packet_batch *batch, const struct decoder *decoder,
                             uint32_t max_packets, int wait_ms, struct capture_error *error)
{
    source->batch = batch;
    source->decoder = decoder;
    source->max_packets = max_packets < INT_MAX ? max_packets : INT_MAX;
    source->appended = 0;
    if (wait_ms < 0 || wait_ms > LONGEST_WAIT_MS)
        wait_ms = LONGEST_WAIT_MS;
    if (!source->ended && source->failure.kind == ERROR_NONE)
        source->operations->read(source, wait_ms);
    if (source->appended > 0)
        return FILL_PACKETS;
    if (source->failure.kind != ERROR_NONE) {
        *error = source->failure;
        return FILL_FAILED;
    }
    return source->ended ? FILL_END : FILL_NOTHING;
}

void source_wake(struct source *source)
{
    wake_pipe_signal(&source->wake);
}

bool source_stats(struct source *source, struct source_stats *stats, struct capture_error *error)
{
    *stats = (struct source_stats){.received = source->packets_read, .filtered = source->filtered};
    if (source->operations->stats != NULL && !source->operations->stats(source, stats, error))
        return false;
    source->known_stats = *stats;
    return true;
}

struct source_stats source_known_stats(const struct source *source)
{
    struct source_stats stats = source->known_stats;
    if (source->operations->stats == NULL)
        stats.received = source->packets_read;
    stats.filtered = source->filtered;
    return stats;
}

uint32_t source_link_type(const struct source *source)
{
    return source->link_type;
}

uint32_t source_snaplen(const struct source *source)
{
    return source->snaplen;
}

bool source_filters_late(const struct source *source)
{
    return source->filters_late;
}

void source_close(struct source *source)
{
    pcap_close(source->pcap);
    wake_pipe_close(&source->wake);
    pcap_freecode(&source->program);
    source->operations->free(source);
}
