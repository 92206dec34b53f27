/* Memory for many small things that are kept together: one behind the other in chunks, each of which goes
 * back when nothing in it is in use any more. Page faults are most of what new memory costs, and huge pages
 * spare them.
 */
#ifndef UMPA_CAPTURE_ARENA_H
#define UMPA_CAPTURE_ARENA_H

#include "chunk.h"

enum { ARENA_ALIGNMENT = 16 };

/* Begins as zeros. By one thread at a time, with the lock of all packets (see chunk.h). */
struct arena {
    struct slab *slab;
    struct chunk *chunk;
    uint8_t *next;
};

/* At most half a chunk; NULL: no memory. */
void *arena_take(struct arena *arena, size_t size);

static inline void arena_give_back(const void *memory)
{
    chunk_unshare(chunk_of(memory));
}

/* What was taken stays. */
void arena_close(struct arena *arena);

#endif
