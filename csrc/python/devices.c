/* The devices, for umpa_sniffing.device_list: get_available_devices(), device_table(), link_types(). */
#include "devices.h"

#include "arguments.h"
#include "errors.h"

#include "../capture/devices.h"

/* None for NULL and "", as the capture layer says "none". */
static PyObject *text_or_none(const char *text)
{
    return text == NULL || text[0] == '\0' ? Py_NewRef(Py_None) : PyUnicode_DecodeFSDefault(text);
}

/* None for -1: not known. */
static PyObject *known_bool(int value)
{
    return value < 0 ? Py_NewRef(Py_None) : PyBool_FromLong(value);
}

static PyObject *mac_text(const uint8_t *mac)
{
    return mac == NULL ? Py_NewRef(Py_None)
                       : PyUnicode_FromFormat("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
                                              mac[4], mac[5]);
}

static PyObject *prefix_length_or_none(int length)
{
    return length < 0 ? Py_NewRef(Py_None) : PyLong_FromLong(length);
}

/* Appends `item`, which it takes over; false with an exception, also where `item` could not be made. */
static bool append(PyObject *list, PyObject *item)
{
    bool appended = item != NULL && PyList_Append(list, item) == 0;
    Py_XDECREF(item);
    return appended;
}

static PyObject *addresses_of(const struct device *device)
{
    const struct pcap_addr *rest = device->addresses;
    struct device_address address;
    PyObject *list = PyList_New(0);
    while (list != NULL && device_next_address(&rest, &address))
        if (!append(list,
                    Py_BuildValue("s{sNsNsNsN}", address.address, "netmask", text_or_none(address.netmask),
                                  "prefixlen", prefix_length_or_none(address.prefix_length), "broadcast",
                                  text_or_none(address.broadcast), "peer", text_or_none(address.peer))))
            Py_CLEAR(list);
    return list;
}

static PyObject *row_of(const struct device *device)
{
    return Py_BuildValue("NN{sNsNsNsNsNsNsN}", PyUnicode_DecodeFSDefault(device->name), addresses_of(device),
                         "description", text_or_none(device->description), "mac", mac_text(device->mac), "up",
                         known_bool(device->up), "running", known_bool(device->running), "loopback",
                         PyBool_FromLong(device->loopback), "wireless", PyBool_FromLong(device->wireless),
                         "connected", known_bool(device->connected));
}

static PyObject *name_of(const struct device *device)
{
    return PyUnicode_DecodeFSDefault(device->name);
}

static PyObject *list_devices(PyObject *module, PyObject *(*make)(const struct device *device))
{
    struct capture_error error = {0};
    struct pcap_if *list;
    struct device device;
    bool listed;
    Py_BEGIN_ALLOW_THREADS
    listed = devices_list(&list, &error);
    Py_END_ALLOW_THREADS
    if (!listed)
        return raise_capture_error(PyModule_GetState(module), &error, NULL);
    PyObject *result = PyList_New(0);
    for (const struct pcap_if *entry = list; entry != NULL && result != NULL;) {
        entry = device_read(entry, &device);
        if (!append(result, make(&device)))
            Py_CLEAR(result);
    }
    devices_free(list);
    return result;
}

const char get_available_devices_doc[] =
    "get_available_devices()\n--\n\n"
    "Names of the devices that libpcap can capture from, as a list of str; the first is what device=None "
    "takes.";

PyObject *get_available_devices(PyObject *module, PyObject *unused)
{
    (void)unused;
    return list_devices(module, name_of);
}

PyObject *device_table(PyObject *module, PyObject *unused)
{
    (void)unused;
    return list_devices(module, row_of);
}

static PyObject *link_type_text(int type)
{
    const char *name = link_type_name(type);
    return name == NULL ? PyUnicode_FromFormat("%d", type) : PyUnicode_FromString(name);
}

PyObject *link_types(PyObject *module, PyObject *device)
{
    struct capture_error error = {0};
    PyObject *encoded = NULL, *subject, *result;
    int *types, count;
    if (device == Py_None) {
        PyErr_SetString(PyExc_TypeError, "device must be a str, not NoneType");
        return NULL;
    }
    if (!argument_text(device, "device", &encoded)) {
        Py_XDECREF(encoded);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    count = device_link_types(PyBytes_AS_STRING(encoded), &types, &error);
    Py_END_ALLOW_THREADS
    Py_DECREF(encoded);
    if (count < 0) {
        subject = PyUnicode_FromObject(device); /* a Device's repr says more than its name */
        if (subject != NULL)
            raise_capture_error(PyModule_GetState(module), &error, subject);
        Py_XDECREF(subject);
        return NULL;
    }
    result = PyList_New(0);
    for (int i = 0; i < count && result != NULL; i++)
        if (!append(result, link_type_text(types[i])))
            Py_CLEAR(result);
    link_types_free(types);
    return result;
}
