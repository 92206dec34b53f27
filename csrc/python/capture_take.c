/* The hot path: from the source's batch to the reader. The GIL is handed over once a batch; no Python API is
 * called without it. */
#include "capture_object.h"
#include "errors.h"

#include "../capture/clock.h"

static bool is_past(int64_t deadline_ns)
{
    return deadline_ns != 0 && monotonic_ns() >= deadline_ns;
}

static bool is_to_end(const CaptureObject *self)
{
    return self->stop_requested || self->close_requested || is_past(self->deadline_ns);
}

bool capture_is_interrupted_without_gil(void *context)
{
    CaptureObject *self = context;
    PyEval_RestoreThread(self->released_state);
    bool interrupted = PyErr_CheckSignals() < 0 || is_to_end(self) || capture_is_inherited(self);
    self->released_state = PyEval_SaveThread();
    return interrupted;
}

/* For a packet that the dump has no room for, or, with NULL, of what has waited long enough. */
static bool dump_flush(CaptureObject *self, const struct packet *packet)
{
    struct capture_error error;
    self->released_state = PyEval_SaveThread();
    bool flushed = packet == NULL ? dump_file_flush(self->dump, dump_interrupt(self), &error)
                                  : dump_file_make_room(self->dump, packet, dump_interrupt(self), &error);
    PyEval_RestoreThread(self->released_state);
    if (!flushed && (PyErr_Occurred() || capture_is_ours(self)))
        raise_dump_error(self, &error);
    return flushed;
}

/* A record stays in the dump's buffer for the flush interval at most. */
static bool dump_flush_when_due(CaptureObject *self)
{
    return self->dump == NULL || !dump_file_is_waiting(self->dump) || monotonic_ns() < self->flush_due_ns ||
           dump_flush(self, NULL);
}

static bool is_at_limit(const CaptureObject *self)
{
    return self->close_requested || is_past(self->deadline_ns) ||
           (self->count_limit != 0 && self->delivered >= self->count_limit);
}

bool capture_is_over(const CaptureObject *self)
{
    return (self->batch.unread == 0 && (self->stop_requested || self->ended)) || is_at_limit(self);
}

static int64_t earlier(int64_t time_ns, int64_t limit_ns)
{
    return limit_ns != 0 && limit_ns < time_ns ? limit_ns : time_ns;
}

int capture_wait_ms(const CaptureObject *self)
{
    int64_t now_ns = monotonic_ns();
    int64_t until_ns = now_ns + LONGEST_WAIT_MS * INT64_C(1000000);
    until_ns = earlier(until_ns, self->deadline_ns);
    until_ns = earlier(until_ns, self->call_deadline_ns);
    until_ns = earlier(until_ns, self->finish_due_ns);
    if (self->dump != NULL && dump_file_is_waiting(self->dump))
        until_ns = earlier(until_ns, self->flush_due_ns);
    return until_ns <= now_ns ? 0 : (int)((until_ns - now_ns + 999999) / 1000000);
}

static uint32_t packets_wanted(const CaptureObject *self)
{
    uint64_t left = self->count_limit - self->delivered;
    return self->count_limit != 0 && left < BATCH_PACKETS ? (uint32_t)left : BATCH_PACKETS;
}

/* What the last fill met; false with the exception that a warning may be. */
static bool warn_of_notice(CaptureObject *self)
{
    struct capture_error notice;
    return !source_take_notice(self->source, &notice) || capture_warn_of_notice(self, &notice);
}

/* What was met behind the packets of the batch before: their turn was first. */
static bool tell_what_came_behind(CaptureObject *self)
{
    PyObject *pending = self->pending;
    self->pending = NULL;
    if (pending != NULL) {
        self->is_spoiled = true;
        raise_exception(pending);
    }
    return pending == NULL && warn_of_notice(self);
}

/* Of a fill that has just been done: an exception that a file object, or the next file, raised meanwhile
 * waits until its packets have been delivered. Ctrl-C does not. */
static bool may_go_on(CaptureObject *self, enum fill_result result)
{
    if (PyErr_Occurred()) {
        self->is_spoiled = self->is_spoiled || result == FILL_FAILED;
        if (result != FILL_PACKETS || !PyErr_ExceptionMatches(PyExc_Exception))
            return false;
        self->pending = take_exception();
    }
    return PyErr_CheckSignals() == 0 && capture_is_ours(self) &&
           (result == FILL_PACKETS || warn_of_notice(self));
}

/* One hand-over of the GIL: 1 when the batch has packets, or the next one may at once; 0 when there is
 * nothing for now; -1 with an exception; and `ended` is set at the end. */
static int fill_batch(CaptureObject *self)
{
    struct capture_error error = {0};
    capture_end_loans(self);
    packet_batch_reset(&self->batch);
    source_free_left(self->source);
    if (!tell_what_came_behind(self))
        return -1;
    uint32_t wanted = packets_wanted(self);
    int wait_ms = capture_wait_ms(self);
    self->is_filling = true;
    self->released_state = PyEval_SaveThread();
    enum fill_result result =
        source_fill(self->source, &self->batch, self->decoder == NULL ? &self->state->decoder : self->decoder,
                    wanted, wait_ms, &error);
    PyEval_RestoreThread(self->released_state);
    self->is_filling = false;
    if (!may_go_on(self, result))
        return -1;
    switch (result) {
    case FILL_PACKETS:
    case FILL_AGAIN:
        return 1;
    case FILL_NOTHING:
        return 0;
    case FILL_END:
        self->ended = true;
        return 0;
    case FILL_FAILED:
        self->ended = true;
        if (error.kind == ERROR_INTERRUPTED && is_to_end(self))
            return 0;
        self->is_spoiled = true;
        raise_capture_error(self->state, &error, error.kind == ERROR_FILTER ? self->filter : self->subject);
        return -1;
    }
    Py_UNREACHABLE();
}

/* What was taken under a filter that has been replaced is looked at again. */
static void filter_batch_again(CaptureObject *self)
{
    self->released_state = PyEval_SaveThread();
    source_filter_again(self->source, &self->batch);
    PyEval_RestoreThread(self->released_state);
}

/* finish() was called, and its time was up before this look at the device: nothing is left to take, or the
 * device's clock tells us nothing. */
static bool is_finish_due(const CaptureObject *self, int64_t began_ns, int filled)
{
    const int64_t longest_ns = INT64_C(1000000000);
    return self->finish_due_ns != 0 && began_ns >= self->finish_due_ns + (filled == 0 ? 0 : longest_ns);
}

int capture_fill(CaptureObject *self)
{
    if (!dump_flush_when_due(self))
        return -1;
    int64_t began_ns = monotonic_ns();
    int filled = fill_batch(self);
    if (filled >= 0 && is_finish_due(self, began_ns, filled))
        self->stop_requested = true;
    return filled;
}

int capture_take(CaptureObject *self, const struct packet **packet)
{
    if (!capture_is_ours(self))
        return -1;
    if (is_at_limit(self))
        return 0;
    for (;;) {
        if (self->batch.filter_generation != source_filter_generation(self->source))
            filter_batch_again(self);
        if ((*packet = packet_batch_next(&self->batch)) != NULL) {
            if (self->finish_due_ns != 0 && (*packet)->timestamp_ns > self->finish_mark_ns)
                self->stop_requested = true;
            return 1;
        }
        if (capture_is_over(self))
            return 0;
        if (capture_fill(self) < 0)
            return -1;
        if (self->close_requested) /* what came after it is not in the stats */
            return 0;
        if (self->batch.unread == 0 && is_past(self->call_deadline_ns))
            return 0;
    }
}

static bool dump_packet(CaptureObject *self, const struct packet *packet)
{
    struct capture_error error;
    if (!dump_file_has_room(self->dump, packet) && !dump_flush(self, packet))
        return false;
    if (!dump_file_is_waiting(self->dump))
        self->flush_due_ns = monotonic_ns() + self->flush_interval_ns;
    if (!dump_file_append(self->dump, packet, chunk_interface(packet), &error)) {
        raise_capture_error(self->state, &error, self->dump_path);
        return false;
    }
    return dump_flush_when_due(self);
}

bool capture_deliver(CaptureObject *self, const struct packet *packet)
{
    if (self->dump != NULL && !dump_packet(self, packet))
        return false;
    self->delivered++;
    return true;
}
