/* open_offline(): its arguments, and the files that it opens. */
#include "arguments.h"
#include "capture_open.h"
#include "errors.h"
#include "file_input.h"

#include "../files/file_source.h"

const char open_offline_doc[] =
    "open_offline(path, *, filter=None, count=0, decode_as=None, merge=False, follow=False, errors='raise',\n"
    "             dump=None, flush_interval=100)\n--\n\n"
    "A Capture of a capture file: pcap or pcapng, as it is or compressed by gzip, zstd or xz.\n\n"
    "path: str, bytes or os.PathLike, a FIFO's too; '-': standard input; an int: a descriptor, which\n"
    "stays open; an object with readinto() or read(), which stays open; or a list of any of these, read\n"
    "one after the other, or, merge=True, by the packets' times.\n"
    "filter: a BPF expression (pcap-filter(7)). count: matching packets until iteration ends, 0 for all.\n"
    "decode_as: what layer follows where a header has a number, as of open_live().\n"
    "follow: at the file's end, wait for more; a file that is truncated or replaced is read anew, which a\n"
    "UMPAWarning tells. errors: what damage does: 'raise' an exception, 'warn' and go on behind it, or\n"
    "'ignore' it.\n"
    "dump, flush_interval: as of open_live().";

/* The text in the encoding of paths; NULL with an exception. */
static char *copy_of_name(PyObject *name)
{
    PyObject *encoded = PyUnicode_EncodeFSDefault(name);
    char *copy = encoded == NULL ? NULL : strdup(PyBytes_AS_STRING(encoded));
    if (encoded != NULL && copy == NULL)
        PyErr_NoMemory();
    Py_XDECREF(encoded);
    return copy;
}

static struct byte_input *open_with_gil(CaptureObject *self, unsigned index, char **name)
{
    PyObject *text = NULL;
    struct byte_input *input = file_input_open(self->state, PyTuple_GET_ITEM(self->paths, (Py_ssize_t)index),
                                               self->follows, self, self->kept, &text);
    if (text != NULL && PyTuple_GET_SIZE(self->paths) == 1)
        Py_SETREF(self->subject, Py_NewRef(text));
    Py_XSETREF(self->opening, Py_XNewRef(text));
    if (input != NULL && (*name = copy_of_name(text)) == NULL) {
        input_close(input);
        input = NULL;
    }
    Py_XDECREF(text);
    return input;
}

/* For a source, which runs without the GIL. */
static struct byte_input *open_file(void *context, unsigned index, char **name, struct capture_error *error)
{
    CaptureObject *self = context;
    PyEval_RestoreThread(self->released_state);
    struct byte_input *input = open_with_gil(self, index, name);
    self->released_state = PyEval_SaveThread();
    if (input == NULL)
        capture_error_set(error, ERROR_INTERRUPTED, 0, "an exception was raised while the file was opened");
    return input;
}

static PyObject *tuple_of(PyObject *path, int follow)
{
    if (!PyList_Check(path) && !PyTuple_Check(path))
        return PyTuple_Pack(1, path);
    const char *what = PySequence_Size(path) == 0 ? "path is a list without a file"
                       : follow                   ? "follow is for one file, not for a list"
                                                  : NULL;
    if (what == NULL)
        return PySequence_Tuple(path);
    PyErr_SetString(PyExc_ValueError, what);
    return NULL;
}

/* A tuple of what is to be opened. */
static PyObject *paths_of(struct module_state *state, PyObject *path, int follow)
{
    PyObject *paths = tuple_of(path, follow);
    for (Py_ssize_t i = 0; paths != NULL && i < PyTuple_GET_SIZE(paths); i++)
        if (!file_input_check(state, PyTuple_GET_ITEM(paths, i)))
            Py_CLEAR(paths);
    return paths;
}

PyObject *open_offline(PyObject *module, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"path",   "filter", "count", "decode_as",      "merge",
                            "follow", "errors", "dump",  "flush_interval", NULL};
    static const char *const policies[] = {"raise", "warn", "ignore", NULL};
    struct module_state *state = PyModule_GetState(module);
    PyObject *path, *filter = NULL, *count = NULL, *errors = NULL, *dump = NULL, *flush_interval = NULL;
    int merge = 0, follow = 0;
    unsigned policy = 0;
    struct open_options options = {.flush_interval_ns = DEFAULT_FLUSH_NS};
    struct capture_error error = {0};
    CaptureObject *self = NULL;
    PyObject *result = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$OOOppOOO:open_offline", names, &path, &filter,
                                     &count, &options.decode_as, &merge, &follow, &errors, &dump,
                                     &flush_interval))
        return NULL;
    if (!argument_text(filter, "filter", &options.filter) ||
        !argument_integer(count, "count", 0, INT64_MAX, &options.count) ||
        !argument_choice(errors, "errors", policies, &policy) ||
        !argument_dump(dump, "dump", &options.dump) ||
        !argument_milliseconds(flush_interval, "flush_interval", &options.flush_interval_ns))
        goto done;
    if ((self = capture_new(state, &options, 0)) == NULL)
        goto done;
    self->follows = follow;
    self->paths = paths_of(state, path, follow);
    self->kept = PyList_New(0);
    if (self->paths == NULL || self->kept == NULL) {
        Py_CLEAR(self);
        goto done;
    }
    if (PyTuple_GET_SIZE(self->paths) > 1)
        Py_SETREF(self->subject, PyUnicode_FromFormat("%zd files", PyTuple_GET_SIZE(self->paths)));

    struct file_options files = {
        .opener = {open_file, self},
        .file_count = (unsigned)PyTuple_GET_SIZE(self->paths),
        .filter = c_string(options.filter),
        .merge = merge,
        .on_damage = (enum damage_policy)policy,
        .interrupt = {capture_is_interrupted_without_gil, self},
    };
    self->released_state = PyEval_SaveThread();
    self->source = file_source_open(&files, &error);
    PyEval_RestoreThread(self->released_state);
    result = capture_finish_open(self, &options, &error);
done:
    open_options_clear(&options);
    return result;
}
