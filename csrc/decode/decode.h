/* From captured bytes to a packet's layers. Plain C: no Python, no libpcap, no allocation, no mutable state.
 * A decoder is the caller's own: made once by decoder_init, read-only and shareable between threads after. */
#ifndef UMPA_DECODE_DECODE_H
#define UMPA_DECODE_DECODE_H

#include "packet.h"
#include "protocol.h"

/* The places of all selectors' tables, one behind the other; place 0 stands for every value beyond them. */
enum {
    BOUND_COUNT = 1
#define SELECTOR(id, name, value_count) +(value_count)
#include "selector_list.h"
#undef SELECTOR
};

/* What the decode loop asks of a protocol, and the protocol_id bound to each value of each selector. */
struct decoder {
    struct {
        measure_function measure;
        uint32_t min_header;
    } headers[PROTOCOL_COUNT];
    uint8_t bound[BOUND_COUNT];
};

/* With the bindings of the protocols. */
void decoder_init(struct decoder *decoder);

/* Binds a value, one of those that the selector has a place for, otherwise; PROTOCOL_payload unbinds it. */
void decoder_bind(struct decoder *decoder, enum selector selector, uint32_t value, enum protocol_id protocol);

/* What a value is bound to; PROTOCOL_payload: to nothing. */
enum protocol_id decoder_bound(const struct decoder *decoder, enum selector selector, uint32_t value);

/* Whether a link type has no header of its own: the version of IP tells what follows. */
bool link_type_is_raw_ip(uint32_t link_type);

/* "udp.port", ... */
const char *selector_name(enum selector selector);

/* How many values a selector has a place for. */
uint32_t selector_value_count(enum selector selector);

/* Room that decode_packet needs: a head and the most layers that a packet can have. */
struct packet_head {
    struct packet packet;
    struct layer layers[MAX_LAYERS];
};
#define PACKET_HEAD_MAX sizeof(struct packet_head)

/* Decodes the `packet->caplen` bytes at `bytes`. The caller has set timestamp_ns, caplen, wire_len and
 * link_type, and interface and flags as it likes; this sets the rest and writes the layers behind the head.
 * Any bytes will do. */
void decode_packet(const struct decoder *decoder, struct packet *packet, const uint8_t *bytes);

/* What the header of layer `index` of a decoded packet said when it was measured. */
struct measurement decode_measurement(const struct packet *packet, unsigned index, const uint8_t *bytes);

/* By what layer `index` of a decoded packet was chosen, or would have been: selector, next, next_otherwise.
 */
struct measurement decode_selection(const struct packet *packet, unsigned index, const uint8_t *bytes);

/* How long an IP packet of which only the beginning may be there says it is; at least what is there. */
uint32_t decoder_told_length(const struct decoder *decoder, struct bytes_view bytes);

const char *stop_reason_text(enum stop_reason reason);

#endif
