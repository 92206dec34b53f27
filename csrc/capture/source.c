/* What live and file sources have in common: see source.h. */
#define _DEFAULT_SOURCE /* u_int, for pcap.h */
#include "clock.h"
#include "source_internal.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
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

/* A filter can be set only once packets come: those before it would leave a gap behind them. Once the clock
 * has passed that moment, or was set back, nothing is ignored any more. */
static bool is_too_early(struct source *source, int64_t packet_ns)
{
    if (packet_ns >= source->activated_ns && packet_ns < source->begin_ns)
        return true;
    source->begin_ns = 0;
    return false;
}

/* Its only writer holds the lock, its readers need not. */
static void count(_Atomic uint64_t *counter)
{
    uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, before + 1, memory_order_release);
}

static bool matches(struct source *source, const struct pcap_pkthdr *header, const u_char *bytes)
{
    if (source->program.bf_len == 0 || pcap_offline_filter(&source->program, header, bytes) != 0)
        return true;
    count(&source->filtered);
    return false;
}

static void keep_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    struct source *source = (void *)user;
    int64_t packet_ns = timestamp_ns(&header->ts, source->fractions_per_second);
    if (source->begin_ns != 0 && is_too_early(source, packet_ns))
        return;
    uint32_t caplen = header->caplen;
    if (source->cut_at != 0 && caplen > source->cut_at)
        caplen = source->cut_at;
    count(&source->packets_read);
    if (source->filters && !matches(source, header, bytes)) {
        /* counted there */
    } else if (caplen > source->batch->max_caplen || !packet_batch_has_room(source->batch)) {
        capture_error_set(&source->failure, ERROR_LIBPCAP, 0,
                          "a packet of %u bytes is longer than the %u that there is room for", caplen,
                          source->batch->max_caplen);
        pcap_breakloop(source->pcap);
        return;
    } else {
        packet_batch_append(source->batch, source->decoder, packet_ns, caplen, header->len, source->link_type,
                            bytes);
        source->appended++;
    }
    if (source_is_full(source))
        source->has_more = true;
    if (source->has_more || (source->has_next != NULL && !source->has_next(source)))
        pcap_breakloop(source->pcap);
}

int source_dispatch(struct source *source, uint32_t count)
{
    return pcap_dispatch(source->pcap, (int)count, keep_packet, (u_char *)source);
}

bool source_compile(pcap_t *pcap, const char *filter, bpf_u_int32 netmask, struct bpf_program *program,
                    struct capture_error *error)
{
    *program = (struct bpf_program){0};
    if (strlen(filter) > FILTER_LENGTH_MAX)
        return capture_error_set(error, ERROR_FILTER, 0, "longer than %d bytes", FILTER_LENGTH_MAX);
    /* Libpcap's scanner ends the process where it has no memory: better to have none here.
     * volatile: or the compiler sees that nothing is made of it, and leaves it out. */
    void *volatile reserve = malloc(FILTER_LENGTH_MAX);
    if (reserve == NULL)
        return capture_error_set_errno(error, ENOMEM);
    free(reserve);
    errno = 0;
    if (pcap_compile(pcap, program, filter, 1, netmask) != 0)
        return capture_error_set_or_no_memory(error, ERROR_FILTER, pcap_geterr(pcap));
    return true;
}

void source_replace_program(struct source *source, struct bpf_program program, bool in_callback)
{
    struct bpf_program before = source->program;
    source->program = program; /* first: a child forked off meanwhile frees what it finds there */
    pcap_freecode(&before);
    source->filters = in_callback;
    atomic_fetch_add(&source->filter_generation, 1);
}

bool source_init(struct source *source, const struct source_operations *operations, pcap_t *pcap,
                 struct capture_error *error)
{
    *source = (struct source){.operations = operations, .longest_wait_ms = LONGEST_WAIT_MS};
    atomic_init(&source->filter_generation, 0);
    pthread_mutex_init(&source->turn, NULL);
    pthread_mutex_init(&source->use, NULL);
    source->opened_ns = monotonic_ns();
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

void source_enter(struct source *source)
{
    pthread_mutex_lock(&source->turn);
    if (pthread_mutex_trylock(&source->use) != 0) {
        source_wake(source);
        pthread_mutex_lock(&source->use);
    }
    pthread_mutex_unlock(&source->turn);
}

void source_leave(struct source *source)
{
    pthread_mutex_unlock(&source->use);
}

static enum fill_result fill(struct source *source, int wait_ms, struct capture_error *error)
{
    if (wait_ms < 0 || wait_ms > LONGEST_WAIT_MS)
        wait_ms = LONGEST_WAIT_MS;
    if (source->has_more)
        wait_ms = 0;
    source->has_more = false;
    if (!source->ended && source->failure.kind == ERROR_NONE)
        source->operations->read(source, wait_ms);
    if (source->appended > 0)
        return FILL_PACKETS;
    if (source->failure.kind != ERROR_NONE) {
        *error = source->failure;
        return FILL_FAILED;
    }
    if (source->ended)
        return FILL_END;
    return source->has_more ? FILL_AGAIN : FILL_NOTHING;
}

enum fill_result source_fill(struct source *source, struct packet_batch *batch, const struct decoder *decoder,
                             uint32_t max_packets, int wait_ms, struct capture_error *error)
{
    source_enter(source);
    source->batch = batch;
    source->decoder = decoder;
    source->max_packets = max_packets < INT_MAX ? max_packets : INT_MAX;
    source->appended = 0;
    batch->filter_generation = source_filter_generation(source);
    enum fill_result result = fill(source, wait_ms, error);
    source_leave(source);
    return result;
}

void source_wake(struct source *source)
{
    wake_pipe_signal(&source->wake);
}

bool source_set_filter(struct source *source, const char *filter, unsigned *generation,
                       struct capture_error *error)
{
    if (source->operations->set_filter == NULL)
        return capture_error_set(error, ERROR_ARGUMENT, 0,
                                 "a file is read ahead: open it again with the other filter");
    return source->operations->set_filter(source, filter, generation, error);
}

unsigned source_filter_generation(const struct source *source)
{
    return atomic_load(&source->filter_generation);
}

static bool packet_matches(void *context, const struct packet *packet)
{
    struct pcap_pkthdr header = {.caplen = packet->caplen, .len = packet->wire_len};
    return matches(context, &header, packet_bytes(packet));
}

void source_filter_again(struct source *source, struct packet_batch *batch)
{
    source_enter(source);
    packet_batch_keep(batch, packet_matches, source);
    batch->filter_generation = source_filter_generation(source);
    source_leave(source);
}

static void tell_counted(struct source *source, struct source_stats *stats)
{
    *stats = (struct source_stats){.filtered = source->filtered}; /* first: never more than were read */
    stats->received = source->packets_read;
    stats->elapsed_ns = monotonic_ns() - source->opened_ns;
}

bool source_stats(struct source *source, struct source_stats *stats, struct capture_error *error)
{
    if (source->operations->stats == NULL) {
        tell_counted(source, stats);
        return true;
    }
    source_enter(source);
    tell_counted(source, stats);
    bool told = source->operations->stats(source, stats, error);
    source_leave(source);
    return told;
}

int source_fd(const struct source *source)
{
    return source->operations->fd(source);
}

unsigned source_wait_fds(const struct source *source, int fds[2])
{
    int fd = source_fd(source);
    fds[0] = source->wake.read_fd;
    fds[1] = fd;
    return fd < 0 ? 1 : 2;
}

int source_longest_wait_ms(const struct source *source)
{
    return source->longest_wait_ms;
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

bool source_has_microseconds(const struct source *source)
{
    return source->fractions_per_second < NS_PER_SECOND;
}

void source_close(struct source *source)
{
    pcap_close(source->pcap);
    wake_pipe_close(&source->wake);
    pcap_freecode(&source->program);
    pthread_mutex_destroy(&source->turn);
    pthread_mutex_destroy(&source->use);
    source->operations->free(source);
}
