/* What is known of a packet beside its bytes: see packet_origin.h. Options are raw here;
 * umpa_sniffing.file_options and umpa_sniffing.file_interfaces know what they mean. */
#include "packet_origin.h"
#include "arguments.h"
#include "packet_memory.h"

static struct module_state *state_of(PyObject *self)
{
    return PyType_GetModuleState(Py_TYPE(self));
}

PyObject *packet_get_interface(PyObject *self, void *closure)
{
    const struct interface *interface = packet_interface((PacketObject *)self);
    (void)closure;
    if (interface == NULL)
        Py_RETURN_NONE;
    return PyObject_CallMethod(state_of(self)->file_interfaces, "interface", "IIKLOy#", interface->link_type,
                               interface->snaplen, (unsigned long long)interface->units_per_second,
                               (long long)interface->offset_seconds,
                               interface->is_swapped ? Py_True : Py_False, (const char *)interface->options,
                               (Py_ssize_t)interface->options_length);
}

PyObject *packet_get_source(PyObject *self, void *closure)
{
    const struct interface *interface = packet_interface((PacketObject *)self);
    (void)closure;
    if (interface == NULL || interface->source == NULL)
        Py_RETURN_NONE;
    return PyUnicode_DecodeFSDefault(interface->source);
}

PyObject *packet_get_options(PyObject *self, void *closure)
{
    const struct packet *packet = &((PacketObject *)self)->head;
    packet_keep((PacketObject *)self);
    struct raw_options options = packet_options(packet);
    uint16_t drops = packet_header_drops(packet);
    (void)closure;
    if (!(packet->flags & PACKET_HAS_OPTIONS))
        return PyTuple_New(0);
    PyObject *told = drops == PACKET_DROPS_UNKNOWN ? Py_NewRef(Py_None) : PyLong_FromLong(drops);
    if (told == NULL)
        return NULL;
    return PyObject_CallMethod(state_of(self)->file_options, "packet_options", "y#ON",
                               (const char *)options.bytes, (Py_ssize_t)options.length,
                               options.is_swapped ? Py_True : Py_False, told);
}

static PyObject *ask_options(PyObject *self, const char *function)
{
    PyObject *options = packet_get_options(self, NULL);
    if (options == NULL)
        return NULL;
    return PyObject_CallMethod(state_of(self)->file_options, function, "(N)", options);
}

static bool has_options(PyObject *self)
{
    return (((PacketObject *)self)->head.flags & PACKET_HAS_OPTIONS) != 0;
}

PyObject *packet_get_from_options(PyObject *self, void *closure)
{
    return has_options(self) ? ask_options(self, closure) : Py_NewRef(Py_None);
}

PyObject *packet_get_all_from_options(PyObject *self, void *closure)
{
    return has_options(self) ? ask_options(self, closure) : PyTuple_New(0);
}

static bool is_given(PyObject *argument)
{
    return argument != NULL && argument != Py_None;
}

/* What is known where only a source is: the times that a packet made here has. */
static bool describe_interface(struct module_state *state, PyObject *given, struct interface *head,
                               const char **options, Py_ssize_t *length, PyObject **keeper)
{
    unsigned long long units;
    long long offset;
    *head = (struct interface){.link_type = 1, .units_per_second = 1000000000};
    if (!is_given(given))
        return true;
    *keeper = PyObject_CallMethod(state->file_interfaces, "interface_raw", "(O)", given);
    if (*keeper == NULL || !PyArg_ParseTuple(*keeper, "IIKLy#", &head->link_type, &head->snaplen, &units,
                                             &offset, options, length))
        return false;
    head->units_per_second = units;
    head->offset_seconds = offset;
    return true;
}

static bool make_interface(struct module_state *state, const struct origin_arguments *arguments,
                           bool has_link_type, int64_t *link_type, struct interface **interface)
{
    PyObject *source = NULL, *keeper = NULL;
    const char *options = NULL;
    Py_ssize_t length = 0;
    struct interface head;
    if (!is_given(arguments->interface) && !is_given(arguments->source))
        return true;
    if (argument_path(arguments->source, "source", &source) &&
        describe_interface(state, arguments->interface, &head, &options, &length, &keeper)) {
        if (has_link_type || !is_given(arguments->interface))
            head.link_type = (uint32_t)*link_type;
        *link_type = head.link_type;
        *interface = interface_new(&head, source == NULL ? NULL : PyBytes_AS_STRING(source),
                                   (const uint8_t *)options, (uint32_t)length);
        if (*interface == NULL)
            PyErr_NoMemory();
    }
    Py_XDECREF(source);
    Py_XDECREF(keeper);
    return *interface != NULL;
}

static bool make_options(struct module_state *state, const struct origin_arguments *arguments,
                         PyObject **options)
{
    if (!is_given(arguments->comment) && !is_given(arguments->options))
        return true;
    *options = PyObject_CallMethod(state->file_options, "packet_options_raw", "OO",
                                   arguments->options == NULL ? Py_None : arguments->options,
                                   arguments->comment == NULL ? Py_None : arguments->comment);
    return *options != NULL;
}

bool argument_origin(struct module_state *state, const struct origin_arguments *arguments, bool has_link_type,
                     int64_t *link_type, struct origin *origin)
{
    *origin = (struct origin){0};
    if (make_interface(state, arguments, has_link_type, link_type, &origin->interface) &&
        make_options(state, arguments, &origin->options))
        return true;
    origin_free(origin);
    return false;
}

void origin_free(struct origin *origin)
{
    interface_release(origin->interface);
    Py_XDECREF(origin->options);
    *origin = (struct origin){0};
}
