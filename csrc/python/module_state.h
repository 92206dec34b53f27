/* What the module owns: its types, the Python objects that C needs, and the decoder. No object is static.
 * This folder is the only one that includes Python.h. */
#ifndef UMPA_PYTHON_MODULE_STATE_H
#define UMPA_PYTHON_MODULE_STATE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "../decode/decode.h"

struct module_state {
    PyTypeObject *packet_type;
    PyTypeObject *layer_type; /* the base of all layer types */
    PyTypeObject *layer_types[PROTOCOL_COUNT];
    PyTypeObject *capture_type;
    PyTypeObject *record_index_type;
    PyTypeObject *record_iterator_type;
    PyObject *item_type; /* the named tuples of umpa_sniffing.records */
    PyObject *stopped_type;
    PyObject *stats_type;
    PyObject *file_options; /* the modules of that name: what pcapng's options mean */
    PyObject *file_interfaces;
    PyObject *exceptions;                  /* umpa_sniffing.exceptions, which makes every exception of ours */
    PyObject *layer_names[PROTOCOL_COUNT]; /* lower case, interned */
    PyObject *absent_texts[PROTOCOL_COUNT]; /* why pkt.tcp raised, made beforehand */
    PyGetSetDef *packet_getset;
    PyGetSetDef *layer_getset[PROTOCOL_COUNT];
    char type_names[PROTOCOL_COUNT][64];
    char *attribute_docs[PROTOCOL_COUNT];
    struct derived_field *derived_fields[PROTOCOL_COUNT]; /* what layer_getset points to */
    struct decoder decoder;
};

/* m_traverse, m_clear and m_free of the module. */
int module_traverse(PyObject *module, visitproc visit, void *arg);
int module_clear(PyObject *module);
void module_free(void *module);

/* A new reference to a type that the module has as well; NULL with an exception. */
PyTypeObject *module_add_type(PyObject *module, PyType_Spec *spec, PyTypeObject *base);

#endif
