/* Packets that no capture made: of bytes that the caller has, that an error quotes, or that were pickled. */
#include "arguments.h"
#include "decode_as.h"
#include "packet_memory.h"

/* A Packet of `bytes`; `head` has what decode_packet is given. */
static PyObject *packet_decoded(PyTypeObject *type, const struct decoder *decoder, const struct packet *head,
                                const uint8_t *bytes)
{
    struct packet_head block = {.packet = *head};
    decode_packet(decoder, &block.packet, bytes);
    return packet_copying(type, &block.packet, NULL);
}

PyObject *packet_quoted(struct module_state *state, struct bytes_view bytes, int64_t timestamp_ns)
{
    enum { LINKTYPE_RAW = 101 };
    struct packet head = {.timestamp_ns = timestamp_ns,
                          .caplen = bytes.length,
                          .wire_len = decoder_told_length(&state->decoder, bytes),
                          .link_type = LINKTYPE_RAW};
    return packet_decoded(state->packet_type, &state->decoder, &head, bytes.bytes);
}

const char packet_doc[] =
    "Packet(data, datalink=1, timestamp_ns=0, wire_len=None, decode_as=None)\n--\n\n"
    "A captured packet, decoded: its layers are attributes (pkt.ip, pkt.tcp, ...).\n\n"
    "data: the captured bytes; datalink: libpcap's DLT number, 1 for Ethernet;\n"
    "timestamp_ns: nanoseconds since the epoch; wire_len: bytes on the wire, None for len(data);\n"
    "decode_as: as of open_live().";

PyObject *packet_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"data", "datalink", "timestamp_ns", "wire_len", "decode_as", NULL};
    struct module_state *state = PyType_GetModuleState(type);
    Py_buffer data;
    PyObject *datalink = NULL, *timestamp = NULL, *wire_len = NULL, *decode_as = NULL;
    struct decoder *decoder = NULL;
    int64_t link_type = 1, timestamp_ns = 0, on_the_wire;
    PyObject *self = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "y*|OOOO:Packet", names, &data, &datalink, &timestamp,
                                     &wire_len, &decode_as))
        return NULL;
    on_the_wire = data.len;
    if (!argument_integer(datalink, "datalink", 0, UINT32_MAX, &link_type) ||
        !argument_integer(timestamp, "timestamp_ns", INT64_MIN, INT64_MAX, &timestamp_ns) ||
        !argument_integer(wire_len == Py_None ? NULL : wire_len, "wire_len", 0, UINT32_MAX, &on_the_wire) ||
        !argument_decode_as(state, decode_as, &decoder))
        goto done;
    if (data.len > PACKET_BYTES_MAX) {
        PyErr_Format(PyExc_ValueError, "a packet has at most %d bytes, not %zd", PACKET_BYTES_MAX, data.len);
        goto done;
    }

    struct packet packet = {.timestamp_ns = timestamp_ns,
                            .caplen = (uint32_t)data.len,
                            .wire_len = (uint32_t)on_the_wire,
                            .link_type = (uint32_t)link_type};
    self = packet_decoded(type, decoder == NULL ? &state->decoder : decoder, &packet, data.buf);
done:
    PyMem_Free(decoder);
    PyBuffer_Release(&data);
    return self;
}

PyObject *packet_reduce(PyObject *self, PyObject *unused)
{
    const PacketObject *packet = (PacketObject *)self;
    (void)unused;
    PyObject *decode_as = decode_as_of_packet(PyType_GetModuleState(Py_TYPE(self)), &packet->head);
    if (decode_as == NULL)
        return NULL;
    return Py_BuildValue("O(y#ILIN)", Py_TYPE(self), (const char *)packet->head.bytes,
                         (Py_ssize_t)packet->head.caplen, packet->head.link_type,
                         (long long)packet->head.timestamp_ns, packet->head.wire_len, decode_as);
}
