/* Packets of a file that has been indexed: see packet_index.h. */
#include "packet_index.h"
#include "errors.h"
#include "packet_memory.h"

#include "../files/file_index.h"

typedef struct {
    PyObject_HEAD
    struct module_state *state;
    struct file_index *index;
    struct decoder *decoder; /* NULL: the module's */
    PyObject *subject;
    Py_ssize_t shape; /* of the buffer that shows the times */
} RecordIndexObject;

typedef struct {
    PyObject_HEAD
    RecordIndexObject *records;
    PyObject *rows; /* an iterator */
    struct record_buffer buffer;
    bool is_filling; /* one thread, without the GIL */
} RecordIteratorObject;

static bool fill(RecordIndexObject *self, size_t row, struct record_buffer *buffer)
{
    struct capture_error error = {0};
    bool filled;
    Py_BEGIN_ALLOW_THREADS
    filled = record_buffer_fill(buffer, self->index, row, &error);
    Py_END_ALLOW_THREADS
    if (!filled)
        raise_capture_error(self->state, &error, self->subject);
    return filled;
}

static PyObject *decoded(const RecordIndexObject *self, const struct packet *packet,
                         struct interface *interface)
{
    struct packet_head head = {.packet = *packet};
    decode_packet(self->decoder == NULL ? &self->state->decoder : self->decoder, &head.packet, packet->bytes);
    return packet_copying(self->state->packet_type, &head.packet, interface);
}

static PyObject *packet_of_row(RecordIndexObject *self, size_t row, struct record_buffer *buffer)
{
    for (;;) {
        struct packet packet;
        struct interface *interface;
        struct capture_error error = {0};
        switch (file_index_find(self->index, row, buffer, &packet, &interface, &error)) {
        case RECORD_FOUND:
            return decoded(self, &packet, interface);
        case RECORD_NEEDS_BYTES:
            if (!fill(self, row, buffer))
                return NULL;
            break;
        case RECORD_CHANGED:
            return raise_capture_error(self->state, &error, self->subject);
        case RECORD_NO_MEMORY:
            return PyErr_NoMemory();
        }
    }
}

/* A row's number, which is there. */
static bool row_of(const RecordIndexObject *self, PyObject *number, size_t *row)
{
    Py_ssize_t value = PyNumber_AsSsize_t(number, PyExc_IndexError);
    if (value == -1 && PyErr_Occurred())
        return false;
    *row = (size_t)value;
    if (value >= 0 && *row < self->index->count)
        return true;
    PyErr_Format(PyExc_IndexError, "no packet %zd among %zu", value, self->index->count);
    return false;
}

static PyObject *records_packet(PyObject *object, PyObject *number)
{
    RecordIndexObject *self = (RecordIndexObject *)object;
    struct record_buffer buffer = {0};
    size_t row;
    if (!row_of(self, number, &row))
        return NULL;
    PyObject *packet = packet_of_row(self, row, &buffer);
    record_buffer_free(&buffer);
    return packet;
}

static PyObject *records_packets(PyObject *self, PyObject *rows)
{
    struct module_state *state = ((RecordIndexObject *)self)->state;
    PyObject *iterator = PyObject_GetIter(rows);
    if (iterator == NULL)
        return NULL;
    RecordIteratorObject *result =
        (RecordIteratorObject *)state->record_iterator_type->tp_alloc(state->record_iterator_type, 0);
    if (result == NULL) {
        Py_DECREF(iterator);
        return NULL;
    }
    result->records = (RecordIndexObject *)Py_NewRef(self);
    result->rows = iterator;
    return (PyObject *)result;
}

static Py_ssize_t records_length(PyObject *self)
{
    return (Py_ssize_t)((RecordIndexObject *)self)->index->count;
}

/* The packets' times, read-only, where they lie. */
static int records_get_buffer(PyObject *object, Py_buffer *view, int flags)
{
    static const int64_t nothing = 0;
    static Py_ssize_t stride = sizeof(struct index_row);
    RecordIndexObject *self = (RecordIndexObject *)object;
    if ((flags & PyBUF_WRITABLE) != 0 || (flags & PyBUF_STRIDES) != PyBUF_STRIDES) {
        PyErr_SetString(PyExc_BufferError, "packets' times are a read-only buffer with strides");
        view->obj = NULL;
        return -1;
    }
    self->shape = (Py_ssize_t)self->index->count;
    *view = (Py_buffer){
        .obj = Py_NewRef(object),
        .buf = (void *)(uintptr_t)(self->index->count == 0 ? &nothing : &self->index->rows->timestamp_ns),
        .len = (Py_ssize_t)self->index->count * (Py_ssize_t)sizeof(int64_t),
        .itemsize = sizeof(int64_t),
        .readonly = 1,
        .ndim = 1,
        .format = (flags & PyBUF_FORMAT) != 0 ? "q" : NULL,
        .shape = &self->shape,
        .strides = &stride,
    };
    return 0;
}

static PyObject *records_is_in_order(PyObject *self, void *closure)
{
    (void)closure;
    return PyBool_FromLong(((RecordIndexObject *)self)->index->is_in_order);
}

static PyObject *records_subject(PyObject *self, void *closure)
{
    (void)closure;
    return Py_NewRef(((RecordIndexObject *)self)->subject);
}

static void records_dealloc(PyObject *object)
{
    RecordIndexObject *self = (RecordIndexObject *)object;
    PyTypeObject *type = Py_TYPE(self);
    struct slab *left = NULL;
    if (self->index != NULL)
        file_index_free(self->index, &left);
    slabs_free(&left);
    PyMem_Free(self->decoder);
    Py_XDECREF(self->subject);
    PyObject_Free(object);
    Py_DECREF(type);
}

static PyObject *iterator_next(PyObject *object)
{
    RecordIteratorObject *self = (RecordIteratorObject *)object;
    size_t row;
    if (self->is_filling) {
        PyErr_SetString(PyExc_RuntimeError, "another thread is taking a packet of this iterator");
        return NULL;
    }
    self->is_filling = true; /* the rows may be any program's */
    PyObject *number = PyIter_Next(self->rows), *packet = NULL;
    if (number != NULL && row_of(self->records, number, &row))
        packet = packet_of_row(self->records, row, &self->buffer);
    Py_XDECREF(number);
    self->is_filling = false;
    return packet;
}

static void iterator_dealloc(PyObject *object)
{
    RecordIteratorObject *self = (RecordIteratorObject *)object;
    PyTypeObject *type = Py_TYPE(self);
    record_buffer_free(&self->buffer);
    Py_XDECREF(self->rows);
    Py_XDECREF(self->records);
    PyObject_Free(object);
    Py_DECREF(type);
}

PyObject *record_index_new(struct module_state *state, struct file_index *index,
                           const struct decoder *decoder, PyObject *subject)
{
    RecordIndexObject *self =
        (RecordIndexObject *)state->record_index_type->tp_alloc(state->record_index_type, 0);
    if (self == NULL) {
        struct slab *left = NULL;
        file_index_free(index, &left);
        slabs_free(&left);
        return NULL;
    }
    self->state = state;
    self->index = index;
    self->subject = Py_NewRef(subject);
    self->decoder = decoder == NULL ? NULL : PyMem_Malloc(sizeof(*decoder));
    if (self->decoder != NULL) {
        *self->decoder = *decoder;
    } else if (decoder != NULL) {
        PyErr_NoMemory();
        Py_CLEAR(self);
    }
    return (PyObject *)self;
}

static PyMethodDef records_methods[] = {
    {"packet", records_packet, METH_O, "packet(row, /)\n--\n\nThe packet of a row, from 0."},
    {"packets", records_packets, METH_O, "packets(rows, /)\n--\n\nAn iterator over the packets of rows."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef records_getset[] = {
    {"is_in_order", records_is_in_order, NULL, "Whether no packet is earlier than the one before it.", NULL},
    {"subject", records_subject, NULL, "The file's path.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot records_slots[] = {
    {Py_tp_doc, "Where a file's packets lie; as a buffer: their times, int64 of nanoseconds."},
    {Py_tp_dealloc, records_dealloc},
    {Py_tp_methods, records_methods},
    {Py_tp_getset, records_getset},
    {Py_sq_length, records_length},
    {Py_bf_getbuffer, records_get_buffer},
    {0, NULL},
};

static PyType_Slot iterator_slots[] = {
    {Py_tp_dealloc, iterator_dealloc},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, iterator_next},
    {0, NULL},
};

static PyType_Spec records_spec = {
    .name = "umpa_sniffing._core.RecordIndex",
    .basicsize = sizeof(RecordIndexObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = records_slots,
};

static PyType_Spec iterator_spec = {
    .name = "umpa_sniffing._core.RecordIterator",
    .basicsize = sizeof(RecordIteratorObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = iterator_slots,
};

int packet_index_setup(PyObject *module, struct module_state *state)
{
    state->record_index_type = module_add_type(module, &records_spec, NULL);
    if (state->record_index_type == NULL)
        return -1;
    state->record_iterator_type = module_add_type(module, &iterator_spec, NULL);
    return state->record_iterator_type == NULL ? -1 : 0;
}
