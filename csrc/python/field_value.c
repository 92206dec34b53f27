/* From a field's bytes to the Python object that stands for them. */
#include "packet_object.h"

#include "../decode/field.h"
#include "../decode/option_list.h"
#include "../decode/text.h"

static PyObject *ascii(const char *text, size_t length)
{
    PyObject *string = PyUnicode_New((Py_ssize_t)length, 127);
    if (string != NULL)
        memcpy(PyUnicode_1BYTE_DATA(string), text, length);
    return string;
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

static PyObject *option_object(PyObject *type, const struct option_format *format,
                               const struct option *option)
{
    return PyObject_CallFunction(type, "izN", option->kind, option_name(format, option->kind),
                                 bytes_from_view(option->value));
}

static PyObject *option_objects(PyObject *type, const struct option_format *format, struct bytes_view rest)
{
    struct option option;
    PyObject *list = PyList_New(0);
    while (list != NULL && option_next(format, &rest, &option)) {
        PyObject *object = option_object(type, format, &option);
        if (object == NULL || PyList_Append(list, object) < 0)
            Py_CLEAR(list);
        Py_XDECREF(object);
    }
    return list;
}

PyObject *field_value(struct module_state *state, const struct field *field, struct bytes_view header)
{
    char text[TEXT_VALUE_MAX];
    switch (field->kind) {
    case FIELD_UINT:
    case FIELD_FLAGS:
    case FIELD_PADDING:
        return PyLong_FromUnsignedLongLong(field_uint(field, header));
    case FIELD_BOOL:
        return PyBool_FromLong((long)field_uint(field, header));
    case FIELD_MAC:
        return ascii(text, text_of_mac(field_bytes(field, header).bytes, text));
    case FIELD_IPV4:
        return ascii(text, text_of_ipv4(field_bytes(field, header).bytes, text));
    case FIELD_IPV6:
        return ascii(text, text_of_ipv6(field_bytes(field, header).bytes, text));
    case FIELD_BYTES:
        return bytes_from_view(field_bytes(field, header));
    case FIELD_BIG_UINT:
        return big_uint(field_bytes(field, header));
    case FIELD_OPTIONS:
        return option_objects(state->option_type, field->options, field_bytes(field, header));
    }
    Py_UNREACHABLE();
}
