/* Zstd frames, by libzstd. */
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
    if (zstd->context != NULL && !ZSTD_isError(ZSTD_CCtx_setParameter(zstd->context, ZSTD_c_checksumFlag, 1)))
        return &zstd->base;
    ZSTD_freeCCtx(zstd->context);
    free(zstd);
    return NULL;
}

static size_t zstd_compress(struct compressor *compressor, const uint8_t *bytes, size_t size, uint8_t *out,
                            size_t out_size)
{
    ZSTD_CCtx *context = ((struct zstd_compressor *)(void *)compressor)->context;
    size_t result = ZSTD_compress2(context, out, out_size, bytes, size);
    return ZSTD_isError(result) ? 0 : result;
}

static void zstd_free(struct compressor *compressor)
{
    ZSTD_freeCCtx(((struct zstd_compressor *)(void *)compressor)->context);
    free(compressor);
}

const struct compression_library zstd_compression = {zstd_new, ZSTD_compressBound, zstd_compress, zstd_free};
#endif
