/* What SCTP's chunks carry behind their fixed part. IANA, SCTP Chunk Parameter Types and Error Cause Codes.
 */
#ifndef UMPA_DECODE_SCTP_PARAMETERS_H
#define UMPA_DECODE_SCTP_PARAMETERS_H

#include "item_list.h"

extern const struct item_format sctp_parameters;
extern const struct item_format sctp_causes;

/* 1: SHA-1, 3: SHA-256. */
extern const struct value_names sctp_hmac_names;

/* For an item of `length` bytes by its own length field, which is padded to a multiple of 4 and may be cut by
 * the end of the list. False where not even its kind and length are there, or it is shorter than these. */
bool sctp_take(struct bytes_view list, uint32_t *offset, struct item *item, uint32_t kind, uint32_t length);

#endif
