/* Checks of arguments, with errors that name the argument, what it may be and what it was.
 * Each returns false with TypeError or ValueError set; a NULL value (not given) leaves the result as it is.
 */
#ifndef UMPA_PYTHON_ARGUMENTS_H
#define UMPA_PYTHON_ARGUMENTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stdint.h>

bool argument_integer(PyObject *value, const char *name, int64_t min, int64_t max, int64_t *result);

/* Milliseconds, an int or a float, into nanoseconds. */
bool argument_milliseconds(PyObject *value, const char *name, int64_t *result_ns);

/* A str out of `choices`, which end with NULL, into its index; None leaves it. */
bool argument_choice(PyObject *value, const char *name, const char *const choices[], unsigned *index);

/* The text of a str that could be a name. NULL, without an exception, for one that can't: with a NUL or lone
 * surrogates. */
const char *name_text(PyObject *name);

/* A str or None into bytes without NUL, in the file system's encoding; a new reference, NULL for None. */
bool argument_text(PyObject *value, const char *name, PyObject **encoded);

/* A str, bytes or os.PathLike. */
bool argument_is_path(PyObject *object);

/* A path (str, bytes or os.PathLike) or None likewise. */
bool argument_path(PyObject *value, const char *name, PyObject **encoded);

#endif
