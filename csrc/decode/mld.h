/* The records of a Multicast Listener Discovery report, version 2.
 * RFC 3810 5.2. */
#ifndef UMPA_DECODE_MLD_H
#define UMPA_DECODE_MLD_H

#include "item_list.h"

extern const struct item_format mld_records;

#endif
