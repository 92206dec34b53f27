/* Tells a compression by its magic bytes: see decompress.h. */
#include "decompress.h"

enum { MAGIC_MAX = 6 };

static const struct {
    const struct decompressor *decompressor;
    size_t length;
    uint8_t bytes[MAGIC_MAX];
    uint8_t first_mask;
} magics[] = {
    {&decompressor_gzip, 2, {0x1f, 0x8b}, 0xff},
    {&decompressor_zstd, 4, {0x28, 0xb5, 0x2f, 0xfd}, 0xff},
    {&decompressor_zstd, 4, {0x50, 0x2a, 0x4d, 0x18}, 0xf0}, /* a skippable frame */
    {&decompressor_xz, 6, {0xfd, '7', 'z', 'X', 'Z', 0}, 0xff},
};

const struct decompressor *decompressor_for(const uint8_t *bytes, size_t length, bool *undecided)
{
    *undecided = false;
    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
        size_t same = 0;
        while (same < length && same < magics[i].length &&
               (same == 0 ? bytes[0] & magics[i].first_mask : bytes[same]) == magics[i].bytes[same])
            same++;
        if (same == magics[i].length)
            return magics[i].decompressor;
        *undecided = *undecided || same == length;
    }
    return NULL;
}
