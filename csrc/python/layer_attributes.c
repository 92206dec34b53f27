/* A layer's fields as attributes: their getters, and dir(layer). */
#include "layer_object.h"
#include "packet_memory.h"

#include "../decode/field.h"

PyObject *layer_get_field_attribute(PyObject *self, void *closure)
{
    const struct field *field = closure;
    const LayerObject *layer = (LayerObject *)self;
    const struct packet *packet = &layer->packet->head;
    if (field_runs_python(field))
        packet_keep(layer->packet);
    struct bytes_view view = field_view(field, packet_layers(packet) + layer->index, packet->bytes);
    if (field_is_present(field, view))
        return field_value(PyType_GetModuleState(Py_TYPE(layer->packet)), field, view, packet);
    PyObject *name = PyUnicode_FromString(field->name);
    if (name != NULL)
        layer_raise_no_field(layer, name);
    Py_XDECREF(name);
    return NULL;
}

PyObject *layer_get_plain_attribute(PyObject *self, void *closure)
{
    const struct field *field = closure;
    const LayerObject *layer = (LayerObject *)self;
    const struct packet *packet = &layer->packet->head;
    struct bytes_view header = layer_header(packet_layers(packet) + layer->index, packet->bytes);
    if (field->bits.offset + field->bits.width > header.length * 8)
        return layer_get_field_attribute(self, closure);
    return plain_field_value(field, header);
}

/* What all layers have, and the fields that this one has: for tab completion. */
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
