/* Zstandard (RFC 8878) with libzstd. */
#include "decompress.h"

#ifdef UMPA_HAS_ZSTD
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

enum {
    WINDOW_LOG_MAX = 27, /* 128 MiB: what --ultra -22 and --long use */
    BLOCK_HEADER_SIZE = 3,
};

struct zstd {
    ZSTD_DCtx *context;
    size_t wanted;   /* bytes of input: to the end of a header, or of a block and the next block's header */
    bool has_output; /* which found no room, perhaps */
};

static bool zstd_begin_frame(void *state)
{
    struct zstd *zstd = state;
    zstd->wanted = ZSTD_initDStream(zstd->context);
    zstd->has_output = false;
    return !ZSTD_isError(zstd->wanted);
}

static void zstd_close(void *state)
{
    struct zstd *zstd = state;
    ZSTD_freeDCtx(zstd->context);
    free(zstd);
}

static void *zstd_open(void)
{
    struct zstd *zstd = calloc(1, sizeof(*zstd));
    if (zstd == NULL)
        return NULL;
    if ((zstd->context = ZSTD_createDCtx()) != NULL && zstd_begin_frame(zstd) &&
        !ZSTD_isError(ZSTD_DCtx_setParameter(zstd->context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
        return zstd;
    zstd_close(zstd);
    return NULL;
}

/* Of a call that ends in an error, libzstd does not tell what it had put out: so a block, and what is left of
 * one, comes without what is behind it. */
static size_t clamp(const struct zstd *zstd, size_t size)
{
    size_t most = zstd->wanted > BLOCK_HEADER_SIZE ? zstd->wanted - BLOCK_HEADER_SIZE : zstd->wanted;
    if (zstd->has_output)
        most = 0;
    return size < most ? size : most;
}

static enum decompress_result zstd_step(void *state, struct decompress_io *io, const char **words)
{
    struct zstd *zstd = state;
    do {
        ZSTD_inBuffer in = {io->in, clamp(zstd, io->in_left), 0};
        ZSTD_outBuffer out = {io->out, io->out_left, 0};
        size_t result = ZSTD_decompressStream(zstd->context, &out, &in);
        io->in += in.pos;
        io->in_left -= in.pos;
        io->out += out.pos;
        io->out_left -= out.pos;
        zstd->has_output = io->out_left == 0;
        if (ZSTD_isError(result)) {
            *words = ZSTD_getErrorName(result);
            switch (ZSTD_getErrorCode(result)) {
            case ZSTD_error_memory_allocation:
                return DECOMPRESS_NO_MEMORY;
            case ZSTD_error_frameParameter_windowTooLarge:
                return DECOMPRESS_TOO_LARGE;
            default:
                return DECOMPRESS_DAMAGED;
            }
        }
        if (result == 0)
            return DECOMPRESS_MEMBER_END;
        zstd->wanted = result;
    } while (io->in_left > 0 && io->out_left > 0);
    return DECOMPRESS_MORE;
}
#endif

const struct decompressor decompressor_zstd = {
    .name = "zstd",
    .library = "libzstd",
    .package = "libzstd-dev",
    .limit = "a window above 128 MiB: decompress it with `unzstd --long=31` first",
#ifdef UMPA_HAS_ZSTD
    .open = zstd_open,
    .step = zstd_step,
    .begin_member = zstd_begin_frame,
    .close = zstd_close,
#endif
};
