/* The devices that libpcap can capture from. */
#ifndef UMPA_CAPTURE_DEVICES_H
#define UMPA_CAPTURE_DEVICES_H

#include "capture_error.h"
#include <stdbool.h>
#include <stddef.h>

/* Calls `visit` with each device's name, which lasts for the call, in libpcap's order: the first is the one
 * that a capture takes by default; visit's false ends the walk (and is no error). */
bool devices_each(bool (*visit)(void *context, const char *name), void *context, struct capture_error *error);

/* Copies the default device's name; false with ERROR_DEVICE (ENODEV) when there is none. */
bool devices_first(char *name, size_t size, struct capture_error *error);

#endif
