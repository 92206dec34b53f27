/* SCTP's chunks. IANA, SCTP Chunk Types. */
#ifndef UMPA_DECODE_SCTP_CHUNKS_H
#define UMPA_DECODE_SCTP_CHUNKS_H

#include "item_list.h"

extern const struct item_format sctp_chunks;

#endif
