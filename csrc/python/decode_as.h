/* decode_as: bindings of the caller's own, in a decoder of their own; nothing global changes.
 * A dict such as {("udp.port", 8472): "vxlan", ("udp.port", 4789): None}. */
#ifndef UMPA_PYTHON_DECODE_AS_H
#define UMPA_PYTHON_DECODE_AS_H

#include "packet_object.h"

/* The module's decoder with the bindings of `value` in it, to be freed by PyMem_Free; it stays NULL where
 * there are none. False with an exception. */
bool argument_decode_as(struct module_state *state, PyObject *value, struct decoder **decoder);

/* The bindings, as such a dict, by which these bytes decode to these layers: None where it needs none. */
PyObject *decode_as_of_packet(struct module_state *state, const struct packet *packet);

#endif
