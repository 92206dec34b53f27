/* Reads of big-endian values from captured bytes that cannot go beyond them.
 * What lies outside the view reads as zero. May include nothing but the C library. */
#ifndef UMPA_DECODE_BYTES_VIEW_H
#define UMPA_DECODE_BYTES_VIEW_H

#include <stdint.h>

struct bytes_view {
    const uint8_t *bytes;
    uint32_t length;
};

static inline uint8_t view_u8(struct bytes_view view, uint32_t offset)
{
    return offset < view.length ? view.bytes[offset] : 0;
}

static inline uint16_t view_u16(struct bytes_view view, uint32_t offset)
{
    return (uint16_t)(view_u8(view, offset) << 8 | view_u8(view, offset + 1));
}

static inline uint32_t view_u32(struct bytes_view view, uint32_t offset)
{
    return (uint32_t)view_u16(view, offset) << 16 | view_u16(view, offset + 2);
}

/* The `bit_width` (1 to 64) bits that begin `bit_offset` bits into the view. */
static inline uint64_t view_bits(struct bytes_view view, uint32_t bit_offset, uint32_t bit_width)
{
    uint32_t first_byte = bit_offset / 8;
    uint32_t last_byte = (bit_offset + bit_width - 1) / 8;
    uint32_t bits_after = 7 - (bit_offset + bit_width - 1) % 8;
    uint64_t value = view_u8(view, first_byte) & (0xffU >> (bit_offset % 8));
    if (first_byte == last_byte)
        return value >> bits_after;
    for (uint32_t offset = first_byte + 1; offset < last_byte; offset++)
        value = value << 8 | view_u8(view, offset);
    return value << (8 - bits_after) | (uint64_t)view_u8(view, last_byte) >> bits_after;
}

/* The part of the view that begins at `offset`: empty when that lies beyond it. */
static inline struct bytes_view view_from(struct bytes_view view, uint32_t offset)
{
    if (offset > view.length)
        offset = view.length;
    return (struct bytes_view){view.bytes + offset, view.length - offset};
}

static inline struct bytes_view view_first(struct bytes_view view, uint32_t length)
{
    return (struct bytes_view){view.bytes, length < view.length ? length : view.length};
}

#endif
