/* The printed tree of a packet or of one layer, as the original UMPA printed it.
 * Both return the length that all of the text needs; as much as fits is written, without a NUL. */
#ifndef UMPA_DECODE_TREE_H
#define UMPA_DECODE_TREE_H

#include "packet.h"

/* `address` stands in the packet's last line; a layer's is that of its span. */
size_t tree_of_packet(const struct packet *packet, const uint8_t *bytes, uintptr_t address, char *buffer,
                      size_t capacity);
size_t tree_of_layer(const struct layer *layer, const uint8_t *bytes, char *buffer, size_t capacity);

#endif
