/* Capture.index(): the walk over a file that finds its packets. */
#include "arguments.h"
#include "capture_object.h"
#include "errors.h"
#include "packet_index.h"

#include "../files/file_index.h"
#include <unistd.h>

const char capture_index_doc[] =
    "index()\n--\n\n"
    "PacketIndex: the file's packets, those that match the filter, as a sequence, of which each is read\n"
    "when it is asked for. For one file that is not compressed and does not grow; all of it, whatever has\n"
    "been read here. It stays when the capture is closed.";

static bool is_of_one_file(CaptureObject *self)
{
    if (self->paths == NULL)
        return capture_raise_state(self, "has no index: that is for files");
    if (PyTuple_GET_SIZE(self->paths) > 1)
        return capture_raise_state(self, "has no index: that is for one file");
    return !self->follows || capture_raise_state(self, "has no index: the file grows (follow=True)");
}

static bool access_file(CaptureObject *self, struct file_access *access)
{
    struct capture_error error = {0};
    bool has_access;
    if (self->is_filling && self->reader == PyThread_get_thread_ident())
        return capture_raise_state(self, "is being read by this very thread: index() would wait for itself");
    capture_visit(self);
    Py_BEGIN_ALLOW_THREADS
    has_access = file_source_access(self->source, access, &error);
    Py_END_ALLOW_THREADS
    if (!has_access) {
        raise_capture_error(self->state, &error, self->subject);
    } else if (access->fd < 0) {
        char words[128];
        PyOS_snprintf(words, sizeof(words), "has no index: %s%s, and can't be read at any place",
                      access->compression == NULL ? "it is no regular file, or not from its beginning"
                                                  : "the file is compressed by ",
                      access->compression == NULL ? "" : access->compression);
        has_access = capture_raise_state(self, words);
    }
    return capture_leave_visit(self) && has_access;
}

static struct file_index *begin(CaptureObject *self, const struct file_access *access)
{
    struct capture_error error = {0};
    struct file_index *index = NULL;
    PyObject *filter = NULL;
    PyObject *name = PyUnicode_EncodeFSDefault(self->subject);
    if (name != NULL && argument_text(self->filter, "filter", &filter)) {
        struct index_options options = {
            .fd = access->fd,
            .name = PyBytes_AS_STRING(name),
            .filter = filter == NULL ? NULL : PyBytes_AS_STRING(filter),
            .count_max = self->count_limit,
            .on_damage = access->on_damage,
        };
        index = file_index_new(&options, &error);
        if (index == NULL)
            raise_capture_error(self->state, &error, self->subject);
    } else {
        close(access->fd);
    }
    Py_XDECREF(filter);
    Py_XDECREF(name);
    return index;
}

static bool walk(CaptureObject *self, struct file_index *index)
{
    for (;;) {
        struct slab *left = NULL;
        struct capture_error error = {0};
        enum file_result result;
        Py_BEGIN_ALLOW_THREADS
        result = file_index_walk(index, &left, &error);
        Py_END_ALLOW_THREADS
        slabs_free(&left);
        if (result == FILE_END)
            return true;
        if (result == FILE_FAILED) {
            raise_capture_error(self->state, &error,
                                error.kind == ERROR_FILTER ? self->filter : self->subject);
            return false;
        }
        if (PyErr_CheckSignals() < 0 || !capture_is_ours(self) ||
            (result == FILE_NOTICE && !capture_warn_of_notice(self, &error)))
            return false;
    }
}

static PyObject *packet_index(PyObject *records, struct file_index *index)
{
    struct slab *left = NULL;
    file_index_end(index, &left);
    slabs_free(&left);
    PyObject *module = PyImport_ImportModule("umpa_sniffing.packet_index"), *packets = NULL;
    if (module != NULL)
        packets = PyObject_CallMethod(module, "PacketIndex", "O", records);
    Py_XDECREF(module);
    return packets;
}

PyObject *capture_index(PyObject *object, PyObject *unused)
{
    CaptureObject *self = (CaptureObject *)object;
    struct file_access access;
    struct file_index *index;
    PyObject *records = NULL;
    (void)unused;
    if (!capture_is_open(self) || !is_of_one_file(self) || !access_file(self, &access) ||
        (index = begin(self, &access)) == NULL ||
        (records = record_index_new(self->state, index, self->decoder, self->subject)) == NULL)
        return NULL;
    self->is_indexed = true;
    bool walked = walk(self, index);
    PyObject *exception = walked ? NULL : take_exception();
    PyObject *result = packet_index(records, index);
    Py_DECREF(records);
    if (walked)
        return result;
    /* It has what was found before; without memory for that, it comes alone. */
    if (result == NULL || PyObject_SetAttrString(exception, "packets", result) < 0)
        PyErr_Clear();
    Py_XDECREF(result);
    raise_exception(exception);
    return NULL;
}
