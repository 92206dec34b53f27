/* The arena between libpcap and Python: see packet_batch.h. */
#include "packet_batch.h"
#include <stdlib.h>
#include <string.h>

enum { BATCH_BYTES = 2 << 20, ALIGNMENT = 8 };

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t block_size(const struct packet *packet)
{
    return aligned(packet_head_size(packet) + packet->caplen);
}

bool packet_batch_init(struct packet_batch *batch, uint32_t max_caplen)
{
    size_t reserve = aligned(PACKET_HEAD_MAX + (size_t)max_caplen);
    *batch = (struct packet_batch){
        .capacity = BATCH_BYTES + reserve, .reserve = reserve, .max_caplen = max_caplen};
    batch->memory = malloc(batch->capacity);
    return batch->memory != NULL;
}

void packet_batch_free(struct packet_batch *batch)
{
    free(batch->memory);
    *batch = (struct packet_batch){0};
}

void packet_batch_reset(struct packet_batch *batch)
{
    batch->used = 0;
    batch->cursor = 0;
    batch->unread = 0;
}

bool packet_batch_has_room(const struct packet_batch *batch)
{
    return batch->capacity - batch->used >= batch->reserve;
}

void packet_batch_append(struct packet_batch *batch, const struct decoder *decoder, int64_t timestamp_ns,
                         uint32_t caplen, uint32_t wire_len, uint32_t link_type, const uint8_t *bytes)
{
    struct packet *packet = (void *)(batch->memory + batch->used);
    *packet = (struct packet){
        .timestamp_ns = timestamp_ns, .caplen = caplen, .wire_len = wire_len, .link_type = link_type};
    decode_packet(decoder, packet, bytes);
    if (caplen > 0)
        memcpy((uint8_t *)packet + packet_head_size(packet), bytes, caplen);
    batch->used += block_size(packet);
    batch->unread++;
}

const struct packet *packet_batch_next(struct packet_batch *batch)
{
    if (batch->unread == 0)
        return NULL;
    const struct packet *packet = (const void *)(batch->memory + batch->cursor);
    batch->cursor += block_size(packet);
    batch->unread--;
    return packet;
}
