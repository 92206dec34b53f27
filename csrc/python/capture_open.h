/* What open_live() and open_offline() have in common: only capture_open*.c include it. */
#ifndef UMPA_PYTHON_CAPTURE_OPEN_H
#define UMPA_PYTHON_CAPTURE_OPEN_H

#include "capture_object.h"
#include "dump_argument.h"

/* Arguments, parsed; owned references that open_options_clear releases. */
struct open_options {
    PyObject *subject; /* bytes: the device or path */
    PyObject *filter;
    struct dump_argument dump;
    PyObject *decode_as; /* borrowed */
    int64_t count;
    int64_t timeout_ns;
    int64_t flush_interval_ns;
};

void open_options_clear(struct open_options *options);

/* The text of an encoded argument; NULL where it was not given. */
const char *c_string(PyObject *encoded);

/* Without a source yet. NULL with an exception. */
CaptureObject *capture_new(struct module_state *state, const struct open_options *options,
                           int64_t started_ns);

/* The rest, once its source has been opened, or not: takes over `self`, which is closed and released where
 * something failed on the way. */
PyObject *capture_finish_open(CaptureObject *self, const struct open_options *options,
                              const struct capture_error *error);

#endif
