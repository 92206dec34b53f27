/* Bytes that wait to be written: memory that grows. */
#ifndef UMPA_FILES_WRITE_BUFFER_H
#define UMPA_FILES_WRITE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct write_buffer {
    uint8_t *bytes;
    size_t used;
    size_t capacity;
};

/* Room for `more` bytes behind those that are used; false: no memory, and all is as it was. */
static inline bool buffer_reserve(struct write_buffer *buffer, size_t more)
{
    if (more <= buffer->capacity - buffer->used)
        return true;
    uint8_t *bytes = realloc(buffer->bytes, buffer->used + more);
    if (bytes == NULL)
        return false;
    buffer->bytes = bytes;
    buffer->capacity = buffer->used + more;
    return true;
}

/* Where there is room. */
static inline void buffer_append(struct write_buffer *buffer, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(buffer->bytes + buffer->used, bytes, size);
    buffer->used += size;
}

static inline void buffer_append_u16(struct write_buffer *buffer, uint16_t value)
{
    buffer_append(buffer, &value, sizeof(value));
}

static inline void buffer_append_u32(struct write_buffer *buffer, uint32_t value)
{
    buffer_append(buffer, &value, sizeof(value));
}

/* Zeros up to a multiple of 4 bytes behind `size` bytes. */
static inline void buffer_pad(struct write_buffer *buffer, size_t size)
{
    buffer_append(buffer, (const uint8_t[4]){0}, (4 - size % 4) % 4);
}

static inline void buffer_free(struct write_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct write_buffer){0};
}

#endif
