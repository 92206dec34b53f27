/* A dump: packets into a buffer, the buffer into files. See dump_file.h. */
#define _POSIX_C_SOURCE 200809L
#include "dump_file.h"
#include "../capture/clock.h"
#include "compress.h"
#include "dump_output.h"
#include "dump_rotation.h"
#include "files_in_use.h"
#include "link_type.h"
#include "record_writer.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of what is compressed, more is better; but Ctrl-C waits until it is done. */
enum { BUFFER_FULL = 256 << 10, COMPRESSED_BUFFER_FULL = 1 << 20 };

struct dump_file {
    struct dump_options options; /* its texts, and the origin's, are our own */
    struct dump_origin origin;
    char *texts[3];
    char **sources; /* up to NULL */
    struct record_writer *records;
    struct compressor *compressor; /* NULL: none */
    struct dump_rotation rotation;
    struct dump_output output;
    struct existing_file existing; /* that is appended to */
    bool has_begun;                /* the present file */
    struct write_buffer buffer;    /* whole records, behind a file's beginning */
    size_t beginning;              /* bytes of that */
    struct write_buffer compressed;
    size_t full;
    uint64_t packets_written;
    uint64_t packets_in_file; /* the buffer's included */
    int64_t first_ns;         /* of the present file's packets */
    pid_t owner;              /* a forked child has a copy of the buffer, which is not its own to write */
    struct capture_error failure;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
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
    *error = dump->failure;
    return false;
}

static bool fail(struct dump_file *dump, int errno_value, struct capture_error *error)
{
    struct capture_error words;
    capture_error_set_errno(&words, errno_value);
    if (errno_value == EAGAIN)
        capture_error_set(&words, ERROR_SYSTEM, EAGAIN, "the reader of this pipe does not keep up");
    return fail_with(dump, &words, error);
}

static bool begin_file(struct dump_file *dump, uint32_t link_type, struct capture_error *error)
{
    bool appends = dump->options.append && !dump->existing.is_empty;
    if (!output_begin(&dump->output, appends, error) ||
        !dump->records->format->begin(dump->records, &dump->buffer, link_type,
                                      appends ? &dump->existing : NULL, error))
        return false;
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
        if (!compress_member(dump->compressor, &dump->buffer, &dump->compressed, error))
            return fail_with(dump, error, error);
    }
    size_t written = output_write(&dump->output, bytes->bytes, bytes->used, interrupt);
    int write_errno = errno;
    bool is_whole = written == bytes->used;
    /* A member that is not whole has nothing that could be read. */
    if (dump->compressor == NULL)
        dump->output.whole += (off_t)count_whole_records(dump, written);
    else if (is_whole) {
        count_whole_records(dump, dump->buffer.used);
        dump->output.whole += (off_t)written;
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
        if (!dump->has_begun && !begin_file(dump, dump->origin.link_type, error))
            return fail_with(dump, error, error);
        if (!dump->records->format->end(dump->records, &dump->buffer, statistics, error))
            return fail_with(dump, error, error);
    }
    if (!dump_file_flush(dump, interrupt, error))
        return false;
    dump->has_begun = false;
    return output_finish(&dump->output, is_complete) || fail(dump, errno, error);
}

static bool is_source(const struct dump_file *dump)
{
    for (char **source = dump->sources; *source != NULL; source++)
        if (output_is_at(&dump->output, *source))
            return true;
    return !dump->origin.is_in_memory && dump->output.can_cut && is_file_in_use(dump->output.fd);
}

/* Before anything of it is lost. */
static bool is_no_source(struct dump_file *dump, struct capture_error *error)
{
    if (!is_source(dump))
        return true;
    capture_error_set(
        error, ERROR_ARGUMENT, 0,
        "'%.250s' is the very file that packets are read from: write another one, or atomically, "
        "which replaces it at the end",
        dump->output.path);
    output_abandon(&dump->output, true);
    return false;
}

/* With rotation it is not the path that errors are about. */
static bool name_file(const struct dump_file *dump, const char *path, struct capture_error *error)
{
    struct capture_error words = *error;
    if (dump_rotates(&dump->options))
        capture_error_set(error, words.kind, words.errno_value, "%.200s, as '%.250s'", words.text,
                          base_name(path));
    return false;
}

static bool open_file(struct dump_file *dump, int64_t time_ns, struct interrupt_check interrupt,
                      struct capture_error *error)
{
    char *path, *named;
    if (dump_rotates(&dump->options)) {
        if ((path = rotation_next_path(&dump->rotation, time_ns, error)) == NULL)
            return false;
    } else if ((path = strdup(dump->options.path)) == NULL)
        return capture_error_set_errno(error, ENOMEM);
    if ((named = strdup(path)) == NULL) {
        free(path);
        return capture_error_set_errno(error, ENOMEM);
    }
    dump->has_begun = false;
    dump->packets_in_file = 0;
    bool is_open =
        output_open(&dump->output, path, dump->options.atomic, error) || name_file(dump, named, error);
    free(named);
    if (!is_open || !is_no_source(dump, error))
        return false;
    if (!dump->options.append ||
        existing_file_check(&dump->options, &dump->origin, interrupt, &dump->existing, error))
        return true;
    output_abandon(&dump->output, true);
    return false;
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
           (options->rotate_ns != 0 && packet->timestamp_ns >= dump->first_ns &&
            (uint64_t)packet->timestamp_ns - (uint64_t)dump->first_ns >= (uint64_t)options->rotate_ns);
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
    return dump->output.fd >= 0 || open_file(dump, packet->timestamp_ns, interrupt, error) ||
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
    if (!is_readable(packet, error) || (!dump->has_begun && !begin_file(dump, packet->link_type, error)) ||
        !dump->records->format->append(dump->records, &dump->buffer, packet, interface, error))
        return false;
    if (dump->packets_in_file++ == 0 || packet->timestamp_ns < dump->first_ns)
        dump->first_ns = packet->timestamp_ns;
    return true;
}

static bool copy_text(struct dump_file *dump, unsigned index, const char **text)
{
    if (*text != NULL)
        *text = dump->texts[index] = strdup(*text);
    return *text != NULL;
}

static void free_dump(struct dump_file *dump)
{
    if (dump->records != NULL)
        dump->records->format->free(dump->records);
    compressor_free(dump->compressor);
    rotation_free(&dump->rotation);
    buffer_free(&dump->buffer);
    buffer_free(&dump->compressed);
    for (size_t i = 0; i < sizeof(dump->texts) / sizeof(dump->texts[0]); i++)
        free(dump->texts[i]);
    for (char **source = dump->sources; source != NULL && *source != NULL; source++)
        free(*source);
    free(dump->sources);
    free(dump);
}

static bool copy_sources(struct dump_file *dump)
{
    size_t count = 0;
    for (const char *const *source = dump->origin.sources; source != NULL && *source != NULL; source++)
        count++;
    dump->sources = calloc(count + 1, sizeof(*dump->sources));
    for (size_t i = 0; dump->sources != NULL && i < count; i++)
        if ((dump->sources[i] = strdup(dump->origin.sources[i])) == NULL)
            return false;
    dump->origin.sources = NULL;
    return dump->sources != NULL;
}

/* All that it needs but the file. */
static bool prepare(struct dump_file *dump, struct capture_error *error)
{
    const struct dump_origin *origin = &dump->origin;
    bool has_texts =
        copy_text(dump, 0, &dump->options.path) && copy_text(dump, 1, &dump->options.application) &&
        (origin->filter == NULL || copy_text(dump, 2, &dump->origin.filter)) && copy_sources(dump);
    if (!has_texts || !buffer_reserve(&dump->buffer, dump->full))
        return capture_error_set_errno(error, ENOMEM);
    dump->records = dump->options.format == DUMP_PCAPNG ? pcapng_writer_new(&dump->options, origin)
                                                        : pcap_writer_new(&dump->options, origin);
    if (dump->records == NULL)
        return capture_error_set_errno(error, ENOMEM);
    if (dump->options.compression != COMPRESSION_NONE &&
        (dump->compressor = compressor_new(dump->options.compression, error)) == NULL)
        return false;
    return rotation_init(&dump->rotation, &dump->options, error);
}

/* What can be done before there is a packet. */
static bool open_first_file(struct dump_file *dump, struct interrupt_check interrupt,
                            struct capture_error *error)
{
    if (!dump->origin.is_live && dump_rotates(&dump->options))
        return true; /* it is named after its first packet's time */
    if (!open_file(dump, realtime_ns(), interrupt, error))
        return false;
    return !dump->origin.is_live ||
           (begin_file(dump, dump->origin.link_type, error) && dump_file_flush(dump, interrupt, error));
}

struct dump_file *dump_file_open(const struct dump_options *options, const struct dump_origin *origin,
                                 struct interrupt_check interrupt, struct capture_error *error)
{
    struct dump_file *dump = calloc(1, sizeof(*dump));
    if (dump == NULL) {
        capture_error_set_errno(error, ENOMEM);
        return NULL;
    }
    dump->options = *options;
    dump->origin = *origin;
    dump->output.fd = -1;
    dump->owner = getpid();
    dump->full = options->compression == COMPRESSION_NONE ? BUFFER_FULL : COMPRESSED_BUFFER_FULL;
    if (prepare(dump, error) && open_first_file(dump, interrupt, error))
        return dump;
    output_abandon(&dump->output, true);
    free_dump(dump);
    return NULL;
}

bool dump_file_close(struct dump_file *dump, const struct dump_statistics *statistics, bool is_complete,
                     struct interrupt_check interrupt, struct capture_error *error)
{
    bool is_ours = getpid() == dump->owner, finished = true;
    if (is_ours && dump->failure.kind != ERROR_NONE) {
        *error = dump->failure;
        finished = false;
    } else if (is_ours && (is_complete || dump->has_begun)) {
        bool is_open = dump->output.fd >= 0 || open_file(dump, realtime_ns(), interrupt, error);
        finished = is_open && finish_file(dump, statistics, is_complete, interrupt, error);
    }
    output_abandon(&dump->output, is_ours);
    free_dump(dump);
    return finished;
}
