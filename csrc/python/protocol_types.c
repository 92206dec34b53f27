/* Makes a Python type of each protocol: its fields become attributes, with the table's docs.
 * An attribute is a field's name, that name without its leading underscore, or the name of a flag. */
#include "layer_object.h"

#include "../decode/field.h"

static size_t count_flags(const struct protocol *protocol)
{
    size_t count = 0;
    for (size_t i = 0; i < protocol->field_count; i++)
        if (protocol->fields[i].kind == FIELD_FLAGS)
            count += protocol->fields[i].bits.width;
    return count;
}

static void set_attribute(PyGetSetDef *attribute, const char *name, const struct field *field)
{
    *attribute = (PyGetSetDef){name, layer_get_attribute_field, NULL, field->doc, (void *)(uintptr_t)field};
}

/* TCP's `ack` is the flag, not _ack; IPv6's `payload` is the next layer, as everywhere. */
static bool alias_is_free(const struct module_state *state, const struct protocol *protocol,
                          const struct field *field)
{
    struct field found;
    const char *alias = field->name + 1;
    return field_find(protocol, alias, &found) && strcmp(found.name, field->name) == 0 &&
           !PyObject_HasAttrString((PyObject *)state->layer_type, alias);
}

static PyGetSetDef *make_getset(struct module_state *state, unsigned id)
{
    const struct protocol *protocol = protocols[id];
    size_t flag_count = count_flags(protocol);
    PyGetSetDef *getset = PyMem_Calloc(2 * protocol->field_count + flag_count + 1, sizeof(*getset));
    struct field *flags = PyMem_Calloc(flag_count + 1, sizeof(*flags));
    PyGetSetDef *next = getset;

    state->layer_getset[id] = getset;
    state->flag_fields[id] = flags;
    if (getset == NULL || flags == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (size_t i = 0; i < protocol->field_count; i++) {
        const struct field *field = &protocol->fields[i];
        set_attribute(next++, field->name, field);
        if (field->name[0] == '_' && alias_is_free(state, protocol, field))
            set_attribute(next++, field->name + 1, field);
        for (unsigned bit = 0; field->kind == FIELD_FLAGS && bit < field->bits.width; bit++) {
            *flags = field_of_flag(field, bit);
            set_attribute(next++, flags->name, flags);
            flags++;
        }
    }
    return getset;
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

static const char *kind_name(enum field_kind kind)
{
    static const char *const names[] = {
        [FIELD_UINT] = "uint",       [FIELD_BOOL] = "bool",         [FIELD_FLAGS] = "flags",
        [FIELD_MAC] = "mac",         [FIELD_IPV4] = "ipv4",         [FIELD_IPV6] = "ipv6",
        [FIELD_BYTES] = "bytes",     [FIELD_BIG_UINT] = "big_uint", [FIELD_PADDING] = "padding",
        [FIELD_OPTIONS] = "options",
    };
    return names[kind];
}

/* A list of `count` items that `make` makes, NULL with an exception when one could not be made. */
static PyObject *list_of(size_t count, PyObject *(*make)(const void *table, size_t index), const void *table)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t i = 0; list != NULL && i < count; i++) {
        PyObject *item = make(table, i);
        if (item == NULL)
            Py_CLEAR(list);
        else
            PyList_SET_ITEM(list, (Py_ssize_t)i, item);
    }
    return list;
}

static PyObject *describe_flag(const void *table, size_t index)
{
    return PyUnicode_FromString(((const char *const *)table)[index]);
}

static PyObject *describe_field(const void *table, size_t index)
{
    const struct field *field = (const struct field *)table + index;
    size_t flag_count = field->kind == FIELD_FLAGS ? field->bits.width : 0;
    return Py_BuildValue(
        "{sssssssssHsHsNsNsN}", "name", field->name, "label", field->label, "doc", field->doc, "kind",
        kind_name(field->kind), "bit_offset", field->bits.offset, "bit_width", field->bits.width, "flags",
        list_of(flag_count, describe_flag, field->flag_names), "printed", PyBool_FromLong(!field->hidden),
        "conditional", PyBool_FromLong(field->present != NULL));
}

static PyObject *describe_binding(const void *table, size_t index)
{
    static const char *const selectors[] = {
        [SELECT_LINK_TYPE] = "link type",
        [SELECT_ETHERTYPE] = "ethertype",
        [SELECT_IP_PROTOCOL] = "IP protocol",
        [SELECT_IP_VERSION] = "IP version",
    };
    const struct binding *binding = (const struct binding *)table + index;
    return Py_BuildValue("sI", selectors[binding->selector], binding->value);
}

static PyObject *describe_protocol(const void *table, size_t index)
{
    const struct protocol *protocol = ((const struct protocol *const *)table)[index];
    return Py_BuildValue("{sssssBsHsNsN}", "name", protocol->name, "doc", protocol->doc, "layer",
                         protocol->osi_layer, "min_header", protocol->min_header, "bindings",
                         list_of(protocol->binding_count, describe_binding, protocol->bindings), "fields",
                         list_of(protocol->field_count, describe_field, protocol->fields));
}

PyDoc_STRVAR(protocol_table_doc,
             "protocol_table()\n--\n\n"
             "The protocols' tables as lists and dicts, for tools that write stubs and docs.");

static PyObject *protocol_table(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return list_of(PROTOCOL_COUNT, describe_protocol, protocols);
}

static PyMethodDef table_functions[] = {
    {"protocol_table", protocol_table, METH_NOARGS, protocol_table_doc},
    {NULL, NULL, 0, NULL},
};

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
    return PyModule_AddFunctions(module, table_functions);
}
