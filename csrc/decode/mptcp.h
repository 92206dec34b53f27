/* The fields of TCP's Multipath option: see mptcp.c. */
#ifndef UMPA_DECODE_MPTCP_H
#define UMPA_DECODE_MPTCP_H

#include "field.h"

enum { MPTCP_FIELD_COUNT = 35 };

extern const struct field mptcp_fields[MPTCP_FIELD_COUNT];

#endif
