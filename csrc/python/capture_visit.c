/* What can be asked of a capture, and changed, beside its reader: stats(), set_filter(), fileno(). */
#include "arguments.h"
#include "capture_object.h"
#include "errors.h"

const char capture_stats_doc[] =
    "stats()\n--\n\n"
    "CaptureStats: received, dropped, dropped_by_interface, delivered, filtered, seconds. received\n"
    "and the drops are the kernel's counters (on lo it counts each packet twice); for a file,\n"
    "received is what was read. From any thread; after close: as they were then.";

static bool visit_for_stats(CaptureObject *self, struct source_stats *stats)
{
    struct capture_error error = {0};
    capture_visit(self);
    bool told = capture_ask_for_stats(self, stats, &error);
    if (!told)
        raise_capture_error(self->state, &error, self->subject);
    return capture_leave_visit(self) && told;
}

PyObject *capture_stats(PyObject *object, PyObject *unused)
{
    CaptureObject *self = (CaptureObject *)object;
    /* Looked at first: never more than were received until later. */
    uint64_t delivered = self->delivered;
    struct source_stats stats = self->stats;
    (void)unused;
    if (!capture_is_ours(self) ||
        (self->source != NULL && !self->stats_are_final && !visit_for_stats(self, &stats)))
        return NULL;
    return capture_stats_object(self, &stats, delivered);
}

const char capture_set_filter_doc[] =
    "set_filter(filter, /)\n--\n\n"
    "Another BPF expression for a live capture, None for none, from any thread or callback: no packet\n"
    "that does not match it is delivered once this has returned. A bad one is an exception, and the\n"
    "old one stays.";

PyObject *capture_set_filter(PyObject *object, PyObject *filter)
{
    CaptureObject *self = (CaptureObject *)object;
    struct capture_error error = {0};
    PyObject *encoded = NULL;
    unsigned generation;
    bool set;
    if (!argument_text(filter, "filter", &encoded) || !capture_is_open(self)) {
        Py_XDECREF(encoded);
        return NULL;
    }
    capture_visit(self);
    Py_BEGIN_ALLOW_THREADS
    set = source_set_filter(self->source, encoded == NULL ? NULL : PyBytes_AS_STRING(encoded), &generation,
                            &error);
    Py_END_ALLOW_THREADS
    Py_XDECREF(encoded);
    if (set && (int)(generation - self->filter_generation) > 0) {
        self->filter_generation = generation;
        Py_SETREF(self->filter, Py_NewRef(filter));
    }
    if (!set)
        raise_capture_error(self->state, &error, error.kind == ERROR_FILTER ? filter : self->subject);
    set = set && capture_warn_of_late_filter(self);
    if (!capture_leave_visit(self) || !set)
        return NULL;
    Py_RETURN_NONE;
}

const char capture_fileno_doc[] =
    "fileno()\n--\n\n"
    "A descriptor to select on: readable when the device may have packets. Take them by\n"
    "next(timeout=...) until there are none, and look every 100 ms as well: a deleted device does\n"
    "not make it readable.";

PyObject *capture_fileno(PyObject *object, PyObject *unused)
{
    CaptureObject *self = (CaptureObject *)object;
    (void)unused;
    if (!capture_is_open(self))
        return NULL;
    bool is_of_files = self->paths != NULL && PyTuple_GET_SIZE(self->paths) > 1; /* the reader changes them */
    int fd = is_of_files ? -1 : source_fd(self->source);
    if (fd < 0) {
        capture_raise_state(self, "has no descriptor to select on");
        return NULL;
    }
    return PyLong_FromLong(fd);
}
