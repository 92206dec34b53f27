/* How the packets of a capture reach Python: one by one, into a list, through a callback, or only its dump.
 */
#include "arguments.h"
#include "capture_object.h"
#include "errors.h"
#include "packet_memory.h"

#include "../capture/clock.h"

/* Nobody but us has it: its bytes are of no more use. */
static void end_loan(PacketObject *packet)
{
    if (packet != NULL && Py_REFCNT(packet) > 1)
        packet_keep(packet);
    Py_XDECREF((PyObject *)packet);
}

void capture_end_loans(CaptureObject *self)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(self->lent); i++) {
        PacketObject *packet = self->lent[i];
        self->lent[i] = NULL;
        end_loan(packet);
    }
}

/* A packet that is iterated over is usually gone when the one after the next is asked for: `for` still has
 * the one before. So nothing is copied for it, and its object is used again. */
static PyObject *lend_packet(CaptureObject *self, const struct packet *packet)
{
    PacketObject *oldest = self->lent[0];
    bool is_used_again = oldest != NULL && packet_borrow_again(oldest, packet);
    PyObject *object =
        is_used_again ? (PyObject *)oldest : packet_borrowing(self->state->packet_type, packet);
    if (object == NULL)
        return NULL;
    self->lent[0] = self->lent[1];
    self->lent[1] = (PacketObject *)object;
    if (!is_used_again)
        end_loan(oldest);
    return Py_NewRef(object);
}

/* Few that are kept would keep much memory of others. */
static PyObject *keep_packet(CaptureObject *self, const struct packet *packet)
{
    PyTypeObject *type = self->state->packet_type;
    return packet_batch_is_sparse(&self->batch) ? packet_copying(type, packet, chunk_interface(packet))
                                                : packet_sharing(type, packet, self->arena);
}

PyObject *capture_next_packet(CaptureObject *self)
{
    const struct packet *packet;
    if (capture_take(self, &packet) <= 0)
        return NULL;
    PyObject *object = self->arena != NULL ? keep_packet(self, packet) : lend_packet(self, packet);
    if (object != NULL && !capture_deliver(self, packet))
        Py_CLEAR(object);
    return object;
}

PyObject *capture_iternext(PyObject *object)
{
    CaptureObject *self = (CaptureObject *)object;
    if (!capture_enter(self))
        return NULL;
    PyObject *packet = capture_next_packet(self);
    if (packet == NULL ? !capture_leave_at_end(self) : !capture_leave(self))
        Py_CLEAR(packet);
    return packet;
}

const char capture_next_doc[] =
    "next(timeout=0)\n--\n\n"
    "The next packet, as next(capture) gives it: StopIteration at the capture's end. When none came\n"
    "within `timeout` milliseconds (0: no limit), UMPATimeoutException, and the capture goes on.";

static PyObject *no_packet(CaptureObject *self, PyObject *timeout)
{
    PyObject *text = NULL;
    if (capture_is_over(self))
        PyErr_SetNone(PyExc_StopIteration);
    else if ((text = PyUnicode_FromFormat("%R: no packet came within %S ms", self->subject, timeout)) != NULL)
        raise_named(self->state, "UMPATimeoutException", text);
    Py_XDECREF(text);
    return NULL;
}

PyObject *capture_next(PyObject *object, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"timeout", NULL};
    CaptureObject *self = (CaptureObject *)object;
    PyObject *timeout = NULL;
    int64_t now_ns = monotonic_ns(), timeout_ns = 0;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O:next", names, &timeout) ||
        !argument_milliseconds(timeout, "timeout", &timeout_ns) || !capture_enter(self))
        return NULL;
    self->call_deadline_ns = timeout_ns == 0 ? 0 : now_ns + timeout_ns;
    PyObject *packet = capture_next_packet(self);
    self->call_deadline_ns = 0;
    if (packet == NULL)
        return capture_leave_at_end(self) && !PyErr_Occurred() ? no_packet(self, timeout) : NULL;
    if (!capture_leave(self))
        Py_CLEAR(packet);
    return packet;
}

/* Of those who read up to the capture's end, or an exception. */
static bool leave_at_end(CaptureObject *self)
{
    if (PyErr_Occurred())
        capture_note_exception(self, PyErr_Occurred());
    return capture_leave_at_end(self) && !PyErr_Occurred();
}

const char capture_read_into_doc[] = "read_into(packets, /)\n--\n\n"
                                     "Appends all packets to the list, up to the capture's end.";

PyObject *capture_read_into(PyObject *object, PyObject *list)
{
    CaptureObject *self = (CaptureObject *)object;
    if (!PyList_Check(list)) {
        PyErr_Format(PyExc_TypeError, "read_into() needs a list, not %.100s", Py_TYPE(list)->tp_name);
        return NULL;
    }
    if (!capture_enter(self))
        return NULL;
    PyObject *packet;
    struct arena arena = {0};
    self->arena = &arena;
    while ((packet = capture_next_packet(self)) != NULL) {
        int appended = PyList_Append(list, packet);
        Py_DECREF(packet);
        if (appended < 0)
            break;
    }
    self->arena = NULL;
    arena_close(&arena);
    if (!leave_at_end(self))
        return NULL;
    Py_RETURN_NONE;
}

const char capture_loop_doc[] =
    "loop(callback, args=(), /)\n--\n\n"
    "Calls callback(timestamp, pkt, *args) for each packet, up to the capture's end. timestamp is a float "
    "of\n"
    "seconds since the epoch. An exception of the callback ends the loop and comes out unchanged.";

/* The arguments of each call: room for the vectorcall convention, timestamp and packet, then the caller's
 * own. */
static PyObject **make_call_arguments(PyObject *extra)
{
    Py_ssize_t count = PyTuple_GET_SIZE(extra);
    PyObject **arguments = PyMem_Calloc((size_t)count + 3, sizeof(*arguments));
    if (arguments == NULL)
        PyErr_NoMemory();
    for (Py_ssize_t i = 0; arguments != NULL && i < count; i++)
        arguments[i + 3] = PyTuple_GET_ITEM(extra, i);
    return arguments;
}

static bool call_back(PyObject *callback, PyObject **arguments, size_t count, PyObject *packet)
{
    PyObject *timestamp = PyFloat_FromDouble(timestamp_seconds(((PacketObject *)packet)->head.timestamp_ns));
    if (timestamp == NULL)
        return false;
    arguments[1] = timestamp;
    arguments[2] = packet;
    PyObject *result =
        PyObject_Vectorcall(callback, arguments + 1, count | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_DECREF(timestamp);
    Py_XDECREF(result);
    return result != NULL;
}

PyObject *capture_loop(PyObject *object, PyObject *args)
{
    CaptureObject *self = (CaptureObject *)object;
    PyObject *callback, *extra = NULL;
    if (!PyArg_ParseTuple(args, "O|O!:loop", &callback, &PyTuple_Type, &extra))
        return NULL;
    if (!PyCallable_Check(callback)) {
        PyErr_Format(PyExc_TypeError, "the callback must be callable, not %.100s",
                     Py_TYPE(callback)->tp_name);
        return NULL;
    }
    if (!capture_enter(self))
        return NULL;
    extra = extra == NULL ? PyTuple_New(0) : Py_NewRef(extra);
    PyObject **arguments = extra == NULL ? NULL : make_call_arguments(extra);
    PyObject *packet;
    while (arguments != NULL && (packet = capture_next_packet(self)) != NULL) {
        bool called = call_back(callback, arguments, (size_t)PyTuple_GET_SIZE(extra) + 2, packet);
        Py_DECREF(packet);
        if (!called)
            break;
    }
    PyMem_Free(arguments);
    Py_XDECREF(extra);
    if (!leave_at_end(self))
        return NULL;
    Py_RETURN_NONE;
}

const char capture_consume_doc[] =
    "consume()\n--\n\n"
    "Reads up to the capture's end without making packets of what it reads: for its\n"
    "dump's sake. Returns how many packets it delivered.";

PyObject *capture_consume(PyObject *object, PyObject *unused)
{
    CaptureObject *self = (CaptureObject *)object;
    const struct packet *packet;
    (void)unused;
    if (!capture_enter(self))
        return NULL;
    uint64_t before = self->delivered;
    while (capture_take(self, &packet) == 1 && capture_deliver(self, packet))
        continue;
    if (!leave_at_end(self))
        return NULL;
    return PyLong_FromUnsignedLongLong(self->delivered - before);
}
