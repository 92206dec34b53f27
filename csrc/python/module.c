/* umpa_sniffing._core, the module (PEP 489): sets up its types and functions. */
#include "capture_object.h"
#include "devices.h"
#include "errors.h"
#include "layer_object.h"
#include "packet_index.h"
#include "packet_writer.h"

#include "../capture/source.h"

static PyMethodDef module_methods[] = {
    {"get_available_devices", get_available_devices, METH_NOARGS, get_available_devices_doc},
    {"device_table", device_table, METH_NOARGS, NULL},
    {"link_types", link_types, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static bool import_records(struct module_state *state)
{
    PyObject *records = PyImport_ImportModule("umpa_sniffing.records");
    if (records == NULL)
        return false;
    state->item_type = PyObject_GetAttrString(records, "Option");
    state->stopped_type = PyObject_GetAttrString(records, "Stopped");
    state->stats_type = PyObject_GetAttrString(records, "CaptureStats");
    Py_DECREF(records);
    return state->item_type != NULL && state->stopped_type != NULL && state->stats_type != NULL;
}

static int module_exec(PyObject *module)
{
    struct module_state *state = PyModule_GetState(module);
    decoder_init(&state->decoder);
    state->exceptions = PyImport_ImportModule("umpa_sniffing.exceptions");
    if (state->exceptions == NULL || !import_records(state) ||
        (state->file_options = PyImport_ImportModule("umpa_sniffing.file_options")) == NULL ||
        (state->file_interfaces = PyImport_ImportModule("umpa_sniffing.file_interfaces")) == NULL)
        return -1;
    if (protocol_table_setup(module) < 0 || layer_setup(module, state) < 0 ||
        packet_setup(module, state) < 0 || capture_setup(module, state) < 0 ||
        packet_writer_setup(module) < 0 || packet_index_setup(module, state) < 0)
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
