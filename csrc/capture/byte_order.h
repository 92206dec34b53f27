/* Numbers of a capture file, whose byte order may not be this machine's. */
#ifndef UMPA_CAPTURE_BYTE_ORDER_H
#define UMPA_CAPTURE_BYTE_ORDER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t swapped_u32(uint32_t value)
{
    return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

static inline uint16_t u16_at(const uint8_t *bytes, bool is_swapped)
{
    uint16_t value;
    memcpy(&value, bytes, sizeof(value));
    return is_swapped ? (uint16_t)(value >> 8 | value << 8) : value;
}

static inline uint32_t u32_at(const uint8_t *bytes, bool is_swapped)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof(value));
    return is_swapped ? swapped_u32(value) : value;
}

#endif
