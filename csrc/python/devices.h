/* Functions of the module about devices; umpa_sniffing.device_list makes objects of what they return. */
#ifndef UMPA_PYTHON_DEVICES_H
#define UMPA_PYTHON_DEVICES_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern const char get_available_devices_doc[];
PyObject *get_available_devices(PyObject *module, PyObject *unused);

/* A list of (name, addresses, facts), a device each, with (address, facts) as addresses: see Device and
 * Address for the facts. */
PyObject *device_table(PyObject *module, PyObject *unused);

/* The names of the link types that a device offers, a list of str; opens it for a moment. */
PyObject *link_types(PyObject *module, PyObject *device);

#endif
