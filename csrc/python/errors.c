/* Errors on their way to Python: see errors.h. */
#include "errors.h"

PyObject *take_exception(void)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != NULL)
        PyException_SetTraceback(value, traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
}

void raise_exception(PyObject *exception)
{
    PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_DECREF(exception);
}

PyObject *raise_named(struct module_state *state, const char *class_name, PyObject *text)
{
    if (state->exceptions == NULL) { /* the interpreter is shutting down */
        PyErr_SetObject(PyExc_RuntimeError, text);
        return NULL;
    }
    PyObject *class = PyObject_GetAttrString(state->exceptions, class_name);
    if (class != NULL) {
        PyErr_SetObject(class, text);
        Py_DECREF(class);
    }
    return NULL;
}

/* Which packet is damaged, and where it lies. */
static bool tell_place(PyObject *exception, const struct capture_error *error)
{
    PyObject *offset = PyLong_FromUnsignedLongLong(error->file_offset);
    PyObject *packet = PyLong_FromUnsignedLongLong(error->packet_number);
    bool told = offset != NULL && packet != NULL &&
                PyObject_SetAttrString(exception, "offset", offset) == 0 &&
                PyObject_SetAttrString(exception, "packet", packet) == 0;
    Py_XDECREF(offset);
    Py_XDECREF(packet);
    return told;
}

PyObject *raise_capture_error(struct module_state *state, const struct capture_error *error,
                              PyObject *subject)
{
    static const char *const makers[] = {
        [ERROR_SYSTEM] = "_system",           [ERROR_NOT_PERMITTED] = "_not_permitted",
        [ERROR_DEVICE] = "_device",           [ERROR_FILTER] = "_filter",
        [ERROR_FILE_FORMAT] = "_file_format", [ERROR_LIBPCAP] = "_libpcap",
        [ERROR_INTERRUPTED] = "_libpcap",     [ERROR_ARGUMENT] = "_argument",
    };
    if (error->kind == ERROR_NO_MEMORY)
        return PyErr_NoMemory();
    PyObject *text = PyUnicode_DecodeFSDefault(error->text);
    if (text == NULL)
        return NULL;
    if (state->exceptions == NULL) {
        PyErr_SetObject(PyExc_RuntimeError, text);
        Py_DECREF(text);
        return NULL;
    }
    PyObject *whose = error->subject != NULL ? PyUnicode_DecodeFSDefault(error->subject)
                                             : Py_NewRef(subject == NULL ? Py_None : subject);
    PyObject *exception = whose == NULL ? NULL
                                        : PyObject_CallMethod(state->exceptions, makers[error->kind], "iOO",
                                                              error->errno_value, text, whose);
    if (exception != NULL && (error->packet_number == 0 || tell_place(exception, error)))
        PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
    Py_XDECREF(exception);
    Py_XDECREF(whose);
    Py_DECREF(text);
    return NULL;
}

/* Takes over the text, which may be NULL. False where Python has no notes, or no memory. */
static bool note(struct module_state *state, PyObject *exception, PyObject *text)
{
    PyObject *noted = NULL;
    if (text != NULL && state->exceptions != NULL) /* else the interpreter is shutting down */
        noted = PyObject_CallMethod(state->exceptions, "_note", "OO", exception, text);
    bool is_noted = noted == Py_True;
    PyErr_Clear();
    Py_XDECREF(text);
    Py_XDECREF(noted);
    return is_noted;
}

void note_part(struct module_state *state, PyObject *exception, const char *part)
{
    PyObject *path = PyUnicode_DecodeFSDefault(part), *text = NULL;
    if (path != NULL)
        text = PyUnicode_FromFormat("what was written before is in %U", path);
    Py_XDECREF(path);
    note(state, exception, text);
}

void note_failure(struct module_state *state, const struct capture_error *error, PyObject *subject)
{
    PyObject *exception = take_exception();
    if (!note(state, exception, PyUnicode_DecodeFSDefault(error->text))) {
        raise_capture_error(state, error, subject);
        PyErr_WriteUnraisable(subject);
    }
    raise_exception(exception);
}
