/* A pcap file being written: own buffer, whole records only, nothing lost in silence.
 * Format: draft-ietf-opsawg-pcap; this machine's byte order. */
#ifndef UMPA_CAPTURE_DUMP_FILE_H
#define UMPA_CAPTURE_DUMP_FILE_H

#include "../decode/packet.h"
#include "capture_error.h"
#include "interrupt.h"
#include <stdbool.h>
#include <stdint.h>

struct dump_file;

/* Creates or truncates the file and writes its header at once, so that a path that can't be written, or a
 * full disk, fails here. `link_type` is a DLT; the header carries libpcap's LINKTYPE for it. Waits, as
 * dump_file_flush does, for the reader of a pipe that others have filled. */
struct dump_file *dump_file_open(const char *path, uint32_t link_type, uint32_t snaplen, bool microseconds,
                                 struct interrupt_check interrupt, struct capture_error *error);

/* When false, dump_file_flush comes before dump_file_append: writing may block, so that the GIL is released.
 */
bool dump_file_has_room(const struct dump_file *dump, const struct packet *packet);
void dump_file_append(struct dump_file *dump, const struct packet *packet, const uint8_t *bytes);

/* A record waits in the buffer. */
bool dump_file_is_waiting(const struct dump_file *dump);

/* Writes what is buffered. On an error the file is cut back to its last whole record and all later calls fail
 * with the same error; a pipe or device, which can't be cut, is left as it is. Only a pipe whose
 * reader does not keep up makes it wait, until `interrupt` ends it. */
bool dump_file_flush(struct dump_file *dump, struct interrupt_check interrupt, struct capture_error *error);

/* Flushes, closes and frees, whatever happens. In a forked child: only closes and frees. */
bool dump_file_close(struct dump_file *dump, struct interrupt_check interrupt, struct capture_error *error);

#endif
