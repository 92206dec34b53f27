/* A capture file being written, or several in turn: own buffer, whole records only, nothing lost in silence.
 */
#ifndef UMPA_FILES_DUMP_FILE_H
#define UMPA_FILES_DUMP_FILE_H

#include "../capture/capture_error.h"
#include "../capture/interface.h"
#include "../capture/interrupt.h"
#include "../decode/packet.h"
#include "dump_options.h"
#include <stdbool.h>
#include <stdint.h>

struct dump_file;

/* Opens the file, so that a path that can't be written fails here; what it held stays until the file begins:
 * at once for a device, so that a full disk fails here too, else with the first packet, or at the end. Copies
 * what it is given. Waits, as dump_file_flush does, for the reader of a pipe that others have filled. */
struct dump_file *dump_file_open(const struct dump_options *options, const struct dump_origin *origin,
                                 struct interrupt_check interrupt, struct capture_error *error);

/* When false, dump_file_make_room comes before dump_file_append: writing may block, so that the GIL is
 * released. */
bool dump_file_has_room(const struct dump_file *dump, const struct packet *packet);

/* Writes what is buffered, as dump_file_flush does, and goes on to the next file where this one is full. */
bool dump_file_make_room(struct dump_file *dump, const struct packet *packet,
                         struct interrupt_check interrupt, struct capture_error *error);

/* `interface` may be NULL. Never blocks. False with `error`: the packet does not fit into the format, and
 * those before it are not touched by that. After an error of writing it does nothing. */
bool dump_file_append(struct dump_file *dump, const struct packet *packet, struct interface *interface,
                      struct capture_error *error);

/* A record waits in the buffer. */
bool dump_file_is_waiting(const struct dump_file *dump);

/* Writes what is buffered. On an error the file is cut back to its last whole record and all later calls fail
 * with the same error; a pipe or device, which can't be cut, is left as it is. Only a pipe whose
 * reader does not keep up makes it wait, until `interrupt` ends it. */
bool dump_file_flush(struct dump_file *dump, struct interrupt_check interrupt, struct capture_error *error);

/* The name of an atomic file until it is complete; NULL: it has its own. */
const char *dump_file_part_path(const struct dump_file *dump);

/* Flushes, closes and frees, whatever happens. In a forked child: only closes and frees. `statistics`: of a
 * live capture that is over, or NULL. `is_complete`: else an atomic file does not get its name,
 * and one that has not begun never does. `packets`: how many are in the files; may be NULL. */
bool dump_file_close(struct dump_file *dump, const struct dump_statistics *statistics, bool is_complete,
                     struct interrupt_check interrupt, uint64_t *packets, struct capture_error *error);

#endif
