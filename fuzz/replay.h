/* What replay.c does with one kept input: fuzz_input.c says it for packets, file_input.c for capture files.
 */
#ifndef UMPA_FUZZ_REPLAY_H
#define UMPA_FUZZ_REPLAY_H

#include <stddef.h>
#include <stdint.h>

void replay_input(const uint8_t *data, size_t size);

#endif
