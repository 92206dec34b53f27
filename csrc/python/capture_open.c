/* What open_live() and open_offline() have in common: see capture_open.h. */
#include "capture_open.h"
#include "arguments.h"
#include "decode_as.h"
#include "errors.h"

void open_options_clear(struct open_options *options)
{
    Py_CLEAR(options->subject);
    Py_CLEAR(options->filter);
    dump_argument_clear(&options->dump);
}

static PyObject *decoded(PyObject *encoded)
{
    return encoded == NULL
               ? Py_NewRef(Py_None)
               : PyUnicode_DecodeFSDefaultAndSize(PyBytes_AS_STRING(encoded), PyBytes_GET_SIZE(encoded));
}

const char *c_string(PyObject *encoded)
{
    return encoded == NULL ? NULL : PyBytes_AS_STRING(encoded);
}

CaptureObject *capture_new(struct module_state *state, const struct open_options *options, int64_t started_ns)
{
    CaptureObject *self = (CaptureObject *)state->capture_type->tp_alloc(state->capture_type, 0);
    if (self == NULL)
        return NULL;
    self->state = state;
    self->subject = decoded(options->subject);
    self->filter = decoded(options->filter);
    self->dump_path = decoded(options->dump.path);
    self->count_limit = (uint64_t)options->count;
    self->deadline_ns = options->timeout_ns == 0 ? 0 : started_ns + options->timeout_ns;
    self->flush_interval_ns = options->flush_interval_ns;
    self->fork_generation = fork_generation();
    if (self->subject == NULL || self->filter == NULL || self->dump_path == NULL ||
        !argument_decode_as(state, options->decode_as, &self->decoder))
        Py_CLEAR(self);
    return self;
}

/* What remains once the source is open: memory, and the dump, which must be writable before a packet comes.
 */
static bool capture_prepare(CaptureObject *self, const struct open_options *options)
{
    struct capture_error error = {0};
    struct known_origin known = {0};
    self->link_type = source_link_type(self->source);
    self->snaplen = source_snaplen(self->source);
    if (!packet_batch_init(&self->batch)) {
        PyErr_NoMemory();
        return false;
    }
    if (options->dump.path == NULL)
        return true;
    if (capture_know_origin(self, &known)) {
        self->released_state = PyEval_SaveThread();
        self->dump = dump_file_open(&options->dump.options, &known.origin, dump_interrupt(self), &error);
        PyEval_RestoreThread(self->released_state);
        if (self->dump == NULL)
            raise_dump_error(self, &error);
    }
    known_origin_clear(&known);
    return self->dump != NULL;
}

static void raise_open_error(CaptureObject *self, const struct capture_error *error)
{
    PyObject *subject = error->kind == ERROR_FILTER ? self->filter
                        : self->opening != NULL     ? self->opening
                                                    : self->subject;
    if (!PyErr_Occurred()) /* a signal's handler may have raised while we waited for a pipe */
        raise_capture_error(self->state, error, subject);
}

PyObject *capture_finish_open(CaptureObject *self, const struct open_options *options,
                              const struct capture_error *error)
{
    if (self->source == NULL)
        raise_open_error(self, error);
    Py_CLEAR(self->opening);
    if (self->source != NULL && capture_prepare(self, options) && capture_warn_of_late_filter(self) &&
        PyErr_CheckSignals() == 0)
        return (PyObject *)self;
    capture_end_beside_exception(self);
    Py_DECREF(self);
    return NULL;
}
