/* Compression of what is written. A file may end behind any piece that has come out: a gzip member, an xz
 * stream, or blocks of a zstd frame, which then wants its end. (Members need none, but Wireshark 4.0 loses
 * its way in large files of many frames.) */
#ifndef UMPA_FILES_COMPRESS_H
#define UMPA_FILES_COMPRESS_H

#include "../capture/capture_error.h"
#include "dump_options.h"
#include "write_buffer.h"

struct compressor;

struct compression_library {
    struct compressor *(*new)(void); /* NULL: no memory */
    size_t (*bound)(size_t size);    /* of what comes out of `size` bytes */
    /* A file of one piece after another; NULL: each stands alone. */
    void (*begin)(struct compressor *compressor);
    /* How many bytes came out; 0: no memory, which is all that can go wrong. */
    size_t (*compress)(struct compressor *compressor, const uint8_t *bytes, size_t size, uint8_t *out,
                       size_t out_size);
    void (*free)(struct compressor *compressor);
    uint8_t end[4]; /* what makes a file whole that ends behind a piece */
    size_t end_size;
};

extern const struct compression_library gzip_compression, zstd_compression, xz_compression;

struct compressor {
    const struct compression_library *library;
};

/* NULL with `error`: also where the library was not there when this was built. */
struct compressor *compressor_new(enum dump_compression compression, struct capture_error *error);

/* Replaces what is in `out` by a piece of what is in `in`. */
bool compress_piece(struct compressor *compressor, const struct write_buffer *in, struct write_buffer *out,
                    struct capture_error *error);

/* For a file's first piece; what came for another one is forgotten. NULL is fine. */
void compressor_begin(struct compressor *compressor);

/* NULL is fine. */
void compressor_free(struct compressor *compressor);

#endif
