/* One line that says what a packet, or a layer of it, is. Lengths and buffers as in tree.h. */
#ifndef UMPA_DECODE_SUMMARY_H
#define UMPA_DECODE_SUMMARY_H

#include "packet.h"

/* <Packet 74 bytes: Ethernet / IP 127.0.0.1 > 127.0.0.1 / TCP 40551 > 80 / Payload 8 bytes>
 * `link_type` is its name, to be told where no layer tells what it is; else NULL. */
size_t summary_of_packet(const struct packet *packet, const uint8_t *bytes, const char *link_type,
                         char *buffer, size_t capacity);

/* <UDP srcport=9 dstport=10 _length=9 _checksum=63090> */
size_t summary_of_layer(const struct layer *layer, const uint8_t *bytes, char *buffer, size_t capacity);

#endif
