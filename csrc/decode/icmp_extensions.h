/* The extension structure that errors and extended echoes of ICMP and ICMPv6 carry behind the packet that
 * they quote: RFC 4884; objects of RFC 4950, 5837 and 8335. */
#ifndef UMPA_DECODE_ICMP_EXTENSIONS_H
#define UMPA_DECODE_ICMP_EXTENSIONS_H

#include "item_list.h"

/* The objects of a structure; an item's kind is its class. */
extern const struct item_format icmp_extension_objects;

/* The quoted packet, in an error whose structure begins `extension` bytes into the message, or that has none
 * and says so by the message's length. */
struct bit_range icmp_quoted_packet(struct bytes_view message, uint32_t extension);

/* A structure's objects, where it is of the version that is known. */
struct bit_range icmp_extension_list(struct bytes_view message, uint32_t extension);

#endif
