/* The module's state, and what each file of this folder sets up in it. The only folder that includes
 * Python.h. */
#ifndef UMPA_PYTHON_MODULE_H
#define UMPA_PYTHON_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "../capture/capture_error.h"
#include "../decode/decode.h"

struct module_state {
    PyTypeObject *packet_type;
    PyTypeObject *layer_type; /* the base of all layer types */
    PyTypeObject *layer_types[PROTOCOL_COUNT];
    PyTypeObject *capture_type;
    PyObject *option_type; /* the named tuples of umpa_sniffing.records */
    PyObject *stopped_type;
    PyObject *stats_type;
    PyObject *exceptions;                  /* umpa_sniffing.exceptions, which makes every exception of ours */
    PyObject *layer_names[PROTOCOL_COUNT]; /* lower case, interned */
    PyObject *absent_texts[PROTOCOL_COUNT]; /* why pkt.tcp raised, made beforehand */
    PyGetSetDef *packet_getset;
    PyGetSetDef *layer_getset[PROTOCOL_COUNT];
    char type_names[PROTOCOL_COUNT][64];
    struct field *flag_fields[PROTOCOL_COUNT]; /* what layer_getset's flags point to */
    struct decoder decoder;
};

/* Each adds its type or functions to the module; -1 with an exception set. */
int layer_setup(PyObject *module, struct module_state *state);
int packet_setup(PyObject *module, struct module_state *state);
int capture_setup(PyObject *module, struct module_state *state);

PyTypeObject *module_add_type(PyObject *module, PyType_Spec *spec, PyTypeObject *base);

/* Sets the exception for an error of the capture layer. `subject` is the filter, path or device that it is
 * about, or NULL. Returns NULL. */
PyObject *raise_capture_error(struct module_state *state, const struct capture_error *error,
                              PyObject *subject);

/* Sets umpa_sniffing.exceptions.<class_name>(text). Returns NULL. */
PyObject *raise_named(struct module_state *state, const char *class_name, PyObject *text);

#endif
