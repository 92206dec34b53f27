/* umpa_sniffing.Packet: see packet_object.h.
 * It refers to no Python object, so there are no cycles and no GC header. */
#include "packet_memory.h"
#include "packet_origin.h"

#include "../capture/devices.h"
#include "../decode/summary.h"
#include "../decode/tree.h"
#include <stddef.h>

static struct module_state *state_of(PacketObject *self)
{
    return PyType_GetModuleState(Py_TYPE(self));
}

double timestamp_seconds(int64_t timestamp_ns)
{
    return (double)(timestamp_ns / 1000000000) + (double)(timestamp_ns % 1000000000) / 1e9;
}

static void packet_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    packet_free((PacketObject *)self);
    Py_DECREF(type);
}

static int packet_getbuffer(PyObject *self, Py_buffer *view, int flags)
{
    PacketObject *packet = (PacketObject *)self;
    packet_keep(packet);
    return PyBuffer_FillInfo(view, self, (void *)(uintptr_t)packet->head.bytes,
                             (Py_ssize_t)packet->head.caplen, 1, flags);
}

static PyObject *packet_to_bytes(PyObject *self, PyObject *unused)
{
    PacketObject *packet = (PacketObject *)self;
    (void)unused;
    return PyBytes_FromStringAndSize((const char *)packet->head.bytes, packet->head.caplen);
}

static Py_ssize_t packet_length(PyObject *self)
{
    return ((PacketObject *)self)->head.caplen;
}

static int packet_bool(PyObject *self)
{
    (void)self;
    return 1;
}

static size_t write_tree(const void *subject, char *buffer, size_t capacity)
{
    const PacketObject *self = subject;
    return tree_of_packet(&self->head, self->head.bytes, (uintptr_t)self, buffer, capacity);
}

static PyObject *packet_str(PyObject *self)
{
    return text_from_writer(write_tree, self);
}

/* The link type's name where no layer tells what it is, else NULL: libpcap looks it up. */
static const char *untold_link_type(const struct packet *packet)
{
    if (packet->layer_count > 0 && packet_layers(packet)[0].protocol != PROTOCOL_payload)
        return NULL;
    const char *name = link_type_name((int)packet->link_type);
    return name == NULL ? "an unknown link type" : name;
}

static size_t write_summary(const void *subject, char *buffer, size_t capacity)
{
    const PacketObject *self = subject;
    return summary_of_packet(&self->head, self->head.bytes, untold_link_type(&self->head), buffer, capacity);
}

static PyObject *packet_repr(PyObject *self)
{
    return text_from_writer(write_summary, self);
}

static PyObject *packet_richcompare(PyObject *self, PyObject *other, int operation)
{
    if (!Py_IS_TYPE(other, Py_TYPE(self)) || (operation != Py_EQ && operation != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    const PacketObject *left = (PacketObject *)self, *right = (PacketObject *)other;
    const struct packet *a = &left->head, *b = &right->head;
    bool equal = a->timestamp_ns == b->timestamp_ns && a->wire_len == b->wire_len &&
                 a->link_type == b->link_type && a->caplen == b->caplen &&
                 memcmp(left->head.bytes, right->head.bytes, a->caplen) == 0;
    return PyBool_FromLong(equal == (operation == Py_EQ));
}

static Py_hash_t packet_hash(PyObject *self)
{
    PacketObject *packet = (PacketObject *)self;
    packet_keep(packet); /* a new tuple may bring the garbage collector, and that any program */
    PyObject *key =
        Py_BuildValue("y#LII", (const char *)packet->head.bytes, (Py_ssize_t)packet->head.caplen,
                      (long long)packet->head.timestamp_ns, packet->head.wire_len, packet->head.link_type);
    Py_hash_t hash = key == NULL ? -1 : PyObject_Hash(key);
    Py_XDECREF(key);
    return hash;
}

static PyObject *packet_copy(PyObject *self, PyObject *unused)
{
    (void)unused;
    return Py_NewRef(self);
}

static PyObject *packet_sizeof(PyObject *self, PyObject *unused)
{
    const PacketObject *packet = (PacketObject *)self;
    (void)unused;
    return PyLong_FromSize_t(offsetof(PacketObject, head) + packet_head_size(&packet->head) +
                             packet_own_bytes(packet));
}

PyDoc_STRVAR(get_raw_doc, "get_raw()\n--\n\nThe captured bytes.");

PyDoc_STRVAR(get_doc,
             "get(layer, /, nth=1)\n--\n\n"
             "The nth layer of this name or type, counted from the outermost; None when there is none.");

static PyMethodDef packet_methods[] = {
    {"get_raw", packet_to_bytes, METH_NOARGS, get_raw_doc},
    {"get", (PyCFunction)(void (*)(void))packet_get, METH_VARARGS | METH_KEYWORDS, get_doc},
    {"replace", (PyCFunction)(void (*)(void))packet_replace, METH_VARARGS | METH_KEYWORDS,
     packet_replace_doc},
    {"_layer_at", packet_layer_at, METH_O, NULL},
    {"__bytes__", packet_to_bytes, METH_NOARGS, NULL},
    {"__reduce__", packet_reduce, METH_NOARGS, NULL},
    {"__copy__", packet_copy, METH_NOARGS, NULL},
    {"__deepcopy__", packet_copy, METH_O, NULL},
    {"__sizeof__", packet_sizeof, METH_NOARGS, NULL},
    {"__dir__", packet_dir, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyObject *packet_get_timestamp(PyObject *self, void *closure)
{
    (void)closure;
    return PyFloat_FromDouble(timestamp_seconds(((PacketObject *)self)->head.timestamp_ns));
}

static PyObject *packet_get_timestamp_ns(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromLongLong(((PacketObject *)self)->head.timestamp_ns);
}

static PyObject *packet_get_caplen(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLong(((PacketObject *)self)->head.caplen);
}

static PyObject *packet_get_wire_len(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLong(((PacketObject *)self)->head.wire_len);
}

static PyObject *packet_get_datalink(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLong(((PacketObject *)self)->head.link_type);
}

static PyObject *packet_get_trailer(PyObject *self, void *closure)
{
    const PacketObject *packet = (PacketObject *)self;
    uint32_t count = packet->head.layer_count;
    uint32_t end = count == 0 ? 0 : packet_layers(&packet->head)[count - 1].end;
    (void)closure;
    return PyBytes_FromStringAndSize((const char *)packet->head.bytes + end, packet->head.caplen - end);
}

static PyObject *packet_get_stopped(PyObject *self, void *closure)
{
    const struct packet *packet = &((PacketObject *)self)->head;
    (void)closure;
    if (packet->stop_reason == STOP_NONE)
        Py_RETURN_NONE;
    return PyObject_CallFunction(state_of((PacketObject *)self)->stopped_type, "ss",
                                 protocols[packet->stop_protocol]->name,
                                 stop_reason_text(packet->stop_reason));
}

static PyObject *packet_get_datalink_name(PyObject *self, void *closure)
{
    (void)closure;
    const char *name = link_type_name((int)((PacketObject *)self)->head.link_type);
    return name == NULL ? Py_NewRef(Py_None) : PyUnicode_FromString(name);
}

static const PyGetSetDef packet_getset[] = {
    {"timestamp", packet_get_timestamp, NULL, "Seconds since the epoch, a float; timestamp_ns is exact.",
     NULL},
    {"timestamp_ns", packet_get_timestamp_ns, NULL, "Nanoseconds since the epoch.", NULL},
    {"caplen", packet_get_caplen, NULL, "Bytes captured.", NULL},
    {"wire_len", packet_get_wire_len, NULL, "Bytes that the packet had on the wire.", NULL},
    {"datalink", packet_get_datalink, NULL, "libpcap's number of the link type (DLT_...).", NULL},
    {"datalink_name", packet_get_datalink_name, NULL,
     "libpcap's name of the link type: EN10MB, RAW, ...; None for one that it does not know.", NULL},
    {"protos", packet_get_protos, NULL, "All layers in order, a tuple.", NULL},
    {"trailer", packet_get_trailer, NULL, "Bytes behind what the innermost length field covers.", NULL},
    {"stopped", packet_get_stopped, NULL,
     "None, or (layer, reason): what kept the packet from being decoded whole.", NULL},
    {"interface", packet_get_interface, NULL, "Where it was captured, an Interface; None where nobody knows.",
     NULL},
    {"source", packet_get_source, NULL, "The path of the file that it is from, or None.", NULL},
    {"options", packet_get_options, NULL,
     "All that its pcapng block says beside the bytes, a tuple of Option.", NULL},
    {"comment", packet_get_from_options, NULL, "The first comment, or None.", "comment"},
    {"comments", packet_get_all_from_options, NULL, "All comments, a tuple.", "comments"},
    {"direction", packet_get_from_options, NULL, "'in', 'out' or None.", "direction"},
    {"reception", packet_get_from_options, NULL,
     "'unicast', 'multicast', 'broadcast', 'promiscuous' or None.", "reception"},
    {"fcs_length", packet_get_from_options, NULL,
     "Bytes of the frame check sequence at the end, or None where it is not told.", "fcs_length"},
    {"link_errors", packet_get_all_from_options, NULL, "What the receiver found wrong, a tuple of texts.",
     "link_errors"},
    {"drop_count", packet_get_from_options, NULL,
     "Packets that were lost between the one before of this interface and this, or None.", "drop_count"},
    {"packet_id", packet_get_from_options, NULL,
     "A number that is the same wherever the same packet was captured, or None.", "packet_id"},
    {"queue", packet_get_from_options, NULL, "The number of the device's queue that it came by, or None.",
     "queue"},
};

/* The fixed attributes and, behind them, one for each protocol. */
static PyGetSetDef *make_getset(void)
{
    size_t fixed = Py_ARRAY_LENGTH(packet_getset);
    PyGetSetDef *getset = PyMem_Calloc(fixed + PROTOCOL_COUNT + 1, sizeof(*getset));
    if (getset == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    memcpy(getset, packet_getset, sizeof(packet_getset));
    return getset;
}

int packet_setup(PyObject *module, struct module_state *state)
{
    PyGetSetDef *getset = state->packet_getset = make_getset();
    if (getset == NULL)
        return -1;
    for (unsigned id = 0; id < PROTOCOL_COUNT; id++) {
        const char *name = PyUnicode_AsUTF8(state->layer_names[id]);
        if (name == NULL)
            return -1;
        getset[Py_ARRAY_LENGTH(packet_getset) + id] =
            (PyGetSetDef){name, packet_get_layer, NULL, protocols[id]->doc, (void *)(uintptr_t)id};
    }
    PyType_Slot slots[] = {
        {Py_tp_doc, (void *)(uintptr_t)packet_doc},
        {Py_tp_new, packet_new},
        {Py_tp_dealloc, packet_dealloc},
        {Py_tp_getattro, packet_getattro},
        {Py_tp_methods, packet_methods},
        {Py_tp_getset, getset},
        {Py_tp_str, packet_str},
        {Py_tp_repr, packet_repr},
        {Py_tp_richcompare, packet_richcompare},
        {Py_tp_hash, packet_hash},
        {Py_nb_bool, packet_bool},
        {Py_mp_length, packet_length},
        {Py_mp_subscript, packet_subscript},
        {Py_sq_contains, packet_contains},
        {Py_bf_getbuffer, packet_getbuffer},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = "umpa_sniffing.Packet",
        .basicsize = sizeof(PacketObject),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
        .slots = slots,
    };
    state->packet_type = module_add_type(module, &spec, NULL);
    return state->packet_type == NULL ? -1 : 0;
}
