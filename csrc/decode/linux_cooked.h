/* The protocol number of Linux cooked captures: the kind of device says which number space it is of. */
#ifndef UMPA_DECODE_LINUX_COOKED_H
#define UMPA_DECODE_LINUX_COOKED_H

#include "ethertype.h"

enum { ARPHRD_IEEE80211_RADIOTAP = 803, ARPHRD_NETLINK = 824 };

static inline void select_linux_protocol(uint16_t hatype, uint16_t protocol, struct measurement *result)
{
    if (hatype != ARPHRD_IEEE80211_RADIOTAP && hatype != ARPHRD_NETLINK &&
        (protocol >= ETHERTYPE_MIN || protocol == ETHERTYPE_LLC)) {
        result->selector = SELECT_ETHERTYPE;
        result->next = protocol;
    }
}

#endif
