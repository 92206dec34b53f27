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
    error->file_offset = 0;
    error->packet_number = 0;
    error->subject = NULL;
    vsnprintf(error->text, sizeof(error->text), format, arguments);
    va_end(arguments);
    return 0;
}

_Bool capture_error_set_errno(struct capture_error *error, int errno_value)
{
    error->kind = errno_value == ENOMEM ? ERROR_NO_MEMORY : ERROR_SYSTEM;
    error->errno_value = errno_value;
    error->file_offset = 0;
    error->packet_number = 0;
    error->subject = NULL;
    if (strerror_r(errno_value, error->text, sizeof(error->text)) != 0)
        snprintf(error->text, sizeof(error->text), "error %d", errno_value);
    return 0;
}

_Bool capture_error_set_or_no_memory(struct capture_error *error, enum error_kind kind, const char *words)
{
    return errno == ENOMEM ? capture_error_set_errno(error, ENOMEM)
                           : capture_error_set(error, kind, 0, "%s", words);
}

static _Bool ends_with_errno(const char *words, int errno_value)
{
    char text[128];
    if (strerror_r(errno_value, text, sizeof(text)) != 0)
        return 0;
    size_t length = strlen(words), text_length = strlen(text);
    return length >= text_length && strcmp(words + length - text_length, text) == 0;
}

_Bool capture_error_set_libpcap(struct capture_error *error, const char *words)
{
    static const int resources[] = {EMFILE, ENFILE, ENOMEM, ENOBUFS, EPERM, EACCES, ENODEV, ENETDOWN};
    for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++)
        if (ends_with_errno(words, resources[i]))
            return capture_error_set(error, resources[i] == ENOMEM ? ERROR_NO_MEMORY : ERROR_SYSTEM,
                                     resources[i], "%s", words);
    return capture_error_set(error, ERROR_LIBPCAP, 0, "%s", words);
}
