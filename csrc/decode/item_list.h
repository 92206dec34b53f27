/* Walks a header's variable part: options, chunks, records, one behind the other.
 * A format says how one protocol writes them; the walk never leaves the bytes and always ends. */
#ifndef UMPA_DECODE_ITEM_LIST_H
#define UMPA_DECODE_ITEM_LIST_H

#include "bytes_view.h"
#include "field.h"

struct item {
    uint32_t kind;
    struct bytes_view bytes; /* all of it: its fields are read from here */
    struct bytes_view value; /* what is behind its kind and length */
};

/* What is known of the items of one kind. */
struct item_type {
    uint32_t kind;
    const char *name;
    const struct field *fields;
    size_t field_count;
};

struct item_format {
    /* Measures the item at `offset`, which lies within the list, by way of item_take. False at the list's
     * end. It is given all of the list, for items that refer to others. */
    bool (*next)(struct bytes_view list, uint32_t *offset, struct item *item);
    const struct item_type *types;
    size_t type_count;
    const struct field *fields; /* that every item has */
    size_t field_count;
};

/* Takes the item at `*offset` and moves `*offset` behind it. False at the list's end, and at an item whose
 * length is too short or beyond the bytes: `*offset` is then left where it lies. */
bool item_next(const struct item_format *format, struct bytes_view list, uint32_t *offset, struct item *item);

/* For a format's `next`: the item is `length` bytes, of which the value is what is behind the first
 * `header_length`. False when that can't be. */
bool item_take(struct bytes_view list, uint32_t *offset, struct item *item, uint32_t kind,
               uint32_t header_length, uint32_t length);

/* A `next` for the options of IP and TCP: a byte of kind, one of length, which counts both; 0 ends the list,
 * 1 stands alone. */
bool item_next_option(struct bytes_view list, uint32_t *offset, struct item *item);

/* A `next` for the options and TLVs of IPv6's headers, and for Mobile IP's: a byte of kind, one of length,
 * which counts what is behind it; 0 stands alone. */
bool item_next_ipv6_option(struct bytes_view list, uint32_t *offset, struct item *item);

/* For a row's `locate`: where the first `count` items lie, of which the first begins at `offset`; fewer where
 * the bytes end before. */
struct bit_range item_list_bits(const struct item_format *format, struct bytes_view view, uint32_t offset,
                                uint32_t count);

/* NULL for a kind that has none. */
const struct item_type *item_type_of(const struct item_format *format, uint32_t kind);

#endif
