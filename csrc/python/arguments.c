/* Checks of arguments: see arguments.h. */
#include "arguments.h"

#include <math.h>

bool argument_integer(PyObject *value, const char *name, int64_t min, int64_t max, int64_t *result)
{
    int overflow;
    if (value == NULL)
        return true;
    if (!PyIndex_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%s must be an int, not %.100s", name, Py_TYPE(value)->tp_name);
        return false;
    }
    PyObject *number = PyNumber_Index(value);
    if (number == NULL)
        return false;
    *result = PyLong_AsLongLongAndOverflow(number, &overflow);
    Py_DECREF(number);
    if (overflow != 0)
        PyErr_Format(PyExc_ValueError, "%s must be %lld to %lld, and is far %s", name, (long long)min,
                     (long long)max, overflow < 0 ? "below" : "above");
    else if (*result < min || *result > max)
        PyErr_Format(PyExc_ValueError, "%s must be %lld to %lld, not %lld", name, (long long)min,
                     (long long)max, (long long)*result);
    return !PyErr_Occurred();
}

const char *name_text(PyObject *name)
{
    Py_ssize_t size;
    const char *text = PyUnicode_AsUTF8AndSize(name, &size);
    if (text != NULL && strlen(text) == (size_t)size)
        return text;
    PyErr_Clear();
    return NULL;
}

bool argument_milliseconds(PyObject *value, const char *name, int64_t *result_ns)
{
    const double longest_ms = 1e12; /* 31 years */
    if (value == NULL)
        return true;
    double ms = PyFloat_AsDouble(value);
    if (PyErr_Occurred()) {
        if (PyErr_ExceptionMatches(PyExc_TypeError))
            PyErr_Format(PyExc_TypeError, "%s must be a number of milliseconds, not %.100s", name,
                         Py_TYPE(value)->tp_name);
        if (!PyErr_ExceptionMatches(PyExc_OverflowError))
            return false;
        PyErr_Clear();
        ms = INFINITY;
    }
    if (!(ms >= 0 && ms <= longest_ms)) {
        PyObject *shown = PyFloat_FromDouble(ms);
        if (shown != NULL)
            PyErr_Format(PyExc_ValueError, "%s must be 0 to 1000000000000 milliseconds, not %R", name, shown);
        Py_XDECREF(shown);
        return false;
    }
    *result_ns = (int64_t)(ms * 1e6);
    if (*result_ns == 0 && ms > 0)
        *result_ns = 1;
    return true;
}

static bool has_no_nul(PyObject *encoded, const char *name)
{
    if (strlen(PyBytes_AS_STRING(encoded)) == (size_t)PyBytes_GET_SIZE(encoded))
        return true;
    PyErr_Format(PyExc_ValueError, "%s must not contain a NUL character", name);
    return false;
}

bool argument_choice(PyObject *value, const char *name, const char *const choices[], unsigned *index)
{
    if (value == NULL || value == Py_None)
        return true;
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%s must be a str, not %.100s", name, Py_TYPE(value)->tp_name);
        return false;
    }
    PyObject *known = PyUnicode_FromString("");
    for (unsigned i = 0; known != NULL && choices[i] != NULL; i++) {
        if (PyUnicode_CompareWithASCIIString(value, choices[i]) == 0) {
            *index = i;
            Py_DECREF(known);
            return true;
        }
        Py_SETREF(known, PyUnicode_FromFormat("%U%s'%s'", known, i == 0 ? "" : " or ", choices[i]));
    }
    if (known != NULL)
        PyErr_Format(PyExc_ValueError, "%s must be %U, not %R", name, known, value);
    Py_XDECREF(known);
    return false;
}

bool argument_text(PyObject *value, const char *name, PyObject **encoded)
{
    if (value == NULL || value == Py_None)
        return true;
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%s must be a str or None, not %.100s", name, Py_TYPE(value)->tp_name);
        return false;
    }
    *encoded = PyUnicode_EncodeFSDefault(value);
    return *encoded != NULL && has_no_nul(*encoded, name);
}

bool argument_is_path(PyObject *object)
{
    return PyUnicode_Check(object) || PyBytes_Check(object) ||
           PyObject_HasAttrString((PyObject *)Py_TYPE(object), "__fspath__");
}

bool argument_path(PyObject *value, const char *name, PyObject **encoded)
{
    if (value == NULL || value == Py_None)
        return true;
    if (!PyUnicode_Check(value) && !PyBytes_Check(value) &&
        !PyObject_HasAttrString((PyObject *)Py_TYPE(value), "__fspath__")) {
        PyErr_Format(PyExc_TypeError, "%s must be a path (str, bytes or os.PathLike), not %.100s", name,
                     Py_TYPE(value)->tp_name);
        return false;
    }
    PyObject *path = PyOS_FSPath(value);
    if (path == NULL)
        return false;
    *encoded = PyUnicode_Check(path) ? PyUnicode_EncodeFSDefault(path) : Py_NewRef(path);
    Py_DECREF(path);
    return *encoded != NULL && has_no_nul(*encoded, name);
}
