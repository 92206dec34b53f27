/* What is known of a packet beside its bytes: where it was captured, and what its pcapng block says. */
#ifndef UMPA_PYTHON_PACKET_ORIGIN_H
#define UMPA_PYTHON_PACKET_ORIGIN_H

#include "packet_object.h"

/* Of a Packet. */
PyObject *packet_get_interface(PyObject *self, void *closure);
PyObject *packet_get_source(PyObject *self, void *closure);
PyObject *packet_get_options(PyObject *self, void *closure);

/* The closures: the function of umpa_sniffing.file_options that finds it among the options. */
PyObject *packet_get_from_options(PyObject *self, void *closure);     /* None without any */
PyObject *packet_get_all_from_options(PyObject *self, void *closure); /* a tuple */

/* The arguments of Packet() for all this; NULL: not given. */
struct origin_arguments {
    PyObject *comment, *interface, *options, *source;
};

/* What Packet() makes of them; to be freed by origin_free. */
struct origin {
    struct interface *interface; /* or NULL */
    PyObject *options;           /* bytes, as a pcapng block has them; empty: none */
};

/* False with an exception. The link type is that of the interface, unless it was given. */
bool argument_origin(struct module_state *state, const struct origin_arguments *arguments, bool has_link_type,
                     int64_t *link_type, struct origin *origin);
void origin_free(struct origin *origin);

#endif
