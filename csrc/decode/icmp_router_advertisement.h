/* What ICMP's router advertisement lists: routers, and behind them what a mobility agent adds.
 * RFC 1256, 5944. */
#ifndef UMPA_DECODE_ICMP_ROUTER_ADVERTISEMENT_H
#define UMPA_DECODE_ICMP_ROUTER_ADVERTISEMENT_H

#include "item_list.h"

extern const struct item_format icmp_routers;
extern const struct item_format icmp_mobility_extensions;

/* Where they lie in a message whose first router is at `offset`. */
struct bit_range icmp_router_list(struct bytes_view message, uint32_t offset);
struct bit_range icmp_mobility_list(struct bytes_view message, uint32_t offset);

#endif
