/* Between whom a datagram goes, in the end: as its upper layers' pseudo-header has it. */
#ifndef UMPA_DECODE_ADDRESSES_H
#define UMPA_DECODE_ADDRESSES_H

#include "protocol.h"

/* What a packet's first `layer_count` layers say: empty where there is no IP among them. */
struct addresses addresses_behind(const struct packet *packet, unsigned layer_count, const uint8_t *bytes);

#endif
