/* The type of PacketWriter: see packet_writer_object.h. */
#include "packet_writer.h"
#include "dump_argument.h"
#include "errors.h"
#include "packet_writer_object.h"

static bool raise_state(WriterObject *self, const char *what)
{
    PyObject *text = PyUnicode_FromFormat("the writer of %R %s", self->path, what);
    if (text != NULL)
        raise_named(self->state, "UMPAStateException", text);
    Py_XDECREF(text);
    return false;
}

static bool is_inherited(const WriterObject *self)
{
    return self->fork_generation != fork_generation();
}

bool writer_is_free(WriterObject *self)
{
    if (self->dump == NULL)
        return raise_state(self, "is closed");
    if (is_inherited(self))
        return raise_state(self, "belongs to the parent process: make another one in the child");
    return !self->is_busy || raise_state(self, "is in use by another thread");
}

static bool has_handler_raised_without_gil(void *context)
{
    WriterObject *self = context;
    PyEval_RestoreThread(self->released_state);
    bool raised = PyErr_CheckSignals() < 0 || is_inherited(self);
    self->released_state = PyEval_SaveThread();
    return raised;
}

struct interrupt_check writer_interrupt(WriterObject *self)
{
    return (struct interrupt_check){has_handler_raised_without_gil, self};
}

void writer_leave_gil(WriterObject *self)
{
    self->is_busy = true;
    self->released_state = PyEval_SaveThread();
}

/* False with an exception when what was done meanwhile failed, or a handler raised. */
bool writer_return_to_gil(WriterObject *self, bool done, const struct capture_error *error)
{
    PyEval_RestoreThread(self->released_state);
    self->is_busy = false;
    self->error_told = self->error_told || !done;
    if (PyErr_Occurred()) {
        if (!done)
            note_failure(self->state, error, self->path);
        return false;
    }
    if (!done)
        raise_capture_error(self->state, error, self->path);
    return PyErr_CheckSignals() == 0 && done;
}

bool writer_flush_dump(WriterObject *self)
{
    struct capture_error error;
    self->is_waiting = false;
    writer_leave_gil(self);
    bool flushed = dump_file_flush(self->dump, writer_interrupt(self), &error);
    return writer_return_to_gil(self, flushed, &error);
}

static const char flush_doc[] = "flush()\n--\n\nWrites the packets that wait in memory.";

static PyObject *writer_flush(PyObject *object, PyObject *unused)
{
    WriterObject *self = (WriterObject *)object;
    (void)unused;
    if (!writer_is_free(self) || !writer_flush_dump(self))
        return NULL;
    Py_RETURN_NONE;
}

/* Also in a forked child, whose copy is only freed. */
static bool close_now(WriterObject *self, bool is_complete)
{
    struct dump_file *dump = self->dump;
    struct capture_error error;
    if (dump == NULL)
        return true;
    if (self->is_busy && !is_inherited(self))
        return raise_state(self, "is in use by another thread");
    self->dump = NULL;
    writer_leave_gil(self);
    bool closed = dump_file_close(dump, self->has_statistics ? &self->statistics : NULL, is_complete,
                                  writer_interrupt(self), &self->written, &error);
    return writer_return_to_gil(self, closed || self->error_told, &error);
}

static const char close_doc[] = "close(complete=True)\n--\n\n"
                                "Completes the file and closes it. complete: whether an atomic one gets its "
                                "name; else it stays name.part.";

static PyObject *writer_close(PyObject *object, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"complete", NULL};
    int is_complete = 1;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|p:close", names, &is_complete) ||
        !close_now((WriterObject *)object, is_complete))
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *writer_enter(PyObject *object, PyObject *unused)
{
    (void)unused;
    return writer_is_free((WriterObject *)object) ? Py_NewRef(object) : NULL;
}

/* An exception that is on its way goes on; what fails here as well is its context. */
static PyObject *writer_exit(PyObject *object, PyObject *args)
{
    WriterObject *self = (WriterObject *)object;
    PyObject *type = Py_None, *exception = Py_None, *traceback;
    if (!PyArg_UnpackTuple(args, "__exit__", 0, 3, &type, &exception, &traceback))
        return NULL;
    bool is_raising = type != Py_None;
    /* Ctrl-C is how a live capture ends. */
    bool is_complete =
        !is_raising || (self->has_statistics && PyErr_GivenExceptionMatches(type, PyExc_KeyboardInterrupt));
    const char *part =
        is_complete || self->dump == NULL || self->is_busy ? NULL : dump_file_part_path(self->dump);
    if (part != NULL)
        note_part(self->state, exception, part);
    if (!close_now(self, is_complete)) {
        if (!is_raising)
            return NULL;
        PyErr_WriteUnraisable(object);
    }
    Py_RETURN_NONE;
}

/* What can be told beforehand of the packets. */
static bool make_origin(struct module_state *state, PyObject *packets, struct known_origin *known)
{
    enum { ETHERNET = 1 };
    known->origin.link_type = ETHERNET;
    if (packets == NULL || !Py_IS_TYPE(packets, state->capture_type))
        return true;
    CaptureObject *capture = (CaptureObject *)packets;
    return capture_is_open(capture) && capture_know_origin(capture, known);
}

static const char writer_doc[] =
    "PacketWriter(dump, packets=None)\n--\n\n"
    "Writes packets into what `dump`, a path or a Dump, says. packets: what will be written, to see that it\n"
    "is not read from the same file. For `with`.";

static PyObject *writer_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"dump", "packets", NULL};
    struct module_state *state = PyType_GetModuleState(type);
    PyObject *dump, *packets = NULL;
    struct dump_argument argument = {0};
    struct known_origin known = {0};
    struct capture_error error;
    WriterObject *self = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|O:PacketWriter", names, &dump, &packets))
        return NULL;
    if (dump == Py_None) {
        PyErr_SetString(PyExc_TypeError,
                        "dump must be a path (str, bytes or os.PathLike) or a Dump, not None");
        return NULL;
    }
    if (!argument_dump(dump, "dump", &argument) || !make_origin(state, packets, &known) ||
        (self = (WriterObject *)type->tp_alloc(type, 0)) == NULL)
        goto done;
    self->state = state;
    self->fork_generation = fork_generation();
    if ((self->path = PyUnicode_DecodeFSDefault(argument.options.path)) == NULL)
        goto failed;
    writer_leave_gil(self);
    self->dump = dump_file_open(&argument.options, &known.origin, writer_interrupt(self), &error);
    if (writer_return_to_gil(self, self->dump != NULL, &error))
        goto done;
failed:
    Py_CLEAR(self);
done:
    dump_argument_clear(&argument);
    known_origin_clear(&known);
    return (PyObject *)self;
}

static void writer_finalize(PyObject *object)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (!close_now((WriterObject *)object, false))
        PyErr_WriteUnraisable(object);
    PyErr_Restore(type, value, traceback);
}

static void writer_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    if (PyObject_CallFinalizerFromDealloc(object) < 0)
        return;
    Py_XDECREF(((WriterObject *)object)->path);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyObject *writer_repr(PyObject *object)
{
    WriterObject *self = (WriterObject *)object;
    return PyUnicode_FromFormat("<PacketWriter %R: %llu written%s>", self->path,
                                (unsigned long long)self->written, self->dump == NULL ? ", closed" : "");
}

static PyObject *writer_get_written(PyObject *object, void *closure)
{
    (void)closure;
    return PyLong_FromUnsignedLongLong(((WriterObject *)object)->written);
}

static PyGetSetDef writer_getset[] = {
    {"written", writer_get_written, NULL,
     "Packets so far, of which the last may wait in memory; once closed, those that are in the file.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef writer_methods[] = {
    {"write", writer_write, METH_O, writer_write_doc},
    {"write_all", writer_write_all, METH_O, writer_write_all_doc},
    {"flush", writer_flush, METH_NOARGS, flush_doc},
    {"close", (PyCFunction)(void (*)(void))writer_close, METH_VARARGS | METH_KEYWORDS, close_doc},
    {"__enter__", writer_enter, METH_NOARGS, NULL},
    {"__exit__", writer_exit, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot writer_slots[] = {
    {Py_tp_new, writer_new},           {Py_tp_dealloc, writer_dealloc},
    {Py_tp_finalize, writer_finalize}, {Py_tp_methods, writer_methods},
    {Py_tp_getset, writer_getset},     {Py_tp_repr, writer_repr},
    {Py_tp_doc, (void *)writer_doc},   {0, NULL},
};

static PyType_Spec writer_spec = {
    .name = "umpa_sniffing._core.PacketWriter",
    .basicsize = sizeof(WriterObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = writer_slots,
};

int packet_writer_setup(PyObject *module)
{
    PyTypeObject *type = module_add_type(module, &writer_spec, NULL);
    Py_XDECREF(type);
    return type == NULL ? -1 : 0;
}
