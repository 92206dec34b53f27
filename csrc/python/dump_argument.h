/* What a caller wants written where: a path or an umpa_sniffing.Dump, into what csrc/files takes. */
#ifndef UMPA_PYTHON_DUMP_ARGUMENT_H
#define UMPA_PYTHON_DUMP_ARGUMENT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "../files/dump_options.h"

struct dump_argument {
    PyObject *path;        /* bytes; NULL: nothing is to be written */
    PyObject *application; /* bytes */
    struct dump_options options;
};

/* False with an exception that names the argument. NULL and None leave the result as it is. */
bool argument_dump(PyObject *value, const char *name, struct dump_argument *result);

void dump_argument_clear(struct dump_argument *argument);

#endif
