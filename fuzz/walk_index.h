/* Indexes a capture file, and reads its packets one by one: they must be those that reading through it gave.
 */
#ifndef UMPA_FUZZ_WALK_INDEX_H
#define UMPA_FUZZ_WALK_INDEX_H

#include "walk_file.h"

/* `outcome`: of the whole file, read with the same policy. */
void walk_index(const uint8_t *content, size_t size, enum damage_policy on_damage,
                const struct file_outcome *outcome);

#endif
