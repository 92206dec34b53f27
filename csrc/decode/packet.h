/* A decoded packet in memory: head and layers, one block, and elsewhere the captured bytes.
 * The same block lies in a capture's batch and inside a Python Packet, so that it is copied in one piece. */
#ifndef UMPA_DECODE_PACKET_H
#define UMPA_DECODE_PACKET_H

#include "bytes_view.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MAX_LAYERS = 16,
    PACKET_BYTES_MAX = (1 << 28) - 1, /* so that the number of a bit is one of 32 bits */
};

/* Why decoding ended early, or what was wrong on the way; STOP_NONE when all went well. */
enum stop_reason {
    STOP_NONE,
    STOP_CUT_BY_SNAPLEN,
    STOP_HEADER_TRUNCATED,
    STOP_LENGTH_TOO_SHORT,
    STOP_LENGTH_TOO_LONG,
    STOP_BAD_VERSION,
    STOP_TOO_MANY_LAYERS,
    STOP_REASON_COUNT
};

/* Offsets count from the packet's first byte. `end` is where the layer's contents end by its own length
 * field; it never lies beyond the end of the layer around it, nor beyond the captured bytes. */
struct layer {
    uint32_t offset;
    uint32_t end;
    uint16_t header_length; /* 0 for a layer that is all contents (Payload) */
    uint16_t protocol;      /* enum protocol_id */
};

struct packet {
    const uint8_t *bytes;
    int64_t timestamp_ns; /* since the epoch */
    uint32_t caplen;      /* bytes captured */
    uint32_t wire_len;    /* bytes that the packet had on the wire */
    uint32_t link_type;   /* libpcap's DLT */
    uint8_t layer_count : 5;
    uint8_t stop_reason : 3; /* enum stop_reason */
    uint8_t stop_protocol;   /* enum protocol_id: where it stopped */
    uint8_t interface;       /* these two are for whoever owns the bytes: the decoder leaves them alone */
    uint8_t flags;
};

static inline const struct layer *packet_layers(const struct packet *packet)
{
    return (const struct layer *)(packet + 1);
}

static inline size_t packet_head_size(const struct packet *packet)
{
    return sizeof(struct packet) + packet->layer_count * sizeof(struct layer);
}

/* Head and layers: so few bytes are copied one by one before a function for any number has begun. */
static inline void packet_copy_head(struct packet *to, const struct packet *from)
{
    struct layer *layers = (struct layer *)(to + 1);
    *to = *from;
    for (unsigned i = 0; i < from->layer_count; i++)
        layers[i] = packet_layers(from)[i];
}

static inline uint32_t layer_header_end(const struct layer *layer)
{
    return layer->header_length == 0 ? layer->end : layer->offset + layer->header_length;
}

/* What most fields are read from: the header, or all of a layer that is nothing but contents. */
static inline struct bytes_view layer_header(const struct layer *layer, const uint8_t *packet_bytes)
{
    return (struct bytes_view){packet_bytes + layer->offset, layer_header_end(layer) - layer->offset};
}

/* The header and its contents. */
static inline struct bytes_view layer_whole(const struct layer *layer, const uint8_t *packet_bytes)
{
    return (struct bytes_view){packet_bytes + layer->offset, layer->end - layer->offset};
}

#endif
