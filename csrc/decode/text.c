/* Text forms of values: see text.h. */
#include "text.h"
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

size_t text_of_uint(uint64_t value, char *out)
{
    char reversed[20];
    size_t count = 0;
    do {
        reversed[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    for (size_t i = 0; i < count; i++)
        out[i] = reversed[count - 1 - i];
    return count;
}

size_t text_of_mac(const uint8_t *bytes, char *out)
{
    char *end = out;
    for (int i = 0; i < 6; i++) {
        if (i > 0)
            *end++ = ':';
        *end++ = hex_digits[bytes[i] >> 4];
        *end++ = hex_digits[bytes[i] & 0xf];
    }
    return (size_t)(end - out);
}

#define OCTET(number) {#number ".", sizeof(#number)}
#define TEN(tens)                                                                                            \
    OCTET(tens##0), OCTET(tens##1), OCTET(tens##2), OCTET(tens##3), OCTET(tens##4), OCTET(tens##5),          \
        OCTET(tens##6), OCTET(tens##7), OCTET(tens##8), OCTET(tens##9)

/* Each octet with a point behind it: no branch depends on how many digits it has. */
static const struct {
    char text[5];
    uint8_t length;
} octets[256] = {
    TEN(),   TEN(1),     TEN(2),     TEN(3),     TEN(4),     TEN(5),     TEN(6),     TEN(7),
    TEN(8),  TEN(9),     TEN(10),    TEN(11),    TEN(12),    TEN(13),    TEN(14),    TEN(15),
    TEN(16), TEN(17),    TEN(18),    TEN(19),    TEN(20),    TEN(21),    TEN(22),    TEN(23),
    TEN(24), OCTET(250), OCTET(251), OCTET(252), OCTET(253), OCTET(254), OCTET(255),
};

size_t text_of_ipv4(const uint8_t *bytes, char *out)
{
    char *end = out;
    for (int i = 0; i < 4; i++) {
        memcpy(end, octets[bytes[i]].text, 4);
        end += octets[bytes[i]].length;
    }
    return (size_t)(end - out) - 1;
}

static size_t text_of_hex(uint64_t value, char *out)
{
    unsigned shift = 60;
    size_t count = 0;
    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    for (;; shift -= 4) {
        out[count++] = hex_digits[value >> shift & 0xf];
        if (shift == 0)
            return count;
    }
}

/* The longest run of two or more zero groups, the first of equals (RFC 5952 4.2). */
static void find_zero_run(const unsigned *groups, int *start, int *length)
{
    *start = -1;
    *length = 1;
    for (int i = 0; i < 8; i++) {
        int run = 0;
        while (i + run < 8 && groups[i + run] == 0)
            run++;
        if (run > *length) {
            *start = i;
            *length = run;
        }
        i += run;
    }
}

static int is_ipv4_mapped(const uint8_t *bytes)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    return memcmp(bytes, prefix, sizeof(prefix)) == 0;
}

size_t text_of_ipv6(const uint8_t *bytes, char *out)
{
    unsigned groups[8];
    int zeros_start, zeros_length;
    char *end = out;

    if (is_ipv4_mapped(bytes)) { /* RFC 5952 5 */
        memcpy(out, "::ffff:", 7);
        return 7 + text_of_ipv4(bytes + 12, out + 7);
    }
    for (int i = 0; i < 8; i++)
        groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
    find_zero_run(groups, &zeros_start, &zeros_length);
    for (int i = 0; i < 8; i++) {
        if (i == zeros_start) {
            *end++ = ':';
            *end++ = ':';
            i += zeros_length - 1;
            continue;
        }
        if (i > 0 && end[-1] != ':')
            *end++ = ':';
        end += text_of_hex(groups[i], end);
    }
    return (size_t)(end - out);
}

void text_put(struct text_sink *sink, const char *text, size_t length)
{
    if (sink->length < sink->capacity) {
        size_t room = sink->capacity - sink->length;
        memcpy(sink->buffer + sink->length, text, length < room ? length : room);
    }
    sink->length += length;
}

void text_put_string(struct text_sink *sink, const char *text)
{
    text_put(sink, text, strlen(text));
}

void text_put_padded(struct text_sink *sink, const char *text, size_t width)
{
    size_t length = strlen(text);
    text_put(sink, text, length);
    for (; length < width; length++)
        text_put(sink, " ", 1);
}

void text_put_uint(struct text_sink *sink, uint64_t value)
{
    char text[TEXT_VALUE_MAX];
    text_put(sink, text, text_of_uint(value, text));
}

void text_put_int(struct text_sink *sink, int64_t value)
{
    if (value < 0)
        text_put_string(sink, "-");
    text_put_uint(sink, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void text_put_byte_count(struct text_sink *sink, uint32_t count)
{
    text_put_uint(sink, count);
    text_put_string(sink, count == 1 ? " byte" : " bytes");
}

void text_put_hex(struct text_sink *sink, uint64_t value)
{
    char text[TEXT_VALUE_MAX];
    text_put(sink, text, text_of_hex(value, text));
}

/* Long division of base-2^32 digits by 10^9, nine decimal digits at a time. */
void text_put_big_uint(struct text_sink *sink, struct bytes_view bytes)
{
    enum { WORDS = TEXT_BIG_UINT_MAX / 4, DECIMALS = TEXT_BIG_UINT_MAX * 5 / 2 };
    uint32_t words[WORDS] = {0}; /* most significant first */
    char reversed[DECIMALS];
    size_t count = 0;
    unsigned first = 0;

    bytes = view_first(bytes, TEXT_BIG_UINT_MAX);
    for (uint32_t i = 0; i < bytes.length; i++) {
        uint32_t from_end = bytes.length - 1 - i;
        words[WORDS - 1 - from_end / 4] |= (uint32_t)bytes.bytes[i] << from_end % 4 * 8;
    }
    while (first < WORDS) {
        uint64_t remainder = 0;
        for (unsigned i = first; i < WORDS; i++) {
            uint64_t dividend = remainder << 32 | words[i];
            words[i] = (uint32_t)(dividend / 1000000000);
            remainder = dividend % 1000000000;
        }
        for (int digit = 0; digit < 9; digit++) {
            reversed[count++] = (char)('0' + remainder % 10);
            remainder /= 10;
        }
        while (first < WORDS && words[first] == 0)
            first++;
    }
    while (count > 1 && reversed[count - 1] == '0')
        count--;
    while (count > 0)
        text_put(sink, &reversed[--count], 1);
}

void text_put_escaped(struct text_sink *sink, struct bytes_view bytes)
{
    for (uint32_t i = 0; i < bytes.length; i++) {
        uint8_t byte = bytes.bytes[i];
        if ((byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\n') {
            text_put(sink, (const char *)&bytes.bytes[i], 1);
        } else {
            char escape[4] = {'\\', 'x', hex_digits[byte >> 4], hex_digits[byte & 0xf]};
            text_put(sink, escape, sizeof(escape));
        }
    }
}
