/* Ends the program, with a word why, where the decoder breaks a promise. */
#ifndef UMPA_FUZZ_PROMISE_H
#define UMPA_FUZZ_PROMISE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static inline void promise(bool kept, const char *what)
{
    if (kept)
        return;
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
}

static inline void *allocate(size_t size)
{
    void *block = malloc(size);
    if (block == NULL) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return block;
}

#endif
