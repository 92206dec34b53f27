/* A format of capture files, as it is written: appends whole records (pcap) or blocks (pcapng) to a buffer.
 */
#ifndef UMPA_FILES_RECORD_WRITER_H
#define UMPA_FILES_RECORD_WRITER_H

#include "../capture/capture_error.h"
#include "../capture/interface.h"
#include "../decode/packet.h"
#include "dump_options.h"
#include "existing_file.h"
#include "write_buffer.h"

struct record_writer;

struct record_format {
    /* What a file begins with. `existing` is the file that is appended to, or NULL. `link_type`: of the first
     * packet, or what is to be expected. */
    bool (*begin)(struct record_writer *writer, struct write_buffer *buffer, uint32_t link_type,
                  const struct existing_file *existing, struct capture_error *error);
    bool (*append)(struct record_writer *writer, struct write_buffer *buffer, const struct packet *packet,
                   struct interface *interface, struct capture_error *error);
    /* What a file ends with; `statistics` may be NULL. */
    bool (*end)(struct record_writer *writer, struct write_buffer *buffer,
                const struct dump_statistics *statistics, struct capture_error *error);
    /* Bytes of a packet's record; what must be said of a new interface comes on top. */
    size_t (*size)(const struct packet *packet);
    /* Bytes of a record that was appended, or of what a file begins with. */
    size_t (*length)(const struct record_writer *writer, const uint8_t *record, bool *is_packet);
    void (*free)(struct record_writer *writer);
};

struct record_writer {
    const struct record_format *format;
};

/* NULL: no memory. They keep pointers to what they are given. */
struct record_writer *pcap_writer_new(const struct dump_options *options, const struct dump_origin *origin);
struct record_writer *pcapng_writer_new(const struct dump_options *options, const struct dump_origin *origin);

#endif
