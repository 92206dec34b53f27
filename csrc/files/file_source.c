/* Packets of capture files: see file_source.h. */
#define _POSIX_C_SOURCE 200809L /* F_DUPFD_CLOEXEC */
#include "file_source.h"
#include "file_source_internal.h"
#include "file_summary.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* What one fill reads at least before it comes back, though nothing matches: few hand-overs of the GIL,
     * and still a look at signals every few milliseconds. */
    READ_AT_LEAST = BATCH_PACKETS,
    STEPS_AT_MOST = 64,
};

static bool keep_failure(struct file_source *self, struct capture_file *file,
                         const struct capture_error *error)
{
    self->base.failure = *error;
    if (file != NULL && error->kind != ERROR_FILTER)
        self->base.failure.subject = file->name;
    return false;
}

static void tell(struct file_source *self, const struct capture_file *file, const struct capture_error *error)
{
    self->base.notice = *error;
    self->base.notice.subject = file->name;
}

/* The names outlive their files, which a failure or a notice may still be about. */
static void close_file(struct file_source *self, unsigned index)
{
    struct capture_file *file = self->files[index];
    free(self->told_name);
    self->told_name = file->name;
    file->name = NULL;
    capture_file_free(file, &self->base.left);
    self->file_count--;
    memmove(self->files + index, self->files + index + 1, (self->file_count - index) * sizeof(*self->files));
}

static bool open_next_file(struct file_source *self, struct capture_error *error)
{
    struct capture_file *file = capture_file_new(&self->options.opener, self->next_file, error);
    if (file == NULL)
        return false;
    file->on_damage = self->options.on_damage;
    self->next_file++;
    self->files[self->file_count++] = file;
    return true;
}

/* For the interfaces that are known so far. False with `error` where the filter suits none, and no other can
 * come. */
static bool prepare_filter(struct file_source *self, const struct capture_file *file,
                           struct capture_error *error)
{
    enum { EN10MB = 1 };
    const struct file_reader *reader = &file->window.reader;
    struct file_filters *filters = &self->filters;
    struct capture_error why;
    if (filters->expression == NULL)
        return true;
    for (unsigned i = 0; i < reader->interface_count; i++)
        if (!reader->interfaces[i].is_unknown &&
            file_filters_know(filters, reader->interfaces[i].shared->link_type, &why) ==
                FILTER_IS_IMPOSSIBLE &&
            why.kind != ERROR_FILTER) {
            *error = why;
            return false;
        }
    bool others_may_come = reader->format == &pcapng_format || self->options.file_count > 1;
    if (filters->suits_some || (others_may_come && file_filters_compiles(filters, EN10MB, &why)))
        return true;
    if (!file_filters_suit_none(filters, error))
        *error = why;
    return false;
}

static bool file_matches(void *source, const struct packet *packet)
{
    struct file_source *self = source;
    struct capture_error error;
    enum filter_verdict verdict = file_filters_match(&self->filters, packet, &error);
    if (verdict == FILTER_IS_IMPOSSIBLE && error.kind == ERROR_FILTER) {
        struct capture_error notice;
        file_filters_tell_impossible(&self->filters, packet->link_type, &error, &notice);
        tell(self, self->files[0], &notice);
    } else if (verdict == FILTER_IS_IMPOSSIBLE) {
        self->base.failure = error;
    }
    return verdict == FILTER_MATCHES;
}

void file_source_end(struct file_source *self)
{
    self->base.ended = true;
    file_filters_suit_none(&self->filters, &self->base.failure);
}

bool file_source_handle(struct file_source *self, unsigned index, enum file_result result,
                        const struct capture_error *error)
{
    struct capture_file *file = self->files[index];
    switch (result) {
    case FILE_FULL:
        self->base.has_more = true;
        return false;
    case FILE_NOTHING:
        return false;
    case FILE_NOTICE:
        tell(self, file, error);
        self->base.has_more = true;
        return false;
    case FILE_END:
        if (self->options.file_count == 1) { /* it stays open: see file_source_access */
            input_end(file->window.input);
            file_source_end(self);
        } else {
            close_file(self, index);
        }
        return !self->base.ended;
    case FILE_BEGINS:
        return prepare_filter(self, file, &self->base.failure);
    case FILE_FAILED:
        return keep_failure(self, file, error);
    case FILE_PACKET:
        break;
    }
    return true;
}

/* One file after the other. False: no more for now. */
static bool read_next(struct file_source *self, uint32_t *left)
{
    struct source *source = &self->base;
    struct capture_error error = {0};
    if (self->file_count == 0) {
        if (self->next_file == self->options.file_count) {
            file_source_end(self);
            return false;
        }
        if (!open_next_file(self, &error)) {
            source->failure = error;
            return false;
        }
    }
    struct capture_file *file = self->files[0];
    enum file_result result = FILE_PACKET;
    while (*left > 0 && !source_is_full(source) && source->failure.kind == ERROR_NONE) {
        struct packet *packet = packet_batch_place(source->batch);
        result = capture_file_next(file, packet, source->appended == 0, &source->left, &error);
        if (result != FILE_PACKET)
            return file_source_handle(self, 0, result, &error);
        source_append(source, packet);
        --*left;
    }
    return true;
}

static const struct capture_file *waiting_file(const struct file_source *self)
{
    for (unsigned i = 0; i < self->file_count; i++)
        if (self->files[i]->is_waiting)
            return self->files[i];
    return NULL;
}

/* False when nothing can be read for now. */
static bool wait_for_bytes(struct file_source *self, int wait_ms)
{
    struct source *source = &self->base;
    const struct capture_file *file = waiting_file(self);
    short events;
    if (file == NULL)
        return true;
    int fd = input_fd(file->window.input);
    if (source->appended > 0)
        wait_ms = 0;
    if (fd < 0 && wait_ms > FOLLOW_INTERVAL_MS)
        wait_ms = FOLLOW_INTERVAL_MS;
    if (!wake_pipe_wait(&source->wake, fd, wait_ms, &events, &source->failure))
        return false;
    return events != 0 || fd < 0;
}

static void file_read(struct source *source, int wait_ms)
{
    struct file_source *self = (void *)source;
    uint32_t left = source->max_packets;
    if (source->filters && left < READ_AT_LEAST)
        left = READ_AT_LEAST;
    if (!wait_for_bytes(self, wait_ms))
        return;
    bool goes_on = true;
    for (int step = 0; goes_on && left > 0 && !source_is_full(source) && step < STEPS_AT_MOST; step++) {
        goes_on = self->options.merge ? file_source_read_merged(self, &left) : read_next(self, &left);
        goes_on = goes_on && source->failure.kind == ERROR_NONE;
    }
    if (goes_on)
        source->has_more = true;
}

static int file_fd(const struct source *source)
{
    const struct file_source *self = (const void *)source;
    return self->file_count == 0 ? -1 : input_fd(self->files[0]->window.input);
}

static void file_free(struct source *source, struct slab **left)
{
    struct file_source *self = (void *)source;
    for (unsigned i = 0; i < self->file_count; i++)
        capture_file_free(self->files[i], left);
    file_filters_free(&self->filters);
    free(self->files);
    free(self->told_name);
    source_finish(source);
    free(self);
}

static const struct source_operations file_operations = {
    .read = file_read,
    .matches = file_matches,
    .fd = file_fd,
    .free = file_free,
};

/* What the capture as a whole is asked for is that of the first interface. */
static void describe(struct file_source *self)
{
    enum { EN10MB = 1 };
    struct source *source = &self->base;
    const struct file_reader *reader = &self->files[0]->window.reader;
    source->link_type = EN10MB;
    source->snaplen = SNAPLEN_MAX;
    if (reader->interface_count == 0)
        return;
    const struct interface *interface = reader->interfaces[0].shared;
    source->link_type = interface->link_type;
    if (interface->snaplen > 0 && interface->snaplen < SNAPLEN_MAX)
        source->snaplen = interface->snaplen;
}

static bool begin_file(struct file_source *self, struct capture_error *error)
{
    if (!open_next_file(self, error))
        return false;
    struct capture_file *file = self->files[self->file_count - 1];
    if (!capture_file_begin(file, self->options.interrupt, &self->base.left, error) ||
        !prepare_filter(self, file, error))
        return false;
    if (file->has_notice)
        tell(self, file, &file->notice);
    return true;
}

struct source *file_source_open(const struct file_options *options, struct capture_error *error)
{
    struct file_source *self = calloc(1, sizeof(*self));
    if (self == NULL || !source_init(&self->base, &file_operations, error)) {
        if (self == NULL)
            capture_error_set_errno(error, ENOMEM);
        free(self);
        return NULL;
    }
    self->options = *options;
    self->files = calloc(options->file_count + 1, sizeof(struct capture_file *));
    bool begun = self->files != NULL ? file_filters_init(&self->filters, options->filter, error)
                                     : capture_error_set_errno(error, ENOMEM);
    self->base.filters = options->filter != NULL;
    unsigned count = options->merge ? options->file_count : options->file_count > 0;
    for (unsigned i = 0; begun && i < count; i++)
        begun = begin_file(self, error);
    if (!begun) {
        slabs_free(&(struct slab *){source_close(&self->base)});
        return NULL;
    }
    if (count > 0)
        describe(self);
    return &self->base;
}

bool file_source_access(struct source *source, struct file_access *access, struct capture_error *error)
{
    const struct file_source *self = (const void *)source;
    source_enter(source);
    const struct byte_input *input = self->files[0]->window.input;
    int fd = input_random_access_fd(input);
    access->on_damage = self->options.on_damage;
    access->compression = input_compression(input);
    access->fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (fd >= 0 && access->fd < 0)
        capture_error_set_errno(error, errno);
    source_leave(source);
    return fd < 0 || access->fd >= 0;
}

enum file_result file_source_summarize(struct source *source, struct file_summary *summary,
                                       struct file_wait *wait, const char **format, const char **compression,
                                       struct capture_error *error)
{
    struct file_source *self = (void *)source;
    source_enter(source);
    struct capture_file *file = self->files[0];
    enum file_result result = file_summary_walk(summary, file, &source->left, error);
    wait->fd = input_fd(file->window.input);
    wait->ms = !file->is_waiting ? 0 : wait->fd < 0 ? FOLLOW_INTERVAL_MS : LONGEST_WAIT_MS;
    *format = file->window.reader.format->name;
    *compression = input_compression(file->window.input);
    source_leave(source);
    return result;
}
