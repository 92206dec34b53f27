/* A capture in an event loop: umpa_sniffing.asynchronous waits for it by descriptor, and takes packets from
 * here without waiting. */
#include "capture_object.h"
#include "errors.h"

#include "../capture/clock.h"

/* So many packets between two turns of the event loop. */
enum { PACKETS_PER_TURN = 256 };

PyObject *capture_anext(PyObject *self)
{
    PyObject *module = PyImport_ImportModule("umpa_sniffing.asynchronous");
    if (module == NULL)
        return NULL;
    PyObject *awaitable = PyObject_CallMethod(module, "next_packet", "O", self);
    Py_DECREF(module);
    return awaitable;
}

const char capture_poll_doc[] = "_poll()\n--\n\n"
                                "A packet of those taken already, or None: look first. StopAsyncIteration "
                                "at the capture's end.";

PyObject *capture_poll(PyObject *object, PyObject *unused)
{
    CaptureObject *self = (CaptureObject *)object;
    PyObject *packet = NULL;
    (void)unused;
    if (!capture_enter(self))
        return NULL;
    if (self->batch.unread > 0 && self->packets_left_in_turn > 0) {
        self->packets_left_in_turn--;
        self->call_deadline_ns = monotonic_ns(); /* another filter may leave none of them */
        packet = capture_next_packet(self);
        self->call_deadline_ns = 0;
    }
    if (packet == NULL && !PyErr_Occurred()) {
        if (capture_is_over(self))
            PyErr_SetNone(PyExc_StopAsyncIteration);
        else
            packet = Py_NewRef(Py_None);
    }
    if (packet == NULL ? !capture_leave_at_end(self) : !capture_leave(self))
        Py_CLEAR(packet);
    return packet;
}

const char capture_begin_wait_doc[] =
    "_begin_wait()\n--\n\n"
    "The reader's wait begins: a tuple of descriptors, one of which will be readable when there may be\n"
    "packets.";

PyObject *capture_begin_wait(PyObject *object, PyObject *unused)
{
    CaptureObject *self = (CaptureObject *)object;
    int fds[2];
    (void)unused;
    if (!capture_enter(self))
        return NULL;
    unsigned count = source_wait_fds(self->source, fds);
    PyObject *result = PyTuple_New((Py_ssize_t)count);
    for (unsigned i = 0; i < count && result != NULL; i++) {
        PyObject *fd = PyLong_FromLong(fds[i]);
        if (fd == NULL)
            Py_CLEAR(result);
        else
            PyTuple_SET_ITEM(result, i, fd);
    }
    self->is_awaited = result != NULL;
    if (result == NULL)
        capture_leave(self);
    return result;
}

static bool is_awaited_here(CaptureObject *self)
{
    return (self->is_awaited && self->reader == PyThread_get_thread_ident()) ||
           capture_raise_state(self, "is not waited for by this thread");
}

const char capture_look_doc[] =
    "_look()\n--\n\n"
    "During the wait: takes what is there. None when _poll() has something to tell; else for how many\n"
    "seconds to wait until the next look, at most.";

PyObject *capture_look(PyObject *object, PyObject *unused)
{
    CaptureObject *self = (CaptureObject *)object;
    (void)unused;
    if (!capture_is_ours(self))
        return NULL;
    if (!is_awaited_here(self))
        return NULL;
    self->packets_left_in_turn = PACKETS_PER_TURN;
    if (self->batch.unread > 0 || capture_is_over(self))
        Py_RETURN_NONE;
    self->call_deadline_ns = monotonic_ns();
    int filled = capture_fill(self);
    self->call_deadline_ns = 0;
    if (filled < 0)
        return NULL;
    if (filled > 0 || capture_is_over(self))
        Py_RETURN_NONE;
    int wait_ms = capture_wait_ms(self), longest_ms = source_longest_wait_ms(self->source);
    return PyFloat_FromDouble((wait_ms < longest_ms ? wait_ms : longest_ms) / 1e3);
}

const char capture_end_wait_doc[] = "_end_wait()\n--\n\n"
                                    "The wait is over, whatever ended it.";

PyObject *capture_end_wait(PyObject *object, PyObject *unused)
{
    CaptureObject *self = (CaptureObject *)object;
    (void)unused;
    if (!self->is_awaited) { /* the garbage collector may end it in another thread */
        capture_raise_state(self, "is not waited for");
        return NULL;
    }
    self->is_awaited = false;
    if (!capture_leave(self))
        return NULL;
    Py_RETURN_NONE;
}
