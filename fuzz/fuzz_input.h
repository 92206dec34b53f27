/* How the fuzzers write a packet into a file: a head of 8 bytes, then the captured bytes.
 *   0  link type, 4 bytes, big-endian
 *   4  how many bytes there were on the wire, 3 bytes, big-endian
 *   7  5 bits: 31 for all texts, too; 3 bits: the address at which the bytes lie, modulo 8 */
#ifndef UMPA_FUZZ_FUZZ_INPUT_H
#define UMPA_FUZZ_FUZZ_INPUT_H

#include "walk_packet.h"
#include <stddef.h>
#include <stdint.h>

enum { FUZZ_HEAD_LENGTH = 8 };

void walk_input(const uint8_t *data, size_t size, enum walk_depth depth);

/* libFuzzer's name for what is to be done with one input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
