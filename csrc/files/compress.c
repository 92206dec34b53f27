/* Which libraries there are to compress with: see compress.h. */
#include "compress.h"
#include <errno.h>

static const struct {
    const char *name, *library;
    const struct compression_library *functions; /* NULL: not built in */
} compressions[] = {
#if defined(UMPA_HAS_ZLIB)
    [COMPRESSION_GZIP] = {"gzip", "zlib", &gzip_compression},
#else
    [COMPRESSION_GZIP] = {"gzip", "zlib", NULL},
#endif
#if defined(UMPA_HAS_ZSTD)
    [COMPRESSION_ZSTD] = {"zstd", "libzstd", &zstd_compression},
#else
    [COMPRESSION_ZSTD] = {"zstd", "libzstd", NULL},
#endif
#if defined(UMPA_HAS_LZMA)
    [COMPRESSION_XZ] = {"xz", "liblzma", &xz_compression},
#else
    [COMPRESSION_XZ] = {"xz", "liblzma", NULL},
#endif
};

struct compressor *compressor_new(enum dump_compression compression, struct capture_error *error)
{
    const struct compression_library *library = compressions[compression].functions;
    if (library == NULL) {
        capture_error_set(error, ERROR_ARGUMENT, 0,
                          "this build of umpa_sniffing can't write %s: install %s with its headers and build "
                          "it again, or write the file uncompressed",
                          compressions[compression].name, compressions[compression].library);
        return NULL;
    }
    struct compressor *compressor = library->new();
    if (compressor == NULL)
        capture_error_set_errno(error, ENOMEM);
    return compressor;
}

bool compress_piece(struct compressor *compressor, const struct write_buffer *in, struct write_buffer *out,
                    struct capture_error *error)
{
    const struct compression_library *library = compressor->library;
    out->used = 0;
    if (!buffer_reserve(out, library->bound(in->used)))
        return capture_error_set_errno(error, ENOMEM);
    out->used = library->compress(compressor, in->bytes, in->used, out->bytes, out->capacity);
    return out->used > 0 || capture_error_set_errno(error, ENOMEM);
}

void compressor_begin(struct compressor *compressor)
{
    if (compressor != NULL && compressor->library->begin != NULL)
        compressor->library->begin(compressor);
}

void compressor_free(struct compressor *compressor)
{
    if (compressor != NULL)
        compressor->library->free(compressor);
}
