/* umpa_sniffing._core.PacketWriter: packet_writer.c is the type, packet_writer_input.c takes packets. One
 * thread at a time is in the dump: `is_busy` while it is there without the GIL. */
#ifndef UMPA_PYTHON_PACKET_WRITER_OBJECT_H
#define UMPA_PYTHON_PACKET_WRITER_OBJECT_H

#include "capture_object.h"

typedef struct {
    PyObject_HEAD
    struct module_state *state;
    struct dump_file *dump; /* NULL: closed */
    PyObject *path;         /* str */
    uint64_t written;
    unsigned fork_generation;
    bool is_busy;
    bool error_told; /* by an exception: close() does not repeat it */
    bool is_waiting; /* a record, in the dump's buffer */
    int64_t flush_due_ns;
    bool has_statistics; /* of the live capture whose packets were written */
    struct dump_statistics statistics;
    PyThreadState *released_state;
} WriterObject;

/* Not closed, this process's, and in no thread's use; else false with an exception. */
bool writer_is_free(WriterObject *self);

/* The brackets around what is done without the GIL. The second is false with an exception when that failed,
 * or a signal's handler raised: which may have closed the writer. */
void writer_leave_gil(WriterObject *self);
bool writer_return_to_gil(WriterObject *self, bool done, const struct capture_error *error);
struct interrupt_check writer_interrupt(WriterObject *self);

/* Writes what waits in memory; false with an exception. */
bool writer_flush_dump(WriterObject *self);

/* packet_writer_input.c */
PyObject *writer_write(PyObject *self, PyObject *packet);
PyObject *writer_write_all(PyObject *self, PyObject *packets);
extern const char writer_write_doc[], writer_write_all_doc[];

#endif
