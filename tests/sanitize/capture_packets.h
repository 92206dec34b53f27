/* Hands the packets of capture files, one by one, to a program that walks them under sanitizers. */
#ifndef UMPA_SANITIZE_CAPTURE_PACKETS_H
#define UMPA_SANITIZE_CAPTURE_PACKETS_H

#include "../../fuzz/walk_packet.h"

typedef void packet_visitor(const struct decoder *decoder, const struct captured *packet);

/* The main of such a program: its arguments are [--all-link-types] FILE..., with the option each packet is
 * visited under every link type that the decoder knows. Returns what main does. */
int visit_captures(int argc, char **argv, packet_visitor *visit);

/* Walks, and counts; a sanitizer's report ends with the bytes that were walked. */
uint32_t walk_counted(const struct decoder *decoder, const struct captured *packet, enum walk_depth depth);

#endif
