/* open_live() and open_offline(): arguments into a Capture. */
#include "arguments.h"
#include "capture_object.h"
#include "errors.h"

#include "../capture/clock.h"
#include "../capture/devices.h"

enum {
    DEFAULT_TO_MS = 10,  /* how long the kernel gathers packets: latency against wake-ups */
    IMMEDIATE_TO_MS = 1, /* libpcap's own immediate mode loses bursts: it has a slot of snaplen a packet */
    DEFAULT_BUFFER = 1 << 24, /* bytes of ring: a burst of 100,000 packets a second for 0.2 s */
    LONGEST_TO_MS = 1000,
};

static const int64_t BUFFER_MAX = INT64_C(1) << 30;

/* What both functions parse; owned references that options_clear releases. */
struct open_options {
    PyObject *subject; /* bytes: the device or path */
    PyObject *filter;
    PyObject *dump;
    int64_t count;
    int64_t timeout_ns;
};

static void options_clear(struct open_options *options)
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

static const char *c_string(PyObject *encoded)
{
    return encoded == NULL ? NULL : PyBytes_AS_STRING(encoded);
}

static CaptureObject *capture_new(struct module_state *state, const struct open_options *options,
                                  int64_t started_ns)
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
    self->fork_generation = fork_generation();
    if (self->subject == NULL || self->filter == NULL || self->dump_path == NULL)
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
    Py_BEGIN_ALLOW_THREADS
    self->dump = dump_file_open(c_string(options->dump), self->link_type, self->snaplen, &error);
    Py_END_ALLOW_THREADS
    if (self->dump == NULL)
        raise_dump_error(self, &error);
    return self->dump != NULL;
}

static void raise_open_error(CaptureObject *self, const struct capture_error *error)
{
    if (!PyErr_Occurred()) /* a signal's handler may have raised while we waited for a pipe */
        raise_capture_error(self->state, error, error->kind == ERROR_FILTER ? self->filter : self->subject);
}

static bool warn_of_late_filter(CaptureObject *self)
{
    if (!source_filters_late(self->source))
        return true;
    PyObject *warning = PyObject_GetAttrString(self->state->exceptions, "UMPAWarning");
    int result = warning == NULL
                     ? -1
                     : PyErr_WarnEx(warning,
                                    "the filter is too long for the kernel: each packet is copied before "
                                    "it is filtered, which loses packets earlier",
                                    1);
    Py_XDECREF(warning);
    return result == 0;
}

/* Takes over `self`: closed and released where something failed on the way. */
static PyObject *capture_finish_open(CaptureObject *self, const struct open_options *options,
                                     const struct capture_error *error)
{
    if (self->source == NULL)
        raise_open_error(self, error);
    else if (capture_prepare(self, options) && warn_of_late_filter(self) && PyErr_CheckSignals() == 0)
        return (PyObject *)self;
    capture_end_beside_exception(self);
    Py_DECREF(self);
    return NULL;
}

static bool default_device(struct module_state *state, PyObject **device)
{
    struct capture_error error = {0};
    char name[256];
    bool found;
    Py_BEGIN_ALLOW_THREADS
    found = devices_first(name, sizeof(name), &error);
    Py_END_ALLOW_THREADS
    if (!found)
        raise_capture_error(state, &error, NULL);
    else
        *device = PyBytes_FromString(name);
    return *device != NULL;
}

const char open_live_doc[] =
    "open_live(device=None, *, filter=None, snaplen=262144, promisc=True, timeout=0, count=0, dump=None,\n"
    "          to_ms=10, buffer_size=16777216, immediate=False, monitor=False)\n--\n\n"
    "A Capture of a live device: None takes libpcap's first one, \"any\" all of them.\n\n"
    "filter: a BPF expression (pcap-filter(7)). snaplen: bytes kept of each packet, 0 for 262144.\n"
    "timeout: milliseconds from now until iteration ends, 0 for never. count: packets until it ends, 0 for "
    "no\n"
    "limit. dump: path of a pcap file that gets every packet delivered. to_ms: for how long the kernel may\n"
    "gather packets, 1 to 1000 milliseconds. buffer_size: bytes of the kernel's ring. immediate: the least\n"
    "latency, to_ms=1. monitor: monitor mode of a wireless device.";

PyObject *open_live(PyObject *module, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"device", "filter", "snaplen",     "promisc",   "timeout", "count",
                            "dump",   "to_ms",  "buffer_size", "immediate", "monitor", NULL};
    struct module_state *state = PyModule_GetState(module);
    PyObject *device = NULL, *filter = NULL, *snaplen = NULL, *timeout = NULL, *count = NULL, *dump = NULL;
    PyObject *to_ms = NULL, *buffer_size = NULL;
    int promisc = 1, immediate = 0, monitor = 0;
    int64_t started_ns = monotonic_ns();
    int64_t snaplen_value = SNAPLEN_MAX, to_ms_value = DEFAULT_TO_MS, buffer_value = DEFAULT_BUFFER;
    struct open_options options = {0};
    struct capture_error error = {0};
    CaptureObject *self = NULL;
    PyObject *result = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O$OOpOOOOOpp:open_live", names, &device, &filter,
                                     &snaplen, &promisc, &timeout, &count, &dump, &to_ms, &buffer_size,
                                     &immediate, &monitor))
        return NULL;
    if (!argument_text(device, "device", &options.subject) ||
        !argument_text(filter, "filter", &options.filter) ||
        !argument_integer(snaplen, "snaplen", 0, SNAPLEN_MAX, &snaplen_value) ||
        !argument_milliseconds(timeout, "timeout", &options.timeout_ns) ||
        !argument_integer(count, "count", 0, INT64_MAX, &options.count) ||
        !argument_path(dump, "dump", &options.dump) ||
        !argument_integer(to_ms, "to_ms", 1, LONGEST_TO_MS, &to_ms_value) ||
        !argument_integer(buffer_size, "buffer_size", 65536, BUFFER_MAX, &buffer_value))
        goto done;
    if (options.subject == NULL && !default_device(state, &options.subject))
        goto done;
    if ((self = capture_new(state, &options, started_ns)) == NULL)
        goto done;

    struct live_options live = {
        .device = c_string(options.subject),
        .filter = c_string(options.filter),
        .snaplen = snaplen_value == 0 ? SNAPLEN_MAX : (int)snaplen_value,
        .to_ms = immediate ? IMMEDIATE_TO_MS : (int)to_ms_value,
        .buffer_size = (int)buffer_value,
        .promisc = promisc,
        .monitor = monitor,
    };
    Py_BEGIN_ALLOW_THREADS
    self->source = live_source_open(&live, &error);
    Py_END_ALLOW_THREADS
    result = capture_finish_open(self, &options, &error);
done:
    options_clear(&options);
    return result;
}

const char open_offline_doc[] =
    "open_offline(path, *, filter=None, count=0)\n--\n\n"
    "A Capture of a pcap or pcapng file (str, bytes or os.PathLike; a FIFO too).\n\n"
    "filter: a BPF expression (pcap-filter(7)). count: matching packets until iteration ends, 0 for all.";

PyObject *open_offline(PyObject *module, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"path", "filter", "count", NULL};
    struct module_state *state = PyModule_GetState(module);
    PyObject *path, *filter = NULL, *count = NULL;
    struct open_options options = {0};
    struct capture_error error = {0};
    CaptureObject *self = NULL;
    PyObject *result = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$OO:open_offline", names, &path, &filter, &count))
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
    options_clear(&options);
    return result;
}
