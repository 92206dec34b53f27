/* open_offline(), and what it has in common with open_live(): see capture_open.h. */
#include "capture_open.h"
#include "arguments.h"
#include "decode_as.h"
#include "errors.h"

void open_options_clear(struct open_options *options)
{
    Py_CLEAR(options->subject);
    Py_CLEAR(options->filter);
    Py_CLEAR(options->dump);
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
    self->dump_path = decoded(options->dump);
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
    self->link_type = source_link_type(self->source);
    self->snaplen = source_snaplen(self->source);
    if (!packet_batch_init(&self->batch, self->snaplen)) {
        PyErr_NoMemory();
        return false;
    }
    if (options->dump == NULL)
        return true;
    self->released_state = PyEval_SaveThread();
    self->dump = dump_file_open(c_string(options->dump), self->link_type, self->snaplen,
                                source_has_microseconds(self->source), dump_interrupt(self), &error);
    PyEval_RestoreThread(self->released_state);
    if (self->dump == NULL)
        raise_dump_error(self, &error);
    return self->dump != NULL;
}

static void raise_open_error(CaptureObject *self, const struct capture_error *error)
{
    if (!PyErr_Occurred()) /* a signal's handler may have raised while we waited for a pipe */
        raise_capture_error(self->state, error, error->kind == ERROR_FILTER ? self->filter : self->subject);
}

PyObject *capture_finish_open(CaptureObject *self, const struct open_options *options,
                              const struct capture_error *error)
{
    if (self->source == NULL)
        raise_open_error(self, error);
    else if (capture_prepare(self, options) && capture_warn_of_late_filter(self) && PyErr_CheckSignals() == 0)
        return (PyObject *)self;
    capture_end_beside_exception(self);
    Py_DECREF(self);
    return NULL;
}

const char open_offline_doc[] =
    "open_offline(path, *, filter=None, count=0, decode_as=None)\n--\n\n"
    "A Capture of a pcap or pcapng file (str, bytes or os.PathLike; a FIFO too).\n\n"
    "filter: a BPF expression (pcap-filter(7)). count: matching packets until iteration ends, 0 for all.\n"
    "decode_as: what layer follows where a header has a number, as of open_live().";

PyObject *open_offline(PyObject *module, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"path", "filter", "count", "decode_as", NULL};
    struct module_state *state = PyModule_GetState(module);
    PyObject *path, *filter = NULL, *count = NULL;
    struct open_options options = {0};
    struct capture_error error = {0};
    CaptureObject *self = NULL;
    PyObject *result = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$OOO:open_offline", names, &path, &filter, &count,
                                     &options.decode_as))
        return NULL;
    if (path == Py_None) {
        PyErr_SetString(PyExc_TypeError, "path must be a path (str, bytes or os.PathLike), not None");
        return NULL;
    }
    if (!argument_path(path, "path", &options.subject) || !argument_text(filter, "filter", &options.filter) ||
        !argument_integer(count, "count", 0, INT64_MAX, &options.count))
        goto done;
    if ((self = capture_new(state, &options, 0)) == NULL)
        goto done;

    struct interrupt_check interrupt = {capture_is_interrupted_without_gil, self};
    self->released_state = PyEval_SaveThread();
    self->source = file_source_open(c_string(options.subject), c_string(options.filter), interrupt, &error);
    PyEval_RestoreThread(self->released_state);
    result = capture_finish_open(self, &options, &error);
done:
    open_options_clear(&options);
    return result;
}
