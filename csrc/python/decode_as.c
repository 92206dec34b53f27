/* Bindings of the caller's own: see decode_as.h. */
#include "decode_as.h"
#include "arguments.h"

/* The module's decoder, to be bound otherwise; NULL with an exception. */
static struct decoder *copy_of_decoder(const struct module_state *state)
{
    struct decoder *decoder = PyMem_Malloc(sizeof(*decoder));
    if (decoder == NULL)
        PyErr_NoMemory();
    else
        *decoder = state->decoder;
    return decoder;
}

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
    if (selector == SELECT_LINK_TYPE && link_type_is_raw_ip((uint32_t)value)) {
        PyErr_Format(PyExc_ValueError,
                     "decode_as: link type %d is raw IP, told by its version: bind ('ip.version', 4) or 6",
                     (int)value);
        return false;
    }
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
    if ((*decoder = copy_of_decoder(state)) == NULL)
        return false;
    PyObject *bindings = PyDict_New(); /* a copy: a key's __index__ may change the mapping itself */
    bool bound = bindings != NULL && PyDict_Update(bindings, value) == 0;
    PyObject *key, *layer;
    Py_ssize_t position = 0;
    while (bound && PyDict_Next(bindings, &position, &key, &layer))
        bound = bind_one(state, *decoder, key, layer);
    Py_XDECREF(bindings);
    return bound;
}

/* A layer, and what was there or should have been. */
struct difference {
    int index; /* -1: there is none */
    enum protocol_id protocol;
};

/* The first difference to the packet when its bytes are decoded anew. */
static struct difference first_difference(const struct decoder *decoder, const struct packet *packet)
{
    struct packet_head again = {.packet = *packet};
    decode_packet(decoder, &again.packet, packet->bytes);
    const struct layer *layers = packet_layers(packet);
    int count = packet->layer_count, count_again = again.packet.layer_count, index = 0;
    while (index < count && index < count_again && layers[index].protocol == again.layers[index].protocol)
        index++;
    if (index < count || index < count_again)
        return (struct difference){index, index < count ? layers[index].protocol : PROTOCOL_payload};
    if (packet->stop_reason == again.packet.stop_reason &&
        packet->stop_protocol == again.packet.stop_protocol)
        return (struct difference){-1, PROTOCOL_payload};
    /* A layer that could not be taken: one of the two was not led to it. */
    if (count > 0 && layers[count - 1].protocol == PROTOCOL_payload)
        index--;
    return (struct difference){index, packet->stop_protocol};
}

/* Binds what a layer was chosen by: the second of two numbers where the first must lead to nothing. False
 * with an exception. */
static bool bind_layer(const struct module_state *state, PyObject *bindings, struct decoder *decoder,
                       const struct packet *packet, struct difference wanted)
{
    struct measurement chosen = decode_selection(packet, (unsigned)wanted.index, packet->bytes);
    const char *space = selector_name(chosen.selector);
    uint32_t value = chosen.next;
    PyObject *key = Py_BuildValue("(sI)", space, value);
    int has_had_its_turn = key == NULL ? -1 : PyDict_Contains(bindings, key);
    if (chosen.next_otherwise != 0 && decoder_bound(decoder, chosen.selector, value) == PROTOCOL_payload &&
        (wanted.protocol == PROTOCOL_payload || has_had_its_turn == 1)) {
        value = chosen.next_otherwise;
        Py_XSETREF(key, Py_BuildValue("(sI)", space, value));
    }
    PyObject *layer = wanted.protocol == PROTOCOL_payload ? Py_None : state->layer_names[wanted.protocol];
    bool bound = has_had_its_turn >= 0 && key != NULL && PyDict_SetItem(bindings, key, layer) == 0;
    Py_XDECREF(key);
    decoder_bind(decoder, chosen.selector, value, wanted.protocol);
    return bound;
}

PyObject *decode_as_of_packet(struct module_state *state, const struct packet *packet)
{
    enum { ROUNDS = 2 * MAX_LAYERS }; /* each layer was chosen by one of two numbers */
    struct difference wanted = first_difference(&state->decoder, packet);
    if (wanted.index < 0)
        return Py_NewRef(Py_None);
    struct decoder *decoder = copy_of_decoder(state);
    if (decoder == NULL)
        return NULL;
    PyObject *bindings = PyDict_New();
    for (int round = 0; bindings != NULL && wanted.index >= 0 && round < ROUNDS; round++) {
        if (!bind_layer(state, bindings, decoder, packet, wanted))
            Py_CLEAR(bindings);
        wanted = first_difference(decoder, packet);
    }
    PyMem_Free(decoder);
    return bindings;
}
