/* The arena between libpcap and Python: decoded packets, one struct packet block behind the other.
 * Filled without the GIL, emptied with it; filled again, unless its memory was given to the packets. */
#ifndef UMPA_CAPTURE_PACKET_BATCH_H
#define UMPA_CAPTURE_PACKET_BATCH_H

#include "../decode/decode.h"
#include <stdbool.h>

struct packet_batch {
    uint8_t *memory;
    bool is_given; /* the memory is somebody else's: the next reset takes new one */
    size_t limit;  /* full when this much is used: room for one packet more is behind it */
    size_t used;   /* where the next packet is written */
    size_t cursor; /* where the next packet is read */
    uint32_t max_caplen;
    uint32_t unread;
    unsigned filter_generation; /* of the filter that let its packets in */
};

/* A batch of many packets is good for throughput; one whose memory will be given away holds fewer, since a
 * single packet that is kept will keep all of it. */
enum { BATCH_BYTES = 2 << 20, SHARED_BATCH_BYTES = 512 << 10 };

/* Room for packets of up to `max_caplen` bytes; false when there is no memory. */
bool packet_batch_init(struct packet_batch *batch, uint32_t max_caplen);
void packet_batch_free(struct packet_batch *batch);

/* Only an emptied batch is filled again, with up to `limit` bytes: forgets what was read. False when there is
 * no memory. */
bool packet_batch_reset(struct packet_batch *batch, size_t limit);

/* Cuts the memory down to what is used and gives it to the caller, who frees it, after the next reset or free
 * at the earliest: the packets are read from it up to then. */
void *packet_batch_give_memory(struct packet_batch *batch);

/* Another packet of any size up to max_caplen fits. The filler looks before each append. */
bool packet_batch_has_room(const struct packet_batch *batch);

/* Decodes and keeps one packet. */
void packet_batch_append(struct packet_batch *batch, const struct decoder *decoder, int64_t timestamp_ns,
                         uint32_t caplen, uint32_t wire_len, uint32_t link_type, const uint8_t *bytes);

/* Takes out the unread packets for which `keep` is false. */
void packet_batch_keep(struct packet_batch *batch, bool (*keep)(void *context, const struct packet *packet),
                       void *context);

/* The next unread packet, or NULL. Its block (packet_head_size + caplen bytes) stays until the next reset. */
const struct packet *packet_batch_next(struct packet_batch *batch);

#endif
