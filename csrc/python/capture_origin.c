/* What a dump is told of the capture whose packets it gets. */
#include "arguments.h"
#include "capture_object.h"
#include "errors.h"

#include "../capture/clock.h"

/* The bytes of the text, which `known` keeps; NULL with an exception. */
static const char *keep_text(struct known_origin *known, PyObject *encoded)
{
    bool is_kept = encoded != NULL && PyList_Append(known->texts, encoded) == 0;
    Py_XDECREF(encoded);
    return is_kept ? PyBytes_AS_STRING(encoded) : NULL;
}

/* Of those files of a capture that have a path. */
static bool know_sources(CaptureObject *self, struct known_origin *known)
{
    Py_ssize_t count = self->paths == NULL ? 0 : PyTuple_GET_SIZE(self->paths);
    size_t found = 0;
    known->sources = PyMem_Calloc((size_t)count + 1, sizeof(*known->sources));
    if (known->sources == NULL)
        return PyErr_NoMemory() != NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *encoded, *path = PyTuple_GET_ITEM(self->paths, i);
        if (!argument_is_path(path))
            continue;
        if (!argument_path(path, "path", &encoded) ||
            (known->sources[found++] = keep_text(known, encoded)) == NULL)
            return false;
    }
    return true;
}

bool capture_know_origin(CaptureObject *self, struct known_origin *known)
{
    bool is_live = self->gather_ns != 0;
    known->origin = (struct dump_origin){
        .is_live = is_live,
        .microseconds = is_live && source_has_microseconds(self->source),
        .link_type = self->link_type,
        .snaplen = self->snaplen,
    };
    known->texts = PyList_New(0);
    if (known->texts == NULL || !know_sources(self, known))
        return false;
    known->origin.sources = known->sources;
    if (is_live && self->filter != Py_None)
        known->origin.filter = keep_text(known, PyUnicode_EncodeFSDefault(self->filter));
    return !PyErr_Occurred();
}

void known_origin_clear(struct known_origin *known)
{
    Py_XDECREF(known->texts);
    PyMem_Free(known->sources);
    *known = (struct known_origin){0};
}

struct dump_statistics capture_dump_statistics(const CaptureObject *self)
{
    int64_t now_ns = realtime_ns();
    return (struct dump_statistics){
        .started_ns = now_ns - self->stats.elapsed_ns,
        .ended_ns = now_ns,
        .received = self->stats.received,
        .dropped = self->stats.dropped,
        .dropped_interface = self->stats.dropped_interface,
        .delivered = self->delivered,
    };
}

void capture_tell_part(CaptureObject *self, PyObject *exception)
{
    bool is_elsewhere = self->busy && self->reader != PyThread_get_thread_ident(); /* and may rename it */
    const char *part = self->dump == NULL || is_elsewhere ? NULL : dump_file_part_path(self->dump);
    if (part != NULL)
        note_part(self->state, exception, part);
}
