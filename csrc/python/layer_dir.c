/* dir(layer): what all layers have, and the fields that this one has. For tab completion. */
#include "layer_object.h"

#include "../decode/field.h"

PyObject *layer_dir(PyObject *self, PyObject *unused)
{
    const LayerObject *layer = (LayerObject *)self;
    const struct packet *packet = &layer->packet->head;
    const struct layer *span = packet_layers(packet) + layer->index;
    const struct module_state *state = PyType_GetModuleState(Py_TYPE(layer->packet));
    const PyGetSetDef *attribute = state->layer_getset[span->protocol];
    PyObject *names = PyObject_CallMethod((PyObject *)&PyBaseObject_Type, "__dir__", "O", self);
    (void)unused;
    for (; names != NULL && attribute->name != NULL; attribute++) {
        const struct field *field = attribute->closure;
        if (field_is_present(field, field_view(field, span, packet->bytes)))
            continue;
        PyObject *removed = PyObject_CallMethod(names, "remove", "s", attribute->name);
        if (removed == NULL)
            Py_CLEAR(names);
        Py_XDECREF(removed);
    }
    return names;
}
