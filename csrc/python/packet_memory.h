/* Where the bytes of a Packet lie: in a block of its own, in a chunk that it shares with others, or, lent, in
 * one that its capture will use again. And where the object itself does: in an arena of those that share,
 * else in Python's memory. */
#ifndef UMPA_PYTHON_PACKET_MEMORY_H
#define UMPA_PYTHON_PACKET_MEMORY_H

#include "packet_object.h"

#include "../capture/arena.h"
#include "../capture/packet_options.h"

/* Of head.flags. */
enum {
    PACKET_SHARES_CHUNK = 1,
    PACKET_IS_LENT = 2, /* whoever lent the bytes makes them the packet's own before they change */
    PACKET_IN_ARENA = 16,
};

/* An object for a packet of a batch, which shares its chunk. */
PyObject *packet_sharing(PyTypeObject *packet_type, const struct packet *packet, struct arena *arena);

/* The same with lent bytes. The caller keeps it until it has called packet_keep. */
PyObject *packet_borrowing(PyTypeObject *packet_type, const struct packet *packet);

/* Makes such an object that of another packet: false where somebody else has it, or it has no room for so
 * many layers. */
bool packet_borrow_again(PacketObject *self, const struct packet *packet);

/* Lent bytes are copied; where there is no memory, the chunk is shared: it never fails. Before the lender
 * uses the chunk again, and before others learn the bytes' address. */
void packet_keep(PacketObject *self);

/* An object with a copy of the packet, of its bytes, and of the block around them where it has options; keeps
 * the interface (NULL: none). */
PyObject *packet_copying(PyTypeObject *packet_type, const struct packet *packet, struct interface *interface);

/* Gives back what the bytes and the object lie in. */
void packet_free(PacketObject *self);

/* Where it was captured: borrowed; NULL where nobody knows. */
struct interface *packet_interface(const PacketObject *self);

/* Bytes of memory behind head and layers, as far as they are its own. */
size_t packet_own_bytes(const PacketObject *self);

#endif
