/* Decoded packets between a source and Python: see packet_batch.h. */
#include "packet_batch.h"
#include <stdlib.h>
#include <string.h>

bool packet_batch_init(struct packet_batch *batch)
{
    *batch = (struct packet_batch){.number = 1, .heads = malloc(BATCH_PACKETS * PACKET_HEAD_MAX)};
    return batch->heads != NULL;
}

void packet_batch_free(struct packet_batch *batch)
{
    free(batch->heads);
    *batch = (struct packet_batch){0};
}

void packet_batch_reset(struct packet_batch *batch)
{
    batch->used = 0;
    batch->cursor = 0;
    batch->unread = 0;
    batch->number++;
    batch->chunks = 0;
    batch->bytes = 0;
}

void packet_batch_keep(struct packet_batch *batch, bool (*keep)(void *context, const struct packet *packet),
                       void *context)
{
    size_t end = batch->cursor;
    size_t offset = batch->cursor;
    uint32_t left = batch->unread;
    batch->unread = 0;
    for (; left > 0; left--) {
        const struct packet *packet = (const void *)(batch->heads + offset);
        size_t size = packet_batch_place_size(packet);
        if (keep(context, packet)) {
            memmove(batch->heads + end, packet, size);
            end += size;
            batch->unread++;
        }
        offset += size;
    }
    batch->used = end;
}
