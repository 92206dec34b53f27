/* Goes through all that the decoder can say of a packet, and ends the program where it breaks a promise.
 * To be run under sanitizers, which see the rest. */
#ifndef UMPA_FUZZ_WALK_PACKET_H
#define UMPA_FUZZ_WALK_PACKET_H

#include "../csrc/decode/decode.h"

struct captured {
    const uint8_t *bytes;
    uint32_t caplen;
    uint32_t wire_len;
    uint32_t link_type;
    unsigned alignment; /* 0 to 7: the bytes are decoded where the address leaves this remainder */
};

enum walk_depth {
    WALK_LAYERS, /* decode, and check the layers */
    WALK_FIELDS, /* and read every field, verify every checksum */
    WALK_TEXTS,  /* and print the packet and every layer, and walk the packets that it quotes */
};

/* Of a copy of the bytes, in a block that ends where they end. Returns where the last header ends. */
uint32_t walk_packet(const struct decoder *decoder, const struct captured *captured, enum walk_depth depth);

#endif
