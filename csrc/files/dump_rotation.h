/* Which file of a dump comes next, and which go: name_00001_20261124153000.pcap and so on, as dumpcap's. */
#ifndef UMPA_FILES_DUMP_ROTATION_H
#define UMPA_FILES_DUMP_ROTATION_H

#include "../capture/capture_error.h"
#include "dump_options.h"

struct dump_rotation {
    const struct dump_options *options;
    uint32_t number; /* of the latest file */
    char **kept;     /* a ring of names, the latest of number n at n % ring; NULL: all files are kept */
};

static inline bool dump_rotates(const struct dump_options *options)
{
    return options->rotate_bytes != 0 || options->rotate_packets != 0 || options->rotate_ns != 0;
}

bool rotation_init(struct dump_rotation *rotation, const struct dump_options *options,
                   struct capture_error *error);

/* The name of the next file, malloc's; where the ring is full, removes the file whose place it takes. The
 * time is that of the file's first packet. NULL with `error`. */
char *rotation_next_path(struct dump_rotation *rotation, int64_t time_ns, struct capture_error *error);

void rotation_free(struct dump_rotation *rotation);

#endif
