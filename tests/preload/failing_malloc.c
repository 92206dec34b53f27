/* Preloaded: while armed, the allocations of the C library number `first` to `last` fail. What was allocated
 * while armed and is not freed yet is known. For glibc, and for programs of one thread. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The next library's, so that a sanitizer's may be behind. */
static struct {
    void *(*malloc)(size_t size);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *old, size_t size);
    void *(*memalign)(size_t alignment, size_t size);
    void (*free)(void *memory);
} next;

static void find_next(void)
{
    if (next.free != NULL)
        return;
    next.malloc = dlsym(RTLD_NEXT, "malloc");
    next.calloc = dlsym(RTLD_NEXT, "calloc");
    next.realloc = dlsym(RTLD_NEXT, "realloc");
    next.memalign = dlsym(RTLD_NEXT, "memalign");
    next.free = dlsym(RTLD_NEXT, "free");
}

enum { KEPT_MAX = 65536, FRAMES = 12 };

static struct kept {
    void *memory;
    int frames;
    void *frame[FRAMES];
} kept[KEPT_MAX];
static size_t kept_end;

static long first_to_fail, last_to_fail, counted;
static int armed;

static int fails(void)
{
    find_next();
    if (!armed)
        return 0;
    counted++;
    if (counted < first_to_fail || counted > last_to_fail)
        return 0;
    errno = ENOMEM;
    return 1;
}

static void *note(void *memory)
{
    if (!armed || memory == NULL || kept_end == KEPT_MAX)
        return memory;
    struct kept *entry = &kept[kept_end++];
    entry->memory = memory;
    armed = 0; /* backtrace() may allocate */
    entry->frames = backtrace(entry->frame, FRAMES);
    armed = 1;
    return memory;
}

static void forget(const void *memory)
{
    if (memory == NULL)
        return;
    for (size_t i = kept_end; i-- > 0;)
        if (kept[i].memory == memory) {
            kept[i] = kept[--kept_end];
            return;
        }
}

void *malloc(size_t size)
{
    return fails() ? NULL : note(next.malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : note(next.calloc(count, size));
}

void *realloc(void *old, size_t size)
{
    if (fails())
        return NULL;
    forget(old);
    void *memory = next.realloc(old, size);
    return note(memory);
}

void *memalign(size_t alignment, size_t size)
{
    return fails() ? NULL : note(next.memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
    void *memory = memalign(alignment, size);
    if (memory == NULL)
        return ENOMEM;
    *result = memory;
    return 0;
}

void free(void *memory)
{
    find_next();
    forget(memory);
    next.free(memory);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    if (fails())
        return MAP_FAILED;
    void *memory = (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
    if (fd >= 0 && memory != MAP_FAILED) /* others are Python's own arenas */
        note(memory);
    return memory;
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    return mmap(address, length, protection, flags, fd, offset);
}

int munmap(void *address, size_t length)
{
    forget(address);
    return (int)syscall(SYS_munmap, address, length);
}

void allocations_arm(long first, long last)
{
    first_to_fail = first;
    last_to_fail = last;
    counted = 0;
    kept_end = 0;
    armed = 1;
}

/* How many allocations there were. */
long allocations_disarm(void)
{
    armed = 0;
    return counted;
}

/* How many of them are not freed; stderr says where they were made. */
long allocations_kept(void)
{
    for (size_t i = 0; i < kept_end; i++) {
        backtrace_symbols_fd(kept[i].frame, kept[i].frames, STDERR_FILENO);
        dprintf(STDERR_FILENO, "\n");
    }
    return (long)kept_end;
}
