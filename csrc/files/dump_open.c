/* Opens a dump and its files, and sees to it that none of them is one that packets are read from. */
#define _POSIX_C_SOURCE 200809L
#include "dump_file_internal.h"
#include "files_in_use.h"

#include "../capture/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static bool is_source(const struct dump_file *dump)
{
    for (char **source = dump->sources; *source != NULL; source++)
        if (output_is_at(&dump->output, *source))
            return true;
    return false;
}

/* Before anything of it is lost. */
static bool is_no_source(struct dump_file *dump, struct capture_error *error)
{
    bool is_open = dump->output.can_cut && is_file_in_use(dump->output.fd);
    if (is_source(dump))
        capture_error_set(
            error, ERROR_ARGUMENT, 0,
            "'%.250s' is the very file that packets are read from: write another one, or atomically, "
            "which replaces it at the end",
            dump->output.path);
    else if (is_open)
        capture_error_set(
            error, ERROR_ARGUMENT, 0,
            "'%.250s' is being read, by a capture or an index of this process: close that, write "
            "another file, or atomically, which replaces it at the end",
            dump->output.path);
    else
        return true;
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

bool dump_open_next(struct dump_file *dump, int64_t time_ns, struct interrupt_check interrupt,
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

void dump_free(struct dump_file *dump)
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

static bool copy_text(struct dump_file *dump, unsigned index, const char **text)
{
    if (*text != NULL)
        *text = dump->texts[index] = strdup(*text);
    return *text != NULL;
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
    if (!dump_open_next(dump, realtime_ns(), interrupt, error))
        return false;
    return !dump->origin.is_live ||
           (dump_begin(dump, dump->origin.link_type, error) && dump_file_flush(dump, interrupt, error));
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
    dump->output.fd = dump->output.replaced_fd = -1;
    dump->owner = getpid();
    dump->full = options->compression == COMPRESSION_NONE ? BUFFER_FULL : COMPRESSED_BUFFER_FULL;
    if (prepare(dump, error) && open_first_file(dump, interrupt, error))
        return dump;
    output_abandon(&dump->output, true);
    dump_free(dump);
    return NULL;
}
