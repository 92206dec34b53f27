/* umpa_sniffing.Layer: what all layer types share. protocol_types.c makes the types themselves. */
#ifndef UMPA_PYTHON_LAYER_OBJECT_H
#define UMPA_PYTHON_LAYER_OBJECT_H

#include "packet_object.h"

typedef struct {
    PyObject_HEAD
    PacketObject *packet;
    unsigned index;
} LayerObject;

extern PyType_Spec layer_spec;

/* protocol_types.c: adds Layer and a type of each protocol to the module; -1 with an exception. */
int layer_setup(PyObject *module, struct module_state *state);

/* protocol_table.c: adds protocol_table() and selectors() to the module; -1 with an exception. */
int protocol_table_setup(PyObject *module);

/* The destructor of all layer types. */
void layer_dealloc(PyObject *self);

PyObject *layer_raise_no_field(const LayerObject *self, PyObject *name);

/* layer_attributes.c */
PyObject *layer_dir(PyObject *self, PyObject *unused);

/* The getters of a field's attribute, the second of a plain one's; `closure` is the field. */
PyObject *layer_get_field_attribute(PyObject *self, void *closure);
PyObject *layer_get_plain_attribute(PyObject *self, void *closure);

#endif
