/* Compression of what is written: each call makes a whole gzip member, zstd frame or xz stream, so that a
 * file that ends behind any of them is a whole one. */
#ifndef UMPA_FILES_COMPRESS_H
#define UMPA_FILES_COMPRESS_H

#include "../capture/capture_error.h"
#include "dump_options.h"
#include "write_buffer.h"

struct compressor;

struct compression_library {
    struct compressor *(*new)(void); /* NULL: no memory */
    size_t (*bound)(size_t size);    /* of what comes out of `size` bytes */
    /* How many bytes came out; 0: no memory, which is all that can go wrong. */
    size_t (*compress)(struct compressor *compressor, const uint8_t *bytes, size_t size, uint8_t *out,
                       size_t out_size);
    void (*free)(struct compressor *compressor);
};

extern const struct compression_library gzip_compression, zstd_compression, xz_compression;

struct compressor {
    const struct compression_library *library;
};

/* NULL with `error`: also where the library was not there when this was built. */
struct compressor *compressor_new(enum dump_compression compression, struct capture_error *error);

/* Replaces what is in `out` by a member of what is in `in`. */
bool compress_member(struct compressor *compressor, const struct write_buffer *in, struct write_buffer *out,
                     struct capture_error *error);

/* NULL is fine. */
void compressor_free(struct compressor *compressor);

#endif
