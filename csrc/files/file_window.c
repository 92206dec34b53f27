/* A capture file's bytes on their way through chunks: see file_window.h. */
#include "file_window.h"
#include "../capture/packet_options.h"
#include <errno.h>

/* Reads go to a page's start: read(2) is five times slower into memory that is just off it. */
enum { PAGE = 4096, USUAL_ROOM = CHUNK_SIZE - (int)sizeof(struct chunk) - 2 * PAGE };

static uint8_t *page_behind(uint8_t *address)
{
    return address + (PAGE - (uintptr_t)address % PAGE) % PAGE;
}

/* A chunk for `room` bytes that is not in use; NULL with WINDOW_FULL or WINDOW_FAILED. */
static struct chunk *other_chunk(struct file_window *window, size_t room, bool is_free, struct slab **left,
                                 enum window_result *result, struct capture_error *error)
{
    struct slab *slab = window->slab;
    struct chunk *chunk = slab == NULL ? NULL : slab_next_chunk(slab, room);
    if (chunk != NULL)
        return chunk;
    *result = WINDOW_FULL;
    if (!is_free)
        return NULL;
    /* The bytes that are still unread must not lie where the first chunk begins. */
    if (slab != NULL && !slab_is_first_chunk(slab, window->chunk) && slab_restart(slab) &&
        (chunk = slab_next_chunk(slab, room)) != NULL && chunk->end <= (uint8_t *)window->chunk)
        return chunk;
    window->slab = slab_new(room, slab != NULL);
    if (window->slab == NULL) {
        window->slab = slab;
        *result = WINDOW_FAILED;
        capture_error_set_errno(error, ENOMEM);
        return NULL;
    }
    slab_leave(slab, left);
    return slab_next_chunk(window->slab, room);
}

/* Moves the bytes from `from` on to another chunk with room for `needed` in all. */
static enum window_result move(struct file_window *window, const uint8_t *from, size_t needed, bool is_free,
                               struct slab **left, struct capture_error *error)
{
    struct file_reader *reader = &window->reader;
    size_t kept = window->chunk == NULL ? 0 : (size_t)(reader->end - from);
    size_t start_offset = window->chunk == NULL ? 0 : (size_t)(reader->start - from);
    size_t room = needed < 2 * kept ? needed : 2 * kept;
    if (room < kept + kept / 2) /* so that bytes are moved seldom, whatever is needed next */
        room = kept + kept / 2;
    room = room < USUAL_ROOM ? USUAL_ROOM : room + 2 * PAGE;
    enum window_result result = WINDOW_BYTES;
    struct chunk *chunk = other_chunk(window, room, is_free, left, &result, error);
    if (chunk == NULL)
        return result;
    uint8_t *end = page_behind(chunk_room(chunk) + kept);
    if (kept > 0)
        memcpy(end - kept, from, kept);
    window->chunk = chunk;
    reader->start = end - kept + start_offset;
    reader->end = end;
    for (unsigned i = 0; i < reader->interface_count; i++)
        reader->interfaces[i].chunk_index = -1;
    return WINDOW_BYTES;
}

/* The other file begins in the midst of a record. */
static void tell_unfinished(const struct file_reader *reader, struct capture_error *error)
{
    size_t left = (size_t)(reader->end - reader->start);
    struct capture_error words = *error;
    if (left > 0)
        capture_error_set(error, words.kind, 0,
                          "%.400s; %zu bytes of a record that was not finished are lost", words.text, left);
}

enum window_result window_refill(struct file_window *window, bool is_free, struct slab **left,
                                 struct capture_error *error)
{
    struct file_reader *reader = &window->reader;
    while ((size_t)(reader->end - reader->start) < reader->needed && !reader->at_end) {
        if (window->chunk == NULL || reader->end == window->chunk->end) {
            enum window_result moved = move(window, reader->start, reader->needed, is_free, left, error);
            if (moved != WINDOW_BYTES)
                return moved;
        }
        size_t got, room = (size_t)(window->chunk->end - reader->end);
        switch (input_read(window->input, (uint8_t *)(uintptr_t)reader->end, room, &got, error)) {
        case INPUT_BYTES:
            reader->end += got;
            reader->end_offset += got;
            if (input_waits(window->input))
                return WINDOW_BYTES;
            break;
        case INPUT_NOTHING:
            return WINDOW_NOTHING;
        case INPUT_END:
            reader->at_end = true;
            break;
        case INPUT_RESTARTED:
            tell_unfinished(reader, error);
            reader_restart(reader);
            return WINDOW_RESTARTED;
        case INPUT_FAILED:
            return WINDOW_FAILED;
        }
    }
    return WINDOW_BYTES;
}

/* What belongs to a packet in memory begins here. */
static const uint8_t *record_start(const struct packet *packet)
{
    return packet->flags & PACKET_HAS_OPTIONS ? packet->bytes - PACKET_BLOCK_HEADER : packet->bytes;
}

enum window_result window_note_interface(struct file_window *window, struct packet *packet, bool is_free,
                                         struct slab **left, struct capture_error *error)
{
    struct file_reader *reader = &window->reader;
    struct reader_interface *interface = &reader->interfaces[reader->interface_index];
    bool is_too_far = (size_t)(packet->bytes - (const uint8_t *)window->chunk) >= CHUNK_SIZE;
    if (interface->chunk_index < 0 && !is_too_far)
        interface->chunk_index = chunk_add_interface(window->chunk, interface->shared);
    if (interface->chunk_index < 0 || is_too_far) {
        const uint8_t *from = record_start(packet);
        size_t offset = (size_t)(packet->bytes - from), after = (size_t)(reader->start - from);
        enum window_result moved = move(window, from, (size_t)(reader->end - from), is_free, left, error);
        if (moved != WINDOW_BYTES)
            return moved;
        packet->bytes = reader->start - after + offset;
        interface->chunk_index = chunk_add_interface(window->chunk, interface->shared);
    }
    packet->interface = (uint8_t)interface->chunk_index;
    return WINDOW_BYTES;
}

void window_close(struct file_window *window, struct slab **left)
{
    input_close(window->input);
    reader_free(&window->reader);
    slab_leave(window->slab, left);
}
