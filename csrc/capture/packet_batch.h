/* What a source found: decoded packets, one head with its layers behind the other; their bytes lie in chunks.
 * Filled without the GIL, emptied with it, filled again. */
#ifndef UMPA_CAPTURE_PACKET_BATCH_H
#define UMPA_CAPTURE_PACKET_BATCH_H

#include "../decode/decode.h"
#include "chunk.h"
#include <stdbool.h>

/* More would make Ctrl-C and other threads wait; fewer would hand the GIL over too often. */
enum { BATCH_PACKETS = 4096 };

struct packet_batch {
    uint8_t *heads;
    size_t used;   /* where the next head is written */
    size_t cursor; /* where the next head is read */
    uint32_t unread;
    unsigned number;            /* of the batch, so that chunks know whether it has packets of them */
    unsigned chunks;            /* that it has packets of */
    size_t bytes;               /* of all its packets */
    unsigned filter_generation; /* of the filter that let its packets in */
};

/* False when there is no memory. */
bool packet_batch_init(struct packet_batch *batch);
void packet_batch_free(struct packet_batch *batch);

/* Only an emptied batch is filled again: forgets what was read. */
void packet_batch_reset(struct packet_batch *batch);

/* The filler looks before each append. */
static inline bool packet_batch_has_room(const struct packet_batch *batch)
{
    return batch->used <= (BATCH_PACKETS - 1) * PACKET_HEAD_MAX;
}

static inline size_t packet_batch_place_size(const struct packet *packet)
{
    return (packet_head_size(packet) + 7) & ~(size_t)7;
}

/* Where the next head will lie: whoever makes it there spares a copy. */
static inline struct packet *packet_batch_place(const struct packet_batch *batch)
{
    return (void *)(batch->heads + batch->used);
}

/* Decodes and keeps a packet, all of whose head is set but what the decoder sets. */
static inline void packet_batch_append(struct packet_batch *batch, const struct decoder *decoder,
                                       const struct packet *head)
{
    struct packet *packet = packet_batch_place(batch);
    if (packet != head)
        *packet = *head;
    decode_packet(decoder, packet, head->bytes);
    batch->used += packet_batch_place_size(packet);
    batch->unread++;
    batch->bytes += packet->caplen;
    struct chunk *chunk = chunk_of(packet->bytes);
    if (chunk->batch != batch->number) {
        chunk->batch = batch->number;
        batch->chunks++;
    }
}

/* Most of its chunks is something else, or nothing yet: packets that are kept had better have copies. */
static inline bool packet_batch_is_sparse(const struct packet_batch *batch)
{
    return batch->bytes / (CHUNK_SIZE / 4) < batch->chunks;
}

/* Takes out the unread packets for which `keep` is false. */
void packet_batch_keep(struct packet_batch *batch, bool (*keep)(void *context, const struct packet *packet),
                       void *context);

/* The next unread packet, or NULL. It stays until the next reset, its bytes until the source is filled again.
 */
static inline const struct packet *packet_batch_next(struct packet_batch *batch)
{
    if (batch->unread == 0)
        return NULL;
    const struct packet *packet = (const void *)(batch->heads + batch->cursor);
    batch->cursor += packet_batch_place_size(packet);
    batch->unread--;
    return packet;
}

#endif
