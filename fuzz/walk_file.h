/* Reads a capture file from memory to its end, as file_source.c does, and holds the readers to their
 * promises. */
#ifndef UMPA_FUZZ_WALK_FILE_H
#define UMPA_FUZZ_WALK_FILE_H

#include "../csrc/files/file_source.h"

/* Where in its chunk the file begins. */
enum file_place {
    PLACE_USUAL,
    PLACE_BEFORE_END,      /* of the chunk */
    PLACE_BEFORE_FAR,      /* from where on packets of a long chunk are too far for it */
    PLACE_BEFORE_SLAB_END, /* of the last chunk */
};

enum { GROWING_READS = 0 }; /* of 1 byte, 2, 3, ... */

struct file_way {
    size_t read_size; /* or GROWING_READS */
    enum damage_policy on_damage;
    bool waits;        /* every other read has nothing yet */
    bool has_batches;  /* packets stay in use for a while */
    bool keeps_memory; /* packets share their chunks */
    enum file_place place;
    size_t before; /* the edge that `place` tells */
    bool table_is_full;
};

/* What must be the same whatever the way. */
struct file_outcome {
    uint64_t packets;
    uint64_t packets_digest;
    uint64_t notices_digest;
    bool has_failed;
    struct capture_error failure;
    bool is_too_long; /* it was not read to its end */
};

/* All that is known of a packet; and of one more thing. */
uint64_t digest_packet(const struct packet *packet, const struct interface *interface);
uint64_t digest_number(uint64_t so_far, uint64_t number);

struct file_outcome walk_file(const uint8_t *content, size_t size, const struct file_way *way);

#endif
