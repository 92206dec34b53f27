/* Memory for packets' bytes, and for objects. A slab is parted into chunks that begin at multiples of
 * CHUNK_SIZE, so that the chunk of a packet is found by the address of its bytes. Its filler holds a slab;
 * packets that are kept share its chunks, and memory goes back chunk by chunk: one packet that is kept keeps
 * no more than CHUNK_SIZE of others.
 *
 * Only the filler uses a slab that it holds, without any lock. How many packets share a chunk is changed, and
 * a slab is freed, by those who hold the lock of all packets (the GIL). */
#ifndef UMPA_CAPTURE_CHUNK_H
#define UMPA_CAPTURE_CHUNK_H

#include "../decode/packet.h"
#include "interface.h"
#include <stdatomic.h>

enum {
    CHUNK_SIZE = 256 << 10,
    SLAB_CHUNKS = 8,            /* of a slab of the usual size: 2 MiB, a huge page */
    CHUNK_INTERFACES_MAX = 256, /* packet->interface is an index */
};

struct slab;

struct chunk {
    struct slab *slab;
    uint8_t *end;   /* of its room; a chunk for a long packet covers several times CHUNK_SIZE */
    unsigned batch; /* the last one that had packets of it: see packet_batch.h */
    unsigned interface_count;
    atomic_uint sharers; /* packets, or their objects, that keep it */
    struct interface *interfaces[CHUNK_INTERFACES_MAX];
};

/* Packets begin within the first CHUNK_SIZE bytes of their chunk. */
static inline struct chunk *chunk_of(const uint8_t *bytes)
{
    return (struct chunk *)((uintptr_t)bytes & ~(uintptr_t)(CHUNK_SIZE - 1));
}

static inline uint8_t *chunk_room(struct chunk *chunk)
{
    return (uint8_t *)(chunk + 1);
}

/* Where a packet of a batch was captured. */
static inline struct interface *chunk_interface(const struct packet *packet)
{
    return chunk_of(packet->bytes)->interfaces[packet->interface];
}

/* A slab of `bytes` of room or somewhat more in its first chunk, and SLAB_CHUNKS at least. `is_one_of_many`:
 * worth huge pages. NULL: no memory. */
struct slab *slab_new(size_t bytes, bool is_one_of_many);

bool slab_has_chunk(const struct slab *slab, size_t bytes);

/* The next chunk with room for `bytes`, or NULL when the slab is used up. */
struct chunk *slab_next_chunk(struct slab *slab, size_t bytes);

bool slab_is_first_chunk(const struct slab *slab, const struct chunk *chunk);

/* Its first chunk comes next again. False when packets share it: another slab is needed. */
bool slab_restart(struct slab *slab);

/* The filler has no more use for it, or NULL: it waits in a list until slabs_free. */
void slab_leave(struct slab *slab, struct slab **left);

/* Frees what no packet shares; of the rest, the last packet frees it. With the lock of all packets. */
void slabs_free(struct slab **left);

/* The index of the interface, which is retained; -1: the chunk has no place for one more. */
int chunk_add_interface(struct chunk *chunk, struct interface *interface);

/* One packet more, or one fewer, shares the chunk. With the lock of all packets. */
static inline void chunk_share(struct chunk *chunk)
{
    unsigned sharers = atomic_load_explicit(&chunk->sharers, memory_order_relaxed);
    atomic_store_explicit(&chunk->sharers, sharers + 1, memory_order_relaxed);
}

/* Of a slab whose filler still holds it, the chunk may be another's by now. */
void chunk_last_left(struct slab *slab, struct chunk *chunk);

static inline void chunk_unshare(struct chunk *chunk)
{
    struct slab *slab = chunk->slab;
    unsigned sharers = atomic_load_explicit(&chunk->sharers, memory_order_relaxed) - 1;
    atomic_store_explicit(&chunk->sharers, sharers, memory_order_release);
    if (sharers == 0)
        chunk_last_left(slab, chunk);
}

#endif
