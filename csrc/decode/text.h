/* Text into a buffer of the caller's, and the text forms of addresses and numbers. ASCII only.
 * Like snprintf, a sink counts on when its buffer is full: `length` is what all of it needs. No NUL is
 * written. */
#ifndef UMPA_DECODE_TEXT_H
#define UMPA_DECODE_TEXT_H

#include "bytes_view.h"
#include <stddef.h>

struct text_sink {
    char *buffer;
    size_t capacity;
    size_t length;
};

/* Room for any one address or 64-bit number. */
enum { TEXT_VALUE_MAX = 48 };

/* Each writes to `out`, which has room for TEXT_VALUE_MAX, and returns how many characters. */
size_t text_of_uint(uint64_t value, char *out);
size_t text_of_mac(const uint8_t *bytes, char *out);  /* 6 bytes */
size_t text_of_ipv4(const uint8_t *bytes, char *out); /* 4 bytes */
size_t text_of_ipv6(const uint8_t *bytes, char *out); /* 16 bytes, RFC 5952 */

void text_put(struct text_sink *sink, const char *text, size_t length);
void text_put_string(struct text_sink *sink, const char *text);
/* Filled with spaces on the right up to `width`. */
void text_put_padded(struct text_sink *sink, const char *text, size_t width);
void text_put_uint(struct text_sink *sink, uint64_t value);
void text_put_int(struct text_sink *sink, int64_t value);
void text_put_hex(struct text_sink *sink, uint64_t value);
/* One big-endian integer in decimal. Of more than TEXT_BIG_UINT_MAX bytes the first ones only. */
enum { TEXT_BIG_UINT_MAX = 256 };
void text_put_big_uint(struct text_sink *sink, struct bytes_view bytes);
/* 1 byte, 2 bytes, ... */
void text_put_byte_count(struct text_sink *sink, uint32_t count);
/* Printable ASCII, tab and newline as they are, every other byte as \xNN. */
void text_put_escaped(struct text_sink *sink, struct bytes_view bytes);

#endif
