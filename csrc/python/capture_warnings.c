/* What a capture warns of; umpa_sniffing.exceptions has the words. */
#include "capture_object.h"

#if PY_VERSION_HEX < 0x030d0000
#define Py_IsFinalizing _Py_IsFinalizing
#endif

PyObject *capture_stats_object(CaptureObject *self, const struct source_stats *stats, uint64_t delivered)
{
    return PyObject_CallFunction(self->state->stats_type, "KKKKKd", (unsigned long long)stats->received,
                                 (unsigned long long)stats->dropped,
                                 (unsigned long long)stats->dropped_interface, (unsigned long long)delivered,
                                 (unsigned long long)stats->filtered, (double)stats->elapsed_ns / 1e9);
}

bool capture_warn_of_late_filter(CaptureObject *self)
{
    if (!source_filters_late(self->source))
        return true;
    PyObject *result =
        PyObject_CallMethod(self->state->exceptions, "_warn_of_late_filter", "O", self->filter);
    Py_XDECREF(result);
    return result != NULL;
}

bool capture_warn_of_notice(CaptureObject *self, const struct capture_error *notice)
{
    PyObject *result = NULL;
    PyObject *text = PyUnicode_DecodeFSDefault(notice->text);
    PyObject *subject =
        notice->subject == NULL ? Py_NewRef(self->subject) : PyUnicode_DecodeFSDefault(notice->subject);
    if (text != NULL && subject != NULL)
        result = PyObject_CallMethod(self->state->exceptions, "_warn_of_notice", "OO", text, subject);
    Py_XDECREF(text);
    Py_XDECREF(subject);
    Py_XDECREF(result);
    return result != NULL;
}

void capture_warn_of_drops(CaptureObject *self)
{
    PyObject *type, *value, *traceback;
    if (self->stats.dropped + self->stats.dropped_interface == 0 || self->state->exceptions == NULL)
        return;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *stats = capture_stats_object(self, &self->stats, self->delivered);
    PyObject *result = stats == NULL ? NULL
                                     : PyObject_CallMethod(self->state->exceptions, "_warn_of_drops", "OO",
                                                           stats, self->subject);
    Py_XDECREF(stats);
    Py_XDECREF(result);
    if (result == NULL && Py_IsFinalizing())
        PyErr_Clear(); /* nothing is left that could warn */
    if (type == NULL)
        return;
    if (PyErr_Occurred())
        PyErr_WriteUnraisable((PyObject *)self);
    PyErr_Restore(type, value, traceback);
}
