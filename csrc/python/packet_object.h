/* umpa_sniffing.Packet: one immutable object a packet, with its head and layers; packet_memory.h tells where
 * its bytes lie. */
#ifndef UMPA_PYTHON_PACKET_OBJECT_H
#define UMPA_PYTHON_PACKET_OBJECT_H

#include "module_state.h"

typedef struct {
    PyObject_HEAD
    struct packet head; /* and its layers behind it */
} PacketObject;

/* Adds the type to the module; -1 with an exception. */
int packet_setup(PyObject *module, struct module_state *state);

/* Seconds since the epoch, as exact as a double can be. */
double timestamp_seconds(int64_t timestamp_ns);

/* packet_new.c */
extern const char packet_doc[];
PyObject *packet_new(PyTypeObject *type, PyObject *args, PyObject *keywords);
PyObject *packet_reduce(PyObject *self, PyObject *unused);
extern const char packet_replace_doc[];
PyObject *packet_replace(PyObject *self, PyObject *args, PyObject *keywords);

/* packet_layers.c */
/* The protocol of a key: a layer's name or type. -1 for one that is neither's, -2 with an exception set. */
int packet_protocol_by_key(const struct module_state *state, PyObject *key);
PyObject *packet_layer_at(PyObject *self, PyObject *index);
PyObject *packet_subscript(PyObject *self, PyObject *key);
PyObject *packet_get(PyObject *self, PyObject *args, PyObject *keywords);
int packet_contains(PyObject *self, PyObject *key);
PyObject *packet_get_layer(PyObject *self, void *closure);
PyObject *packet_getattro(PyObject *self, PyObject *name);
PyObject *packet_get_protos(PyObject *self, void *closure);
PyObject *packet_dir(PyObject *self, PyObject *unused);

/* Layer `index` of a packet: a new object each time. */
PyObject *layer_of_packet(struct module_state *state, PacketObject *packet, unsigned index);

/* A field, which is present in the view, as Python shows it; `packet` is what a FIELD_PACKET is quoted in. */
PyObject *field_value(struct module_state *state, const struct field *field, struct bytes_view view,
                      const struct packet *packet);

/* Whether a field always is the same bits of the header, and an integer, a bool or an address as text: most
 * are, and are quicker read so. */
bool field_is_plain(const struct field *field);

/* Whether it becomes objects of Python's own, whose making may run any program: for as long, the packet needs
 * its bytes to stay (packet_keep). */
bool field_runs_python(const struct field *field);

/* The value of a plain field, which the header has. */
PyObject *plain_field_value(const struct field *field, struct bytes_view header);

/* The IP packet that an error quotes; where only its beginning is there, it is a cut one. */
PyObject *packet_quoted(struct module_state *state, struct bytes_view bytes, int64_t timestamp_ns);

/* Text of a writer that works like snprintf: first asked for the length, then to write. */
typedef size_t (*text_writer)(const void *subject, char *buffer, size_t capacity);
PyObject *text_from_writer(text_writer writer, const void *subject);

#endif
