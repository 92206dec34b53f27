/* umpa_sniffing._core: the module itself (PEP 489), its state, and errors on their way to Python. */
#include "module.h"

#include "../capture/devices.h"
#include "../capture/source.h"

PyTypeObject *module_add_type(PyObject *module, PyType_Spec *spec, PyTypeObject *base)
{
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, (PyObject *)base);
    if (type != NULL && PyModule_AddType(module, type) < 0)
        Py_CLEAR(type);
    return type;
}

PyObject *raise_named(struct module_state *state, const char *class_name, PyObject *text)
{
    if (state->exceptions == NULL) { /* the interpreter is shutting down */
        PyErr_SetObject(PyExc_RuntimeError, text);
        return NULL;
    }
    PyObject *class = PyObject_GetAttrString(state->exceptions, class_name);
    if (class != NULL) {
        PyErr_SetObject(class, text);
        Py_DECREF(class);
    }
    return NULL;
}

PyObject *raise_capture_error(struct module_state *state, const struct capture_error *error,
                              PyObject *subject)
{
    static const char *const makers[] = {
        [ERROR_SYSTEM] = "_system",           [ERROR_NOT_PERMITTED] = "_not_permitted",
        [ERROR_DEVICE] = "_device",           [ERROR_FILTER] = "_filter",
        [ERROR_FILE_FORMAT] = "_file_format", [ERROR_LIBPCAP] = "_libpcap",
        [ERROR_INTERRUPTED] = "_libpcap",
    };
    if (error->kind == ERROR_NO_MEMORY)
        return PyErr_NoMemory();
    PyObject *text = PyUnicode_DecodeFSDefault(error->text);
    if (text == NULL)
        return NULL;
    if (state->exceptions == NULL) {
        PyErr_SetObject(PyExc_RuntimeError, text);
        Py_DECREF(text);
        return NULL;
    }
    PyObject *exception = PyObject_CallMethod(state->exceptions, makers[error->kind], "iOO",
                                              error->errno_value, text, subject == NULL ? Py_None : subject);
    if (exception != NULL)
        PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_XDECREF(exception);
    Py_DECREF(text);
    return NULL;
}

static bool append_name(void *list, const char *name)
{
    PyObject *item = PyUnicode_DecodeFSDefault(name);
    bool appended = item != NULL && PyList_Append(list, item) == 0;
    Py_XDECREF(item);
    return appended;
}

PyDoc_STRVAR(get_available_devices_doc,
             "get_available_devices()\n--\n\n"
             "Names of the devices that libpcap can capture from, as a list of str; the "
             "first is what device=None takes.");

static PyObject *get_available_devices(PyObject *module, PyObject *unused)
{
    struct capture_error error = {0};
    PyObject *names = PyList_New(0);
    (void)unused;
    if (names == NULL)
        return NULL;
    if (!devices_each(append_name, names, &error))
        raise_capture_error(PyModule_GetState(module), &error, NULL);
    if (PyErr_Occurred())
        Py_CLEAR(names);
    return names;
}

static PyMethodDef module_methods[] = {
    {"get_available_devices", get_available_devices, METH_NOARGS, get_available_devices_doc},
    {NULL, NULL, 0, NULL},
};

static bool import_records(struct module_state *state)
{
    PyObject *records = PyImport_ImportModule("umpa_sniffing.records");
    if (records == NULL)
        return false;
    state->option_type = PyObject_GetAttrString(records, "Option");
    state->stopped_type = PyObject_GetAttrString(records, "Stopped");
    state->stats_type = PyObject_GetAttrString(records, "CaptureStats");
    Py_DECREF(records);
    return state->option_type != NULL && state->stopped_type != NULL && state->stats_type != NULL;
}

static int module_exec(PyObject *module)
{
    struct module_state *state = PyModule_GetState(module);
    decoder_init(&state->decoder);
    state->exceptions = PyImport_ImportModule("umpa_sniffing.exceptions");
    if (state->exceptions == NULL || !import_records(state))
        return -1;
    if (layer_setup(module, state) < 0 || packet_setup(module, state) < 0 || capture_setup(module, state) < 0)
        return -1;
    return PyModule_AddIntConstant(module, "SNAPLEN_MAX", SNAPLEN_MAX);
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
        &state->option_type,
        &state->stopped_type,
        &state->stats_type,
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

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    return each_reference(PyModule_GetState(module), visit_reference, visit, arg);
}

static int module_clear(PyObject *module)
{
    return each_reference(PyModule_GetState(module), clear_reference, NULL, NULL);
}

static void module_free(void *module)
{
    struct module_state *state = PyModule_GetState(module);
    module_clear(module);
    PyMem_Free(state->packet_getset);
    for (size_t i = 0; i < PROTOCOL_COUNT; i++) {
        PyMem_Free(state->layer_getset[i]);
        PyMem_Free(state->flag_fields[i]);
    }
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "umpa_sniffing._core",
    .m_doc = "Capture and decoding in C, on libpcap. Use it through umpa_sniffing.",
    .m_size = sizeof(struct module_state),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&module_definition);
}
