/* Several capture files, merged by the times of their packets. */
#include "file_source_internal.h"
#include <stdlib.h>

/* Files are sorted by the time of their next packet, then as they were given; the first has moved on. */
static void sort_first(struct file_source *self)
{
    struct capture_file *first = self->files[0];
    unsigned i = 0;
    for (; i + 1 < self->file_count; i++) {
        const struct capture_file *other = self->files[i + 1];
        int64_t first_ns = first->next.timestamp_ns, other_ns = other->next.timestamp_ns;
        if (first_ns < other_ns || (first_ns == other_ns && first->index < other->index))
            break;
        self->files[i] = self->files[i + 1];
    }
    self->files[i] = first;
}

/* Sees to it that each file's next packet is known. */
static bool look_ahead(struct file_source *self)
{
    for (unsigned i = self->file_count; i-- > 0;) {
        struct capture_file *file = self->files[i];
        while (!file->has_next) {
            struct capture_error error;
            enum file_result result =
                capture_file_next(file, &file->next, self->base.appended == 0, &self->base.left, &error);
            file->has_next = result == FILE_PACKET;
            if (result == FILE_PACKET)
                break;
            if (!file_source_handle(self, i, result, &error))
                return false;
            if (result == FILE_END)
                break;
        }
    }
    return true;
}

static int by_time(const void *left, const void *right)
{
    const struct capture_file *a = *(struct capture_file *const *)left;
    const struct capture_file *b = *(struct capture_file *const *)right;
    if (a->next.timestamp_ns != b->next.timestamp_ns)
        return a->next.timestamp_ns < b->next.timestamp_ns ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

bool file_source_read_merged(struct file_source *self, uint32_t *left)
{
    struct source *source = &self->base;
    if (!look_ahead(self))
        return false;
    if (self->file_count == 0) {
        file_source_end(self);
        return false;
    }
    qsort(self->files, self->file_count, sizeof(struct capture_file *), by_time);
    struct capture_error error;
    while (*left > 0 && !source_is_full(source) && source->failure.kind == ERROR_NONE) {
        struct capture_file *file = self->files[0];
        source_append(source, &file->next);
        --*left;
        enum file_result result =
            capture_file_next(file, &file->next, source->appended == 0, &source->left, &error);
        file->has_next = result == FILE_PACKET;
        if (!file->has_next)
            return file_source_handle(self, 0, result, &error);
        sort_first(self);
    }
    return true;
}
