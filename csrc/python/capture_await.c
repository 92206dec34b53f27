/* A capture in an event loop: umpa_sniffing.asynchronous waits for it by descriptor, and takes packets from
 * here without waiting. */
#include "capture_object.h"
#include "errors.h"

#include "../capture/clock.h"

/* Between two of them the event loop has its turn. */
enum { AWAITED_BATCH_PACKETS = 256 };

PyObject *capture_anext(PyObject *self)
{
    PyObject *module = PyImport_ImportModule("umpa_sniffing.asynchronous");
    if (module == NULL)
        return NULL;
    PyObject *awaitable = PyObject_CallMethod(module, "next_packet", "O", self);
    Py_DECREF(module);
    return awaitable;
}

const char capture_poll_doc[] =
    "_poll(fill, /)\n--\n\n"
    "A packet that is there, or None: of those taken already, or, when `fill` is true, of those that the\n"
    "device or file has as well. StopAsyncIteration at the capture's end.";

PyObject *capture_poll(PyObject *object, PyObject *fill)
{
    CaptureObject *self = (CaptureObject *)object;
    PyObject *packet = NULL;
    int may_fill = PyObject_IsTrue(fill);
    if (may_fill < 0 || !capture_enter(self))
        return NULL;
    if (self->batch.unread > 0 || may_fill || capture_is_over(self)) {
        self->call_deadline_ns = monotonic_ns();
        self->batch_packets = AWAITED_BATCH_PACKETS;
        packet = capture_next_packet(self);
        self->batch_packets = BATCH_PACKETS;
        self->call_deadline_ns = 0;
    }
    if (packet == NULL && !PyErr_Occurred()) {
        if (capture_is_over(self))
            PyErr_SetNone(PyExc_StopAsyncIteration);
        else
            packet = Py_NewRef(Py_None);
    }
    if (!capture_leave(self))
        Py_CLEAR(packet);
    return packet;
}

const char capture_begin_wait_doc[] =
    "_begin_wait()\n--\n\n"
    "The reader's wait begins: (descriptors, seconds), one of which will be readable when there may be\n"
    "packets, and for how long to wait at most; no descriptors: not at all.";

PyObject *capture_begin_wait(PyObject *object, PyObject *unused)
{
    CaptureObject *self = (CaptureObject *)object;
    int fds[2], longest_ms;
    (void)unused;
    if (!capture_enter(self))
        return NULL;
    unsigned count = source_wait_fds(self->source, fds, &longest_ms);
    int wait_ms = capture_wait_ms(self);
    if (wait_ms > longest_ms)
        wait_ms = longest_ms;
    PyObject *result = count == 0   ? Py_BuildValue("()d", 0.0)
                       : count == 1 ? Py_BuildValue("(i)d", fds[0], wait_ms / 1e3)
                                    : Py_BuildValue("(ii)d", fds[0], fds[1], wait_ms / 1e3);
    if (result == NULL)
        capture_leave(self);
    return result;
}

const char capture_end_wait_doc[] = "_end_wait()\n--\n\n"
                                    "The wait is over, whatever ended it.";

PyObject *capture_end_wait(PyObject *object, PyObject *unused)
{
    (void)unused;
    if (!capture_leave((CaptureObject *)object))
        return NULL;
    Py_RETURN_NONE;
}
