/* umpa_sniffing.Capture: its type, and what it tells of itself. */
#include "arguments.h"
#include "capture_object.h"
#include "errors.h"
#include "packet_index.h"

PyDoc_STRVAR(stop_doc,
             "stop()\n--\n\n"
             "Ends the capture, from any thread, callback or signal handler: a reader still gets what was\n"
             "taken from the kernel, then the end. Nothing to do for a closed one.");

static PyObject *capture_stop(PyObject *object, PyObject *unused)
{
    (void)unused;
    capture_request_stop((CaptureObject *)object);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(finish_doc,
             "finish()\n--\n\n"
             "Ends the capture as stop() does, but only when what came before this call has been delivered,\n"
             "which the kernel keeps back for two to_ms at most. A reader that is behind by more than a\n"
             "second still gets what it has taken from the kernel.");

static PyObject *capture_finish(PyObject *object, PyObject *unused)
{
    (void)unused;
    capture_request_finish((CaptureObject *)object);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(close_doc,
             "close()\n--\n\n"
             "Closes device or file, and completes the dump, or raises the OSError that says why it could\n"
             "not. While another thread reads, or in a callback, the reader does so when its read ends.\n"
             "Once more does nothing.");

static PyObject *capture_close(PyObject *object, PyObject *unused)
{
    (void)unused;
    if (!capture_end((CaptureObject *)object))
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *capture_enter_context(PyObject *self, PyObject *unused)
{
    (void)unused;
    return Py_NewRef(self);
}

/* An exception that is on its way goes on as it is: a dump that could not be finished is told beside it. */
static PyObject *capture_exit_context(PyObject *object, PyObject *args)
{
    CaptureObject *self = (CaptureObject *)object;
    PyObject *type = Py_None, *exception = Py_None, *traceback;
    if (!PyArg_UnpackTuple(args, "__exit__", 0, 3, &type, &exception, &traceback))
        return NULL;
    bool is_raising = type != Py_None;
    if (is_raising)
        capture_note_exception(self, type);
    if (is_raising && self->is_spoiled)
        capture_tell_part(self, exception);
    if (!capture_end(self)) {
        if (!is_raising)
            return NULL;
        PyErr_WriteUnraisable(object);
    }
    Py_RETURN_NONE;
}

static PyMethodDef capture_methods[] = {
    {"next", (PyCFunction)(void (*)(void))capture_next, METH_VARARGS | METH_KEYWORDS, capture_next_doc},
    {"read_into", capture_read_into, METH_O, capture_read_into_doc},
    {"loop", capture_loop, METH_VARARGS, capture_loop_doc},
    {"consume", capture_consume, METH_NOARGS, capture_consume_doc},
    {"stop", capture_stop, METH_NOARGS, stop_doc},
    {"finish", capture_finish, METH_NOARGS, finish_doc},
    {"close", capture_close, METH_NOARGS, close_doc},
    {"stats", capture_stats, METH_NOARGS, capture_stats_doc},
    {"set_filter", capture_set_filter, METH_O, capture_set_filter_doc},
    {"index", capture_index, METH_NOARGS, capture_index_doc},
    {"fileno", capture_fileno, METH_NOARGS, capture_fileno_doc},
    {"_summarize", capture_summarize, METH_NOARGS, capture_summarize_doc},
    {"_poll", capture_poll, METH_NOARGS, capture_poll_doc},
    {"_begin_wait", capture_begin_wait, METH_NOARGS, capture_begin_wait_doc},
    {"_look", capture_look, METH_NOARGS, capture_look_doc},
    {"_end_wait", capture_end_wait, METH_NOARGS, capture_end_wait_doc},
    {"__enter__", capture_enter_context, METH_NOARGS, NULL},
    {"__exit__", capture_exit_context, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static bool is_closed(const CaptureObject *self)
{
    return self->source == NULL || self->close_requested;
}

static PyObject *capture_get_closed(PyObject *self, void *closure)
{
    (void)closure;
    return PyBool_FromLong(is_closed((CaptureObject *)self));
}

static PyObject *capture_get_delivered(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLongLong(((CaptureObject *)self)->delivered);
}

static PyObject *capture_get_datalink(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLong(((CaptureObject *)self)->link_type);
}

static PyObject *capture_get_snaplen(PyObject *self, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLong(((CaptureObject *)self)->snaplen);
}

static PyObject *capture_get_subject(PyObject *self, void *closure)
{
    (void)closure;
    return Py_NewRef(((CaptureObject *)self)->subject);
}

static PyObject *capture_get_filter(PyObject *self, void *closure)
{
    (void)closure;
    return Py_NewRef(((CaptureObject *)self)->filter);
}

static PyGetSetDef capture_getset[] = {
    {"closed", capture_get_closed, NULL, "True after close().", NULL},
    {"delivered", capture_get_delivered, NULL, "Packets that the reader has been given.", NULL},
    {"datalink", capture_get_datalink, NULL, "libpcap's number of the link type (DLT_...).", NULL},
    {"snaplen", capture_get_snaplen, NULL, "Bytes kept of each packet, at most.", NULL},
    {"_subject", capture_get_subject, NULL, "The device's name, or the file's path.", NULL},
    {"filter", capture_get_filter, NULL, "The BPF expression, or None.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyObject *capture_repr(PyObject *object)
{
    CaptureObject *self = (CaptureObject *)object;
    return PyUnicode_FromFormat("<%s Capture of %R, %llu packets delivered>",
                                is_closed(self) ? "closed" : "open", self->subject,
                                (unsigned long long)self->delivered);
}

static void capture_finalize(PyObject *object)
{
    CaptureObject *self = (CaptureObject *)object;
    if (self->source == NULL)
        return;
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!capture_is_inherited(self) && !self->is_indexed &&
        PyErr_ResourceWarning(object, 1, "unclosed %R", object) < 0)
        PyErr_WriteUnraisable(object);
    capture_end_beside_exception(self);
    PyErr_Restore(type, value, traceback);
}

/* What it was given to read from may know of it; all else are texts. */
static int capture_traverse(PyObject *object, visitproc visit, void *arg)
{
    CaptureObject *self = (CaptureObject *)object;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->paths);
    Py_VISIT(self->kept);
    Py_VISIT(self->pending);
    return 0;
}

static int capture_clear(PyObject *object)
{
    CaptureObject *self = (CaptureObject *)object;
    Py_CLEAR(self->paths);
    Py_CLEAR(self->kept);
    Py_CLEAR(self->pending);
    return 0;
}

static void capture_dealloc(PyObject *object)
{
    CaptureObject *self = (CaptureObject *)object;
    PyTypeObject *type = Py_TYPE(self);
    if (PyObject_CallFinalizerFromDealloc(object) < 0)
        return;
    PyObject_GC_UnTrack(object);
    capture_clear(object);
    packet_batch_free(&self->batch);
    PyMem_Free(self->decoder);
    Py_XDECREF(self->opening);
    Py_XDECREF(self->subject);
    Py_XDECREF(self->filter);
    Py_XDECREF(self->dump_path);
    PyObject_GC_Del(object);
    Py_DECREF(type);
}

static PyType_Slot capture_slots[] = {
    {Py_tp_doc,
     "Packets of a device or a file: an iterator and a context manager. open_live() and open_offline()\n"
     "make one; one thread at a time may read it."},
    {Py_tp_dealloc, capture_dealloc},
    {Py_tp_traverse, capture_traverse},
    {Py_tp_clear, capture_clear},
    {Py_tp_finalize, capture_finalize},
    {Py_tp_iter, PyObject_SelfIter},
    {Py_tp_iternext, capture_iternext},
    {Py_am_aiter, PyObject_SelfIter},
    {Py_am_anext, capture_anext},
    {Py_tp_methods, capture_methods},
    {Py_tp_getset, capture_getset},
    {Py_tp_repr, capture_repr},
    {0, NULL},
};

static PyType_Spec capture_spec = {
    .name = "umpa_sniffing.Capture",
    .basicsize = sizeof(CaptureObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = capture_slots,
};

static PyMethodDef open_functions[] = {
    {"open_live", (PyCFunction)(void (*)(void))open_live, METH_VARARGS | METH_KEYWORDS, open_live_doc},
    {"open_offline", (PyCFunction)(void (*)(void))open_offline, METH_VARARGS | METH_KEYWORDS,
     open_offline_doc},
    {NULL, NULL, 0, NULL},
};

int capture_setup(PyObject *module, struct module_state *state)
{
    state->capture_type = module_add_type(module, &capture_spec, NULL);
    if (state->capture_type == NULL)
        return -1;
    return PyModule_AddFunctions(module, open_functions);
}
