/* The hot path: from the source's batch to Python. The GIL is handed over once a batch; no Python API is
 * called without it. */
#include "capture_object.h"
#include "errors.h"
#include "packet_object.h"

#include "../capture/clock.h"

/* More would make Ctrl-C and other threads wait; fewer would hand the GIL over too often. */
enum { BATCH_PACKETS = 4096 };

static bool is_past_deadline(const CaptureObject *self)
{
    return self->deadline_ns != 0 && monotonic_ns() >= self->deadline_ns;
}

static bool is_to_end(const CaptureObject *self)
{
    return self->stop_requested || self->close_requested || is_past_deadline(self);
}

bool capture_is_interrupted_without_gil(void *context)
{
    CaptureObject *self = context;
    PyEval_RestoreThread(self->released_state);
    bool interrupted = PyErr_CheckSignals() < 0 || is_to_end(self);
    self->released_state = PyEval_SaveThread();
    return interrupted;
}

static bool dump_flush(CaptureObject *self)
{
    struct capture_error error;
    self->released_state = PyEval_SaveThread();
    bool flushed = dump_file_flush(self->dump, dump_interrupt(self), &error);
    PyEval_RestoreThread(self->released_state);
    if (!flushed)
        raise_dump_error(self, &error);
    return flushed;
}

static bool is_at_limit(const CaptureObject *self)
{
    return self->close_requested || is_past_deadline(self) ||
           (self->count_limit != 0 && self->delivered >= self->count_limit);
}

static int wait_ms(const CaptureObject *self)
{
    if (self->deadline_ns == 0)
        return LONGEST_WAIT_MS;
    int64_t left_ms = (self->deadline_ns - monotonic_ns() + 999999) / 1000000;
    return left_ms < 0 ? 0 : left_ms < LONGEST_WAIT_MS ? (int)left_ms : LONGEST_WAIT_MS;
}

static uint32_t packets_wanted(const CaptureObject *self)
{
    uint64_t left = self->count_limit - self->delivered;
    return self->count_limit != 0 && left < BATCH_PACKETS ? (uint32_t)left : BATCH_PACKETS;
}

static void free_batch_memory(PyObject *capsule)
{
    free(PyCapsule_GetPointer(capsule, NULL));
}

/* Packets that are all kept need no copy each: they share the batch's memory. A small batch is copied: what
 * it takes is rounded up to pages. */
static bool share_batch(CaptureObject *self)
{
    if (self->batch.used < SHARED_BATCH_BYTES / 8)
        return true;
    PyObject *owner = PyCapsule_New(self->batch.memory, NULL, NULL);
    if (owner == NULL)
        return false;
    PyCapsule_SetPointer(owner, packet_batch_give_memory(&self->batch));
    PyCapsule_SetDestructor(owner, free_batch_memory);
    self->batch_owner = owner;
    return true;
}

/* One hand-over of the GIL: 1 when the batch has packets, 0 when it may come again, -1 with an exception, and
 * `ended` is set at the end. */
static int fill_batch(CaptureObject *self)
{
    struct module_state *state = self->state;
    struct capture_error error = {0};
    Py_CLEAR(self->batch_owner);
    if (!packet_batch_reset(&self->batch, self->keeps_all ? SHARED_BATCH_BYTES : BATCH_BYTES)) {
        PyErr_NoMemory();
        return -1;
    }
    uint32_t wanted = packets_wanted(self);
    int wait = wait_ms(self);
    self->in_source = true;
    self->released_state = PyEval_SaveThread();
    enum fill_result result = source_fill(self->source, &self->batch, &state->decoder, wanted, wait, &error);
    PyEval_RestoreThread(self->released_state);
    self->in_source = false;
    self->stats = source_known_stats(self->source);
    if (result == FILL_PACKETS && self->keeps_all && !share_batch(self))
        return -1;
    if (PyErr_Occurred() || PyErr_CheckSignals() < 0)
        return -1;
    switch (result) {
    case FILL_PACKETS:
        return 1;
    case FILL_NOTHING:
        return 0;
    case FILL_END:
        self->ended = true;
        return 0;
    case FILL_FAILED:
        self->ended = true;
        if (error.kind == ERROR_INTERRUPTED && is_to_end(self))
            return 0;
        raise_capture_error(state, &error, self->subject);
        return -1;
    }
    Py_UNREACHABLE();
}

/* The next packet to deliver: 1; 0 at the capture's end; -1 with an exception. */
static int take(CaptureObject *self, const struct packet **packet)
{
    if (!capture_is_ours(self))
        return -1;
    if (is_at_limit(self))
        return 0;
    while ((*packet = packet_batch_next(&self->batch)) == NULL) {
        if (self->stop_requested || self->ended || is_at_limit(self))
            return 0;
        if (self->dump != NULL && !dump_flush(self))
            return -1;
        if (fill_batch(self) < 0)
            return -1;
    }
    return 1;
}

/* Counts a packet as delivered, once it stands in the dump. */
static bool deliver(CaptureObject *self, const struct packet *packet)
{
    if (self->dump != NULL) {
        if (!dump_file_has_room(self->dump, packet) && !dump_flush(self))
            return false;
        dump_file_append(self->dump, packet, packet_bytes(packet));
    }
    self->delivered++;
    return true;
}

/* A delivered Packet, or NULL: at the end without an exception. */
static PyObject *next_packet(CaptureObject *self, PyTypeObject *packet_type)
{
    const struct packet *packet;
    if (take(self, &packet) <= 0)
        return NULL;
    PyObject *object = packet_from_block(packet_type, packet, self->batch_owner);
    if (object != NULL && !deliver(self, packet))
        Py_CLEAR(object);
    return object;
}

PyObject *capture_iternext(PyObject *object)
{
    CaptureObject *self = (CaptureObject *)object;
    if (!capture_enter(self))
        return NULL;
    PyObject *packet = next_packet(self, self->state->packet_type);
    if (!capture_leave(self))
        Py_CLEAR(packet);
    return packet;
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
    PyTypeObject *packet_type = self->state->packet_type;
    PyObject *packet;
    self->keeps_all = true;
    while ((packet = next_packet(self, packet_type)) != NULL) {
        int appended = PyList_Append(list, packet);
        Py_DECREF(packet);
        if (appended < 0)
            break;
    }
    self->keeps_all = false;
    if (!capture_leave(self) || PyErr_Occurred())
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
    PyObject *timestamp =
        PyFloat_FromDouble(timestamp_seconds(((PacketObject *)packet)->block->timestamp_ns));
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
    PyTypeObject *packet_type = self->state->packet_type;
    PyObject *packet;
    while (arguments != NULL && (packet = next_packet(self, packet_type)) != NULL) {
        bool called = call_back(callback, arguments, (size_t)PyTuple_GET_SIZE(extra) + 2, packet);
        Py_DECREF(packet);
        if (!called)
            break;
    }
    PyMem_Free(arguments);
    Py_XDECREF(extra);
    if (!capture_leave(self) || PyErr_Occurred())
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
    int result;
    while ((result = take(self, &packet)) == 1)
        if (!deliver(self, packet)) {
            result = -1;
            break;
        }
    if (!capture_leave(self) || result < 0)
        return NULL;
    return PyLong_FromUnsignedLongLong(self->delivered - before);
}
