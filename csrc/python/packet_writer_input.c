/* How packets come to a PacketWriter: one, those of an iterable, or those of a capture, of which no objects
 * are made.
 */
#include "errors.h"
#include "packet_memory.h"
#include "packet_writer_object.h"

#include "../capture/clock.h"

/* A record stays in the buffer for so long, unless the next packet is waited for: then it may stay for longer
 * where it is no capture that waits. */
static bool flush_when_due(WriterObject *self)
{
    int64_t now_ns = monotonic_ns();
    if (!self->is_waiting) {
        self->is_waiting = true;
        self->flush_due_ns = now_ns + DEFAULT_FLUSH_NS;
    }
    return now_ns < self->flush_due_ns || writer_flush_dump(self);
}

/* The packet's bytes stay where they are while the GIL is away. */
static bool append(WriterObject *self, const struct packet *packet, struct interface *interface)
{
    struct capture_error error;
    if (!dump_file_has_room(self->dump, packet)) {
        self->is_waiting = false;
        writer_leave_gil(self);
        bool has_room = dump_file_make_room(self->dump, packet, writer_interrupt(self), &error);
        if (!writer_return_to_gil(self, has_room, &error) ||
            !writer_is_free(self)) /* a handler may have closed it */
            return false;
    }
    if (!dump_file_append(self->dump, packet, interface, &error)) {
        self->error_told = true;
        raise_capture_error(self->state, &error, self->path);
        return false;
    }
    self->written++;
    return flush_when_due(self);
}

static bool append_object(WriterObject *self, PyObject *object)
{
    if (!PyObject_TypeCheck(object, self->state->packet_type)) {
        PyErr_Format(PyExc_TypeError, "a Packet is to be written, not %.100s (it would be number %llu)",
                     Py_TYPE(object)->tp_name, (unsigned long long)self->written + 1);
        return false;
    }
    if (!writer_is_free(self))
        return false;
    PacketObject *packet = (PacketObject *)object;
    if (!dump_file_has_room(self->dump, &packet->head))
        packet_keep(packet);
    return append(self, &packet->head, packet_interface(packet));
}

const char writer_write_doc[] =
    "write(packet, /)\n--\n\nWrites a packet; it may wait in memory until flush().";

PyObject *writer_write(PyObject *object, PyObject *packet)
{
    if (!append_object((WriterObject *)object, packet))
        return NULL;
    Py_RETURN_NONE;
}

/* The next packet of such a capture may be long in coming. */
static bool may_wait(const CaptureObject *capture)
{
    return capture->gather_ns != 0 || capture->follows || PyList_GET_SIZE(capture->kept) > 0 ||
           source_fd(capture->source) >= 0;
}

static bool note_statistics(WriterObject *self, CaptureObject *capture)
{
    if (capture->gather_ns == 0)
        return true;
    capture_visit(capture);
    capture_ask_for_stats(capture, &(struct source_stats){0}, &(struct capture_error){0});
    self->statistics = capture_dump_statistics(capture);
    self->has_statistics = true;
    return capture_leave_visit(capture);
}

/* What a capture may wait for comes once its packets are in the file. */
static bool write_capture(WriterObject *self, CaptureObject *capture)
{
    const struct packet *packet;
    int result = 0;
    if (!capture_enter(capture))
        return false;
    do {
        if (capture->batch.unread == 0 && self->is_waiting && may_wait(capture) && !writer_flush_dump(self))
            break;
        if ((result = capture_take(capture, &packet)) != 1)
            break;
    } while (writer_is_free(self) && append(self, packet, chunk_interface(packet)) &&
             capture_deliver(capture, packet));
    bool is_well = note_statistics(self, capture) && !PyErr_Occurred();
    return capture_leave(capture) && is_well;
}

static bool write_iterable(WriterObject *self, PyObject *packets)
{
    PyObject *packet, *iterator = PyObject_GetIter(packets);
    if (iterator == NULL)
        return false;
    while ((packet = PyIter_Next(iterator)) != NULL) {
        bool appended = append_object(self, packet);
        Py_DECREF(packet);
        if (!appended)
            break;
    }
    Py_DECREF(iterator);
    return !PyErr_Occurred();
}

const char writer_write_all_doc[] =
    "write_all(packets, /)\n--\n\n"
    "Writes the packets of an iterable, or of a Capture, and returns how many there were.";

PyObject *writer_write_all(PyObject *object, PyObject *packets)
{
    WriterObject *self = (WriterObject *)object;
    if (!writer_is_free(self))
        return NULL;
    uint64_t before = self->written;
    bool written = Py_IS_TYPE(packets, self->state->capture_type)
                       ? write_capture(self, (CaptureObject *)packets)
                       : write_iterable(self, packets);
    return written ? PyLong_FromUnsignedLongLong(self->written - before) : NULL;
}
