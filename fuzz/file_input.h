/* How the fuzzer of capture files writes what it found into a file: a head of 2 bytes, then the capture file.
 *   0  2 bits: how many bytes a read gives; 2 bits: what becomes of damage; 1 bit: reads have nothing now
 *      and then; 1 bit: packets stay for a while; 2 bits: all set: packets keep their memory until the end
 *   1  3 bits: how far from the edge the file begins; 2 bits: of which edge; 1 bit: the table of interfaces
 *      is nearly full; 2 bits: all set: the file is indexed, too */
#ifndef UMPA_FUZZ_FILE_INPUT_H
#define UMPA_FUZZ_FILE_INPUT_H

#include <stddef.h>
#include <stdint.h>

enum { FILE_HEAD_LENGTH = 2 };

/* The file is read twice: as the head says, and in the plainest way, and both must agree. */
void walk_file_input(const uint8_t *data, size_t size);

/* libFuzzer's name for what is to be done with one input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
