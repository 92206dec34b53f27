/* Packets of a capture file, by libpcap from a file_stream: the file half of source.h. */
#define _DEFAULT_SOURCE /* u_int, for pcap.h */
#include "file_stream.h"
#include "source_internal.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Packets that one fill reads at least before it comes back, though none match: few hand-overs of the GIL,
 * and still a look at signals every few milliseconds. */
enum { READ_AT_LEAST = 4096 };

struct file_source {
    struct source base;
    struct file_stream *stream;
};

static bool pipe_has_packet(struct source *source)
{
    const struct file_source *file = (void *)source;
    return file_stream_has_packet(file->stream);
}

static void keep_failure(struct file_source *file)
{
    const struct capture_error *failure = file_stream_failure(file->stream);
    if (failure != NULL)
        file->base.failure = *failure;
    else
        capture_error_set(&file->base.failure, ERROR_FILE_FORMAT, 0, "after packet %" PRIu64 ": %s",
                          file->base.packets_read, pcap_geterr(file->base.pcap));
}

/* False when nothing can be read for now. */
static bool wait_for_packet(struct file_source *file, int wait_ms)
{
    struct source *source = &file->base;
    if (source->has_next == NULL || source->has_next(source))
        return true;
    if (!file_stream_receive(file->stream, &source->wake, source->appended > 0 ? 0 : wait_ms,
                             &source->failure))
        return false;
    return source->has_next(source);
}

static void file_read(struct source *source, int wait_ms)
{
    struct file_source *file = (void *)source;
    uint32_t left = source->max_packets;
    if (source->filters && left < READ_AT_LEAST)
        left = READ_AT_LEAST;
    while (left > 0 && !source_is_full(source) && wait_for_packet(file, wait_ms)) {
        uint64_t read_before = source->packets_read;
        int result = source_dispatch(source, left);
        left -= (uint32_t)(source->packets_read - read_before);
        if (source->failure.kind != ERROR_NONE)
            return;
        if (result == 0) {
            source->ended = true;
            return;
        }
        if (result < 0 && result != PCAP_ERROR_BREAK) {
            keep_failure(file);
            return;
        }
    }
    if (left == 0)
        source->has_more = true;
}

static void file_free(struct source *source)
{
    struct file_source *file = (void *)source;
    file_stream_free(file->stream);
    free(file);
}

static int file_fd(const struct source *source)
{
    const struct file_source *file = (const void *)source;
    return file_stream_fd(file->stream);
}

static const struct source_operations file_operations = {
    .read = file_read,
    .fd = file_fd,
    .free = file_free,
};

static pcap_t *open_savefile(struct file_stream *stream, struct capture_error *error)
{
    char words[PCAP_ERRBUF_SIZE] = "";
    errno = 0;
    pcap_t *pcap =
        pcap_fopen_offline_with_tstamp_precision(file_stream_file(stream), PCAP_TSTAMP_PRECISION_NANO, words);
    if (pcap != NULL)
        return pcap;
    if (file_stream_failure(stream) != NULL)
        *error = *file_stream_failure(stream);
    else if (file_stream_is_empty(stream))
        capture_error_set(error, ERROR_FILE_FORMAT, 0, "empty: not a capture file");
    else if (errno == ENOMEM)
        capture_error_set_errno(error, ENOMEM);
    else
        capture_error_set(error, ERROR_FILE_FORMAT, 0, "not a capture file that libpcap reads: %s", words);
    return NULL;
}

/* Of other formats than these (pcap before 2.4, pcap with longer record headers) libpcap alone knows the
 * units. */
static enum stream_units pipe_units(uint32_t magic, pcap_t *pcap)
{
    switch (magic) {
    case 0x0a0d0d0a:
        return STREAM_PCAPNG_BLOCKS;
    case 0xa1b2c3d4: /* microseconds */
    case 0xd4c3b2a1:
    case 0xa1b23c4d: /* nanoseconds */
    case 0x4d3cb2a1:
        if (pcap_major_version(pcap) == 2 && pcap_minor_version(pcap) == 4)
            return STREAM_PCAP_RECORDS;
        break;
    }
    return STREAM_UNMEASURED;
}

struct source *file_source_open(const char *path, const char *filter, struct interrupt_check interrupt,
                                struct capture_error *error)
{
    pcap_t *pcap = NULL;
    struct file_source *file = NULL;
    struct file_stream *stream = file_stream_open(path, interrupt, error);
    if (stream == NULL)
        return NULL;
    file = calloc(1, sizeof(*file));
    if (file == NULL) {
        capture_error_set_errno(error, ENOMEM);
        goto failed;
    }
    pcap = open_savefile(stream, error);
    if (pcap == NULL || !source_init(&file->base, &file_operations, pcap, error))
        goto failed;
    file->stream = stream;
    if (file_stream_is_pipe(stream)) {
        file_stream_set_units(stream, pipe_units(file_stream_magic(stream), pcap),
                              pcap_is_swapped(pcap) != 0);
        file->base.has_next = pipe_has_packet;
    }
    if (filter != NULL && !source_compile(pcap, filter, PCAP_NETMASK_UNKNOWN, &file->base.program, error)) {
        source_close(&file->base);
        return NULL;
    }
    file->base.filters = filter != NULL;
    return &file->base;
failed:
    if (pcap != NULL)
        pcap_close(pcap);
    else
        fclose(file_stream_file(stream));
    file_stream_free(stream);
    free(file);
    return NULL;
}
