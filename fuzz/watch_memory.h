/* Memory of the file's window, watched: the linker puts these before input_read, slab_next_chunk and
 * slab_new. A byte behind those that were read is out of bounds to the sanitizer. */
#ifndef UMPA_FUZZ_WATCH_MEMORY_H
#define UMPA_FUZZ_WATCH_MEMORY_H

#include "../csrc/capture/chunk.h"
#include "../csrc/files/byte_input.h"

struct memory_watch {
    size_t given;     /* bytes that the input gave */
    size_t most_room; /* that was asked for at once */
    unsigned slabs;
};

/* Begins anew, and lifts what is out of bounds. */
void watch_memory(void);
struct memory_watch memory_watched(void);

#endif
