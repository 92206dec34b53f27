/* TCP's options. IANA, TCP Option Kind Numbers. */
#ifndef UMPA_DECODE_TCP_OPTIONS_H
#define UMPA_DECODE_TCP_OPTIONS_H

#include "item_list.h"

extern const struct item_format tcp_options;

#endif
