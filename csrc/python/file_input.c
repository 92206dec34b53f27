/* Opens paths and descriptors, and reads Python's file objects: see file_input.h. */
#include "file_input.h"
#include "arguments.h"
#include "errors.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

enum { READ_MAX = 262144, NAME_MAX_LENGTH = 80 };

/* A file object's; the objects are kept alive by the list `kept`. */
struct file_object {
    CaptureObject *capture;
    PyObject *readinto; /* bound; NULL: it has none */
    PyObject *read;     /* likewise; at least one of them is set */
    PyObject *bytes;    /* a bytearray for readinto: whoever keeps a view of it harms nobody */
    bool follow;
};

static ptrdiff_t too_much(const char *method, Py_ssize_t got, Py_ssize_t asked)
{
    PyErr_Format(PyExc_ValueError, "the file object's %s gave %zd bytes of at most %zd", method, got, asked);
    return -1;
}

static ptrdiff_t take_readinto_result(const struct file_object *file, PyObject *result, uint8_t *bytes,
                                      Py_ssize_t size)
{
    if (result == Py_None)
        return INPUT_FUNCTION_NOTHING;
    if (!PyLong_Check(result)) {
        PyErr_Format(PyExc_TypeError, "the file object's readinto() gave %.100s, and no int or None",
                     Py_TYPE(result)->tp_name);
        return -1;
    }
    Py_ssize_t got = PyLong_AsSsize_t(result);
    if (got == -1 && PyErr_Occurred())
        return -1;
    if (got < 0 || got > size)
        return too_much("readinto()", got, size);
    memcpy(bytes, PyByteArray_AS_STRING(file->bytes), (size_t)got);
    return got;
}

static ptrdiff_t call_readinto(const struct file_object *file, uint8_t *bytes, Py_ssize_t size)
{
    ptrdiff_t got = -1;
    PyObject *whole = PyMemoryView_FromObject(file->bytes);
    PyObject *view = whole == NULL ? NULL : PySequence_GetSlice(whole, 0, size);
    PyObject *result = view == NULL ? NULL : PyObject_CallOneArg(file->readinto, view);
    if (result != NULL) /* while `whole` keeps the bytearray's size */
        got = take_readinto_result(file, result, bytes, size);
    Py_XDECREF(result);
    Py_XDECREF(view);
    Py_XDECREF(whole);
    return got;
}

static ptrdiff_t take_read_result(PyObject *result, uint8_t *bytes, Py_ssize_t size)
{
    Py_buffer given;
    if (result == Py_None)
        return INPUT_FUNCTION_NOTHING;
    if (!PyObject_CheckBuffer(result)) {
        PyErr_Format(PyExc_TypeError, "the file object's read() gave %.100s, and no bytes or None",
                     Py_TYPE(result)->tp_name);
        return -1;
    }
    if (PyObject_GetBuffer(result, &given, PyBUF_SIMPLE) < 0)
        return -1;
    ptrdiff_t got = given.len;
    if (got > size)
        got = too_much("read()", given.len, size);
    else
        memcpy(bytes, given.buf, (size_t)given.len);
    PyBuffer_Release(&given);
    return got;
}

static ptrdiff_t call_read(const struct file_object *file, uint8_t *bytes, Py_ssize_t size)
{
    PyObject *result = PyObject_CallFunction(file->read, "n", size);
    ptrdiff_t got = result == NULL ? -1 : take_read_result(result, bytes, size);
    Py_XDECREF(result);
    return got;
}

static ptrdiff_t read_with_gil(const struct file_object *file, uint8_t *bytes, size_t size)
{
    Py_ssize_t asked = size < READ_MAX ? (Py_ssize_t)size : READ_MAX;
    if (PyErr_Occurred()) /* another file's */
        return INPUT_FUNCTION_NOTHING;
    ptrdiff_t got =
        file->readinto != NULL ? call_readinto(file, bytes, asked) : call_read(file, bytes, asked);
    return got == 0 && file->follow ? INPUT_FUNCTION_NOTHING : got;
}

/* An iterator that raised it would be taken to have ended. */
static void replace_stop_iteration(void)
{
    if (!PyErr_ExceptionMatches(PyExc_StopIteration) && !PyErr_ExceptionMatches(PyExc_StopAsyncIteration))
        return;
    PyObject *cause = take_exception();
    PyErr_Format(PyExc_RuntimeError, "the file object raised %.100s", Py_TYPE(cause)->tp_name);
    PyObject *exception = take_exception();
    PyException_SetCause(exception, cause);
    raise_exception(exception);
}

static ptrdiff_t read_file_object(void *context, uint8_t *bytes, size_t size, struct capture_error *error)
{
    const struct file_object *file = context;
    PyEval_RestoreThread(file->capture->released_state);
    ptrdiff_t got = read_with_gil(file, bytes, size);
    if (got == -1)
        replace_stop_iteration();
    file->capture->released_state = PyEval_SaveThread();
    if (got == -1)
        capture_error_set(error, ERROR_INTERRUPTED, 0, "the file object raised an exception: open it again");
    return got;
}

/* One that decodes would fail at the first bytes that are no UTF-8, and say so in place of what is wrong. */
static bool is_no_text_file(PyObject *object)
{
    PyObject *io = PyImport_ImportModule("io");
    PyObject *class = io == NULL ? NULL : PyObject_GetAttrString(io, "TextIOBase");
    int is_text = class == NULL ? -1 : PyObject_IsInstance(object, class);
    if (is_text == 1)
        PyErr_Format(PyExc_TypeError,
                     "path is a text file, %.100s: open it in binary mode, as open(path, 'rb') does",
                     Py_TYPE(object)->tp_name);
    Py_XDECREF(class);
    Py_XDECREF(io);
    return is_text == 0;
}

/* The attribute or NULL; without an exception where there is none. */
static PyObject *attribute_if_any(PyObject *object, const char *name)
{
    PyObject *value = PyObject_GetAttrString(object, name);
    if (value == NULL && PyErr_ExceptionMatches(PyExc_AttributeError))
        PyErr_Clear();
    return value;
}

static PyObject *name_of_object(PyObject *object)
{
    PyObject *name = attribute_if_any(object, "name");
    if (PyErr_Occurred() || (name != NULL && PyUnicode_Check(name)))
        return name;
    Py_XDECREF(name);
    PyObject *shown = PyObject_Repr(object);
    if (shown != NULL && PyUnicode_GET_LENGTH(shown) > NAME_MAX_LENGTH) {
        PyObject *begin = PyUnicode_Substring(shown, 0, NAME_MAX_LENGTH - 3);
        Py_SETREF(shown, begin == NULL ? NULL : PyUnicode_FromFormat("%U...", begin));
        Py_XDECREF(begin);
    }
    return shown;
}

static bool keep(PyObject *kept, PyObject *object)
{
    return object == NULL || PyList_Append(kept, object) == 0;
}

/* A buffered file's readinto() waits until the buffer is full, its read1() only where nothing has come. (A
 * class of one's own may have changed either: 0; -1 with an exception.) */
static int is_buffered(PyObject *object)
{
    static const char *const names[] = {"BufferedReader", "BufferedRandom", "BufferedRWPair"};
    PyObject *io = PyImport_ImportModule("io");
    int found = io == NULL ? -1 : 0;
    for (size_t i = 0; found == 0 && i < Py_ARRAY_LENGTH(names); i++) {
        PyObject *type = PyObject_GetAttrString(io, names[i]);
        found = type == NULL ? -1 : (PyObject *)Py_TYPE(object) == type;
        Py_XDECREF(type);
    }
    Py_XDECREF(io);
    return found;
}

/* Fills `file`, which `kept` keeps alive. */
static bool find_methods(struct file_object *file, PyObject *object, PyObject *kept)
{
    PyObject *bytes = NULL, *read = NULL, *readinto = NULL;
    int buffered = is_buffered(object);
    if (buffered == 0)
        readinto = attribute_if_any(object, "readinto");
    if (readinto != NULL)
        bytes = PyByteArray_FromStringAndSize(NULL, READ_MAX);
    else if (!PyErr_Occurred())
        read = attribute_if_any(object, buffered == 1 ? "read1" : "read");
    file->readinto = readinto;
    file->read = read;
    file->bytes = bytes;
    if (readinto == NULL && read == NULL && !PyErr_Occurred())
        PyErr_Format(PyExc_TypeError,
                     "path must be a path (str, bytes or os.PathLike), '-', a file descriptor (int) or an "
                     "object with readinto() or read(), not %.100s",
                     object == Py_None ? "None" : Py_TYPE(object)->tp_name);
    bool found = !PyErr_Occurred() && keep(kept, readinto) && keep(kept, read) && keep(kept, bytes);
    Py_XDECREF(readinto);
    Py_XDECREF(read);
    Py_XDECREF(bytes);
    return found;
}

/* Of a file of the system's; -1: the object tells of none, in whatever way. False with an exception. */
static bool find_fd(PyObject *object, int *fd)
{
    PyObject *fileno = attribute_if_any(object, "fileno");
    PyObject *number = fileno == NULL ? NULL : PyObject_CallNoArgs(fileno);
    long value = number == NULL || !PyLong_Check(number) ? -1 : PyLong_AsLong(number);
    *fd = value >= 0 && value <= INT_MAX ? (int)value : -1;
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_Exception))
        PyErr_Clear();
    Py_XDECREF(number);
    Py_XDECREF(fileno);
    return !PyErr_Occurred();
}

static struct byte_input *open_object(PyObject *object, bool follow, CaptureObject *capture, PyObject *kept,
                                      PyObject **name, struct capture_error *error)
{
    struct file_object found = {.capture = capture, .follow = follow};
    int fd;
    if (!is_no_text_file(object) || !find_methods(&found, object, kept) || !find_fd(object, &fd) ||
        (*name = name_of_object(object)) == NULL)
        return NULL;
    struct file_object *file = malloc(sizeof(*file));
    if (file == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    *file = found;
    struct input_function function = {
        .read = read_file_object, .close = free, .context = file, .waits = true};
    struct byte_input *input = input_of_function(function, error);
    if (input != NULL && fd >= 0 && !follow)
        input_uses(input, fd);
    return input;
}

/* A duplicate: the caller's stays open. */
static struct byte_input *open_fd(int fd, bool follow, struct capture_error *error)
{
    int duplicate = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (duplicate >= 0)
        return input_of_fd(duplicate, follow, error);
    capture_error_set_errno(error, errno);
    return NULL;
}

static bool is_number(PyObject *path)
{
    return PyLong_Check(path) && !PyBool_Check(path);
}

static bool is_standard_input(PyObject *path)
{
    return (PyUnicode_Check(path) && PyUnicode_CompareWithASCIIString(path, "-") == 0) ||
           (PyBytes_Check(path) && strcmp(PyBytes_AS_STRING(path), "-") == 0);
}

static bool descriptor_of(PyObject *number, int *fd, PyObject **name)
{
    int64_t value;
    if (!argument_integer(number, "path, a file descriptor,", 0, INT_MAX, &value))
        return false;
    *fd = (int)value;
    return (*name = PyUnicode_FromFormat("<fd %d>", *fd)) != NULL;
}

bool file_input_check(struct module_state *state, PyObject *path)
{
    int fd = STDIN_FILENO;
    PyObject *name = NULL;
    bool is_open = true;
    if (is_number(path) ? !descriptor_of(path, &fd, &name)
                        : is_standard_input(path) && (name = PyUnicode_FromString("<stdin>")) == NULL)
        return false;
    if (name != NULL && fcntl(fd, F_GETFD) < 0) {
        struct capture_error error = {0};
        capture_error_set_errno(&error, errno);
        raise_capture_error(state, &error, name);
        is_open = false;
    }
    Py_XDECREF(name);
    return is_open;
}

static struct byte_input *open_number(PyObject *number, bool follow, PyObject **name,
                                      struct capture_error *error)
{
    int fd;
    return descriptor_of(number, &fd, name) ? open_fd(fd, follow, error) : NULL;
}

static struct byte_input *open_path(PyObject *path, bool follow, CaptureObject *capture, PyObject **name,
                                    struct capture_error *error)
{
    struct byte_input *input = NULL;
    PyObject *encoded = NULL;
    if (!argument_path(path, "path", &encoded))
        goto done;
    const char *text = PyBytes_AS_STRING(encoded);
    bool is_stdin = strcmp(text, "-") == 0;
    *name = is_stdin ? PyUnicode_FromString("<stdin>") : PyUnicode_DecodeFSDefault(text);
    if (*name == NULL)
        goto done;
    struct interrupt_check interrupt = {capture_is_interrupted_without_gil, capture};
    capture->released_state = PyEval_SaveThread();
    input = is_stdin ? open_fd(STDIN_FILENO, follow, error) : input_of_path(text, follow, interrupt, error);
    PyEval_RestoreThread(capture->released_state);
done:
    Py_XDECREF(encoded);
    return input;
}

struct byte_input *file_input_open(struct module_state *state, PyObject *path, bool follow,
                                   CaptureObject *capture, PyObject *kept, PyObject **name)
{
    struct byte_input *input;
    struct capture_error error = {0};
    *name = NULL;
    if (argument_is_path(path))
        input = open_path(path, follow, capture, name, &error);
    else if (is_number(path))
        input = open_number(path, follow, name, &error);
    else
        input = open_object(path, follow, capture, kept, name, &error);
    if (input == NULL && !PyErr_Occurred())
        raise_capture_error(state, &error, *name);
    return input;
}
