/* What there is to tell of a capture file as a whole: counted in one walk over its records, without decoding.
 */
#ifndef UMPA_FILES_FILE_SUMMARY_H
#define UMPA_FILES_FILE_SUMMARY_H

#include "capture_file.h"

struct interface_summary {
    struct interface *shared;
    uint64_t packets;
    uint64_t received, dropped; /* as of struct reader_interface */
};

struct file_summary {
    uint64_t packets;
    uint64_t bytes_captured;
    uint64_t bytes_on_wire;
    uint64_t packets_with_comments;
    int64_t first_ns, last_ns; /* the earliest and the latest, where there are packets */
    int64_t previous_ns;
    bool is_in_order;
    uint64_t sections;

    struct interface_summary *interfaces; /* of all sections */
    size_t interface_count, interface_room;
    size_t section_interfaces;     /* the first one of the present section */
    struct told_comment *comments; /* of sections, the last one first */
    bool no_memory;
};

struct told_comment {
    struct told_comment *before;
    uint32_t length;
    char text[];
};

void file_summary_init(struct file_summary *summary);

/* Counts on for a few milliseconds; results as of file_index_walk. FILE_NOTHING comes also where bytes are to
 * be waited for. */
enum file_result file_summary_walk(struct file_summary *summary, struct capture_file *file,
                                   struct slab **left, struct capture_error *error);
void file_summary_free(struct file_summary *summary);

#endif
