/* umpa_sniffing.Capture: a live device or a file being read. capture_open*.c open it,
 * capture_take.c takes packets from its source, capture_read.c and capture_await.c hand them to Python,
 * capture_visit.c is for those beside the reader, capture_lifecycle.c stops and closes it, capture_warnings.c
 * warns, capture_type.c is its type.
 *
 * Who may do what. All fields are guarded by the GIL, except that the reader uses `batch` and `dump` without
 * it, and everybody inside uses `source`, which has a lock of its own.
 *
 *   OPEN      source is set, nobody is inside
 *   READ      `busy`: one thread is the reader, from capture_enter to capture_leave, callbacks included
 *   VISITED   `visitors` above 0: threads in stats() and set_filter(), beside a reader or without
 *   CLOSING   close_requested while READ or VISITED: nobody comes in any more, but stats() until it is final
 *   CLOSED    source is NULL
 *
 *   OPEN to READ, and back     the reader alone; a second one gets an exception
 *   OPEN or READ to VISITED    any thread, callback or handler
 *   any to CLOSING             close() in any thread, callback or handler; it wakes the reader
 *   OPEN to CLOSED             close()
 *   CLOSING to CLOSED          the last one who leaves
 *
 * stop() moves nothing: it sets stop_requested and wakes the reader, who still delivers its batch. finish()
 * leaves setting it to the reader, who does so once what came before that call has been taken. A process
 * forked off may only close its copy, which does not wait for threads that it does not have. */
#ifndef UMPA_PYTHON_CAPTURE_OBJECT_H
#define UMPA_PYTHON_CAPTURE_OBJECT_H

#include "packet_object.h"

#include "../capture/arena.h"
#include "../capture/source.h"
#include "../files/dump_file.h"

/* How long a packet may wait in a dump's buffer, where nobody says otherwise. */
#define DEFAULT_FLUSH_NS (100 * INT64_C(1000000))

typedef struct {
    PyObject_HEAD
    struct module_state *state; /* of the module that the type keeps alive */
    struct source *source;      /* NULL when closed */
    struct dump_file *dump;
    struct packet_batch batch;
    PacketObject *lent[2];   /* packets that were delivered last, with lent bytes; or NULL */
    PyObject *subject;       /* the device's name, or the file's path: str */
    struct decoder *decoder; /* with bindings of the caller's own; NULL: the module's */
    PyObject *paths;         /* of files: a tuple of what open_offline() was given */
    PyObject *opening;       /* the name of the last file that was opened; while open_offline() runs */
    PyObject *kept;          /* what their inputs need to live; a list */
    bool follows;
    bool is_indexed;  /* index() was called: whoever does no more needs not close it */
    PyObject *filter; /* str or None */
    PyObject *dump_path;
    uint64_t count_limit; /* packets to deliver; 0: no limit */
    int64_t deadline_ns;  /* of monotonic_ns; 0: none */
    uint64_t delivered;
    int64_t call_deadline_ns; /* of the reader's present call alone; 0: none */
    int64_t flush_interval_ns;
    int64_t flush_due_ns;          /* while a record waits in the dump's buffer */
    uint32_t packets_left_in_turn; /* of an event loop */
    struct source_stats stats;     /* as they were told last; close() is the last to ask */
    bool stats_are_final;
    unsigned filter_generation; /* that `filter` is of: two threads may set one at once */
    uint32_t link_type;
    uint32_t snaplen;
    unsigned fork_generation;
    bool busy;
    unsigned long reader; /* the thread that is, when busy */
    bool is_filling;      /* the reader is in source_fill, which may call a file object */
    bool is_awaited;      /* from _begin_wait to _end_wait */
    struct arena *arena;  /* of the reader, when it keeps every packet that it gets */
    unsigned visitors;
    bool dump_error_told; /* by an exception, once */
    bool stop_requested;
    int64_t gather_ns;      /* for how long the kernel may keep packets to itself; 0: there is no kernel */
    int64_t finish_due_ns;  /* of monotonic_ns: when the kernel keeps none of those back; 0: no finish() */
    int64_t finish_mark_ns; /* of realtime_ns: the time of that call */
    bool close_requested;
    bool ended;                    /* the file's end, or an error that ended it */
    bool is_spoiled;               /* an exception ended it: an atomic dump is not complete */
    PyObject *pending;             /* an exception that was met behind the batch's packets; or NULL */
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

/* Sets the exception that says so. Returns false. */
bool capture_raise_state(CaptureObject *self, const char *what);

/* Not closed, and this process's; else false with an exception. */
bool capture_is_open(CaptureObject *self);

/* The reader's brackets: enter fails with an exception when the capture is closed, busy or inherited by fork.
 * Leave does what close() asked for meanwhile; it returns false with an exception when that fails and none
 * was set before. */
bool capture_enter(CaptureObject *self);
bool capture_leave(CaptureObject *self);

/* The same for a reader who got no packet: where no more will come, the dump is completed. */
bool capture_leave_at_end(CaptureObject *self);

/* The same for whoever uses the source beside the reader; it is set, and this process's. */
void capture_visit(CaptureObject *self);
bool capture_leave_visit(CaptureObject *self);

/* An exception of this type ends the capture. Ctrl-C is how a live one ends. */
void capture_note_exception(CaptureObject *self, PyObject *type);

/* Notes on the exception where its dump's packets are, if not under its name. */
void capture_tell_part(CaptureObject *self, PyObject *exception);

/* By a visitor. Kept for whoever asks after the close, unless somebody who came later was faster. */
bool capture_ask_for_stats(CaptureObject *self, struct source_stats *stats, struct capture_error *error);

void capture_request_stop(CaptureObject *self);
void capture_request_finish(CaptureObject *self);

/* Closes now, or leaves it to the reader. False with an exception when the dump could not be finished. */
bool capture_end(CaptureObject *self);

/* The same while an exception is on its way, which goes on: what fails here is told as unraisable. */
void capture_end_beside_exception(CaptureObject *self);

/* Sets the exception of a dump that could not be written, unless a signal's handler has set one. */
void raise_dump_error(CaptureObject *self, const struct capture_error *error);

/* What is known beforehand of the packets that a dump will get, and what that points to. */
struct known_origin {
    struct dump_origin origin;
    PyObject *texts;      /* a list of bytes */
    const char **sources; /* paths, up to NULL */
};

/* False with an exception; to be cleared all the same. */
bool capture_know_origin(CaptureObject *self, struct known_origin *known);
void known_origin_clear(struct known_origin *known);

/* Of a live capture, as its stats were told last. */
struct dump_statistics capture_dump_statistics(const CaptureObject *self);

/* For a dump, which is finished whatever ends the capture: only a handler that raises interrupts it, or one
 * that forked, in its child. */
struct interrupt_check dump_interrupt(CaptureObject *self);

/* capture_take.c */

/* For a source: Python's signal handlers run, and one of them raised, or the capture is to end. `context` is
 * the CaptureObject, whose released_state is set. */
bool capture_is_interrupted_without_gil(void *context);

/* Fills an empty batch, waiting for capture_wait_ms at most: 1 with packets; 0 with none, or at the capture's
 * end; -1 with an exception. */
int capture_fill(CaptureObject *self);

/* The next packet to deliver: 1; 0 at the capture's end, or when the call's deadline has passed; -1 with an
 * exception. */
int capture_take(CaptureObject *self, const struct packet **packet);

/* Counts a packet that was taken as delivered, once the dump has it. */
bool capture_deliver(CaptureObject *self, const struct packet *packet);

/* No packet will come any more. */
bool capture_is_over(const CaptureObject *self);

/* For how long to wait for a packet, at most. */
int capture_wait_ms(const CaptureObject *self);

/* The packets with lent bytes get bytes of their own, where somebody still has them: before the source is
 * filled again, and at its close. */
void capture_end_loans(CaptureObject *self);

/* capture_read.c and capture_await.c */
PyObject *capture_iternext(PyObject *self);
PyObject *capture_next(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *capture_read_into(PyObject *self, PyObject *list);
PyObject *capture_loop(PyObject *self, PyObject *args);
PyObject *capture_consume(PyObject *self, PyObject *unused);
extern const char capture_next_doc[], capture_read_into_doc[], capture_loop_doc[], capture_consume_doc[];

/* A delivered Packet, or NULL: without an exception where capture_take gives 0. */
PyObject *capture_next_packet(CaptureObject *self);

PyObject *capture_anext(PyObject *self);
PyObject *capture_poll(PyObject *self, PyObject *unused);
PyObject *capture_begin_wait(PyObject *self, PyObject *unused);
PyObject *capture_look(PyObject *self, PyObject *unused);
PyObject *capture_end_wait(PyObject *self, PyObject *unused);
extern const char capture_poll_doc[], capture_begin_wait_doc[], capture_look_doc[], capture_end_wait_doc[];

/* capture_open_live.c and capture_open_offline.c */
PyObject *open_live(PyObject *module, PyObject *args, PyObject *keywords);
PyObject *open_offline(PyObject *module, PyObject *args, PyObject *keywords);
extern const char open_live_doc[], open_offline_doc[];

/* capture_visit.c */
PyObject *capture_stats(PyObject *self, PyObject *unused);
PyObject *capture_set_filter(PyObject *self, PyObject *filter);
PyObject *capture_fileno(PyObject *self, PyObject *unused);
extern const char capture_stats_doc[], capture_set_filter_doc[], capture_fileno_doc[];

/* capture_summary.c */
PyObject *capture_summarize(PyObject *self, PyObject *unused);
extern const char capture_summarize_doc[];

/* capture_warnings.c */

/* CaptureStats; NULL with an exception. */
PyObject *capture_stats_object(CaptureObject *self, const struct source_stats *stats, uint64_t delivered);

/* Tells of a filter that the kernel did not take; false with the exception that a warning may be. */
bool capture_warn_of_late_filter(CaptureObject *self);

/* The same of something that the source met. */
bool capture_warn_of_notice(CaptureObject *self, const struct capture_error *notice);

/* Tells of drops, at the end. The warning may be an exception, unless there is one already: then it is told
 * beside it. */
void capture_warn_of_drops(CaptureObject *self);

#endif
