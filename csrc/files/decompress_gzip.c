/* gzip (RFC 1952) with zlib. */
#include "decompress.h"

#ifdef UMPA_HAS_ZLIB
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum { WINDOW_BITS = 15, GZIP_ONLY = 16 };

static void *gzip_open(void)
{
    z_stream *stream = calloc(1, sizeof(*stream));
    if (stream != NULL && inflateInit2(stream, WINDOW_BITS + GZIP_ONLY) != Z_OK) {
        free(stream);
        return NULL;
    }
    return stream;
}

static uInt clamp(size_t size)
{
    return size < UINT_MAX ? (uInt)size : UINT_MAX;
}

static enum decompress_result gzip_step(void *state, struct decompress_io *io, const char **words)
{
    z_stream *stream = state;
    uInt in = clamp(io->in_left), out = clamp(io->out_left);
    stream->next_in = (z_const Bytef *)io->in;
    stream->avail_in = in;
    stream->next_out = io->out;
    stream->avail_out = out;
    int result = inflate(stream, Z_NO_FLUSH);
    io->in += in - stream->avail_in;
    io->in_left -= in - stream->avail_in;
    io->out += out - stream->avail_out;
    io->out_left -= out - stream->avail_out;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* nothing to be done with so little */
        return DECOMPRESS_MORE;
    case Z_STREAM_END:
        return DECOMPRESS_MEMBER_END;
    case Z_MEM_ERROR:
        return DECOMPRESS_NO_MEMORY;
    }
    *words = stream->msg != NULL ? stream->msg : "not known to this zlib";
    return DECOMPRESS_DAMAGED;
}

static bool gzip_begin_member(void *state)
{
    return inflateReset(state) == Z_OK;
}

static void gzip_close(void *state)
{
    inflateEnd(state);
    free(state);
}
#endif

const struct decompressor decompressor_gzip = {
    .name = "gzip",
    .library = "zlib",
    .package = "zlib1g-dev",
    .padding = 1,
#ifdef UMPA_HAS_ZLIB
    .open = gzip_open,
    .step = gzip_step,
    .begin_member = gzip_begin_member,
    .close = gzip_close,
#endif
};
