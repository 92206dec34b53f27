/* From a field's bytes to the Python object that stands for them. */
#include "packet_object.h"

#include "../decode/decode.h"
#include "../decode/item_list.h"
#include "../decode/text.h"

static PyObject *ascii(const char *text, size_t length)
{
    PyObject *string = PyUnicode_New((Py_ssize_t)length, 127);
    if (string != NULL)
        memcpy(PyUnicode_1BYTE_DATA(string), text, length);
    return string;
}

/* CPython makes an integer quickest from a long. */
static PyObject *integer(uint64_t value)
{
    return value <= LONG_MAX ? PyLong_FromLong((long)value) : PyLong_FromUnsignedLongLong(value);
}

bool field_is_plain(const struct field *field)
{
    switch (field->kind) {
    case FIELD_UINT:
    case FIELD_FLAGS:
    case FIELD_BOOL:
    case FIELD_MAC:
    case FIELD_IPV4:
    case FIELD_IPV6:
        return field->bits.width > 0 && field->present == NULL && field->locate == NULL &&
               field->read == NULL && !field->in_contents;
    default:
        return false;
    }
}

bool field_runs_python(const struct field *field)
{
    return field->kind == FIELD_LIST || field->kind == FIELD_ITEMS;
}

static PyObject *address(enum field_kind kind, const uint8_t *bytes)
{
    char text[TEXT_VALUE_MAX];
    size_t length = kind == FIELD_MAC    ? text_of_mac(bytes, text)
                    : kind == FIELD_IPV4 ? text_of_ipv4(bytes, text)
                                         : text_of_ipv6(bytes, text);
    return ascii(text, length);
}

PyObject *plain_field_value(const struct field *field, struct bytes_view header)
{
    switch (field->kind) {
    case FIELD_MAC:
    case FIELD_IPV4:
    case FIELD_IPV6:
        return address(field->kind, header.bytes + field->bits.offset / 8);
    case FIELD_BOOL:
        return PyBool_FromLong((long)view_bits(header, field->bits.offset, field->bits.width));
    default:
        return integer(view_bits(header, field->bits.offset, field->bits.width));
    }
}

PyObject *text_from_writer(text_writer writer, const void *subject)
{
    size_t length = writer(subject, NULL, 0);
    PyObject *string = PyUnicode_New((Py_ssize_t)length, 127);
    if (string != NULL)
        writer(subject, (char *)PyUnicode_1BYTE_DATA(string), length);
    return string;
}

static PyObject *bytes_from_view(struct bytes_view view)
{
    return PyBytes_FromStringAndSize((const char *)view.bytes, view.length);
}

static PyObject *big_uint(struct bytes_view view)
{
    PyObject *bytes = bytes_from_view(view);
    PyObject *value = NULL;
    if (bytes != NULL)
        value = PyObject_CallMethod((PyObject *)&PyLong_Type, "from_bytes", "Os", bytes, "big");
    Py_XDECREF(bytes);
    return value;
}

static PyObject *list_value(struct module_state *state, const struct field *list, struct bytes_view view)
{
    struct bit_range bits = field_bits(list, view);
    uint32_t count = bits.width / list->element_width;
    PyObject *values = PyList_New((Py_ssize_t)count);
    for (uint32_t i = 0; values != NULL && i < count; i++) {
        struct field element = field_of_element(list, bits, i);
        PyObject *value = field_value(state, &element, view, NULL);
        if (value == NULL)
            Py_CLEAR(values);
        else
            PyList_SET_ITEM(values, (Py_ssize_t)i, value);
    }
    return values;
}

static PyObject *value_name(const struct field *field, struct bytes_view view)
{
    const char *name = field_value_name(field, view);
    return name == NULL ? Py_NewRef(Py_None) : PyUnicode_FromString(name);
}

/* Takes over `key` and `value`, either of which may have failed. */
static bool add_value(PyObject *fields, PyObject *key, PyObject *value)
{
    bool added = key != NULL && value != NULL && PyDict_SetItem(fields, key, value) == 0;
    Py_XDECREF(key);
    Py_XDECREF(value);
    return added;
}

static bool add_fields(struct module_state *state, PyObject *fields, const struct field *rows, size_t count,
                       struct bytes_view item)
{
    for (const struct field *row = rows; row < rows + count; row++) {
        if (!field_is_present(row, item))
            continue;
        if (!add_value(fields, PyUnicode_FromString(row->name), field_value(state, row, item, NULL)))
            return false;
        if (row->names != NULL &&
            !add_value(fields, PyUnicode_FromFormat("%s_name", row->name), value_name(row, item)))
            return false;
    }
    return true;
}

static PyObject *item_object(struct module_state *state, const struct item_format *format,
                             const struct item *item)
{
    const struct item_type *type = item_type_of(format, item->kind);
    PyObject *fields = PyDict_New();
    if (fields == NULL || !add_fields(state, fields, format->fields, format->field_count, item->bytes) ||
        (type != NULL && !add_fields(state, fields, type->fields, type->field_count, item->bytes))) {
        Py_XDECREF(fields);
        return NULL;
    }
    return PyObject_CallFunction(state->item_type, "IzNN", item->kind, type == NULL ? NULL : type->name,
                                 bytes_from_view(item->value), fields);
}

static PyObject *item_objects(struct module_state *state, const struct item_format *format,
                              struct bytes_view list)
{
    uint32_t offset = 0;
    struct item item;
    PyObject *objects = PyList_New(0);
    while (objects != NULL && item_next(format, list, &offset, &item)) {
        PyObject *object = item_object(state, format, &item);
        if (object == NULL || PyList_Append(objects, object) < 0)
            Py_CLEAR(objects);
        Py_XDECREF(object);
    }
    return objects;
}

PyObject *field_value(struct module_state *state, const struct field *field, struct bytes_view view,
                      const struct packet *packet)
{
    switch (field->kind) {
    case FIELD_UINT:
    case FIELD_FLAGS:
    case FIELD_PADDING:
        return integer(field_uint(field, view));
    case FIELD_INT:
        return PyLong_FromLongLong(field_int(field, view));
    case FIELD_BOOL:
        return PyBool_FromLong((long)field_uint(field, view));
    case FIELD_NAME:
        return value_name(field, view);
    case FIELD_MAC:
    case FIELD_IPV4:
    case FIELD_IPV6:
        return address(field->kind, field_bytes(field, view).bytes);
    case FIELD_BYTES:
        return bytes_from_view(field_bytes(field, view));
    case FIELD_BIG_UINT:
        return big_uint(field_bytes(field, view));
    case FIELD_LIST:
        return list_value(state, field, view);
    case FIELD_ITEMS:
        return item_objects(state, field->items, field_bytes(field, view));
    case FIELD_PACKET:
        return packet_quoted(state, field_bytes(field, view), packet->timestamp_ns);
    }
    Py_UNREACHABLE();
}
