/* How IGMP and MLD write long times: from half of a number's range on, it is a mantissa with an exponent.
 * RFC 3376 4.1.1, RFC 3810 5.1.3. */
#ifndef UMPA_DECODE_FLOATING_CODE_H
#define UMPA_DECODE_FLOATING_CODE_H

#include <stdint.h>

/* What a code of `bit_width` bits says: one that says so, three of exponent, and a mantissa whose first bit,
 * always set, is not written. */
static inline uint32_t floating_code_value(uint32_t code, unsigned bit_width)
{
    unsigned mantissa_width = bit_width - 4;
    uint32_t hidden_bit = (uint32_t)1 << mantissa_width;
    if (code >> (bit_width - 1) == 0)
        return code;
    return ((code & (hidden_bit - 1)) | hidden_bit) << ((code >> mantissa_width & 7) + 3);
}

#endif
