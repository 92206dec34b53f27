/* The arena between libpcap and Python: see packet_batch.h. */
#define _DEFAULT_SOURCE /* madvise */
#include "packet_batch.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGNMENT = 8 };

static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t block_size(const struct packet *packet)
{
    return aligned(packet_head_size(packet) + packet->caplen);
}

static bool allocate(struct packet_batch *batch)
{
    batch->memory = malloc(BATCH_BYTES + aligned(PACKET_HEAD_MAX + (size_t)batch->max_caplen));
    if (batch->memory != NULL)
        batch->is_given = false;
    return batch->memory != NULL;
}

/* Memory that is given away is new each time. One call for all its pages costs far less than a fault for
 * each; where it can't be had, the faults do it. */
static void populate(struct packet_batch *batch)
{
#if defined(MADV_POPULATE_WRITE)
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = ((uintptr_t)batch->memory + page - 1) / page * page;
    madvise((void *)first, SHARED_BATCH_BYTES, MADV_POPULATE_WRITE);
#else
    (void)batch;
#endif
}

bool packet_batch_init(struct packet_batch *batch, uint32_t max_caplen)
{
    *batch = (struct packet_batch){.limit = BATCH_BYTES, .max_caplen = max_caplen};
    return allocate(batch);
}

void packet_batch_free(struct packet_batch *batch)
{
    if (!batch->is_given)
        free(batch->memory);
    *batch = (struct packet_batch){0};
}

bool packet_batch_reset(struct packet_batch *batch, size_t limit)
{
    batch->used = 0;
    batch->cursor = 0;
    batch->unread = 0;
    batch->limit = limit;
    if (!batch->is_given)
        return true;
    if (!allocate(batch))
        return false;
    populate(batch);
    return true;
}

void *packet_batch_give_memory(struct packet_batch *batch)
{
    void *cut = realloc(batch->memory, batch->used);
    if (cut != NULL)
        batch->memory = cut;
    batch->is_given = true;
    return batch->memory;
}

bool packet_batch_has_room(const struct packet_batch *batch)
{
    return batch->used < batch->limit;
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

void packet_batch_keep(struct packet_batch *batch, bool (*keep)(void *context, const struct packet *packet),
                       void *context)
{
    size_t end = batch->cursor;
    size_t offset = batch->cursor;
    uint32_t left = batch->unread;
    batch->unread = 0;
    for (; left > 0; left--) {
        const struct packet *packet = (const void *)(batch->memory + offset);
        size_t size = block_size(packet);
        if (keep(context, packet)) {
            memmove(batch->memory + end, packet, size);
            end += size;
            batch->unread++;
        }
        offset += size;
    }
    batch->used = end;
}
