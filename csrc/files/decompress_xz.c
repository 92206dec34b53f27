/* xz with liblzma. */
#include "decompress.h"

#ifdef UMPA_HAS_LZMA
#include <lzma.h>
#include <stdlib.h>

#define MEMORY_LIMIT (UINT64_C(256) << 20) /* xz -9 needs 65 MiB */

static bool xz_begin_stream(void *state)
{
    return lzma_stream_decoder(state, MEMORY_LIMIT, 0) == LZMA_OK;
}

static void xz_close(void *state)
{
    lzma_end(state);
    free(state);
}

static void *xz_open(void)
{
    lzma_stream *stream = malloc(sizeof(*stream));
    if (stream == NULL)
        return NULL;
    *stream = (lzma_stream)LZMA_STREAM_INIT;
    if (xz_begin_stream(stream))
        return stream;
    xz_close(stream);
    return NULL;
}

static enum decompress_result xz_step(void *state, struct decompress_io *io, const char **words)
{
    lzma_stream *stream = state;
    stream->next_in = io->in;
    stream->avail_in = io->in_left;
    stream->next_out = io->out;
    stream->avail_out = io->out_left;
    lzma_ret result = lzma_code(stream, LZMA_RUN);
    io->in = stream->next_in;
    io->in_left = stream->avail_in;
    io->out = stream->next_out;
    io->out_left = stream->avail_out;
    switch (result) {
    case LZMA_OK:
    case LZMA_BUF_ERROR: /* nothing to be done with so little */
        return DECOMPRESS_MORE;
    case LZMA_STREAM_END:
        return DECOMPRESS_MEMBER_END;
    case LZMA_MEM_ERROR:
        return DECOMPRESS_NO_MEMORY;
    case LZMA_MEMLIMIT_ERROR:
        return DECOMPRESS_TOO_LARGE;
    case LZMA_OPTIONS_ERROR:
        *words = "options that this liblzma does not know";
        return DECOMPRESS_DAMAGED;
    default:
        *words = "corrupt data, or a check that does not match";
        return DECOMPRESS_DAMAGED;
    }
}
#endif

const struct decompressor decompressor_xz = {
    .name = "xz",
    .library = "liblzma",
    .package = "liblzma-dev",
    .limit = "more than 256 MiB of memory: decompress it with `unxz` first",
    .padding = 4,
#ifdef UMPA_HAS_LZMA
    .open = xz_open,
    .step = xz_step,
    .begin_member = xz_begin_stream,
    .close = xz_close,
#endif
};
