/* What live and file sources have in common: see source.h. */
#define _DEFAULT_SOURCE /* clock_gettime */
#include "clock.h"
#include "source_internal.h"
#include <limits.h>

bool source_init(struct source *source, const struct source_operations *operations,
                 struct capture_error *error)
{
    *source = (struct source){.operations = operations, .longest_wait_ms = LONGEST_WAIT_MS};
    if (!wake_pipe_open(&source->wake, error))
        return false;
    atomic_init(&source->filter_generation, 0);
    pthread_mutex_init(&source->turn, NULL);
    pthread_mutex_init(&source->use, NULL);
    source->opened_ns = monotonic_ns();
    return true;
}

void source_finish(struct source *source)
{
    wake_pipe_close(&source->wake);
    pthread_mutex_destroy(&source->turn);
    pthread_mutex_destroy(&source->use);
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

void source_free_left(struct source *source)
{
    slabs_free(&source->left);
}

bool source_take_notice(struct source *source, struct capture_error *notice)
{
    if (source->notice.kind == ERROR_NONE)
        return false;
    *notice = source->notice;
    source->notice.kind = ERROR_NONE;
    return true;
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

static bool matches_again(void *context, const struct packet *packet)
{
    struct source *source = context;
    if (source->operations->matches(source, packet))
        return true;
    source_count(&source->filtered);
    return false;
}

void source_filter_again(struct source *source, struct packet_batch *batch)
{
    source_enter(source);
    packet_batch_keep(batch, matches_again, source);
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
    return source->has_microseconds;
}

void source_abandon(struct source *source)
{
    if (source->operations->abandon != NULL)
        source->operations->abandon(source);
    wake_pipe_close(&source->wake);
}

struct slab *source_close(struct source *source)
{
    struct slab *left = source->left;
    source->operations->free(source, &left);
    return left;
}
