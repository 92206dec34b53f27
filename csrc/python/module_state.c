/* The module's state through its life: see module_state.h. */
#include "module_state.h"

PyTypeObject *module_add_type(PyObject *module, PyType_Spec *spec, PyTypeObject *base)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, (PyObject *)base);
    if (type != NULL && PyModule_AddType(module, type) < 0)
        Py_CLEAR(type);
    return type;
}

/* Every owned reference of the state, for traverse and clear alike. */
static int each_reference(struct module_state *state,
                          int (*visit)(PyObject **reference, visitproc visit, void *arg), visitproc visitor,
                          void *arg)
{
    PyObject **singles[] = {
        (PyObject **)&state->packet_type,
        (PyObject **)&state->layer_type,
        (PyObject **)&state->capture_type,
        (PyObject **)&state->record_index_type,
        (PyObject **)&state->record_iterator_type,
        &state->item_type,
        &state->stopped_type,
        &state->stats_type,
        &state->file_options,
        &state->file_interfaces,
        &state->exceptions,
    };
    int result = 0;
    for (size_t i = 0; i < Py_ARRAY_LENGTH(singles) && result == 0; i++)
        result = visit(singles[i], visitor, arg);
    for (size_t i = 0; i < PROTOCOL_COUNT && result == 0; i++) {
        result = visit((PyObject **)&state->layer_types[i], visitor, arg);
        if (result == 0)
            result = visit(&state->layer_names[i], visitor, arg);
        if (result == 0)
            result = visit(&state->absent_texts[i], visitor, arg);
    }
    return result;
}

static int visit_reference(PyObject **reference, visitproc visit, void *arg)
{
    Py_VISIT(*reference);
    return 0;
}

static int clear_reference(PyObject **reference, visitproc visit, void *arg)
{
    (void)visit;
    (void)arg;
    Py_CLEAR(*reference);
    return 0;
}

int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    return each_reference(PyModule_GetState(module), visit_reference, visit, arg);
}

int module_clear(PyObject *module)
{
    return each_reference(PyModule_GetState(module), clear_reference, NULL, NULL);
}

void module_free(void *module)
{
    struct module_state *state = PyModule_GetState(module);
    module_clear(module);
    PyMem_Free(state->packet_getset);
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        PyMem_Free(state->layer_getset[i]);
        PyMem_Free(state->derived_fields[i]);
        PyMem_Free(state->attribute_docs[i]);
    }
}
