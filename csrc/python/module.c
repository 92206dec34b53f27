/* umpa_sniffing._core, the module (PEP 489): sets up its types and functions. */
#include "capture_object.h"
#include "errors.h"
#include "layer_object.h"

#include "../capture/devices.h"
#include "../capture/source.h"

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
