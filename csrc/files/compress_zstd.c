/* A zstd frame a file, by libzstd. It has no checksum: that would have to be known where writing fails. */
#include "compress.h"

#if defined(UMPA_HAS_ZSTD)
#include <zstd.h>

struct zstd_compressor {
    struct compressor base;
    ZSTD_CCtx *context;
};

static struct compressor *zstd_new(void)
{
    struct zstd_compressor *zstd = calloc(1, sizeof(*zstd));
    if (zstd == NULL)
        return NULL;
    zstd->base.library = &zstd_compression;
    zstd->context = ZSTD_createCCtx();
    if (zstd->context != NULL)
        return &zstd->base;
    free(zstd);
    return NULL;
}

static void zstd_begin(struct compressor *compressor)
{
    ZSTD_CCtx_reset(((struct zstd_compressor *)(void *)compressor)->context, ZSTD_reset_session_only);
}

static size_t zstd_bound(size_t size)
{
    return ZSTD_compressBound(size) + ZSTD_CStreamOutSize();
}

static size_t zstd_compress(struct compressor *compressor, const uint8_t *bytes, size_t size, uint8_t *out,
                            size_t out_size)
{
    ZSTD_CCtx *context = ((struct zstd_compressor *)(void *)compressor)->context;
    ZSTD_inBuffer from = {bytes, size, 0};
    ZSTD_outBuffer to = {out, out_size, 0};
    return ZSTD_compressStream2(context, &to, &from, ZSTD_e_flush) == 0 ? to.pos : 0;
}

static void zstd_free(struct compressor *compressor)
{
    ZSTD_freeCCtx(((struct zstd_compressor *)(void *)compressor)->context);
    free(compressor);
}

const struct compression_library zstd_compression = {
    .new = zstd_new,
    .bound = zstd_bound,
    .begin = zstd_begin,
    .compress = zstd_compress,
    .free = zstd_free,
    .end = {1, 0, 0}, /* a last block of no bytes, RFC 8878, 3.1.1.2 */
    .end_size = 3,
};
#endif
