/* Makes a Python type of each protocol: its fields become attributes, with the table's docs.
 * An attribute is a field's name, that name without its leading underscore, the name of a flag, or a field's
 * name and _name, for what its value is called. */
#include "layer_object.h"

#include "../decode/decode.h"
#include "../decode/item_list.h"

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
        const char *alias = field->name[0] == '_' ? field->name + 1 : field->name;
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
        [FIELD_UINT] = "uint",       [FIELD_INT] = "int",     [FIELD_BOOL] = "bool",
        [FIELD_FLAGS] = "flags",     [FIELD_MAC] = "mac",     [FIELD_IPV4] = "ipv4",
        [FIELD_IPV6] = "ipv6",       [FIELD_BYTES] = "bytes", [FIELD_BIG_UINT] = "big_uint",
        [FIELD_PADDING] = "padding", [FIELD_LIST] = "list",   [FIELD_ITEMS] = "items",
        [FIELD_PACKET] = "packet",
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

static PyObject *describe_value(const void *table, size_t index)
{
    const struct value_name *row = (const struct value_name *)table + index;
    return Py_BuildValue("(Is)", row->value, row->name);
}

static PyObject *describe_field(const void *table, size_t index);

static PyObject *describe_item_type(const void *table, size_t index)
{
    const struct item_type *type = (const struct item_type *)table + index;
    return Py_BuildValue("{sIsssN}", "kind", type->kind, "name", type->name, "fields",
                         list_of(type->field_count, describe_field, type->fields));
}

/* What the items of a list have: all of them, and those of each kind. None for a field that is no such list.
 */
static PyObject *describe_items(const struct item_format *format)
{
    if (format == NULL)
        return Py_NewRef(Py_None);
    return Py_BuildValue("{sNsN}", "fields", list_of(format->field_count, describe_field, format->fields),
                         "types", list_of(format->type_count, describe_item_type, format->types));
}

static PyObject *describe_field(const void *table, size_t index)
{
    const struct field *field = (const struct field *)table + index;
    size_t flag_count = field->kind == FIELD_FLAGS ? field->bits.width : 0;
    return Py_BuildValue(
        "{sssssssssIsIsNsNsNsNsNsNsNsssI}", "name", field->name, "label", field->label, "doc", field->doc,
        "kind", kind_name(field->kind), "bit_offset", field->bits.offset, "bit_width", field->bits.width,
        "flags", list_of(flag_count, describe_flag, field->flag_names), "printed",
        PyBool_FromLong(!field->hidden), "conditional", PyBool_FromLong(field->present != NULL), "located",
        PyBool_FromLong(field->locate != NULL), "in_contents", PyBool_FromLong(field->in_contents), "values",
        list_of(field->names == NULL ? 0 : field->names->count, describe_value,
                field->names == NULL ? NULL : field->names->rows),
        "items", describe_items(field->items), "element",
        field->kind == FIELD_LIST ? kind_name(field->element) : "", "element_width", field->element_width);
}

static PyObject *describe_binding(const void *table, size_t index)
{
    const struct binding *binding = (const struct binding *)table + index;
    return Py_BuildValue("(sI)", selector_name(binding->selector), binding->value);
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

static PyObject *describe_selector(const void *unused, size_t index)
{
    enum selector selector = (enum selector)(index + 1); /* behind SELECT_NOTHING */
    (void)unused;
    return Py_BuildValue("(sI)", selector_name(selector), selector_value_count(selector));
}

PyDoc_STRVAR(selectors_doc,
             "selectors()\n--\n\nThe number spaces that decode_as takes, and how many values each has.");

static PyObject *selectors(PyObject *module, PyObject *unused)
{
    (void)module;
    (void)unused;
    return list_of(SELECTOR_COUNT - 1, describe_selector, NULL);
}

static PyMethodDef table_functions[] = {
    {"selectors", selectors, METH_NOARGS, selectors_doc},
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
