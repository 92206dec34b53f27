/* Who may read, stop and close a capture, and in which order: the states are in capture_object.h. */
#include "capture_object.h"
#include "errors.h"

#include "../capture/clock.h"
#include <pthread.h>

static unsigned forks; /* changed only in a new child, while it has one thread */

static void count_fork(void)
{
    forks++;
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, count_fork);
}

unsigned fork_generation(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    return forks;
}

bool capture_raise_state(CaptureObject *self, const char *what)
{
    PyObject *text = PyUnicode_FromFormat("the capture of %R %s", self->subject, what);
    if (text != NULL)
        raise_named(self->state, "UMPAStateException", text);
    Py_XDECREF(text);
    return false;
}

void raise_dump_error(CaptureObject *self, const struct capture_error *error)
{
    self->dump_error_told = true;
    if (PyErr_Occurred())
        note_failure(self->state, error, self->dump_path);
    else
        raise_capture_error(self->state, error, self->dump_path);
}

static bool has_handler_ended_it_without_gil(void *context)
{
    CaptureObject *self = context;
    PyEval_RestoreThread(self->released_state);
    bool ended = PyErr_CheckSignals() < 0 || capture_is_inherited(self);
    self->released_state = PyEval_SaveThread();
    return ended;
}

struct interrupt_check dump_interrupt(CaptureObject *self)
{
    return (struct interrupt_check){has_handler_ended_it_without_gil, self};
}

bool capture_is_inherited(const CaptureObject *self)
{
    return self->fork_generation != forks;
}

/* False with an exception when it could not be finished and nobody has been told. */
static bool finish_dump(CaptureObject *self)
{
    struct dump_file *dump = self->dump;
    struct capture_error error = {0};
    bool finished = true;
    self->dump = NULL;
    struct dump_statistics statistics = capture_dump_statistics(self);
    bool has_statistics = self->gather_ns != 0 && self->stats.elapsed_ns != 0;
    self->released_state = PyEval_SaveThread();
    if (dump != NULL)
        finished = dump_file_close(dump, has_statistics ? &statistics : NULL, !self->is_spoiled,
                                   dump_interrupt(self), NULL, &error);
    PyEval_RestoreThread(self->released_state);
    if (!finished && !self->dump_error_told)
        raise_dump_error(self, &error);
    return !PyErr_Occurred();
}

/* Closes source and dump, whoever fails; false with an exception when the dump could not be finished and
 * nobody has been told, or when a warning of drops is one. */
static bool close_now(CaptureObject *self)
{
    struct source *source = self->source;
    struct slab *left = NULL;

    /* Before another thread may see that it is closed, and ask for them. */
    if (!self->stats_are_final && !capture_is_inherited(self))
        self->stats_are_final = source_stats(source, &self->stats, &(struct capture_error){0});
    capture_end_loans(self);
    self->source = NULL;
    finish_dump(self);
    self->released_state = PyEval_SaveThread();
    if (capture_is_inherited(self))
        source_abandon(source);
    else
        left = source_close(source);
    packet_batch_free(&self->batch);
    PyEval_RestoreThread(self->released_state);
    slabs_free(&left);
    capture_warn_of_drops(self);
    return !PyErr_Occurred();
}

bool capture_is_ours(CaptureObject *self)
{
    return !capture_is_inherited(self) ||
           capture_raise_state(self, "belongs to the parent process: open another one in the child");
}

bool capture_is_open(CaptureObject *self)
{
    if (self->source == NULL || self->close_requested)
        return capture_raise_state(self, "is closed");
    return capture_is_ours(self);
}

bool capture_enter(CaptureObject *self)
{
    if (!capture_is_open(self))
        return false;
    if (self->busy)
        return capture_raise_state(
            self, "is being read already, by another thread or task, or around this callback");
    self->busy = true;
    self->reader = PyThread_get_thread_ident();
    return true;
}

void capture_note_exception(CaptureObject *self, PyObject *type)
{
    bool is_live = self->gather_ns != 0;
    if (!is_live || !PyErr_GivenExceptionMatches(type, PyExc_KeyboardInterrupt))
        self->is_spoiled = true;
}

/* Closes when somebody asked for it and nobody is inside any more. */
static bool close_when_left(CaptureObject *self)
{
    if (!self->close_requested || self->busy || self->visitors > 0 || self->source == NULL)
        return true;
    if (!PyErr_Occurred())
        return close_now(self);
    capture_end_beside_exception(self);
    return true;
}

/* Nothing more comes: the dump is complete without a close(). */
static bool finish_dump_at_end(CaptureObject *self)
{
    if (self->dump == NULL || self->is_spoiled || PyErr_Occurred() || !capture_is_over(self) ||
        capture_is_inherited(self))
        return true;
    if (self->gather_ns != 0)
        capture_ask_for_stats(self, &(struct source_stats){0}, &(struct capture_error){0});
    return finish_dump(self);
}

bool capture_leave(CaptureObject *self)
{
    self->busy = false;
    return close_when_left(self);
}

bool capture_leave_at_end(CaptureObject *self)
{
    bool finished = finish_dump_at_end(self), left = capture_leave(self);
    return finished && left;
}

void capture_visit(CaptureObject *self)
{
    self->visitors++;
}

bool capture_leave_visit(CaptureObject *self)
{
    self->visitors--;
    return close_when_left(self);
}

/* A forked child shares the pipe, and must not wake the parent's reader. */
static void wake_reader(CaptureObject *self)
{
    if (self->source != NULL && !capture_is_inherited(self))
        source_wake(self->source);
}

void capture_request_stop(CaptureObject *self)
{
    self->stop_requested = true;
    wake_reader(self);
}

void capture_request_finish(CaptureObject *self)
{
    /* A block of the kernel's ring is handed over at the second tick of a timer that counts in jiffies. */
    const int64_t jiffies_ns = 10 * INT64_C(1000000);
    if (self->gather_ns == 0) {
        capture_request_stop(self);
    } else if (self->finish_due_ns == 0) {
        self->finish_mark_ns = realtime_ns();
        self->finish_due_ns = monotonic_ns() + 2 * self->gather_ns + jiffies_ns;
        wake_reader(self);
    }
}

/* From here on stats() tells what it was now, and does not come in any more: visitors who take turns would
 * put off the close for ever. What the reader may still deliver has been received. */
static bool finish_stats(CaptureObject *self)
{
    capture_visit(self);
    self->stats_are_final =
        capture_ask_for_stats(self, &(struct source_stats){0}, &(struct capture_error){0});
    return capture_leave_visit(self);
}

bool capture_ask_for_stats(CaptureObject *self, struct source_stats *stats, struct capture_error *error)
{
    bool told;
    Py_BEGIN_ALLOW_THREADS
    told = source_stats(self->source, stats, error);
    Py_END_ALLOW_THREADS
    if (told && stats->elapsed_ns > self->stats.elapsed_ns)
        self->stats = *stats;
    return told;
}

bool capture_end(CaptureObject *self)
{
    bool is_inside = self->busy || self->visitors > 0;
    if (capture_is_inherited(self)) /* of those inside, the child has at most its one thread */
        is_inside = self->busy && self->reader == PyThread_get_thread_ident();
    if (self->source == NULL)
        return true;
    if (!is_inside)
        return close_now(self);
    if (self->close_requested)
        return true;
    self->close_requested = true;
    wake_reader(self);
    return capture_is_inherited(self) || finish_stats(self);
}

void capture_end_beside_exception(CaptureObject *self)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!capture_end(self))
        PyErr_WriteUnraisable((PyObject *)self);
    PyErr_Restore(type, value, traceback);
}
