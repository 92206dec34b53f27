/* The protocols' tables as Python lists and dicts, for tools and tests. */
#include "layer_object.h"

#include "../decode/decode.h"
#include "../decode/item_list.h"

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
        "{sssssssssIsIsNsNsNsNsNsNs(II)sNsssI}", "name", field->name, "label", field->label, "doc",
        field->doc, "kind", kind_name(field->kind), "bit_offset", field->bits.offset, "bit_width",
        field->bits.width, "flags", list_of(flag_count, describe_flag, field->flag_names), "printed",
        PyBool_FromLong(!field->hidden), "conditional", PyBool_FromLong(field->present != NULL), "located",
        PyBool_FromLong(field->locate != NULL), "in_contents", PyBool_FromLong(field->in_contents), "values",
        list_of(field->names == NULL ? 0 : field->names->count, describe_value,
                field->names == NULL ? NULL : field->names->rows),
        "named_by", field->named_by.offset, field->named_by.width, "items", describe_items(field->items),
        "element", field->kind == FIELD_LIST ? kind_name(field->element) : "", "element_width",
        field->element_width);
}

static PyObject *describe_binding(const void *table, size_t index)
{
    const struct binding *binding = (const struct binding *)table + index;
    return Py_BuildValue("(sI)", selector_name(binding->selector), binding->value);
}

static PyObject *describe_protocol(const void *table, size_t index)
{
    const struct protocol *protocol = ((const struct protocol *const *)table)[index];
    return Py_BuildValue("{sssssBsHsOsNsN}", "name", protocol->name, "doc", protocol->doc, "layer",
                         protocol->osi_layer, "min_header", protocol->min_header, "checksum",
                         protocol->checksum == CHECKSUM_NONE ? Py_False : Py_True, "bindings",
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

int protocol_table_setup(PyObject *module)
{
    return PyModule_AddFunctions(module, table_functions);
}
