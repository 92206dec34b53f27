/* How a packet's layers are found: pkt.ip, pkt["ip"], pkt[IP], pkt.get("ip", 2), "ip" in pkt, pkt.protos,
 * dir(pkt). */
#include "arguments.h"
#include "packet_object.h"

static struct module_state *state_of(PacketObject *self)
{
    return PyType_GetModuleState(Py_TYPE(self));
}

PyObject *packet_layer_at(PyObject *self, PyObject *index)
{
    PacketObject *packet = (PacketObject *)self;
    size_t number = PyLong_AsSize_t(index);
    if (number == (size_t)-1 && PyErr_Occurred())
        return NULL;
    if (number >= packet->head.layer_count) {
        PyErr_SetString(PyExc_IndexError, "the packet has no such layer");
        return NULL;
    }
    return layer_of_packet(state_of(packet), packet, (unsigned)number);
}

/* The index of the layer of a protocol that has `before` others before it, or -1. */
static int find_layer_behind(const PacketObject *self, unsigned protocol, uint64_t before)
{
    const struct layer *layers = packet_layers(&self->head);
    for (int i = 0; i < self->head.layer_count; i++)
        if (layers[i].protocol == protocol && before-- == 0)
            return i;
    return -1;
}

static int find_layer(const PacketObject *self, unsigned protocol)
{
    return find_layer_behind(self, protocol, 0);
}

/* The index of the first layer that has this very object for its name, or -1: names in programs' code are
 * interned, as the layers' are, so that this finds most, and at once. */
static int find_layer_named(const struct module_state *state, const PacketObject *self, const PyObject *name)
{
    const struct layer *layers = packet_layers(&self->head);
    for (int i = 0; i < self->head.layer_count; i++)
        if (name == state->layer_names[layers[i].protocol])
            return i;
    return -1;
}

/* ASCII's letter case, whatever the locale. */
static bool is_same_name(const char *left, const char *right)
{
    while (*left != '\0' && Py_TOLOWER(*left) == Py_TOLOWER(*right)) {
        left++;
        right++;
    }
    return *left == *right;
}

/* The protocol of this name in any letter case, or -1. */
static int protocol_by_name(const struct module_state *state, PyObject *name)
{
    for (int id = 0; id < PROTOCOL_COUNT; id++)
        if (name == state->layer_names[id])
            return id;
    const char *text = name_text(name);
    for (int id = 0; text != NULL && id < PROTOCOL_COUNT; id++)
        if (is_same_name(text, protocols[id]->name))
            return id;
    return -1;
}

int packet_protocol_by_key(const struct module_state *state, PyObject *key)
{
    if (PyUnicode_Check(key))
        return protocol_by_name(state, key);
    if (PyType_Check(key)) {
        for (int id = 0; id < PROTOCOL_COUNT; id++)
            if (key == (PyObject *)state->layer_types[id])
                return id;
        return -1;
    }
    PyErr_Format(PyExc_TypeError, "a layer is found by its name or its type, not by %.100s",
                 Py_TYPE(key)->tp_name);
    return -2;
}

/* The index of the first layer of a key; -1: there is none, -2: with an exception set. */
static int find_layer_by_key(const struct module_state *state, const PacketObject *self, PyObject *key)
{
    int index = find_layer_named(state, self, key);
    if (index >= 0)
        return index;
    int protocol = packet_protocol_by_key(state, key);
    return protocol < 0 ? protocol : find_layer(self, (unsigned)protocol);
}

PyObject *packet_subscript(PyObject *self, PyObject *key)
{
    PacketObject *packet = (PacketObject *)self;
    struct module_state *state = state_of(packet);
    int index = find_layer_by_key(state, packet, key);
    if (index >= 0)
        return layer_of_packet(state, packet, (unsigned)index);
    if (index == -1)
        PyErr_SetObject(PyExc_KeyError, key);
    return NULL;
}

PyObject *packet_get(PyObject *self, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"", "nth", NULL};
    PacketObject *packet = (PacketObject *)self;
    PyObject *key, *nth = NULL;
    int64_t number = 1;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|O:get", names, &key, &nth) ||
        !argument_integer(nth, "nth", 1, INT64_MAX, &number))
        return NULL;
    int protocol = packet_protocol_by_key(state_of(packet), key);
    if (protocol == -2)
        return NULL;
    int index = protocol < 0 ? -1 : find_layer_behind(packet, (unsigned)protocol, (uint64_t)number - 1);
    if (index < 0)
        Py_RETURN_NONE;
    return layer_of_packet(state_of(packet), packet, (unsigned)index);
}

int packet_contains(PyObject *self, PyObject *key)
{
    PacketObject *packet = (PacketObject *)self;
    int index = find_layer_by_key(state_of(packet), packet, key);
    return index == -2 ? -1 : index >= 0;
}

static PyObject *layer_or_raise(PacketObject *self, unsigned protocol)
{
    struct module_state *state = state_of(self);
    int index = find_layer(self, protocol);
    if (index >= 0)
        return layer_of_packet(state, self, (unsigned)index);
    PyErr_SetObject(PyExc_AttributeError, state->absent_texts[protocol]);
    return NULL;
}

PyObject *packet_get_layer(PyObject *self, void *closure)
{
    return layer_or_raise((PacketObject *)self, (unsigned)(uintptr_t)closure);
}

/* The layers that it has are found before anything else. Their names are attributes in lower case; any other
 * case is found last. */
PyObject *packet_getattro(PyObject *self, PyObject *name)
{
    struct module_state *state = state_of((PacketObject *)self);
    int index = find_layer_named(state, (PacketObject *)self, name);
    if (index >= 0)
        return layer_of_packet(state, (PacketObject *)self, (unsigned)index);
    PyObject *value = PyObject_GenericGetAttr(self, name);
    if (value != NULL || !PyErr_ExceptionMatches(PyExc_AttributeError))
        return value;
    PyObject *type, *error, *traceback;
    PyErr_Fetch(&type, &error, &traceback);
    int protocol = protocol_by_name(state, name);
    if (protocol < 0 || name == state->layer_names[protocol]) {
        PyErr_Restore(type, error, traceback);
        return NULL;
    }
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(traceback);
    return layer_or_raise((PacketObject *)self, (unsigned)protocol);
}

PyObject *packet_get_protos(PyObject *self, void *closure)
{
    PacketObject *packet = (PacketObject *)self;
    PyObject *protos = PyTuple_New(packet->head.layer_count);
    (void)closure;
    for (unsigned i = 0; protos != NULL && i < packet->head.layer_count; i++) {
        PyObject *layer = layer_of_packet(state_of(packet), packet, i);
        if (layer == NULL)
            Py_CLEAR(protos);
        else
            PyTuple_SET_ITEM(protos, (Py_ssize_t)i, layer);
    }
    return protos;
}

/* What every packet has, and the layers that this one has: for tab completion. */
PyObject *packet_dir(PyObject *self, PyObject *unused)
{
    const PacketObject *packet = (PacketObject *)self;
    const struct module_state *state = state_of((PacketObject *)self);
    PyObject *names = PyObject_CallMethod((PyObject *)&PyBaseObject_Type, "__dir__", "O", self);
    (void)unused;
    for (unsigned id = 0; names != NULL && id < PROTOCOL_COUNT; id++) {
        if (find_layer(packet, id) >= 0)
            continue;
        PyObject *removed = PyObject_CallMethod(names, "remove", "O", state->layer_names[id]);
        if (removed == NULL)
            Py_CLEAR(names);
        Py_XDECREF(removed);
    }
    return names;
}
