/* umpa_sniffing._core.RecordIndex: packets of a file, made when they are asked for; what
 * umpa_sniffing.PacketIndex is made of. */
#ifndef UMPA_PYTHON_PACKET_INDEX_H
#define UMPA_PYTHON_PACKET_INDEX_H

#include "module_state.h"

/* Adds the types to the module; -1 with an exception. */
int packet_index_setup(PyObject *module, struct module_state *state);

struct decoder;
struct file_index;

/* Of the index, which is taken over, also where there is no memory. `decoder` is copied; NULL: the module's.
 */
PyObject *record_index_new(struct module_state *state, struct file_index *index,
                           const struct decoder *decoder, PyObject *subject);

/* Capture.index(), in capture_index.c */
PyObject *capture_index(PyObject *self, PyObject *unused);
extern const char capture_index_doc[];

#endif
