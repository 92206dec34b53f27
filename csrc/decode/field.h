/* Reads one field of a header by its row in the protocol's table. */
#ifndef UMPA_DECODE_FIELD_H
#define UMPA_DECODE_FIELD_H

#include "protocol.h"
#include "text.h"

/* Finds a protocol's field by its name, by the name of a flag, which is a field of one bit, or by a name
 * without its leading underscore: whichever comes first in this order. False when there is none. */
bool field_find(const struct protocol *protocol, const char *name, struct field *found);

/* The one-bit field of a flags field's bit `index`, 0 being the most significant. */
struct field field_of_flag(const struct field *flags, unsigned index);

/* The value as the printed tree shows it. */
void field_put_text(struct text_sink *sink, const struct field *field, struct bytes_view header);

static inline bool field_is_present(const struct field *field, struct bytes_view header)
{
    return field->present == NULL || field->present(header);
}

/* The value of a FIELD_UINT, FIELD_FLAGS, FIELD_BOOL or FIELD_PADDING. */
static inline uint64_t field_uint(const struct field *field, struct bytes_view header)
{
    return field->bits.width == 0 ? 0 : view_bits(header, field->bits.offset, field->bits.width);
}

/* The bytes of any other kind: `bits.width` of them, or all to the header's end. A fixed width is always
 * there in full: a row that reached beyond the header would read zeros. */
static inline struct bytes_view field_bytes(const struct field *field, struct bytes_view header)
{
    static const uint8_t zeros[16];
    struct bytes_view rest = view_from(header, field->bits.offset / 8U);
    uint32_t width = field->bits.width / 8U;
    if (width == 0)
        return rest;
    return rest.length < width ? (struct bytes_view){zeros, sizeof(zeros)} : view_first(rest, width);
}

/* Bits from the header's first bit to the field's. */
static inline uint32_t field_offset(const struct field *field, struct bytes_view header)
{
    return field->kind == FIELD_PADDING ? header.length * 8 : field->bits.offset;
}

/* Bit `index` (0 is the most significant) of a flags field's value. */
static inline unsigned field_flag(const struct field *field, uint64_t value, unsigned index)
{
    return (unsigned)(value >> (field->bits.width - 1U - index)) & 1U;
}

#endif
