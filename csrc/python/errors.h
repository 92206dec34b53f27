/* Errors on their way to Python; umpa_sniffing.exceptions has the classes and the words. */
#ifndef UMPA_PYTHON_ERRORS_H
#define UMPA_PYTHON_ERRORS_H

#include "module_state.h"

#include "../capture/capture_error.h"

/* Sets the exception for an error of the capture layer. `subject` is the filter, path or device that it is
 * about, or NULL. Returns NULL. */
PyObject *raise_capture_error(struct module_state *state, const struct capture_error *error,
                              PyObject *subject);

/* The exception that is set, which is not set any more; and the way back, which takes it over. */
PyObject *take_exception(void);
void raise_exception(PyObject *exception);

/* Notes on an exception, where Python can, where what was written is, if not under its name. */
void note_part(struct module_state *state, PyObject *exception, const char *part);

/* Notes on the exception that is set what failed beside it; where Python can't, it is told as unraisable. */
void note_failure(struct module_state *state, const struct capture_error *error, PyObject *subject);

/* Sets umpa_sniffing.exceptions.<class_name>(text). Returns NULL. */
PyObject *raise_named(struct module_state *state, const char *class_name, PyObject *text);

#endif
