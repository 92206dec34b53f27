/* Writes a text twice: to learn its length, then into a block of just that size, so that a sanitizer sees
 * the first character too many. */
#ifndef UMPA_FUZZ_EXACT_TEXT_H
#define UMPA_FUZZ_EXACT_TEXT_H

#include "promise.h"
#include <stddef.h>

static inline void check_text(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        promise((text[i] >= 0x20 && text[i] < 0x7f) || text[i] == '\t' || text[i] == '\n',
                "a text is printable ASCII");
}

/* `write` is an expression that writes to `text`, which has room for `capacity`, and says the length. */
#define WRITE_EXACTLY(write)                                                                                 \
    do {                                                                                                     \
        char *text = NULL;                                                                                   \
        size_t capacity = 0;                                                                                 \
        capacity = (write);                                                                                  \
        text = allocate(capacity);                                                                           \
        promise((write) == capacity, "a text's length does not depend on its buffer");                       \
        check_text(text, capacity);                                                                          \
        free(text);                                                                                          \
    } while (0)

#endif
