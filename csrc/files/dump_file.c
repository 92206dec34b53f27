/* A dump: packets into a buffer, the buffer into files. See dump_file.h. */
#define _POSIX_C_SOURCE 200809L
#include "dump_file_internal.h"
#include "link_type.h"

#include "../capture/clock.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* Makes a compressed file whole; false with errno. */
static bool write_end(struct dump_file *dump, struct interrupt_check interrupt)
{
    if (!dump->wants_end)
        return true;
    const struct compression_library *library = dump->compressor->library;
    dump->wants_end = false;
    return output_write(&dump->output, library->end, library->end_size, interrupt) == library->end_size;
}

/* An error of writing: it stays. */
static bool fail_with(struct dump_file *dump, const struct capture_error *words, struct capture_error *error)
{
    const char *plural = dump->packets_written == 1 ? " is" : "s are";
    const struct dump_output *output = &dump->output;
    char where[200] = "";
    if (output->part_path != NULL)
        snprintf(where, sizeof(where), "; it is still called '%.150s'", base_name(output->part_path));
    else if (output->path != NULL && dump_rotates(&dump->options))
        snprintf(where, sizeof(where), "; the last is '%.150s'", base_name(output->path));
    capture_error_set(&dump->failure, words->kind, words->errno_value,
                      "%.280s: %" PRIu64 " packet%s safely in the file%s%s", words->text,
                      dump->packets_written, plural, dump_rotates(&dump->options) ? "s" : "", where);
    output_cut(&dump->output);
    if (dump->output.can_cut && !write_end(dump, (struct interrupt_check){0}))
        output_cut(&dump->output);
    *error = dump->failure;
    return false;
}

static bool fail(struct dump_file *dump, int errno_value, struct capture_error *error)
{
    struct capture_error words;
    capture_error_set_errno(&words, errno_value);
    if (errno_value == EAGAIN)
        capture_error_set(&words, ERROR_SYSTEM, EAGAIN, "the reader of this pipe does not keep up");
    if (errno_value == EBUSY)
        capture_error_set(&words, ERROR_SYSTEM, EBUSY,
                          "another dump is writing the file that is to be replaced");
    return fail_with(dump, &words, error);
}

bool dump_begin(struct dump_file *dump, uint32_t link_type, struct capture_error *error)
{
    bool appends = dump->options.append && !dump->existing.is_empty;
    if (!output_begin(&dump->output, appends, error) ||
        !dump->records->format->begin(dump->records, &dump->buffer, link_type,
                                      appends ? &dump->existing : NULL, error))
        return false;
    compressor_begin(dump->compressor);
    dump->beginning = dump->buffer.used;
    dump->has_begun = true;
    return true;
}

/* Whole records in the first `written` bytes of the buffer count as written; returns how many bytes, what the
 * file begins with included. */
static size_t count_whole_records(struct dump_file *dump, size_t written)
{
    size_t offset = dump->beginning;
    if (written < offset)
        return 0;
    while (offset < written) {
        bool is_packet;
        size_t length = dump->records->format->length(dump->records, dump->buffer.bytes + offset, &is_packet);
        if (length > written - offset)
            break;
        offset += length;
        dump->packets_written += is_packet;
    }
    return offset;
}

const char *dump_file_part_path(const struct dump_file *dump)
{
    return dump->output.part_path;
}

bool dump_file_is_waiting(const struct dump_file *dump)
{
    return dump->buffer.used > 0;
}

bool dump_file_flush(struct dump_file *dump, struct interrupt_check interrupt, struct capture_error *error)
{
    if (dump->failure.kind != ERROR_NONE) {
        *error = dump->failure;
        return false;
    }
    if (getpid() != dump->owner)
        return capture_error_set(error, ERROR_SYSTEM, EBADF, "the dump file belongs to the parent process");
    if (dump->buffer.used == 0)
        return true;
    const struct write_buffer *bytes = &dump->buffer;
    if (dump->compressor != NULL) {
        bytes = &dump->compressed;
        if (!compress_piece(dump->compressor, &dump->buffer, &dump->compressed, error))
            return fail_with(dump, error, error);
    }
    size_t written = output_write(&dump->output, bytes->bytes, bytes->used, interrupt);
    int write_errno = errno;
    bool is_whole = written == bytes->used;
    /* A piece that is not whole has nothing that is sure to be read. */
    if (dump->compressor == NULL)
        dump->output.whole += (off_t)count_whole_records(dump, written);
    else if (is_whole) {
        count_whole_records(dump, dump->buffer.used);
        dump->output.whole += (off_t)written;
        dump->wants_end = dump->compressor->library->end_size > 0;
    }
    dump->buffer.used = dump->beginning = 0;
    return is_whole || fail(dump, write_errno, error);
}

/* Nothing came that is to be appended: the file stays as it was. */
static bool has_nothing_to_append(const struct dump_file *dump)
{
    return !dump->has_begun && dump->options.append && !dump->existing.is_empty;
}

/* Completes and closes the present file. */
static bool finish_file(struct dump_file *dump, const struct dump_statistics *statistics, bool is_complete,
                        struct interrupt_check interrupt, struct capture_error *error)
{
    if (!has_nothing_to_append(dump)) {
        if (!dump->has_begun && !dump_begin(dump, dump->origin.link_type, error))
            return fail_with(dump, error, error);
        if (!dump->records->format->end(dump->records, &dump->buffer, statistics, error))
            return fail_with(dump, error, error);
    }
    if (!dump_file_flush(dump, interrupt, error))
        return false;
    dump->has_begun = false;
    return (write_end(dump, interrupt) && output_finish(&dump->output, is_complete)) ||
           fail(dump, errno, error);
}

/* Of the present file's packets and this one. */
static uint64_t span_with(const struct dump_file *dump, const struct packet *packet)
{
    int64_t time_ns = packet->timestamp_ns;
    int64_t earliest_ns = time_ns < dump->earliest_ns ? time_ns : dump->earliest_ns;
    int64_t latest_ns = time_ns > dump->latest_ns ? time_ns : dump->latest_ns;
    return (uint64_t)latest_ns - (uint64_t)earliest_ns;
}

/* A rotation by time goes by the packets' own: so a file that is read is cut as the capture would have been,
 * and an idle device leaves no empty files. */
static bool is_file_full(const struct dump_file *dump, const struct packet *packet)
{
    const struct dump_options *options = &dump->options;
    if (!dump_rotates(options) || dump->packets_in_file == 0)
        return false;
    uint64_t size = (uint64_t)dump->output.whole + dump->buffer.used + dump->records->format->size(packet);
    return (options->rotate_packets != 0 && dump->packets_in_file >= options->rotate_packets) ||
           (options->rotate_bytes != 0 && size > options->rotate_bytes) ||
           (options->rotate_ns != 0 && span_with(dump, packet) >= (uint64_t)options->rotate_ns);
}

bool dump_file_has_room(const struct dump_file *dump, const struct packet *packet)
{
    if (dump->failure.kind != ERROR_NONE || dump->output.fd < 0 || is_file_full(dump, packet))
        return false;
    return dump->buffer.used == 0 || dump->buffer.used + dump->records->format->size(packet) <= dump->full;
}

bool dump_file_make_room(struct dump_file *dump, const struct packet *packet,
                         struct interrupt_check interrupt, struct capture_error *error)
{
    if (!dump_file_flush(dump, interrupt, error))
        return false;
    if (dump->output.fd >= 0 && is_file_full(dump, packet) &&
        !finish_file(dump, NULL, true, interrupt, error))
        return false;
    return dump->output.fd >= 0 || dump_open_next(dump, packet->timestamp_ns, interrupt, error) ||
           fail_with(dump, error, error);
}

/* What no reader takes would be damage, and hide all behind it. */
static bool is_readable(const struct packet *packet, struct capture_error *error)
{
    uint32_t most = link_type_caplen_max(packet->link_type);
    return packet->caplen <= most ||
           capture_error_set(error, ERROR_FILE_FORMAT, 0,
                             "a packet of %" PRIu32
                             " bytes does not fit: readers of capture files take %" PRIu32 " at most",
                             packet->caplen, most);
}

bool dump_file_append(struct dump_file *dump, const struct packet *packet, struct interface *interface,
                      struct capture_error *error)
{
    if (dump->failure.kind != ERROR_NONE)
        return true;
    if (!is_readable(packet, error) || (!dump->has_begun && !dump_begin(dump, packet->link_type, error)) ||
        !dump->records->format->append(dump->records, &dump->buffer, packet, interface, error))
        return false;
    if (dump->packets_in_file == 0 || packet->timestamp_ns < dump->earliest_ns)
        dump->earliest_ns = packet->timestamp_ns;
    if (dump->packets_in_file == 0 || packet->timestamp_ns > dump->latest_ns)
        dump->latest_ns = packet->timestamp_ns;
    dump->packets_in_file++;
    return true;
}

bool dump_file_close(struct dump_file *dump, const struct dump_statistics *statistics, bool is_complete,
                     struct interrupt_check interrupt, uint64_t *packets, struct capture_error *error)
{
    bool is_ours = getpid() == dump->owner, finished = true;
    if (is_ours && dump->failure.kind != ERROR_NONE) {
        *error = dump->failure;
        finished = false;
    } else if (is_ours && (is_complete || dump->has_begun)) {
        bool is_open = dump->output.fd >= 0 || dump_open_next(dump, realtime_ns(), interrupt, error);
        finished = is_open && finish_file(dump, statistics, is_complete, interrupt, error);
    }
    if (packets != NULL)
        *packets = dump->packets_written;
    output_abandon(&dump->output, is_ours);
    dump_free(dump);
    return finished;
}
