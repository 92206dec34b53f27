/* Memory for many small things: see arena.h. */
#include "arena.h"

enum { ROOM_OF_CHUNK = CHUNK_SIZE - (int)sizeof(struct chunk) };

static void leave(struct slab *slab)
{
    struct slab *left = NULL;
    slab_leave(slab, &left);
    slabs_free(&left);
}

static uint8_t *aligned(uint8_t *address)
{
    return address + (ARENA_ALIGNMENT - (uintptr_t)address % ARENA_ALIGNMENT) % ARENA_ALIGNMENT;
}

static bool next_chunk(struct arena *arena)
{
    struct chunk *chunk = arena->slab == NULL ? NULL : slab_next_chunk(arena->slab, ROOM_OF_CHUNK);
    if (chunk == NULL) {
        struct slab *slab = slab_new(ROOM_OF_CHUNK, arena->slab != NULL);
        if (slab == NULL)
            return false;
        leave(arena->slab);
        arena->slab = slab;
        chunk = slab_next_chunk(slab, ROOM_OF_CHUNK);
    }
    arena->chunk = chunk;
    arena->next = aligned(chunk_room(chunk));
    return true;
}

void *arena_take(struct arena *arena, size_t size)
{
    if ((arena->chunk == NULL || size > (size_t)(arena->chunk->end - arena->next)) && !next_chunk(arena))
        return NULL;
    uint8_t *memory = arena->next;
    size_t step = (size + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
    size_t left = (size_t)(arena->chunk->end - memory);
    arena->next += step < left ? step : left;
    chunk_share(arena->chunk);
    return memory;
}

void arena_close(struct arena *arena)
{
    leave(arena->slab);
    *arena = (struct arena){0};
}
