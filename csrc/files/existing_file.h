/* A file that packets shall be appended to: read through, to see that it is whole and can take them. */
#ifndef UMPA_FILES_EXISTING_FILE_H
#define UMPA_FILES_EXISTING_FILE_H

#include "../capture/capture_error.h"
#include "../capture/interrupt.h"
#include "dump_options.h"
#include <stdbool.h>
#include <stdint.h>

struct existing_file {
    bool is_empty; /* or missing, or no regular file */
    bool is_swapped;
    uint32_t link_type; /* a DLT; of a pcap file, as all below */
    uint32_t snaplen;
    uint32_t fraction_ns;
};

/* False with `error` where nothing may be appended: it says what to do instead. */
bool existing_file_check(const struct dump_options *options, const struct dump_origin *origin,
                         struct interrupt_check interrupt, struct existing_file *existing,
                         struct capture_error *error);

#endif
