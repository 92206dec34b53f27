/* Gzip members, by zlib. */
#include "compress.h"

#if defined(UMPA_HAS_ZLIB)
#include <zlib.h>

struct gzip_compressor {
    struct compressor base;
    z_stream stream;
};

enum { GZIP_WINDOW = 15 + 16, DEFAULT_MEMORY = 8, WRAPPING = 32 };

static struct compressor *gzip_new(void)
{
    struct gzip_compressor *gzip = calloc(1, sizeof(*gzip));
    if (gzip == NULL)
        return NULL;
    gzip->base.library = &gzip_compression;
    if (deflateInit2(&gzip->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, DEFAULT_MEMORY,
                     Z_DEFAULT_STRATEGY) == Z_OK)
        return &gzip->base;
    free(gzip);
    return NULL;
}

/* The stream's own bound can't be had without it; this one is zlib's for streams of any settings. */
static size_t gzip_bound(size_t size)
{
    return deflateBound(NULL, (uLong)size) + WRAPPING;
}

/* avail_in has 32 bits: a packet has fewer, and a buffer no more than one packet. */
static size_t gzip_compress(struct compressor *compressor, const uint8_t *bytes, size_t size, uint8_t *out,
                            size_t out_size)
{
    z_stream *stream = &((struct gzip_compressor *)(void *)compressor)->stream;
    deflateReset(stream);
    stream->next_in = (uint8_t *)(uintptr_t)bytes;
    stream->avail_in = (uInt)size;
    stream->next_out = out;
    stream->avail_out = (uInt)out_size;
    return deflate(stream, Z_FINISH) == Z_STREAM_END ? stream->total_out : 0;
}

static void gzip_free(struct compressor *compressor)
{
    deflateEnd(&((struct gzip_compressor *)(void *)compressor)->stream);
    free(compressor);
}

const struct compression_library gzip_compression = {
    .new = gzip_new,
    .bound = gzip_bound,
    .compress = gzip_compress,
    .free = gzip_free,
};
#endif
