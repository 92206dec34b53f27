/* The devices that libpcap lists: see devices.h. */
#define _DEFAULT_SOURCE /* u_int, for pcap.h */
#include "devices.h"
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>

bool devices_each(bool (*visit)(void *context, const char *name), void *context, struct capture_error *error)
{
    char words[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t *devices;
    if (pcap_findalldevs(&devices, words) != 0)
        return capture_error_set(error, ERROR_LIBPCAP, 0, "the devices can't be listed: %s", words);
    for (const pcap_if_t *device = devices; device != NULL; device = device->next)
        if (!visit(context, device->name))
            break;
    pcap_freealldevs(devices);
    return true;
}

struct first_device {
    char *name;
    size_t size;
    int length;
};

static bool keep_first(void *context, const char *name)
{
    struct first_device *first = context;
    first->length = snprintf(first->name, first->size, "%s", name);
    return false;
}

bool devices_first(char *name, size_t size, struct capture_error *error)
{
    struct first_device first = {name, size, -1};
    if (!devices_each(keep_first, &first, error))
        return false;
    if (first.length < 0)
        return capture_error_set(error, ERROR_DEVICE, ENODEV, "there is no device to capture from");
    if ((size_t)first.length >= size)
        return capture_error_set(error, ERROR_DEVICE, ENAMETOOLONG, "%s...: the device's name is too long",
                                 name);
    return true;
}
