/* Fills a struct capture_error: see capture_error.h. */
#define _POSIX_C_SOURCE 200809L /* strerror_r in POSIX's form, not GNU's */
#include "capture_error.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Bool capture_error_set(struct capture_error *error, enum error_kind kind, int errno_value,
                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error->kind = kind;
    error->errno_value = errno_value;
    vsnprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    return 0;
}

_Bool capture_error_set_errno(struct capture_error *error, int errno_value)
{
    error->kind = errno_value == ENOMEM ? ERROR_NO_MEMORY : ERROR_SYSTEM;
    error->errno_value = errno_value;
    if (strerror_r(errno_value, error->text, sizeof(error->text)) != 0)
        snprintf(error->text, sizeof(error->text), "error %d", errno_value);
    return 0;
}
