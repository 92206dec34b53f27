/* Memory of the file's window, watched: see watch_memory.h. */
#include "watch_memory.h"
#include <sanitizer/asan_interface.h>

enum { FENCE_SIZE = 4096 }; /* more would cost more than the reading */

struct chunk *__real_slab_next_chunk(struct slab *slab, size_t bytes);
struct chunk *__wrap_slab_next_chunk(struct slab *slab, size_t bytes);
struct slab *__real_slab_new(size_t bytes, bool is_one_of_many);
struct slab *__wrap_slab_new(size_t bytes, bool is_one_of_many);
enum input_result __real_input_read(struct byte_input *input, uint8_t *bytes, size_t size, size_t *got,
                                    struct capture_error *error);
enum input_result __wrap_input_read(struct byte_input *input, uint8_t *bytes, size_t size, size_t *got,
                                    struct capture_error *error);

static struct memory_watch watch;
static struct {
    uint8_t *start;
    size_t size;
} fence;

static void lift_fence(void)
{
    if (fence.size > 0)
        ASAN_UNPOISON_MEMORY_REGION(fence.start, fence.size);
    fence.size = 0;
}

static void set_fence(uint8_t *start, size_t room)
{
    fence.start = start;
    fence.size = room < FENCE_SIZE ? room : FENCE_SIZE;
    if (fence.size > 0)
        ASAN_POISON_MEMORY_REGION(fence.start, fence.size);
}

void watch_memory(void)
{
    lift_fence();
    watch = (struct memory_watch){0};
}

struct memory_watch memory_watched(void)
{
    return watch;
}

struct chunk *__wrap_slab_next_chunk(struct slab *slab, size_t bytes)
{
    lift_fence();
    return __real_slab_next_chunk(slab, bytes);
}

struct slab *__wrap_slab_new(size_t bytes, bool is_one_of_many)
{
    lift_fence();
    watch.slabs++;
    if (bytes > watch.most_room)
        watch.most_room = bytes;
    return __real_slab_new(bytes, is_one_of_many);
}

enum input_result __wrap_input_read(struct byte_input *input, uint8_t *bytes, size_t size, size_t *got,
                                    struct capture_error *error)
{
    lift_fence();
    enum input_result result = __real_input_read(input, bytes, size, got, error);
    watch.given += *got;
    set_fence(bytes + *got, size - *got);
    return result;
}
