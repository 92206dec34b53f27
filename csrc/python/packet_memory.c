/* The memory of a packet's bytes: see packet_memory.h. */
#include "packet_memory.h"

/* A packet's own block. With options, the pcapng block that they are in is copied whole. */
struct own_block {
    struct interface *interface; /* NULL: none */
    uint8_t bytes[];
};

static size_t bytes_before(const struct packet *packet)
{
    return packet->flags & PACKET_HAS_OPTIONS ? PACKET_BLOCK_HEADER : 0;
}

static size_t bytes_in_all(const struct packet *packet)
{
    return packet->flags & PACKET_HAS_OPTIONS ? packet_block_length(packet) : packet->caplen;
}

static struct own_block *own_block(const struct packet *packet)
{
    const uint8_t *start = packet->bytes - bytes_before(packet) - offsetof(struct own_block, bytes);
    return (struct own_block *)(uintptr_t)start;
}

static struct own_block *copy_block(const struct packet *packet, struct interface *interface)
{
    size_t size = bytes_in_all(packet);
    struct own_block *block = PyMem_Malloc(sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    block->interface = interface == NULL ? NULL : interface_retain(interface);
    if (size > 0)
        memcpy(block->bytes, packet->bytes - bytes_before(packet), size);
    return block;
}

static void use_block(struct packet *head, const struct own_block *block)
{
    head->bytes = block->bytes + bytes_before(head);
    head->flags &= (uint8_t)~(PACKET_SHARES_CHUNK | PACKET_IS_LENT | PACKET_IN_ARENA);
    head->interface = 0;
}

static size_t object_size(const struct packet *packet)
{
    return offsetof(PacketObject, head) + packet_head_size(packet);
}

/* A packet's object with its head and layers, but no memory for its bytes. `memory`: NULL where there is
 * none. */
static PacketObject *packet_init(void *memory, PyTypeObject *type, const struct packet *packet)
{
    PacketObject *self = memory;
    if (self == NULL)
        return (PacketObject *)PyErr_NoMemory();
    PyObject_Init((PyObject *)self, type);
    packet_copy_head(&self->head, packet);
    return self;
}

static PacketObject *packet_of_head(PyTypeObject *type, const struct packet *packet)
{
    return packet_init(PyObject_Malloc(object_size(packet)), type, packet);
}

PyObject *packet_sharing(PyTypeObject *packet_type, const struct packet *packet, struct arena *arena)
{
    PacketObject *self = packet_init(arena_take(arena, object_size(packet)), packet_type, packet);
    if (self != NULL) {
        self->head.flags |= PACKET_SHARES_CHUNK | PACKET_IN_ARENA;
        chunk_share(chunk_of(packet->bytes));
    }
    return (PyObject *)self;
}

PyObject *packet_borrowing(PyTypeObject *packet_type, const struct packet *packet)
{
    PacketObject *self = packet_of_head(packet_type, packet);
    if (self != NULL)
        self->head.flags |= PACKET_IS_LENT;
    return (PyObject *)self;
}

bool packet_borrow_again(PacketObject *self, const struct packet *packet)
{
    if (Py_REFCNT(self) > 1 || !(self->head.flags & PACKET_IS_LENT) ||
        packet->layer_count > self->head.layer_count)
        return false;
    packet_copy_head(&self->head, packet);
    self->head.flags |= PACKET_IS_LENT;
    return true;
}

PyObject *packet_copying(PyTypeObject *packet_type, const struct packet *packet, struct interface *interface)
{
    struct own_block *block = copy_block(packet, interface);
    if (block == NULL)
        return PyErr_NoMemory();
    PacketObject *self = packet_of_head(packet_type, packet);
    if (self == NULL) {
        interface_release(block->interface);
        PyMem_Free(block);
        return NULL;
    }
    use_block(&self->head, block);
    return (PyObject *)self;
}

void packet_keep(PacketObject *self)
{
    struct packet *head = &self->head;
    if (!(head->flags & PACKET_IS_LENT))
        return;
    struct own_block *block = copy_block(head, chunk_interface(head));
    if (block != NULL) {
        use_block(head, block);
    } else {
        chunk_share(chunk_of(head->bytes));
        head->flags ^= PACKET_IS_LENT | PACKET_SHARES_CHUNK;
    }
}

void packet_free(PacketObject *self)
{
    const struct packet *head = &self->head;
    if (head->flags & PACKET_SHARES_CHUNK) {
        chunk_unshare(chunk_of(head->bytes));
    } else if (!(head->flags & PACKET_IS_LENT)) {
        struct own_block *block = own_block(head);
        interface_release(block->interface);
        PyMem_Free(block);
    }
    if (head->flags & PACKET_IN_ARENA)
        arena_give_back(self);
    else
        PyObject_Free(self);
}

struct interface *packet_interface(const PacketObject *self)
{
    if (self->head.flags & (PACKET_SHARES_CHUNK | PACKET_IS_LENT))
        return chunk_interface(&self->head);
    return own_block(&self->head)->interface;
}

size_t packet_own_bytes(const PacketObject *self)
{
    if (self->head.flags & PACKET_IS_LENT)
        return 0;
    if (self->head.flags & PACKET_SHARES_CHUNK)
        return self->head.caplen;
    return sizeof(struct own_block) + bytes_in_all(&self->head);
}
