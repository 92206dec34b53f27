/* Indexes a capture file: see walk_index.h. */
#define _GNU_SOURCE /* memfd_create */
#include "walk_index.h"
#include "../csrc/files/file_index.h"
#include "promise.h"
#include <sys/mman.h>
#include <unistd.h>

/* Filters are libpcap's, and none is asked for. */
bool file_filters_init(struct file_filters *filters, const char *expression, struct capture_error *error)
{
    (void)error;
    *filters = (struct file_filters){0};
    return expression == NULL;
}

void file_filters_free(struct file_filters *filters)
{
    (void)filters;
}

bool file_filters_suit_none(const struct file_filters *filters, struct capture_error *error)
{
    (void)filters;
    (void)error;
    return false;
}

void file_filters_tell_impossible(const struct file_filters *filters, uint32_t link_type,
                                  const struct capture_error *why, struct capture_error *notice)
{
    (void)filters;
    (void)link_type;
    (void)why;
    (void)notice;
}

enum filter_verdict file_filters_match(struct file_filters *filters, const struct packet *packet,
                                       struct capture_error *error)
{
    (void)filters, (void)packet, (void)error;
    return FILTER_MATCHES;
}

static int file_of(const uint8_t *content, size_t size)
{
    int fd = memfd_create("file", MFD_CLOEXEC);
    promise(fd >= 0 && pwrite(fd, content, size, 0) == (ssize_t)size, "there is memory");
    return fd;
}

static struct file_index *indexed(int fd, enum damage_policy on_damage, bool *has_failed)
{
    struct slab *left = NULL;
    struct capture_error error;
    struct file_index *index =
        file_index_new(&(struct index_options){.fd = fd, .name = "file", .on_damage = on_damage}, &error);
    promise(index != NULL, "there is memory");
    enum file_result result;
    do
        result = file_index_walk(index, &left, &error);
    while (result == FILE_NOTHING || result == FILE_NOTICE);
    promise(result == FILE_END || result == FILE_FAILED, "an index is complete at the end");
    *has_failed = result == FILE_FAILED;
    slabs_free(&left);
    return index;
}

/* False: it is not there any more. */
static bool read_row(struct file_index *index, size_t row, struct record_buffer *buffer, uint64_t *digest)
{
    struct capture_error error;
    struct packet packet = {0};
    struct interface *interface = NULL;
    for (unsigned fills = 0;; fills++) {
        switch (file_index_find(index, row, buffer, &packet, &interface, &error)) {
        case RECORD_FOUND:
            promise(packet.timestamp_ns == index->rows[row].timestamp_ns, "a row has its packet's time");
            promise(packet.bytes >= buffer->bytes &&
                        packet.bytes + packet.caplen <= buffer->bytes + buffer->length,
                    "a packet lies in the buffer");
            *digest = digest_packet(&packet, interface);
            return true;
        case RECORD_NEEDS_BYTES:
            promise(fills < 8, "a record has its bytes after some reads");
            promise(record_buffer_fill(buffer, index, row, &error), "there is memory");
            break;
        case RECORD_CHANGED:
            return false;
        case RECORD_NO_MEMORY:
            promise(false, "there is memory");
        }
    }
}

/* Bytes that changed since the walk may be anything; what was read of the file goes first. */
static void read_changed(struct file_index *index, size_t size)
{
    static const uint8_t changed[7] = {0xff, 0x01, 0xff, 0xff, 0x00, 0x80, 0xff};
    struct record_buffer buffer = {0};
    uint64_t digest;
    for (size_t at = size / 3; at + sizeof(changed) < size; at += 41)
        promise(pwrite(index->fd, changed, sizeof(changed), (off_t)at) == sizeof(changed), "there is memory");
    promise(ftruncate(index->fd, (off_t)(size - size / 9)) == 0, "a file can be cut");
    for (size_t row = index->count; row-- > 0;)
        read_row(index, row, &buffer, &digest);
    record_buffer_free(&buffer);
}

void walk_index(const uint8_t *content, size_t size, enum damage_policy on_damage,
                const struct file_outcome *outcome)
{
    bool has_failed;
    struct slab *left = NULL;
    struct record_buffer buffer = {0};
    struct file_index *index = indexed(file_of(content, size), on_damage, &has_failed);
    promise(has_failed == outcome->has_failed, "what can be read can be indexed");
    promise(index->count == outcome->packets, "an index has all packets");
    uint64_t digest, all = 0;
    for (size_t row = 0; row < index->count && !has_failed; row++) {
        promise(read_row(index, row, &buffer, &digest), "a file that has not changed has its packets");
        all = digest_number(all, digest);
    }
    promise(has_failed || all == outcome->packets_digest, "an index gives the packets that are in the file");
    record_buffer_free(&buffer);
    if (!has_failed)
        read_changed(index, size);
    file_index_free(index, &left);
    slabs_free(&left);
}
