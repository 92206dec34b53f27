/* What file_source.c and file_merge.c share: only they include this. */
#ifndef UMPA_FILES_FILE_SOURCE_INTERNAL_H
#define UMPA_FILES_FILE_SOURCE_INTERNAL_H

#include "../capture/source_internal.h"
#include "capture_file.h"
#include "file_filters.h"
#include "file_source.h"

struct file_source {
    struct source base;
    struct file_options options;
    struct file_filters filters;
    unsigned next_file;
    unsigned file_count; /* open ones: by the time of their next packet, when they are merged */
    struct capture_file **files;
    char *told_name; /* of a file that is closed, while somebody is told about it */
};

/* What a file gave instead of a packet. True: go on with it, or with the next one. */
bool file_source_handle(struct file_source *self, unsigned index, enum file_result result,
                        const struct capture_error *error);

/* No file is left. */
void file_source_end(struct file_source *self);

/* Appends the first packets of all files by time. False: no more for now. */
bool file_source_read_merged(struct file_source *self, uint32_t *left);

#endif
