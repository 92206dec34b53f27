/* Reads a file through before packets are appended to it: see existing_file.h. */
#define _POSIX_C_SOURCE 200809L
#include "existing_file.h"
#include "byte_input.h"
#include "capture_file.h"
#include "link_type.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

enum { NS_OF_MICROSECOND = 1000, RECORD_HEADER = 16 };

struct wanted {
    const struct dump_options *options;
    const struct dump_origin *origin;
    struct interrupt_check interrupt;
};

static struct byte_input *open_input(void *context, unsigned number, char **name, struct capture_error *error)
{
    const struct wanted *wanted = context;
    (void)number;
    *name = strdup(wanted->options->path);
    if (*name != NULL)
        return input_of_path(wanted->options->path, false, wanted->interrupt, error);
    capture_error_set_errno(error, ENOMEM);
    return NULL;
}

static bool is_other(const char *wanted, const char *found, struct capture_error *error)
{
    return capture_error_set(error, ERROR_FILE_FORMAT, 0,
                             "%s can't be appended to this file, which is %s: write a new file, or in that "
                             "format",
                             wanted, found);
}

static const char *format_of(const struct file_reader *reader)
{
    if (reader->format == &pcapng_format)
        return "pcapng (format='pcapng')";
    if (reader->lengths_order != 0)
        return "pcap of an old version, which is no more written";
    if (reader->record_header != RECORD_HEADER)
        return "pcap with the longer records of another libpcap, which are not written";
    return reader->fraction_ns == NS_OF_MICROSECOND ? "pcap in microseconds (format='pcap')"
                                                    : "pcap in nanoseconds (format='nsecpcap')";
}

/* Where no unit of time is asked for, the file's own will do. */
static const char *format_wanted(const struct wanted *wanted, const struct file_reader *there)
{
    const struct dump_options *options = wanted->options;
    bool is_micro = options->format == DUMP_PCAP_MICRO ||
                    (options->format == DUMP_PCAP && there->fraction_ns == NS_OF_MICROSECOND);
    const struct file_reader reader = {.format =
                                           options->format == DUMP_PCAPNG ? &pcapng_format : &pcap_format,
                                       .record_header = RECORD_HEADER,
                                       .fraction_ns = is_micro ? NS_OF_MICROSECOND : 1};
    return format_of(&reader);
}

static bool is_of_format(const struct wanted *wanted, const struct capture_file *file,
                         struct capture_error *error)
{
    static const char *const names[] = {
        [COMPRESSION_NONE] = NULL,
        [COMPRESSION_GZIP] = "gzip",
        [COMPRESSION_ZSTD] = "zstd",
        [COMPRESSION_XZ] = "xz",
    };
    const char *compression = input_compression(file->window.input);
    const char *ours = names[wanted->options->compression];
    if (compression != ours && (compression == NULL || ours == NULL || strcmp(compression, ours) != 0))
        return is_other(ours == NULL ? "what is not compressed" : ours,
                        compression == NULL ? "not compressed" : compression, error);
    const struct file_reader *reader = &file->window.reader;
    const char *format = format_of(reader), *our_format = format_wanted(wanted, reader);
    return strcmp(format, our_format) == 0 || is_other(our_format, format, error);
}

/* Of a live capture, whose packets are like one another; else each is looked at. */
static bool has_place_for_device(const struct existing_file *existing, const struct dump_origin *origin,
                                 struct capture_error *error)
{
    uint32_t ours = link_type_to_file(origin->link_type), theirs = link_type_to_file(existing->link_type);
    if (ours == LINK_TYPE_NO_MEMORY || theirs == LINK_TYPE_NO_MEMORY)
        return capture_error_set_errno(error, ENOMEM);
    if (ours != theirs)
        return capture_error_set(error, ERROR_FILE_FORMAT, 0,
                                 "the file that is appended to has link type %" PRIu32
                                 ", this device %" PRIu32 ": write a new file, or pcapng, which holds both",
                                 theirs, ours);
    return (existing->snaplen == 0 || existing->snaplen >= origin->snaplen) ||
           capture_error_set(error, ERROR_FILE_FORMAT, 0,
                             "the file that is appended to has a snaplen of %" PRIu32
                             ", smaller than the capture's %" PRIu32 ": capture with snaplen=%" PRIu32
                             ", or write a new file",
                             existing->snaplen, origin->snaplen, existing->snaplen);
}

static bool look_at_header(const struct wanted *wanted, const struct capture_file *file,
                           struct existing_file *existing, struct capture_error *error)
{
    const struct file_reader *reader = &file->window.reader;
    if (!is_of_format(wanted, file, error))
        return false;
    existing->is_swapped = reader->is_swapped;
    if (reader->format == &pcapng_format)
        return true;
    existing->link_type = reader->interfaces[0].shared->link_type;
    existing->snaplen = reader->interfaces[0].shared->snaplen;
    existing->fraction_ns = reader->fraction_ns;
    return !wanted->origin->is_live || has_place_for_device(existing, wanted->origin, error);
}

static bool is_damaged(const char *advice, struct capture_error *error)
{
    struct capture_error words = *error;
    if (words.kind == ERROR_FILE_FORMAT)
        capture_error_set(error, ERROR_FILE_FORMAT, 0, "%.250s: nothing can be appended to this file. %s",
                          words.text, advice);
    return false;
}

static bool walk(const struct wanted *wanted, struct capture_file *file, struct existing_file *existing,
                 struct capture_error *error)
{
    struct slab *left = NULL;
    enum file_result result = FILE_NOTHING;
    bool is_fit =
        capture_file_begin(file, wanted->interrupt, &left, error) || is_damaged("Write a new one", error);
    is_fit = is_fit && look_at_header(wanted, file, existing, error);
    while (is_fit && result != FILE_END) {
        struct packet packet;
        result = capture_file_next(file, &packet, true, &left, error);
        slabs_free(&left); /* whose packets nobody shares */
        if (result == FILE_FAILED)
            is_fit = is_damaged("Write its good packets to another one first, read with errors='ignore', and "
                                "append to that",
                                error);
        else if ((result == FILE_FULL || result == FILE_NOTHING) && is_interrupted(wanted->interrupt))
            is_fit = capture_error_set(error, ERROR_INTERRUPTED, EINTR,
                                       "interrupted while the file that is appended to was read");
    }
    capture_file_free(file, &left);
    slabs_free(&left);
    return is_fit;
}

bool existing_file_check(const struct dump_options *options, const struct dump_origin *origin,
                         struct interrupt_check interrupt, struct existing_file *existing,
                         struct capture_error *error)
{
    struct stat status;
    struct wanted wanted = {options, origin, interrupt};
    struct file_opener opener = {open_input, &wanted};
    *existing = (struct existing_file){.is_empty = true};
    if (stat(options->path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0)
        return true; /* what is wrong with it is told when it is opened */
    struct capture_file *file = capture_file_new(&opener, 0, error);
    if (file == NULL)
        return false;
    existing->is_empty = false;
    return walk(&wanted, file, existing, error);
}
