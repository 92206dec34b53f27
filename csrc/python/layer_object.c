/* Layer types, one a protocol, made from the protocols' tables; a layer is a packet and an index into it.
 * Layers hold no cycles (packets know nothing of them), hence no GC support. */
#include "layer_object.h"
#include "arguments.h"
#include "errors.h"
#include "packet_memory.h"

#include "../decode/checksum.h"
#include "../decode/protocol.h"
#include "../decode/summary.h"
#include "../decode/tree.h"

static const struct layer *layer_span(const LayerObject *self)
{
    return packet_layers(&self->packet->head) + self->index;
}

static const struct protocol *layer_protocol(const LayerObject *self)
{
    return protocols[layer_span(self)->protocol];
}

/* By way of the packet: a layer type may be subclassed, Packet may not. */
static struct module_state *state_of(const LayerObject *self)
{
    return PyType_GetModuleState(Py_TYPE(self->packet));
}

static struct bytes_view header_of(const LayerObject *self)
{
    return layer_header(layer_span(self), self->packet->head.bytes);
}

static struct bytes_view view_of(const LayerObject *self, const struct field *field)
{
    return field_view(field, layer_span(self), self->packet->head.bytes);
}

static PyObject *value_of(const LayerObject *self, const struct field *field)
{
    if (field_runs_python(field))
        packet_keep(self->packet);
    return field_value(state_of(self), field, view_of(self, field), &self->packet->head);
}

PyObject *layer_of_packet(struct module_state *state, PacketObject *packet, unsigned index)
{
    PyTypeObject *type = state->layer_types[packet_layers(&packet->head)[index].protocol];
    LayerObject *self = PyObject_New(LayerObject, type);
    if (self != NULL) {
        self->packet = (PacketObject *)Py_NewRef((PyObject *)packet);
        self->index = index;
    }
    return (PyObject *)self;
}

void layer_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_DECREF((PyObject *)((LayerObject *)self)->packet);
    PyObject_Free(self);
    Py_DECREF(type);
}

PyObject *layer_raise_no_field(const LayerObject *self, PyObject *name)
{
    const struct protocol *protocol = layer_protocol(self);
    PyObject *text = PyUnicode_FromFormat("this %s layer has no field %R; dir() lists those that it has",
                                          protocol->name, name);
    if (text != NULL)
        raise_named(state_of(self), "UMPAAttributeException", text);
    Py_XDECREF(text);
    return NULL;
}

static PyObject *layer_getattro(PyObject *self, PyObject *name)
{
    PyObject *value = PyObject_GenericGetAttr(self, name);
    if (value == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        layer_raise_no_field((LayerObject *)self, name);
    }
    return value;
}

/* The field that a str names, present in this layer; false with an exception set. */
static bool find_field(const LayerObject *self, PyObject *name, struct field *field)
{
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "a field's name is a str, not %.100s", Py_TYPE(name)->tp_name);
        return false;
    }
    const char *text = name_text(name);
    if (text != NULL && field_find(layer_protocol(self), text, field) &&
        field_is_present(field, view_of(self, field)))
        return true;
    layer_raise_no_field(self, name);
    return false;
}

PyDoc_STRVAR(get_field_doc, "get_field(name, /)\n--\n\nThe value of the field of this name.\n\n"
                            "UMPAAttributeException when the layer has none.");

static PyObject *layer_get_field(PyObject *self, PyObject *name)
{
    struct field field;
    return find_field((LayerObject *)self, name, &field) ? value_of((LayerObject *)self, &field) : NULL;
}

PyDoc_STRVAR(get_offset_doc, "get_offset(name, /)\n--\n\n"
                             "Bits from the layer's first bit to the field (or flag) of this name.");

static PyObject *layer_get_offset(PyObject *self, PyObject *name)
{
    struct field field;
    if (!find_field((LayerObject *)self, name, &field))
        return NULL;
    return PyLong_FromUnsignedLong(field_bits(&field, view_of((LayerObject *)self, &field)).offset);
}

PyDoc_STRVAR(get_flags_doc,
             "get_flags(name, /, *bits)\n--\n\n"
             "The bits of a flags field as a list of bools: those named, in this order, or all of "
             "them, most significant first.");

static PyObject *layer_get_flags(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    struct field field;
    if (count == 0) {
        PyErr_SetString(PyExc_TypeError, "get_flags() needs the name of a flags field");
        return NULL;
    }
    if (!find_field((LayerObject *)self, args[0], &field))
        return NULL;
    if (field.kind != FIELD_FLAGS) {
        PyErr_Format(PyExc_ValueError, "%R is not a flags field", args[0]);
        return NULL;
    }
    uint64_t value = field_uint(&field, view_of((LayerObject *)self, &field));
    Py_ssize_t wanted = count > 1 ? count - 1 : field.bits.width;
    PyObject *list = PyList_New(wanted);
    for (Py_ssize_t i = 0; list != NULL && i < wanted; i++) {
        unsigned bit = (unsigned)i;
        if (count > 1) {
            const char *name = PyUnicode_Check(args[i + 1]) ? name_text(args[i + 1]) : NULL;
            for (bit = 0; name != NULL && bit < field.bits.width; bit++)
                if (strcmp(field.flag_names[bit], name) == 0)
                    break;
            if (name == NULL || bit == field.bits.width) {
                layer_raise_no_field((LayerObject *)self, args[i + 1]);
                Py_CLEAR(list);
                break;
            }
        }
        PyList_SET_ITEM(list, i, PyBool_FromLong((long)field_flag(&field, value, bit)));
    }
    return list;
}

static PyObject *listed_fields(const LayerObject *self, bool with_values)
{
    const struct protocol *protocol = layer_protocol(self);
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list != NULL && i < protocol->field_count; i++) {
        const struct field *field = &protocol->fields[i];
        if (field->hidden || !field_is_present(field, view_of(self, field)))
            continue;
        PyObject *item = with_values ? Py_BuildValue("sN", field->name, value_of(self, field))
                                     : PyUnicode_FromString(field->name);
        if (item == NULL || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

PyDoc_STRVAR(get_fields_doc, "get_fields()\n--\n\n(name, value) pairs of the fields, in printed order.");

static PyObject *layer_get_fields(PyObject *self, PyObject *unused)
{
    (void)unused;
    return listed_fields((LayerObject *)self, true);
}

PyDoc_STRVAR(get_fields_keys_doc, "get_fields_keys()\n--\n\nNames of the fields, in printed order.");

static PyObject *layer_get_fields_keys(PyObject *self, PyObject *unused)
{
    (void)unused;
    return listed_fields((LayerObject *)self, false);
}

PyDoc_STRVAR(layer_bytes_doc, "__bytes__()\n--\n\nThe layer's header (of a Payload: all of it).");

static PyObject *layer_bytes(PyObject *self, PyObject *unused)
{
    struct bytes_view header = header_of((LayerObject *)self);
    (void)unused;
    return PyBytes_FromStringAndSize((const char *)header.bytes, header.length);
}

static PyObject *layer_reduce(PyObject *self, PyObject *unused)
{
    LayerObject *layer = (LayerObject *)self;
    PyObject *get_layer = PyObject_GetAttrString((PyObject *)Py_TYPE(layer->packet), "_layer_at");
    (void)unused;
    return get_layer == NULL ? NULL : Py_BuildValue("N(OI)", get_layer, layer->packet, layer->index);
}

static PyObject *layer_copy(PyObject *self, PyObject *unused)
{
    (void)unused;
    return Py_NewRef(self);
}

static PyMethodDef layer_methods[] = {
    {"get_field", layer_get_field, METH_O, get_field_doc},
    {"get_fields", layer_get_fields, METH_NOARGS, get_fields_doc},
    {"get_fields_keys", layer_get_fields_keys, METH_NOARGS, get_fields_keys_doc},
    {"get_flags", (PyCFunction)(void (*)(void))layer_get_flags, METH_FASTCALL, get_flags_doc},
    {"get_offset", layer_get_offset, METH_O, get_offset_doc},
    {"__dir__", layer_dir, METH_NOARGS, NULL},
    {"__bytes__", layer_bytes, METH_NOARGS, layer_bytes_doc},
    {"__reduce__", layer_reduce, METH_NOARGS, NULL},
    {"__copy__", layer_copy, METH_NOARGS, NULL},
    {"__deepcopy__", layer_copy, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyObject *layer_get_name(PyObject *self, void *closure)
{
    (void)closure;
    return PyUnicode_FromString(layer_protocol((LayerObject *)self)->name);
}

static PyObject *layer_get_layer(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromLong(layer_protocol((LayerObject *)self)->osi_layer);
}

static PyObject *layer_get_packet(PyObject *self, void *closure)
{
    (void)closure;
    return Py_NewRef((PyObject *)((LayerObject *)self)->packet);
}

static PyObject *layer_get_payload(PyObject *self, void *closure)
{
    LayerObject *layer = (LayerObject *)self;
    (void)closure;
    if (layer->index + 1 >= layer->packet->head.layer_count)
        Py_RETURN_NONE;
    return layer_of_packet(state_of(layer), layer->packet, layer->index + 1);
}

static PyObject *layer_get_checksum_ok(PyObject *self, void *closure)
{
    const LayerObject *layer = (LayerObject *)self;
    const struct packet *packet = &layer->packet->head;
    (void)closure;
    enum checksum_verdict verdict = checksum_of_layer(packet, layer->index, packet->bytes);
    return Py_NewRef(verdict == CHECKSUM_GOOD ? Py_True : verdict == CHECKSUM_BAD ? Py_False : Py_None);
}

static PyGetSetDef layer_base_getset[] = {
    {"name", layer_get_name, NULL, "Name of the protocol, as printed.", NULL},
    {"layer", layer_get_layer, NULL, "Number of the layer in the OSI model.", NULL},
    {"packet", layer_get_packet, NULL, "The packet that this is a layer of.", NULL},
    {"payload", layer_get_payload, NULL, "The next layer, or None.", NULL},
    {"checksum_ok", layer_get_checksum_ok, NULL,
     "Whether the layer's checksum is right, verified now.\n\n"
     "None where that can't be said: it has none, bytes that it covers are missing (cut, a fragment), or it\n"
     "was left to the network card: what a system sends itself is captured before the card completes it.",
     NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static size_t write_tree(const void *subject, char *buffer, size_t capacity)
{
    const LayerObject *self = subject;
    return tree_of_layer(layer_span(self), self->packet->head.bytes, buffer, capacity);
}

static PyObject *layer_str(PyObject *self)
{
    return text_from_writer(write_tree, self);
}

static size_t write_summary(const void *subject, char *buffer, size_t capacity)
{
    const LayerObject *self = subject;
    return summary_of_layer(layer_span(self), self->packet->head.bytes, buffer, capacity);
}

static PyObject *layer_repr(PyObject *self)
{
    return text_from_writer(write_summary, self);
}

static PyObject *layer_richcompare(PyObject *self, PyObject *other, int operation)
{
    if (Py_TYPE(self) != Py_TYPE(other) || (operation != Py_EQ && operation != Py_NE))
        Py_RETURN_NOTIMPLEMENTED;
    LayerObject *left = (LayerObject *)self, *right = (LayerObject *)other;
    if (left->index != right->index)
        return PyBool_FromLong(operation == Py_NE);
    return PyObject_RichCompare((PyObject *)left->packet, (PyObject *)right->packet, operation);
}

static Py_hash_t layer_hash(PyObject *self)
{
    LayerObject *layer = (LayerObject *)self;
    Py_hash_t hash = PyObject_Hash((PyObject *)layer->packet);
    hash = hash == -1 ? -1 : hash ^ (Py_hash_t)(layer->index + 1);
    return hash == -1 && !PyErr_Occurred() ? -2 : hash;
}

static PyType_Slot layer_slots[] = {
    {Py_tp_doc, "A layer of a packet: its fields are attributes."},
    {Py_tp_dealloc, layer_dealloc},
    {Py_tp_getattro, layer_getattro},
    {Py_tp_methods, layer_methods},
    {Py_tp_getset, layer_base_getset},
    {Py_tp_str, layer_str},
    {Py_tp_repr, layer_repr},
    {Py_tp_richcompare, layer_richcompare},
    {Py_tp_hash, layer_hash},
    {0, NULL},
};

PyType_Spec layer_spec = {
    .name = "umpa_sniffing.Layer",
    .basicsize = sizeof(LayerObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = layer_slots,
};
