/* umpa_sniffing.Capture: a live device or a file being read. capture_open.c opens it, capture_read.c delivers
 * its packets, capture_lifecycle.c stops and closes it, capture_object.c is its type.
 *
 * Who may do what: all fields are guarded by the GIL, except that the one reader (`busy`) uses `source`,
 * `batch` and `dump` without it. stop() only sets `stop_requested` and wakes the reader, who still delivers
 * its batch. close() closes at once when there is no reader; else it sets `close_requested`, and the reader
 * closes when it leaves. After a fork the child may only close. */
#ifndef UMPA_PYTHON_CAPTURE_OBJECT_H
#define UMPA_PYTHON_CAPTURE_OBJECT_H

#include "module_state.h"

#include "../capture/dump_file.h"
#include "../capture/source.h"

typedef struct {
    PyObject_HEAD
    struct module_state *state; /* of the module that the type keeps alive */
    struct source *source;      /* NULL when closed */
    struct dump_file *dump;
    struct packet_batch batch;
    PyObject *batch_owner; /* of the batch's memory, when packets are made that share it; else NULL */
    PyObject *subject;     /* the device's name, or the file's path: str */
    PyObject *filter;      /* str or None */
    PyObject *dump_path;
    uint64_t count_limit; /* packets to deliver; 0: no limit */
    int64_t deadline_ns;  /* of monotonic_ns; 0: none */
    uint64_t delivered;
    struct source_stats stats; /* as they were after the last fill, or at close */
    uint32_t link_type;
    uint32_t snaplen;
    unsigned fork_generation;
    bool busy;
    unsigned long reader; /* the thread that is, when busy */
    bool keeps_all;       /* the reader keeps every packet that it gets */
    bool in_source;       /* the reader uses the source, without the GIL: nobody else may */
    bool dump_error_told; /* by an exception, once */
    bool stop_requested;
    bool close_requested;
    bool ended;                    /* the file's end, or an error that ended it */
    PyThreadState *released_state; /* of whoever waits without the GIL */
} CaptureObject;

/* Adds the type and the functions that open one to the module; -1 with an exception. */
int capture_setup(PyObject *module, struct module_state *state);

/* capture_lifecycle.c */

/* How often the process has been forked into this one. */
unsigned fork_generation(void);

/* True in a process forked off the one that opened the capture. */
bool capture_is_inherited(const CaptureObject *self);

/* The same, with the exception that says so: true when there is no need of one. */
bool capture_is_ours(CaptureObject *self);

/* The reader's brackets: enter fails with an exception when the capture is closed, busy or inherited by fork.
 * Leave does what close() asked for meanwhile; it returns false with an exception when that fails and none
 * was set before. */
bool capture_enter(CaptureObject *self);
bool capture_leave(CaptureObject *self);

void capture_request_stop(CaptureObject *self);

/* Closes now, or leaves it to the reader. False with an exception when the dump could not be finished. */
bool capture_end(CaptureObject *self);

/* The same while an exception is on its way, which goes on: what fails here is told as unraisable. */
void capture_end_beside_exception(CaptureObject *self);

/* Sets the exception of a dump that could not be written, unless a signal's handler has set one. */
void raise_dump_error(CaptureObject *self, const struct capture_error *error);

/* For a dump, which is finished whatever ends the capture: only a handler that raises interrupts it. */
struct interrupt_check dump_interrupt(CaptureObject *self);

/* capture_read.c */

/* For a source: Python's signal handlers run, and one of them raised, or the capture is to end. `context` is
 * the CaptureObject, whose released_state is set. */
bool capture_is_interrupted_without_gil(void *context);

PyObject *capture_iternext(PyObject *self);
PyObject *capture_read_into(PyObject *self, PyObject *list);
PyObject *capture_loop(PyObject *self, PyObject *args);
PyObject *capture_consume(PyObject *self, PyObject *unused);
extern const char capture_read_into_doc[], capture_loop_doc[], capture_consume_doc[];

/* capture_open.c */
PyObject *open_live(PyObject *module, PyObject *args, PyObject *keywords);
PyObject *open_offline(PyObject *module, PyObject *args, PyObject *keywords);
extern const char open_live_doc[], open_offline_doc[];

#endif
