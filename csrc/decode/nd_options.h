/* The options of Neighbor Discovery and of what has grown around it.
 * RFC 4861 4.6, and as each option says. */
#ifndef UMPA_DECODE_ND_OPTIONS_H
#define UMPA_DECODE_ND_OPTIONS_H

#include "item_list.h"

extern const struct item_format nd_options;
extern const struct value_names nd_preference_names; /* of routers and routes, RFC 4191 2.1 */

/* Where, in a message whose options begin at `offset`, the packet lies that a redirect quotes. */
struct bit_range nd_redirected_packet(struct bytes_view message, uint32_t offset);

#endif
