/* One capture file being read: its bytes, its records, and what becomes of damage. */
#ifndef UMPA_FILES_CAPTURE_FILE_H
#define UMPA_FILES_CAPTURE_FILE_H

#include "file_source.h"
#include "file_window.h"

struct capture_file {
    struct file_window window;
    char *name;
    unsigned index; /* in the order given */
    enum damage_policy on_damage;
    bool has_begun;  /* its header has been read */
    bool has_packet; /* `packet` was found, and lacks a place */
    bool is_recovering;
    bool is_waiting; /* for bytes */
    bool has_ended;
    struct packet packet;
    struct capture_error damage;
    bool has_notice; /* of capture_file_begin: worth a warning */
    struct capture_error notice;

    bool has_next; /* for those who merge */
    struct packet next;
};

struct capture_file *capture_file_new(const struct file_opener *opener, unsigned index,
                                      struct capture_error *error);
void capture_file_free(struct capture_file *file, struct slab **left);

/* Reads up to the first interface, and waits for it; false with `error`. It may have a notice. */
bool capture_file_begin(struct capture_file *file, struct interrupt_check interrupt, struct slab **left,
                        struct capture_error *error);

/* The next packet. `is_free`, `left`: as of window_refill. */
enum file_result capture_file_read(struct capture_file *file, struct packet *packet, bool is_free,
                                   struct slab **left, struct capture_error *error);

/* The same; the usual case, in the loop of the caller. */
static inline enum file_result capture_file_next(struct capture_file *file, struct packet *packet,
                                                 bool is_free, struct slab **left,
                                                 struct capture_error *error)
{
    struct file_reader *reader = &file->window.reader;
    if (!file->has_begun || file->has_packet || file->is_recovering)
        return capture_file_read(file, packet, is_free, left, error);
    if (reader_next(reader, packet) != READER_PACKET)
        return capture_file_read(file, packet, is_free, left, error);
    const struct reader_interface *interface = &reader->interfaces[reader->interface_index];
    if (interface->chunk_index >= 0 &&
        (size_t)(packet->bytes - (const uint8_t *)file->window.chunk) < CHUNK_SIZE) {
        packet->interface = (uint8_t)interface->chunk_index;
        return FILE_PACKET;
    }
    file->has_packet = true;
    file->packet = *packet;
    return capture_file_read(file, packet, is_free, left, error);
}

#endif
