/* Capture._summarize(): a file's packets are counted, for umpa_sniffing.info(). */
#include "capture_object.h"
#include "errors.h"

#include "../files/file_source.h"
#include "../files/file_summary.h"
#include <poll.h>

const char capture_summarize_doc[] =
    "_summarize()\n--\n\n"
    "Counts what is left of the one file: a dict for umpa_sniffing.file_info.";

static PyObject *number_or_none(uint64_t number)
{
    return number == UINT64_MAX ? Py_NewRef(Py_None) : PyLong_FromUnsignedLongLong(number);
}

/* (link type, snaplen, options, whether these are swapped, packets, received, dropped) */
static PyObject *interface_tuple(const struct interface_summary *summary)
{
    const struct interface *interface = summary->shared;
    return Py_BuildValue("IIy#NKNN", interface->link_type, interface->snaplen,
                         (const char *)interface->options, (Py_ssize_t)interface->options_length,
                         PyBool_FromLong(interface->is_swapped), (unsigned long long)summary->packets,
                         number_or_none(summary->received), number_or_none(summary->dropped));
}

static bool append_new(PyObject *list, PyObject *item)
{
    bool appended = item != NULL && PyList_Append(list, item) == 0;
    Py_XDECREF(item);
    return appended;
}

static PyObject *summary_dict(const struct file_summary *summary, const char *format, const char *compression)
{
    PyObject *interfaces = PyList_New(0), *comments = PyList_New(0);
    bool listed = interfaces != NULL && comments != NULL;
    for (size_t i = 0; listed && i < summary->interface_count; i++)
        listed = append_new(interfaces, interface_tuple(&summary->interfaces[i]));
    for (const struct told_comment *each = summary->comments; listed && each != NULL; each = each->before)
        listed = append_new(comments, PyUnicode_DecodeUTF8(each->text, (Py_ssize_t)each->length, "replace"));
    if (!listed || PyList_Reverse(comments) < 0) {
        Py_XDECREF(interfaces);
        Py_XDECREF(comments);
        return NULL;
    }
    return Py_BuildValue(
        "{sssssKsKsKsKsLsLsNsKsNsN}", "format", format, "compression", compression, "packets",
        (unsigned long long)summary->packets, "bytes_captured", (unsigned long long)summary->bytes_captured,
        "bytes_on_wire", (unsigned long long)summary->bytes_on_wire, "packets_with_comments",
        (unsigned long long)summary->packets_with_comments, "first_ns", (long long)summary->first_ns,
        "last_ns", (long long)summary->last_ns, "is_in_order", PyBool_FromLong(summary->is_in_order),
        "sections", (unsigned long long)summary->sections, "interfaces", interfaces, "comments", comments);
}

static bool walk(CaptureObject *self, struct file_summary *summary, const char **format,
                 const char **compression)
{
    struct capture_error error;
    if (source_take_notice(self->source, &error) && !capture_warn_of_notice(self, &error))
        return false;
    for (;;) {
        struct file_wait wait;
        self->released_state = PyEval_SaveThread();
        enum file_result result =
            file_source_summarize(self->source, summary, &wait, format, compression, &error);
        if (result == FILE_NOTHING && wait.ms > 0)
            poll(&(struct pollfd){.fd = wait.fd, .events = POLLIN}, 1, wait.ms);
        PyEval_RestoreThread(self->released_state);
        source_free_left(self->source);
        if (PyErr_Occurred() || PyErr_CheckSignals() < 0 || !capture_is_ours(self))
            return false;
        if (result == FILE_END)
            return true;
        if (result == FILE_FAILED)
            raise_capture_error(self->state, &error, self->subject);
        if (result == FILE_FAILED || (result == FILE_NOTICE && !capture_warn_of_notice(self, &error)))
            return false;
    }
}

PyObject *capture_summarize(PyObject *object, PyObject *unused)
{
    CaptureObject *self = (CaptureObject *)object;
    struct file_summary summary;
    const char *format, *compression;
    PyObject *result = NULL;
    (void)unused;
    if (!capture_enter(self))
        return NULL;
    file_summary_init(&summary);
    capture_end_loans(self);
    packet_batch_reset(&self->batch);
    if (self->paths == NULL || PyTuple_GET_SIZE(self->paths) != 1 || self->follows)
        capture_raise_state(self, "is not of one file that is complete, which alone has a summary");
    else if (walk(self, &summary, &format, &compression))
        result = summary_dict(&summary, format, compression);
    file_summary_free(&summary);
    if (!capture_leave(self))
        Py_CLEAR(result);
    return result;
}
