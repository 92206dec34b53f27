/* Memory for packets' bytes: see chunk.h. */
#define _DEFAULT_SOURCE /* madvise, MAP_ANONYMOUS */
#include "chunk.h"
#include "huge_pages.h"
#include <stdlib.h>
#include <string.h>

enum { SLAB_SIZE = SLAB_CHUNKS * CHUNK_SIZE };
_Static_assert(SLAB_SIZE == (int)HUGE_PAGE, "a slab is one");

struct slab {
    struct slab *next_left;
    uint8_t *memory;
    size_t size;
    size_t used;     /* where the next chunk begins */
    unsigned shared; /* once it was left: chunks that packets share */
    bool is_left;
    bool is_one_of_many;
};

static uint8_t *map(size_t size)
{
    uint8_t *mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mapped == MAP_FAILED ? NULL : mapped;
}

/* Address space that begins at a multiple of SLAB_SIZE: a huge page does so, too. Where slabs lie side by
 * side, they are one mapping, of which a process may have so many only. */
static uint8_t *map_aligned(size_t size)
{
    uint8_t *mapped = map(size);
    if (mapped == NULL || (uintptr_t)mapped % SLAB_SIZE == 0)
        return mapped;
    munmap(mapped, size);
    mapped = map(size + SLAB_SIZE);
    if (mapped == NULL)
        return NULL;
    size_t before = SLAB_SIZE - (uintptr_t)mapped % SLAB_SIZE;
    munmap(mapped, before);
    munmap(mapped + before + size, SLAB_SIZE - before);
    return mapped + before;
}

static size_t chunk_size(size_t bytes)
{
    return (sizeof(struct chunk) + bytes + CHUNK_SIZE - 1) / CHUNK_SIZE * CHUNK_SIZE;
}

struct slab *slab_new(size_t bytes, bool is_one_of_many)
{
    size_t size = chunk_size(bytes);
    if (size < SLAB_SIZE)
        size = SLAB_SIZE;
    struct slab *slab = calloc(1, sizeof(*slab));
    if (slab == NULL)
        return NULL;
    slab->size = size;
    slab->memory = map_aligned(size);
    if (slab->memory == NULL) {
        free(slab);
        return NULL;
    }
    slab->is_one_of_many = is_one_of_many;
    huge_pages_advise(slab->memory, size, is_one_of_many);
    return slab;
}

static void forget_interfaces(struct chunk *chunk)
{
    for (unsigned i = 0; i < chunk->interface_count; i++)
        interface_release(chunk->interfaces[i]);
    chunk->interface_count = 0;
}

static struct chunk *chunk_behind(const struct chunk *chunk)
{
    return chunk == NULL ? NULL : (struct chunk *)(void *)chunk->end;
}

/* The chunks that have been used, one behind the other, up to NULL. */
static struct chunk *next_used(const struct slab *slab, const struct chunk *chunk)
{
    struct chunk *next = chunk == NULL ? (struct chunk *)(void *)slab->memory : chunk_behind(chunk);
    return (uint8_t *)next < slab->memory + slab->used ? next : NULL;
}

bool slab_has_chunk(const struct slab *slab, size_t bytes)
{
    return chunk_size(bytes) <= slab->size - slab->used;
}

struct chunk *slab_next_chunk(struct slab *slab, size_t bytes)
{
    size_t size = chunk_size(bytes);
    if (!slab_has_chunk(slab, bytes))
        return NULL;
    struct chunk *chunk = (struct chunk *)(void *)(slab->memory + slab->used);
    chunk->slab = slab;
    chunk->batch = 0;
    chunk->interface_count = 0;
    atomic_init(&chunk->sharers, 0);
    slab->used += size;
    chunk->end = slab->memory + slab->used;
    return chunk;
}

bool slab_is_first_chunk(const struct slab *slab, const struct chunk *chunk)
{
    return (const uint8_t *)chunk == slab->memory;
}

bool slab_restart(struct slab *slab)
{
    for (struct chunk *chunk = next_used(slab, NULL); chunk != NULL; chunk = next_used(slab, chunk))
        if (atomic_load_explicit(&chunk->sharers, memory_order_acquire) > 0)
            return false;
    for (struct chunk *chunk = next_used(slab, NULL); chunk != NULL; chunk = next_used(slab, chunk))
        forget_interfaces(chunk);
    slab->used = 0;
    return true;
}

int chunk_add_interface(struct chunk *chunk, struct interface *interface)
{
    if (chunk->interface_count == CHUNK_INTERFACES_MAX)
        return -1;
    chunk->interfaces[chunk->interface_count] = interface_retain(interface);
    return (int)chunk->interface_count++;
}

void slab_leave(struct slab *slab, struct slab **left)
{
    if (slab == NULL)
        return;
    /* What no chunk was made of is there, in a huge page, all the same. */
    if (slab->is_one_of_many && slab->used < slab->size)
        madvise(slab->memory + slab->used, slab->size - slab->used, MADV_DONTNEED);
    slab->next_left = *left;
    *left = slab;
}

static void slab_free(struct slab *slab)
{
    munmap(slab->memory, slab->size);
    free(slab);
}

static void give_back(struct chunk *chunk)
{
    madvise(chunk, (size_t)(chunk->end - (uint8_t *)chunk), MADV_DONTNEED);
}

void chunk_last_left(struct slab *slab, struct chunk *chunk)
{
    if (!slab->is_left)
        return;
    forget_interfaces(chunk);
    if (--slab->shared == 0)
        slab_free(slab);
    else
        give_back(chunk);
}

static void free_left(struct slab *slab)
{
    struct chunk *behind;
    slab->is_left = true;
    slab->shared = 1; /* of our own, so that it stays until the end */
    for (struct chunk *chunk = next_used(slab, NULL); chunk != NULL; chunk = next_used(slab, chunk))
        slab->shared += atomic_load_explicit(&chunk->sharers, memory_order_relaxed) > 0;
    for (struct chunk *chunk = next_used(slab, NULL); chunk != NULL; chunk = behind) {
        behind = next_used(slab, chunk);
        if (atomic_load_explicit(&chunk->sharers, memory_order_relaxed) > 0)
            continue;
        forget_interfaces(chunk);
        if (slab->shared > 1)
            give_back(chunk);
    }
    if (--slab->shared == 0)
        slab_free(slab);
}

void slabs_free(struct slab **left)
{
    while (*left != NULL) {
        struct slab *slab = *left;
        *left = slab->next_left;
        free_left(slab);
    }
}
