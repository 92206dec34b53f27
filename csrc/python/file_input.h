/* What open_offline() and its like take as a path, as a byte_input: a path, "-", a descriptor, a file object.
 */
#ifndef UMPA_PYTHON_FILE_INPUT_H
#define UMPA_PYTHON_FILE_INPUT_H

#include "capture_object.h"

#include "../files/byte_input.h"

/* NULL with an exception. `capture` is who opens it, and will read it without the GIL, with released_state
 * set: a file object's exception then stays set, under an ERROR_INTERRUPTED. `kept` is a list, to which is
 * added what must live until input_close. `name`: how errors call the file; a new reference, or NULL where it
 * could not be told. */
struct byte_input *file_input_open(struct module_state *state, PyObject *path, bool follow,
                                   CaptureObject *capture, PyObject *kept, PyObject **name);

/* Whether it is open, if it is a descriptor; else false with an exception. To be asked before the capture
 * opens descriptors of its own, which get the lowest numbers that are free. */
bool file_input_check(struct module_state *state, PyObject *path);

#endif
