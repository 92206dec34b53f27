/* Paths and Dump objects into options: see dump_argument.h. All checks are those of umpa_sniffing/dump.py. */
#include "dump_argument.h"

static bool take_values(PyObject *values, struct dump_argument *result)
{
    struct dump_options *options = &result->options;
    int format, compression, append, atomic;
    unsigned long long rotate_bytes, rotate_packets;
    long long rotate_ns;
    if (!PyArg_ParseTuple(values, "SSiippKKLI:Dump", &result->path, &result->application, &format,
                          &compression, &append, &atomic, &rotate_bytes, &rotate_packets, &rotate_ns,
                          &options->ring)) {
        result->path = result->application = NULL;
        return false;
    }
    Py_INCREF(result->path);
    Py_INCREF(result->application);
    options->path = PyBytes_AS_STRING(result->path);
    options->application = PyBytes_AS_STRING(result->application);
    options->format = (enum dump_format)format;
    options->compression = (enum dump_compression)compression;
    options->append = append;
    options->atomic = atomic;
    options->rotate_bytes = rotate_bytes;
    options->rotate_packets = rotate_packets;
    options->rotate_ns = rotate_ns;
    return true;
}

bool argument_dump(PyObject *value, const char *name, struct dump_argument *result)
{
    if (value == NULL || value == Py_None)
        return true;
    PyObject *module = PyImport_ImportModule("umpa_sniffing.dump");
    if (module == NULL)
        return false;
    PyObject *values = PyObject_CallMethod(module, "_values", "Os", value, name);
    Py_DECREF(module);
    bool taken = values != NULL && take_values(values, result);
    Py_XDECREF(values);
    return taken;
}

void dump_argument_clear(struct dump_argument *argument)
{
    Py_CLEAR(argument->path);
    Py_CLEAR(argument->application);
}
