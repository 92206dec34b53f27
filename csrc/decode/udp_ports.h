/* What follows ports of UDP's number space: the lower one is more likely that of the service. */
#ifndef UMPA_DECODE_UDP_PORTS_H
#define UMPA_DECODE_UDP_PORTS_H

#include "protocol.h"

/* A header that begins with the ports of sender and receiver. */
static inline void measure_udp_ports(struct bytes_view bytes, struct measurement *result)
{
    uint16_t srcport = view_u16(bytes, 0);
    uint16_t dstport = view_u16(bytes, 2);
    result->selector = SELECT_UDP_PORT;
    result->next = srcport < dstport ? srcport : dstport;
    result->next_otherwise = srcport < dstport ? dstport : srcport;
}

#endif
