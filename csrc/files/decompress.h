/* What a compressed file's bytes are, told by the first of them, and one interface to the libraries that
 * decompress them. Only byte_input.c and the decompressors include it. */
#ifndef UMPA_FILES_DECOMPRESS_H
#define UMPA_FILES_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Both sides of a step, which moves the pointers. */
struct decompress_io {
    const uint8_t *in;
    size_t in_left;
    uint8_t *out;
    size_t out_left;
};

enum decompress_result {
    DECOMPRESS_MORE, /* all of the input was taken, or there is no room left: then there may be output still
                      */
    DECOMPRESS_MEMBER_END, /* of a gzip member, a zstd frame, an xz stream: another may follow */
    DECOMPRESS_DAMAGED,    /* `words` says how. What was right before it is in the output */
    DECOMPRESS_TOO_LARGE,  /* it needs more memory than its `limit` */
    DECOMPRESS_NO_MEMORY,
};

struct decompressor {
    const char *name;    /* of the format */
    const char *library; /* that does it */
    const char *package; /* of Debian, to build with that library */
    const char *limit;   /* what is too large, and how else to read it; NULL: nothing is */
    unsigned padding;    /* zeros may follow a member, in multiples of so many; 0: none may */

    void *(*open)(void); /* NULL: no memory. All functions are NULL in a build without the library */
    enum decompress_result (*step)(void *state, struct decompress_io *io, const char **words);
    bool (*begin_member)(void *state); /* after a member's end; false: no memory */
    void (*close)(void *state);
};

extern const struct decompressor decompressor_gzip, decompressor_zstd, decompressor_xz;

/* The one for a file, or member, that begins so. NULL: not compressed; `undecided`: as far as can be seen. */
const struct decompressor *decompressor_for(const uint8_t *bytes, size_t length, bool *undecided);

#endif
