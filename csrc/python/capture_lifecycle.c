/* Who may read, stop and close a capture, and in which order: the states are in capture_object.h. */
#include "capture_object.h"
#include "errors.h"

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

/* Returns false. */
static bool raise_state(CaptureObject *self, const char *what)
{
    PyObject *text = PyUnicode_FromFormat("the capture of %R %s", self->subject, what);
    if (text != NULL)
        raise_named(self->state, "UMPAStateException", text);
    Py_XDECREF(text);
    return false;
}

void raise_dump_error(CaptureObject *self, const struct capture_error *error)
{
    if (PyErr_Occurred())
        return;
    self->dump_error_told = true;
    raise_capture_error(self->state, error, self->dump_path);
}

static bool has_signal_raised_without_gil(void *context)
{
    CaptureObject *self = context;
    PyEval_RestoreThread(self->released_state);
    bool raised = PyErr_CheckSignals() < 0;
    self->released_state = PyEval_SaveThread();
    return raised;
}

struct interrupt_check dump_interrupt(CaptureObject *self)
{
    return (struct interrupt_check){has_signal_raised_without_gil, self};
}

bool capture_is_inherited(const CaptureObject *self)
{
    return self->fork_generation != forks;
}

/* Closes source and dump, whoever fails; false with an exception when the dump could not be finished and
 * nobody has been told. */
static bool close_now(CaptureObject *self)
{
    struct source *source = self->source;
    struct dump_file *dump = self->dump;
    struct capture_error error = {0}, ignored = {0};
    struct source_stats stats = {0};
    bool finished = true;

    self->source = NULL;
    self->dump = NULL;
    self->released_state = PyEval_SaveThread();
    bool has_stats = !capture_is_inherited(self) && source_stats(source, &stats, &ignored);
    if (dump != NULL)
        finished = dump_file_close(dump, dump_interrupt(self), &error);
    source_close(source);
    packet_batch_free(&self->batch);
    PyEval_RestoreThread(self->released_state);
    Py_CLEAR(self->batch_owner);
    if (has_stats)
        self->stats = stats;
    if (finished || self->dump_error_told)
        return !PyErr_Occurred();
    raise_dump_error(self, &error);
    return false;
}

bool capture_is_ours(CaptureObject *self)
{
    return !capture_is_inherited(self) ||
           raise_state(self, "belongs to the parent process: open another one in the child");
}

bool capture_enter(CaptureObject *self)
{
    if (self->source == NULL || self->close_requested)
        return raise_state(self, "is closed");
    if (self->busy)
        return raise_state(self, "is being read already, by another thread or around this callback");
    if (!capture_is_ours(self))
        return false;
    self->busy = true;
    self->reader = PyThread_get_thread_ident();
    return true;
}

bool capture_leave(CaptureObject *self)
{
    self->busy = false;
    if (!self->close_requested)
        return true;
    if (!PyErr_Occurred())
        return close_now(self);
    capture_end_beside_exception(self);
    return true;
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

bool capture_end(CaptureObject *self)
{
    bool has_reader = self->busy;
    if (capture_is_inherited(self) && self->reader != PyThread_get_thread_ident())
        has_reader = false; /* that thread is not in this process */
    if (self->source == NULL)
        return true;
    if (!has_reader)
        return close_now(self);
    self->close_requested = true;
    wake_reader(self);
    return true;
}

void capture_end_beside_exception(CaptureObject *self)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!capture_end(self))
        PyErr_WriteUnraisable((PyObject *)self);
    PyErr_Restore(type, value, traceback);
}
