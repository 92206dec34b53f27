/* Packets that no capture made: of bytes that the caller has, that an error quotes, or that were pickled. */
#include "arguments.h"
#include "decode_as.h"
#include "packet_memory.h"
#include "packet_origin.h"

/* A Packet of `head`, which has what decode_packet is given, and its bytes. */
static PyObject *packet_decoded(PyTypeObject *type, const struct decoder *decoder, const struct packet *head,
                                struct interface *interface)
{
    struct packet_head block = {.packet = *head};
    decode_packet(decoder, &block.packet, head->bytes);
    return packet_copying(type, &block.packet, interface);
}

PyObject *packet_quoted(struct module_state *state, struct bytes_view bytes, int64_t timestamp_ns)
{
    enum { LINKTYPE_RAW = 101 };
    struct packet head = {.timestamp_ns = timestamp_ns,
                          .bytes = bytes.bytes,
                          .caplen = bytes.length,
                          .wire_len = decoder_told_length(&state->decoder, bytes),
                          .link_type = LINKTYPE_RAW};
    return packet_decoded(state->packet_type, &state->decoder, &head, NULL);
}

/* The same in an enhanced packet block with these options, in this machine's byte order. */
static PyObject *packet_decoded_in_block(PyTypeObject *type, const struct decoder *decoder,
                                         const struct packet *head, const struct origin *origin)
{
    uint32_t padded = padded_to_4(head->caplen), options_length = (uint32_t)PyBytes_GET_SIZE(origin->options);
    uint32_t length = PACKET_BLOCK_HEADER + padded + options_length + PACKET_BLOCK_TRAILER;
    uint8_t *block = PyMem_Calloc(1, length);
    if (block == NULL)
        return PyErr_NoMemory();
    memcpy(block, (uint32_t[]){ENHANCED_PACKET_BLOCK, length}, 8);
    memcpy(block + PACKET_BLOCK_HEADER, head->bytes, head->caplen);
    memcpy(block + PACKET_BLOCK_HEADER + padded, PyBytes_AS_STRING(origin->options), options_length);
    struct packet packet = *head;
    packet.bytes = block + PACKET_BLOCK_HEADER;
    packet.flags |= PACKET_HAS_OPTIONS;
    PyObject *self = packet_decoded(type, decoder, &packet, origin->interface);
    PyMem_Free(block);
    return self;
}

const char packet_doc[] =
    "Packet(data, datalink=1, timestamp_ns=0, wire_len=None, decode_as=None, *,\n"
    "       comment=None, interface=None, options=None, source=None)\n--\n\n"
    "A captured packet, decoded: its layers are attributes (pkt.ip, pkt.tcp, ...).\n\n"
    "data: the captured bytes; datalink: libpcap's DLT number, 1 for Ethernet, where there is an interface\n"
    "    its own; timestamp_ns: nanoseconds since the epoch; wire_len: bytes on the wire, None for "
    "len(data);\n"
    "decode_as: as of open_live();\n"
    "options: what a pcapng file shall say of it, Options or (number, value);\n"
    "comment: a text, in place of the first comment of the options; interface: an Interface;\n"
    "source: the path of the file that it is from.";

PyObject *packet_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"data",    "datalink",  "timestamp_ns", "wire_len", "decode_as",
                            "comment", "interface", "options",      "source",   NULL};
    struct module_state *state = PyType_GetModuleState(type);
    Py_buffer data;
    PyObject *datalink = NULL, *timestamp = NULL, *wire_len = NULL, *decode_as = NULL;
    struct origin_arguments arguments = {0};
    struct origin origin = {0};
    struct decoder *decoder = NULL;
    int64_t link_type = 1, timestamp_ns = 0, on_the_wire;
    PyObject *self = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "y*|OOOO$OOOO:Packet", names, &data, &datalink,
                                     &timestamp, &wire_len, &decode_as, &arguments.comment,
                                     &arguments.interface, &arguments.options, &arguments.source))
        return NULL;
    on_the_wire = data.len;
    if (!argument_integer(datalink, "datalink", 0, UINT32_MAX, &link_type) ||
        !argument_integer(timestamp, "timestamp_ns", INT64_MIN, INT64_MAX, &timestamp_ns) ||
        !argument_integer(wire_len == Py_None ? NULL : wire_len, "wire_len", 0, UINT32_MAX, &on_the_wire) ||
        !argument_decode_as(state, decode_as, &decoder) ||
        !argument_origin(state, &arguments, datalink != NULL, &link_type, &origin))
        goto done;
    if (data.len > PACKET_BYTES_MAX) {
        PyErr_Format(PyExc_ValueError, "a packet has at most %d bytes, not %zd", PACKET_BYTES_MAX, data.len);
        goto done;
    }

    struct packet packet = {.bytes = data.buf,
                            .timestamp_ns = timestamp_ns,
                            .caplen = (uint32_t)data.len,
                            .wire_len = (uint32_t)on_the_wire,
                            .link_type = (uint32_t)link_type};
    const struct decoder *chosen = decoder == NULL ? &state->decoder : decoder;
    if (origin.options != NULL && PyBytes_GET_SIZE(origin.options) > 0)
        self = packet_decoded_in_block(type, chosen, &packet, &origin);
    else
        self = packet_decoded(type, chosen, &packet, origin.interface);
done:
    origin_free(&origin);
    PyMem_Free(decoder);
    PyBuffer_Release(&data);
    return self;
}

/* Packet()'s arguments that are not by keyword alone. */
static PyObject *own_arguments(PyObject *self)
{
    PacketObject *packet = (PacketObject *)self;
    packet_keep(packet);
    PyObject *decode_as = decode_as_of_packet(PyType_GetModuleState(Py_TYPE(self)), &packet->head);
    if (decode_as == NULL)
        return NULL;
    return Py_BuildValue("(y#ILIN)", (const char *)packet->head.bytes, (Py_ssize_t)packet->head.caplen,
                         packet->head.link_type, (long long)packet->head.timestamp_ns, packet->head.wire_len,
                         decode_as);
}

/* The arguments of file_options.packet_again for the same packet. */
static PyObject *all_arguments(PyObject *self)
{
    PyObject *own = own_arguments(self), *options = NULL, *interface = NULL, *source = NULL, *all = NULL;
    if (own != NULL && (options = packet_get_options(self, NULL)) != NULL &&
        (interface = packet_get_interface(self, NULL)) != NULL &&
        (source = packet_get_source(self, NULL)) != NULL)
        all = PyTuple_Pack(5, (PyObject *)Py_TYPE(self), own, options, interface, source);
    Py_XDECREF(own);
    Py_XDECREF(options);
    Py_XDECREF(interface);
    Py_XDECREF(source);
    return all;
}

static PyObject *packet_again(PyObject *self)
{
    const struct module_state *state = PyType_GetModuleState(Py_TYPE(self));
    return PyObject_GetAttrString(state->file_options, "packet_again");
}

PyObject *packet_reduce(PyObject *self, PyObject *unused)
{
    const PacketObject *packet = (PacketObject *)self;
    PyObject *function, *arguments;
    (void)unused;
    if (packet_interface(packet) == NULL && !(packet->head.flags & PACKET_HAS_OPTIONS)) {
        function = Py_NewRef((PyObject *)Py_TYPE(self));
        arguments = own_arguments(self);
    } else {
        function = packet_again(self);
        arguments = function == NULL ? NULL : all_arguments(self);
    }
    PyObject *result = arguments == NULL ? NULL : PyTuple_Pack(2, function, arguments);
    Py_XDECREF(function);
    Py_XDECREF(arguments);
    return result;
}

const char packet_replace_doc[] =
    "replace(**changes)\n--\n\n"
    "A packet like this one, but for what is given, by the names of Packet()'s arguments. comment=None takes "
    "all\n"
    "comments away; a text takes the place of the first. New data is the whole packet where the old was.";

PyObject *packet_replace(PyObject *self, PyObject *args, PyObject *keywords)
{
    if (PyTuple_GET_SIZE(args) > 0) {
        PyErr_SetString(PyExc_TypeError, "replace() takes what it changes by name, such as comment='...'");
        return NULL;
    }
    PyObject *function = packet_again(self);
    PyObject *arguments = function == NULL ? NULL : all_arguments(self);
    PyObject *result = arguments == NULL ? NULL : PyObject_Call(function, arguments, keywords);
    Py_XDECREF(function);
    Py_XDECREF(arguments);
    return result;
}
