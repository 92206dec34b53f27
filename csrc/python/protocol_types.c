/* Makes a Python type of each protocol: its fields become attributes, with the table's docs.
 * An attribute is a field's name, that name without its leading underscore, the name of a flag, or a field's
 * name and _name, for what its value is called. */
#include "layer_object.h"

#include "../decode/protocol.h"
#include "../decode/text.h"

/* A field that no table has, but that a row of it means: one flag, or the name of a value. */
struct derived_field {
    struct field field;
    char name[40];
};

static size_t count_derived(const struct protocol *protocol)
{
    size_t count = 0;
    for (size_t i = 0; i < protocol->field_count; i++) {
        const struct field *field = &protocol->fields[i];
        count += field->kind == FIELD_FLAGS ? field->bits.width : 0;
        count += field->names != NULL;
    }
    return count;
}

static void set_attribute(PyGetSetDef *attribute, const char *name, const struct field *field)
{
    getter get = field_is_plain(field) ? layer_get_plain_attribute : layer_get_field_attribute;
    *attribute = (PyGetSetDef){name, get, NULL, NULL, (void *)(uintptr_t)field};
}

/* , bits 0 to 15 of the header */
static void put_place(struct text_sink *sink, const struct field *field)
{
    if (field->in_contents) {
        text_put_string(sink, ", behind the header");
    } else if (field->locate == NULL && field->kind != FIELD_PADDING) {
        text_put_string(sink, field->bits.width == 1 ? ", bit " : ", bits ");
        text_put_uint(sink, field->bits.offset);
        if (field->bits.width > 1) {
            text_put_string(sink, " to ");
            text_put_uint(sink, field->bits.offset + field->bits.width - 1);
        } else if (field->bits.width == 0) {
            text_put_string(sink, " on");
        }
    }
}

/* Source Port: int, bits 0 to 15. Port of the sender (RFC 9293 3.1). */
static void put_doc(struct text_sink *sink, const struct field *field)
{
    static const char *const types[] = {
        [FIELD_UINT] = "int",      [FIELD_INT] = "int",
        [FIELD_BOOL] = "bool",     [FIELD_FLAGS] = "int",
        [FIELD_NAME] = "str",      [FIELD_MAC] = "str",
        [FIELD_IPV4] = "str",      [FIELD_IPV6] = "str",
        [FIELD_BYTES] = "bytes",   [FIELD_BIG_UINT] = "int",
        [FIELD_PADDING] = "int",   [FIELD_LIST] = "list",
        [FIELD_PACKET] = "Packet", [FIELD_ITEMS] = "list of Option",
    };
    text_put_string(sink, field->label);
    text_put_string(sink, field->kind == FIELD_NAME ? ", its value's name: " : ": ");
    text_put_string(sink, types[field->kind]);
    text_put_string(sink, field->kind == FIELD_NAME ? " or None" : "");
    put_place(sink, field);
    text_put_string(sink, ". ");
    text_put_string(sink, field->doc);
    text_put(sink, ".", sizeof("."));
}

/* The docs of all attributes, one behind the other, each with its NUL; NULL with an exception. */
static char *make_docs(PyGetSetDef *getset)
{
    struct text_sink sink = {0};
    for (PyGetSetDef *attribute = getset; attribute->name != NULL; attribute++)
        put_doc(&sink, attribute->closure);
    sink = (struct text_sink){PyMem_Malloc(sink.length), sink.length, 0};
    if (sink.buffer == NULL)
        return (char *)PyErr_NoMemory();
    for (PyGetSetDef *attribute = getset; attribute->name != NULL; attribute++) {
        attribute->doc = sink.buffer + sink.length;
        put_doc(&sink, attribute->closure);
    }
    return sink.buffer;
}

/* TCP's `ack` is the flag, not _ack; IPv6's `payload` is the next layer, as everywhere. */
static bool alias_is_free(const struct module_state *state, const struct protocol *protocol,
                          const struct field *field)
{
    struct field found;
    const char *alias = field_alias(field);
    return field_find(protocol, alias, &found) && strcmp(found.name, field->name) == 0 &&
           !PyObject_HasAttrString((PyObject *)state->layer_type, alias);
}

static PyGetSetDef *make_getset(struct module_state *state, unsigned id)
{
    const struct protocol *protocol = protocols[id];
    size_t derived_count = count_derived(protocol);
    PyGetSetDef *getset = PyMem_Calloc(2 * protocol->field_count + derived_count + 1, sizeof(*getset));
    struct derived_field *derived = PyMem_Calloc(derived_count + 1, sizeof(*derived));
    PyGetSetDef *next = getset;

    state->layer_getset[id] = getset;
    state->derived_fields[id] = derived;
    if (getset == NULL || derived == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (size_t i = 0; i < protocol->field_count; i++) {
        const struct field *field = &protocol->fields[i];
        const char *alias = field_alias(field);
        set_attribute(next++, field->name, field);
        if (alias != field->name && alias_is_free(state, protocol, field))
            set_attribute(next++, alias, field);
        for (unsigned bit = 0; field->kind == FIELD_FLAGS && bit < field->bits.width; bit++, derived++) {
            derived->field = field_of_flag(field, bit);
            set_attribute(next++, derived->field.name, &derived->field);
        }
        if (field->names != NULL) {
            derived->field = field_of_name(field);
            PyOS_snprintf(derived->name, sizeof(derived->name), "%s_name", alias);
            set_attribute(next++, derived->name, &derived->field);
            derived++;
        }
    }
    state->attribute_docs[id] = make_docs(getset);
    return state->attribute_docs[id] == NULL ? NULL : getset;
}

static PyTypeObject *make_type(PyObject *module, struct module_state *state, unsigned id)
{
    const struct protocol *protocol = protocols[id];
    PyGetSetDef *getset = make_getset(state, id);
    if (getset == NULL)
        return NULL;
    PyOS_snprintf(state->type_names[id], sizeof(state->type_names[id]), "umpa_sniffing.protocols.%s",
                  protocol->name);
    PyType_Slot slots[] = {
        {Py_tp_doc, (void *)(uintptr_t)protocol->doc},
        {Py_tp_dealloc, layer_dealloc}, /* else each gets one that calls this */
        {Py_tp_getset, getset},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = state->type_names[id],
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
        .slots = slots,
    };
    return module_add_type(module, &spec, state->layer_type);
}

static PyObject *lower_case_name(const char *name)
{
    char lower[32];
    size_t length = 0;
    for (; name[length] != '\0' && length < sizeof(lower) - 1; length++)
        lower[length] = (char)Py_TOLOWER(name[length]);
    lower[length] = '\0';
    return PyUnicode_InternFromString(lower);
}

int layer_setup(PyObject *module, struct module_state *state)
{
    state->layer_type = module_add_type(module, &layer_spec, NULL);
    if (state->layer_type == NULL)
        return -1;
    for (unsigned id = 0; id < PROTOCOL_COUNT; id++) {
        state->layer_types[id] = make_type(module, state, id);
        state->layer_names[id] = lower_case_name(protocols[id]->name);
        state->absent_texts[id] = PyUnicode_FromFormat("this packet has no %s layer", protocols[id]->name);
        if (state->layer_types[id] == NULL || state->layer_names[id] == NULL ||
            state->absent_texts[id] == NULL)
            return -1;
    }
    return 0;
}
