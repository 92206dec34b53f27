/* Reads all fields of a layer, also those that do not print, with the names of their values, every bit flag
 * and every item of their lists. */
#ifndef UMPA_FUZZ_READ_FIELDS_H
#define UMPA_FUZZ_READ_FIELDS_H

#include "../csrc/decode/packet.h"

void read_fields(const struct layer *layer, const uint8_t *bytes);

#endif
