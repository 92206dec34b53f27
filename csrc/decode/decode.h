/* From captured bytes to a packet's layers. Plain C: no Python, no libpcap, no allocation, no mutable state.
 * A decoder is the caller's own: made once by decoder_init, read-only and shareable between threads after. */
#ifndef UMPA_DECODE_DECODE_H
#define UMPA_DECODE_DECODE_H

#include "packet.h"
#include "protocol.h"

/* How many values each selector's table has; a value beyond is bound to nothing. */
enum {
    LINK_TYPE_VALUES = 512,
    IP_VERSION_VALUES = 16,
    IP_PROTOCOL_VALUES = 256,
    ETHERTYPE_VALUES = 65536,
};

/* The protocol_id bound to each value of each selector, table behind table; [0] stands for all the rest. */
struct decoder {
    uint8_t bound[1 + LINK_TYPE_VALUES + IP_VERSION_VALUES + IP_PROTOCOL_VALUES + ETHERTYPE_VALUES];
};

void decoder_init(struct decoder *decoder);

/* Room that decode_packet needs: a head and the most layers that a packet can have. */
#define PACKET_HEAD_MAX (sizeof(struct packet) + MAX_LAYERS * sizeof(struct layer))

/* Decodes the `packet->caplen` bytes at `bytes`. The caller has set timestamp_ns, caplen, wire_len and
 * link_type; this sets the rest and writes the layers behind the head. Any bytes will do. */
void decode_packet(const struct decoder *decoder, struct packet *packet, const uint8_t *bytes);

const char *stop_reason_text(enum stop_reason reason);

#endif
