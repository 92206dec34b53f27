/* Xz streams, by liblzma. */
#include "compress.h"

#if defined(UMPA_HAS_LZMA)
#include <lzma.h>

/* More would take longer than Ctrl-C may wait, and a dictionary beyond the buffer's size is of no use. */
enum { PRESET = 2, DICTIONARY_SIZE = 1 << 20 };

static struct compressor *xz_new(void)
{
    struct compressor *xz = malloc(sizeof(*xz));
    if (xz != NULL)
        xz->library = &xz_compression;
    return xz;
}

static size_t xz_compress(struct compressor *compressor, const uint8_t *bytes, size_t size, uint8_t *out,
                          size_t out_size)
{
    lzma_options_lzma options;
    lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, NULL}};
    size_t used = 0;
    (void)compressor;
    if (lzma_lzma_preset(&options, PRESET))
        return 0;
    options.dict_size = DICTIONARY_SIZE;
    lzma_ret result =
        lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC64, NULL, bytes, size, out, &used, out_size);
    return result == LZMA_OK ? used : 0;
}

static void xz_free(struct compressor *compressor)
{
    free(compressor);
}

const struct compression_library xz_compression = {
    .new = xz_new,
    .bound = lzma_stream_buffer_bound,
    .compress = xz_compress,
    .free = xz_free,
};
#endif
