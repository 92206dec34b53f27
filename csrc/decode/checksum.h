/* Whether the checksum of a layer is right. Verified only when somebody asks. */
#ifndef UMPA_DECODE_CHECKSUM_H
#define UMPA_DECODE_CHECKSUM_H

#include "packet.h"

enum checksum_verdict {
    CHECKSUM_UNKNOWN, /* there is none, bytes that it covers are missing, or it was left to the card */
    CHECKSUM_GOOD,
    CHECKSUM_BAD,
};

enum checksum_verdict checksum_of_layer(const struct packet *packet, unsigned index, const uint8_t *bytes);

/* Whether bytes that hold an Internet checksum add up to what they should. */
bool checksum_adds_up(struct bytes_view bytes);

#endif
