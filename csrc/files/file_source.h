/* Packets of capture files, one after the other or merged by time: the file half of source.h. */
#ifndef UMPA_FILES_FILE_SOURCE_H
#define UMPA_FILES_FILE_SOURCE_H

#include "../capture/source.h"
#include "byte_input.h"

/* Opens the files one by one, each once. `name`: to be freed by the source; of a file that fails, too. */
struct file_opener {
    struct byte_input *(*open)(void *context, unsigned index, char **name, struct capture_error *error);
    void *context;
};

enum file_result {
    FILE_PACKET,
    FILE_NOTHING, /* for now */
    FILE_FULL,    /* the packets found so far are in the way, or it is time to look at signals: ask again */
    FILE_NOTICE,  /* `error` is to be told; there may be more */
    FILE_BEGINS,  /* its header has been read */
    FILE_END,
    FILE_FAILED, /* `error` */
};

enum damage_policy {
    DAMAGE_ENDS_IT,
    DAMAGE_IS_TOLD, /* by a notice, and what is behind it is read */
    DAMAGE_IS_SKIPPED,
};

struct file_options {
    struct file_opener opener;
    unsigned file_count;
    const char *filter; /* NULL: none */
    bool merge;
    enum damage_policy on_damage;
    struct interrupt_check interrupt; /* while opening waits for a pipe */
};

/* The first file is opened at once, all of them where they are merged. Errors and notices have the file's
 * name as their subject, which stays until the source is closed. */
struct source *file_source_open(const struct file_options *options, struct capture_error *error);

/* How to read the one file of a source beside it. */
struct file_access {
    int fd;                  /* a duplicate, the caller's; -1: it can't be read at any offset */
    const char *compression; /* as of input_compression */
    enum damage_policy on_damage;
};
bool file_source_access(struct source *source, struct file_access *access, struct capture_error *error);

/* What to wait for, and for how long at most. */
struct file_wait {
    int fd; /* -1: nothing can be waited for */
    int ms; /* 0: no wait */
};

/* Counts the rest of a source's one file; results as of file_summary_walk. `wait`: after FILE_NOTHING. */
struct file_summary;
enum file_result file_source_summarize(struct source *source, struct file_summary *summary,
                                       struct file_wait *wait, const char **format, const char **compression,
                                       struct capture_error *error);

#endif
