/* One row of a protocol's table says all there is to say of a field; this reads the field by it.
 * A field is read from a view: a header, a whole layer, or an item of a list. */
#ifndef UMPA_DECODE_FIELD_H
#define UMPA_DECODE_FIELD_H

#include "bytes_view.h"
#include "packet.h"
#include "text.h"
#include <stdbool.h>
#include <stddef.h>

enum field_kind {
    FIELD_UINT,
    FIELD_INT,      /* two's complement */
    FIELD_FLAGS,    /* an integer whose bits have names */
    FIELD_BOOL,     /* one bit, true or false */
    FIELD_NAME,     /* the name of an integer's value: made by field_of_name, never written in a table */
    FIELD_MAC,      /* 6 bytes, aa:bb:cc:dd:ee:ff */
    FIELD_IPV4,     /* 4 bytes, dotted quad */
    FIELD_IPV6,     /* 16 bytes, RFC 5952 */
    FIELD_BYTES,    /* the bytes as they are */
    FIELD_BIG_UINT, /* bytes, read as one big-endian integer; 0 when there are none */
    FIELD_PADDING,  /* printed for the original's sake: always 0, behind the header's last byte */
    FIELD_LIST,     /* values of kind `element`, one behind the other */
    FIELD_ITEMS,    /* options, chunks, records: see item_list.h */
    FIELD_PACKET,   /* an IP packet that a layer's contents quote */
};

/* Bits from the view's first bit. A width of 0 reaches to the view's end. */
struct bit_range {
    uint32_t offset;
    uint32_t width;
};

/* For a row's `locate`: behind all bytes, so that the field is not present. */
extern const struct bit_range nowhere;

/* For a row's `locate`: `length` bytes from `offset` on, also where that is none. */
struct bit_range bits_of_bytes(struct bytes_view view, uint32_t offset, uint32_t length);

/* For the `locate` of a FIELD_LIST: `count` elements from byte `offset` on, fewer where the view ends before.
 */
struct bit_range bits_of_elements(struct bytes_view view, uint32_t offset, uint32_t count,
                                  uint32_t element_length);

struct value_name {
    uint32_t value;
    const char *name;
};

/* Names of a number space, which may be shared by many fields. */
struct value_names {
    const struct value_name *rows;
    size_t count;
};

/* Text is ASCII. */
struct field {
    const char *name;
    const char *label;
    const char *doc; /* what it is, its unit and source */
    enum field_kind kind;
    struct bit_range bits;
    bool in_summary;                         /* stands in a packet's one-line repr, addresses as from > to */
    bool hidden;                             /* can be read, but is neither printed nor listed */
    bool in_contents;                        /* its view is the whole layer: it lies behind the header */
    bool (*present)(struct bytes_view view); /* NULL: always; if its bits are there */
    struct bit_range (*locate)(struct bytes_view view); /* NULL: at `bits` */
    uint64_t (*read)(struct bytes_view view);           /* NULL: an integer is its bits, big-endian */
    const char *const *flag_names;   /* FIELD_FLAGS: most significant first, `bits.width` of them */
    const struct value_names *names; /* of an integer's values */
    struct bit_range named_by;       /* what is looked up there; of width 0: the value */
    const struct item_format *items; /* FIELD_ITEMS */
    enum field_kind element;         /* FIELD_LIST: FIELD_UINT, FIELD_IPV4 or FIELD_IPV6 */
    uint32_t element_width;          /* FIELD_LIST: bits of each */
};

struct protocol;

/* Finds a protocol's field by its name, by the name of a flag, which is a field of one bit, by a name without
 * its leading underscore, or by that and _name, for the name of its value: whichever comes first in this
 * order. False when there is none. */
bool field_find(const struct protocol *protocol, const char *name, struct field *found);

/* Its name without the leading underscore, if it has one. */
const char *field_alias(const struct field *field);

/* The one-bit field of a flags field's bit `index`, 0 being the most significant. */
struct field field_of_flag(const struct field *flags, unsigned index);

/* The FIELD_NAME of a field that has names. */
struct field field_of_name(const struct field *field);

/* What a layer's field is read from. */
static inline struct bytes_view field_view(const struct field *field, const struct layer *layer,
                                           const uint8_t *packet_bytes)
{
    return field->in_contents ? layer_whole(layer, packet_bytes) : layer_header(layer, packet_bytes);
}

/* Where the field lies, its width made out: never beyond the view, unless it is not present. */
struct bit_range field_bits(const struct field *field, struct bytes_view view);

/* Whether the view has the field: it has one of this kind, and all its bits. Only then may it be read. */
bool field_is_present(const struct field *field, struct bytes_view view);

/* The value of a FIELD_UINT, FIELD_FLAGS, FIELD_BOOL or FIELD_PADDING. */
uint64_t field_uint(const struct field *field, struct bytes_view view);

/* The value of a FIELD_INT. */
int64_t field_int(const struct field *field, struct bytes_view view);

/* The name of its value; NULL for one that has none. */
const char *field_value_name(const struct field *field, struct bytes_view view);

/* The bytes of any other kind. */
struct bytes_view field_bytes(const struct field *field, struct bytes_view view);

/* Value `index` of a FIELD_LIST whose bits are `bits`: a field of kind `element`. */
struct field field_of_element(const struct field *list, struct bit_range bits, uint32_t index);

/* The value as the printed tree shows it. */
void field_put_text(struct text_sink *sink, const struct field *field, struct bytes_view view);

/* Bit `index` (0 is the most significant) of a flags field's value. */
static inline unsigned field_flag(const struct field *field, uint64_t value, unsigned index)
{
    return (unsigned)(value >> (field->bits.width - 1U - index)) & 1U;
}

#endif
