/* Bindings of the caller's own: see decode_as.h. */
#include "decode_as.h"
#include "arguments.h"

static PyObject *raise_bad_key(PyObject *key)
{
    return PyErr_Format(PyExc_TypeError,
                        "decode_as must be a dict of (number space, number): layer, such as "
                        "{('udp.port', 8472): 'vxlan'}; %R is not such a key",
                        key);
}

/* The selector of a name; SELECT_NOTHING with an exception. */
static enum selector selector_by_name(PyObject *name)
{
    PyObject *known = PyUnicode_FromString("");
    for (unsigned i = SELECT_NOTHING + 1; known != NULL && i < SELECTOR_COUNT; i++) {
        if (PyUnicode_CompareWithASCIIString(name, selector_name(i)) == 0) {
            Py_DECREF(known);
            return i;
        }
        Py_SETREF(known, PyUnicode_FromFormat("%U%s%s", known, i == 1 ? "" : ", ", selector_name(i)));
    }
    if (known != NULL)
        PyErr_Format(PyExc_ValueError, "decode_as has no number space %R; there are: %U", name, known);
    Py_XDECREF(known);
    return SELECT_NOTHING;
}

/* None is Payload: nothing is bound there. -1 with an exception. */
static int bound_layer(const struct module_state *state, PyObject *layer)
{
    if (layer == Py_None)
        return PROTOCOL_payload;
    int protocol = packet_protocol_by_key(state, layer);
    if (protocol == -1)
        PyErr_Format(PyExc_ValueError, "decode_as: no layer is called %R; umpa_sniffing.protocols has all",
                     layer);
    return protocol < 0 ? -1 : protocol;
}

static bool bind_one(const struct module_state *state, struct decoder *decoder, PyObject *key,
                     PyObject *layer)
{
    if (!PyTuple_Check(key) || PyTuple_GET_SIZE(key) != 2 || !PyUnicode_Check(PyTuple_GET_ITEM(key, 0))) {
        raise_bad_key(key);
        return false;
    }
    int64_t value = 0;
    enum selector selector = selector_by_name(PyTuple_GET_ITEM(key, 0));
    if (selector == SELECT_NOTHING || !argument_integer(PyTuple_GET_ITEM(key, 1), selector_name(selector), 0,
                                                        selector_value_count(selector) - 1, &value))
        return false;
    int protocol = bound_layer(state, layer);
    if (protocol >= 0)
        decoder_bind(decoder, selector, (uint32_t)value, (enum protocol_id)protocol);
    return protocol >= 0;
}

bool argument_decode_as(struct module_state *state, PyObject *value, struct decoder **decoder)
{
    if (value == NULL || value == Py_None)
        return true;
    if (!PyDict_Check(value) && !PyObject_HasAttrString(value, "keys")) {
        PyErr_Format(PyExc_TypeError, "decode_as must be a dict or None, not %.100s",
                     Py_TYPE(value)->tp_name);
        return false;
    }
    if ((*decoder = PyMem_Malloc(sizeof(**decoder))) == NULL) {
        PyErr_NoMemory();
        return false;
    }
    **decoder = state->decoder;
    PyObject *bindings = PyDict_New(); /* a copy: a key's __index__ may change the mapping itself */
    bool bound = bindings != NULL && PyDict_Update(bindings, value) == 0;
    PyObject *key, *layer;
    Py_ssize_t position = 0;
    while (bound && PyDict_Next(bindings, &position, &key, &layer))
        bound = bind_one(state, *decoder, key, layer);
    Py_XDECREF(bindings);
    return bound;
}

/* The first layer in which the packet, decoded anew, differs; -1 where none does. */
static int first_difference(const struct decoder *decoder, const struct packet *packet)
{
    struct {
        struct packet packet;
        struct layer layers[MAX_LAYERS];
    } again = {.packet = *packet};
    decode_packet(decoder, &again.packet, packet_bytes(packet));
    const struct layer *layers = packet_layers(packet);
    int count = packet->layer_count, count_again = again.packet.layer_count, index = 0;
    while (index < count && index < count_again && layers[index].protocol == again.layers[index].protocol)
        index++;
    return index == count && index == count_again ? -1 : index;
}

/* False with an exception. */
static bool add_binding(const struct module_state *state, PyObject *bindings, struct decoder *decoder,
                        enum selector selector, uint32_t value, enum protocol_id protocol)
{
    PyObject *key = Py_BuildValue("(sI)", selector_name(selector), value);
    PyObject *layer = protocol == PROTOCOL_payload ? Py_None : state->layer_names[protocol];
    bool added = key != NULL && PyDict_SetItem(bindings, key, layer) == 0;
    Py_XDECREF(key);
    decoder_bind(decoder, selector, value, protocol);
    return added;
}

/* Binds what a layer was chosen by. */
static bool bind_layer(const struct module_state *state, PyObject *bindings, struct decoder *decoder,
                       const struct packet *packet, unsigned index)
{
    struct measurement chosen = decode_selection(packet, index, packet_bytes(packet));
    enum protocol_id protocol =
        index < packet->layer_count ? packet_layers(packet)[index].protocol : PROTOCOL_payload;
    return add_binding(state, bindings, decoder, chosen.selector, chosen.next, protocol) &&
           (protocol != PROTOCOL_payload || chosen.next_otherwise == 0 ||
            add_binding(state, bindings, decoder, chosen.selector, chosen.next_otherwise, protocol));
}

PyObject *decode_as_of_packet(struct module_state *state, const struct packet *packet)
{
    int index = first_difference(&state->decoder, packet);
    if (index < 0)
        return Py_NewRef(Py_None);
    struct decoder *decoder = PyMem_Malloc(sizeof(*decoder));
    if (decoder == NULL)
        return PyErr_NoMemory();
    PyObject *bindings = PyDict_New();
    *decoder = state->decoder;
    for (int known = -1; bindings != NULL && index > known; index = first_difference(decoder, packet)) {
        known = index;
        if (!bind_layer(state, bindings, decoder, packet, (unsigned)index))
            Py_CLEAR(bindings);
    }
    PyMem_Free(decoder);
    return bindings;
}
