/* Reads a capture file from memory: see walk_file.h. */
#include "walk_file.h"
#include "../csrc/capture/packet_options.h"
#include "../csrc/decode/decode.h"
#include "../csrc/files/capture_file.h"
#include "../csrc/files/link_type.h"
#include "../csrc/files/pcapng_options.h"
#include "promise.h"
#include "watch_memory.h"

enum {
    BATCH = 5,
    KEPT_MAX = 64,
    READ_AT_MOST = 4 << 20, /* of what is compressed there may be much */
    PAGES = 16 << 10,
};

struct walk {
    const struct file_way *way;
    const uint8_t *content;
    size_t left;
    size_t reads;
    bool has_nothing; /* the last read had */
    bool has_ended;
    struct capture_file *file;
    struct slab *slabs_left;
    unsigned in_batch;
    struct packet batch[BATCH];
    uint64_t digests[BATCH];
    unsigned kept;
    struct chunk *chunks[KEPT_MAX];
    uint64_t offset;         /* of the reader, at the last packet */
    uint64_t damaged_behind; /* damage that comes is not before this */
    struct file_outcome outcome;
};

/* Libpcap's knowledge, as far as it matters here: some numbers differ. */
uint32_t link_type_from_file(uint32_t linktype)
{
    enum { LINKTYPE_RAW = 101, DLT_RAW = 12 };
    return linktype == LINKTYPE_RAW ? DLT_RAW : linktype;
}

static uint64_t digest(uint64_t so_far, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++)
        so_far = (so_far ^ at[i]) * UINT64_C(0x100000001b3);
    return so_far;
}

uint64_t digest_number(uint64_t so_far, uint64_t number)
{
    return (so_far ^ number) * UINT64_C(0x9e3779b97f4a7c15);
}

static ptrdiff_t read_content(void *context, uint8_t *bytes, size_t size, struct capture_error *error)
{
    struct walk *walk = context;
    (void)error;
    promise(size > 0, "reads are for a byte at least");
    promise(!walk->has_ended, "nothing is read behind the end");
    walk->has_nothing = walk->way->waits && !walk->has_nothing;
    if (walk->has_nothing)
        return INPUT_FUNCTION_NOTHING;
    size_t most = walk->way->read_size == GROWING_READS ? ++walk->reads : walk->way->read_size;
    if (size > most)
        size = most;
    if (size > walk->left)
        size = walk->left;
    if (size > 0)
        memcpy(bytes, walk->content, size);
    walk->content += size;
    walk->left -= size;
    walk->has_ended = size == 0;
    return (ptrdiff_t)size;
}

static struct byte_input *open_content(void *context, unsigned index, char **name,
                                       struct capture_error *error)
{
    (void)index;
    *name = strcpy(allocate(sizeof("file")), "file");
    return input_of_function((struct input_function){.read = read_content, .context = context}, error);
}

/* Reading begins where few do: mapping memory would take most of the time. */
static void place(struct walk *walk, struct slab *slab)
{
    const struct file_way *way = walk->way;
    struct file_window *window = &walk->file->window;
    window->slab = slab;
    if (way->place == PLACE_USUAL && !way->table_is_full)
        return;
    struct chunk *chunk = slab_next_chunk(slab, way->place == PLACE_BEFORE_FAR ? CHUNK_SIZE : 0);
    for (struct chunk *next = chunk; way->place == PLACE_BEFORE_SLAB_END && next != NULL;
         next = slab_next_chunk(slab, 0))
        chunk = next;
    window->chunk = chunk;
    const uint8_t *edge = way->place == PLACE_BEFORE_FAR ? (uint8_t *)chunk + CHUNK_SIZE
                          : way->place == PLACE_USUAL    ? chunk_room(chunk) + way->before
                                                         : chunk->end;
    window->reader.start = window->reader.end = edge - way->before;
    struct interface *other = interface_new(&(struct interface){.link_type = 1}, NULL, NULL, 0);
    promise(other != NULL, "there is memory");
    while (way->table_is_full && chunk->interface_count < CHUNK_INTERFACES_MAX - 2)
        chunk_add_interface(chunk, other);
    interface_release(other);
}

/* As a writer would copy them. */
static uint64_t digest_options(uint64_t so_far, enum option_block block, struct raw_options options)
{
    static uint8_t room[1 << 16];
    struct write_buffer buffer = {.bytes = room};
    so_far = digest(so_far, options.bytes, options.length);
    if (options.length + 3 > sizeof(room))
        return so_far;
    options_copy(&buffer, block, options, (const uint16_t[]){0});
    promise(buffer.used <= options.length + 3, "options are no longer when they are copied");
    return digest(so_far, room, buffer.used);
}

static uint64_t digest_interface(uint64_t so_far, const struct interface *interface)
{
    so_far = digest_number(so_far, interface->link_type);
    so_far = digest_number(so_far, interface->snaplen);
    so_far = digest_number(so_far, interface->units_per_second);
    so_far = digest_number(so_far, (uint64_t)interface->offset_seconds);
    promise(strcmp(interface->source, "file") == 0, "an interface knows its file");
    return digest_options(
        so_far, INTERFACE_BLOCK,
        (struct raw_options){interface->options, interface->options_length, interface->is_swapped});
}

uint64_t digest_packet(const struct packet *packet, const struct interface *interface)
{
    uint64_t so_far = digest_number(1, (uint64_t)packet->timestamp_ns);
    so_far = digest_number(so_far, packet->caplen);
    so_far = digest_number(so_far, packet->wire_len);
    so_far = digest_number(so_far, packet->link_type);
    so_far = digest(so_far, packet->bytes, packet->caplen);
    struct raw_options options = packet_options(packet);
    so_far = digest_options(so_far, PACKET_BLOCK, options);
    return digest_interface(so_far, interface);
}

static uint64_t digest_in_chunk(const struct packet *packet)
{
    promise(packet->interface < chunk_of(packet->bytes)->interface_count,
            "a packet's interface is in its chunk's table");
    return digest_packet(packet, chunk_interface(packet));
}

static void decode(const struct packet *packet)
{
    static struct decoder decoder;
    static bool is_ready;
    struct packet_head head = {.packet = *packet};
    if (!is_ready)
        decoder_init(&decoder);
    is_ready = true;
    decode_packet(&decoder, &head.packet, packet->bytes);
    promise(head.packet.bytes == packet->bytes && head.packet.interface == packet->interface &&
                head.packet.flags == packet->flags,
            "decoding leaves alone what is not its own");
}

static void promise_place(const struct walk *walk, const struct packet *packet)
{
    const struct file_reader *reader = &walk->file->window.reader;
    struct chunk *chunk = chunk_of(packet->bytes);
    const uint8_t *start = packet->bytes, *end = packet->bytes + packet->caplen;
    if (packet->flags & PACKET_HAS_OPTIONS) {
        struct raw_options options = packet_options(packet);
        start -= PACKET_BLOCK_HEADER;
        promise(options.bytes >= end, "options lie behind the packet");
        end = options.bytes + options.length + PACKET_BLOCK_TRAILER;
        promise(end == start + packet_block_length(packet), "options lie in their block");
        promise(end == reader->start, "the next block is read next");
    }
    promise(chunk == walk->file->window.chunk, "a packet lies in the chunk that is being filled");
    promise(start >= chunk_room(chunk) && end <= chunk->end, "a packet lies in its chunk");
    promise(end <= reader->start, "a packet's bytes have been read");
    promise(packet->caplen <= PACKET_BYTES_MAX, "a packet is not too long for its layers");
    promise(chunk_interface(packet) == reader->interfaces[reader->interface_index].shared,
            "a packet is of the interface that it was read of");
    promise(chunk_interface(packet)->link_type == packet->link_type, "an interface has one link type");
}

static void end_batch(struct walk *walk)
{
    for (unsigned i = 0; i < walk->in_batch; i++)
        promise(digest_in_chunk(&walk->batch[i]) == walk->digests[i],
                "packets stay as they are while in use");
    walk->in_batch = 0;
}

static void take(struct walk *walk, const struct packet *packet)
{
    const struct file_reader *reader = &walk->file->window.reader;
    promise_place(walk, packet);
    decode(packet);
    uint64_t of_packet = digest_in_chunk(packet);
    walk->outcome.packets_digest = digest_number(walk->outcome.packets_digest, of_packet);
    promise(++walk->outcome.packets == reader->packets, "packets are counted");
    promise(reader_offset(reader) > walk->offset, "the offset grows with each packet");
    walk->offset = reader_offset(reader);
    promise(walk->offset <= memory_watched().given, "no packet lies behind the file's end");
    walk->batch[walk->in_batch] = *packet;
    walk->digests[walk->in_batch++] = of_packet;
    if (walk->way->keeps_memory && walk->kept < KEPT_MAX) {
        chunk_share(chunk_of(packet->bytes));
        walk->chunks[walk->kept++] = chunk_of(packet->bytes);
    }
    if (!walk->way->has_batches || walk->in_batch == BATCH)
        end_batch(walk);
}

static void hear_notice(struct walk *walk, const struct capture_error *error)
{
    promise(walk->way->on_damage == DAMAGE_IS_TOLD, "only who asks is told");
    promise(error->kind == ERROR_FILE_FORMAT, "a notice is about the file");
    if (error->packet_number > 0) { /* else it is about what is compressed, or no capture file at all */
        promise(error->file_offset >= walk->damaged_behind, "recovery moves on");
        walk->damaged_behind = error->file_offset + 1;
    }
    uint64_t *so_far = &walk->outcome.notices_digest;
    *so_far = digest(*so_far, error->text, strlen(error->text));
    *so_far = digest_number(*so_far, error->file_offset);
    *so_far = digest_number(*so_far, error->packet_number);
}

static void promise_memory(size_t size)
{
    size_t given = memory_watched().given;
    promise(memory_watched().most_room <= CHUNK_SIZE + 2 * (given + PAGES),
            "memory is bounded by the file's");
    promise(given <= size || given > 0, "bytes come from the file");
}

/* False: the file has ended. */
static bool step(struct walk *walk)
{
    struct packet packet;
    struct capture_error error = {0};
    switch (capture_file_next(walk->file, &packet, walk->in_batch == 0, &walk->slabs_left, &error)) {
    case FILE_PACKET:
        take(walk, &packet);
        return true;
    case FILE_NOTHING:
        promise(walk->way->waits, "only who has nothing yet is waited for");
        return true;
    case FILE_FULL: /* or a turn is over */
        end_batch(walk);
        return true;
    case FILE_NOTICE:
        hear_notice(walk, &error);
        return true;
    case FILE_BEGINS:
        return true;
    case FILE_END:
        return false;
    case FILE_FAILED:
        walk->outcome.has_failed = true;
        walk->outcome.failure = error;
        return false;
    }
    return false;
}

static void finish(struct walk *walk, struct slab **spare)
{
    end_batch(walk);
    if (!walk->way->keeps_memory && walk->file->window.slab != NULL) {
        *spare = walk->file->window.slab;
        walk->file->window.slab = NULL;
    }
    capture_file_free(walk->file, &walk->slabs_left);
    watch_memory();
    slabs_free(&walk->slabs_left);
    while (walk->kept > 0)
        chunk_unshare(walk->chunks[--walk->kept]);
    if (*spare != NULL)
        promise(slab_restart(*spare), "nobody shares a slab that nobody uses");
}

struct file_outcome walk_file(const uint8_t *content, size_t size, const struct file_way *way)
{
    static struct slab *spare;
    static struct walk walk;
    walk = (struct walk){.way = way, .content = content, .left = size};
    struct capture_error error;
    watch_memory();
    if (spare == NULL)
        spare = slab_new(0, false);
    walk.file = capture_file_new(&(struct file_opener){open_content, &walk}, 0, &error);
    promise(walk.file != NULL && spare != NULL, "there is memory");
    walk.file->on_damage = way->on_damage;
    place(&walk, spare);
    spare = NULL;
    uint64_t steps = 0;
    while (step(&walk) && memory_watched().given < READ_AT_MOST)
        promise(++steps <= 8 * (memory_watched().given + size) + 64, "reading comes to an end");
    promise_memory(size);
    walk.outcome.is_too_long = memory_watched().given >= READ_AT_MOST;
    finish(&walk, &spare);
    return walk.outcome;
}
