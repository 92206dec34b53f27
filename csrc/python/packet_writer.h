/* umpa_sniffing._core.PacketWriter: packets that Python has, into capture files. */
#ifndef UMPA_PYTHON_PACKET_WRITER_H
#define UMPA_PYTHON_PACKET_WRITER_H

#include "module_state.h"

/* Adds the type to the module; -1 with an exception. */
int packet_writer_setup(PyObject *module);

#endif
