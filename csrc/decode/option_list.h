/* Walks a header's variable part: options of kind, length and value, one behind the other.
 * An option_format says how one protocol writes them; the walk never leaves the bytes and always ends. */
#ifndef UMPA_DECODE_OPTION_LIST_H
#define UMPA_DECODE_OPTION_LIST_H

#include "bytes_view.h"
#include <stdbool.h>
#include <stddef.h>

struct option_name {
    uint8_t kind;
    const char *name;
};

/* Options of one byte of kind and one of length, which counts both; two kinds stand alone. */
struct option_format {
    uint8_t end_kind;     /* ends the list */
    uint8_t padding_kind; /* one byte, no length */
    const struct option_name *names;
    size_t name_count;
};

struct option {
    uint8_t kind;
    struct bytes_view value;
};

/* Takes the option at the front of `*rest` and moves `*rest` behind it. False at the list's end, and at an
 * option whose length is below 2 or beyond the bytes: `*rest` is then left where it lies. */
bool option_next(const struct option_format *format, struct bytes_view *rest, struct option *option);

/* NULL for a kind that has no name. */
const char *option_name(const struct option_format *format, uint8_t kind);

#endif
