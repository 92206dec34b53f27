/* Opens a device as the options say: see live_device.h. */
#define _DEFAULT_SOURCE /* strdup; u_int, for pcap.h */
#include "live_device.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Libpcap itself filters the first packets after a filter is set, as far as it has their bytes: fewer would
 * make it lose them. What was not asked for is cut off later. */
enum { LEAST_SNAPLEN = 256 };

/* Appends to a list of names in `text`, as far as there is room. */
static void append_name(char *text, size_t size, const char *name)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ", name == NULL ? "?" : name);
}

static bool unknown_name(const char *argument, const char *name, const char *known,
                         struct capture_error *error)
{
    return capture_error_set(error, ERROR_ARGUMENT, 0, "%s must be one of %s, not '%s'", argument, known,
                             name);
}

static bool set_timestamp_type(pcap_t *pcap, const char *name, struct capture_error *error)
{
    char names[256] = "";
    if (name == NULL)
        return true;
    int type = pcap_tstamp_type_name_to_val(name);
    if (type == PCAP_ERROR) {
        for (int each = 0; pcap_tstamp_type_val_to_name(each) != NULL; each++)
            append_name(names, sizeof(names), pcap_tstamp_type_val_to_name(each));
        return unknown_name("timestamp_type", name, names, error);
    }
    if (pcap_set_tstamp_type(pcap, type) == 0)
        return true;
    int *types;
    int count = pcap_list_tstamp_types(pcap, &types);
    for (int i = 0; i < count; i++)
        append_name(names, sizeof(names), pcap_tstamp_type_val_to_name(types[i]));
    if (count > 0)
        pcap_free_tstamp_types(types);
    return capture_error_set(error, ERROR_DEVICE, EOPNOTSUPP,
                             "the device has no timestamps of type '%s', it has: %s", name,
                             count > 0 ? names : "host");
}

static bool set_direction(pcap_t *pcap, enum capture_direction direction, struct capture_error *error)
{
    static const pcap_direction_t directions[] = {
        [DIRECTION_BOTH] = PCAP_D_INOUT, [DIRECTION_IN] = PCAP_D_IN, [DIRECTION_OUT] = PCAP_D_OUT};
    if (direction == DIRECTION_BOTH || pcap_setdirection(pcap, directions[direction]) == 0)
        return true;
    return capture_error_set(error, ERROR_DEVICE, EOPNOTSUPP,
                             "the device can't be asked for one direction alone: %s", pcap_geterr(pcap));
}

static int link_type_of_name(const char *name)
{
    char *end;
    errno = 0;
    long number = strtol(name, &end, 10);
    if (end != name && *end == '\0' && errno == 0 && number >= 0 && number <= UINT16_MAX)
        return (int)number;
    return pcap_datalink_name_to_val(name);
}

static bool set_link_type(pcap_t *pcap, const char *name, struct capture_error *error)
{
    char names[256] = "";
    int *types;
    if (name == NULL)
        return true;
    int type = link_type_of_name(name);
    if (type < 0)
        return capture_error_set(error, ERROR_ARGUMENT, 0,
                                 "datalink must be a DLT's name or number (EN10MB, 1), not '%s'", name);
    if (pcap_datalink(pcap) == type || pcap_set_datalink(pcap, type) == 0)
        return true;
    int count = pcap_list_datalinks(pcap, &types);
    for (int i = 0; i < count; i++)
        append_name(names, sizeof(names), pcap_datalink_val_to_name(types[i]));
    if (count > 0)
        pcap_free_datalinks(types);
    return capture_error_set(error, ERROR_DEVICE, EOPNOTSUPP,
                             "the device does not offer link type '%s', it offers: %s", name, names);
}

static bool activation_failed(pcap_t *pcap, int status, struct capture_error *error)
{
    const char *words = pcap_geterr(pcap);
    if (words[0] == '\0')
        words = pcap_statustostr(status);
    switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return capture_error_set(error, ERROR_NOT_PERMITTED, EPERM, "%s", words);
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return capture_error_set(error, ERROR_DEVICE, ENODEV, "no such device");
    case PCAP_ERROR_IFACE_NOT_UP:
        return capture_error_set(error, ERROR_DEVICE, ENETDOWN, "the device is down");
    case PCAP_ERROR_RFMON_NOTSUP:
        return capture_error_set(error, ERROR_DEVICE, EOPNOTSUPP, "the device has no monitor mode");
    default:
        return capture_error_set_libpcap(error, words);
    }
}

static bool activate(pcap_t *pcap, const struct live_options *options, struct capture_error *error)
{
    char words[PCAP_ERRBUF_SIZE] = "";
    if (options->snaplen > 0)
        pcap_set_snaplen(pcap, options->snaplen > LEAST_SNAPLEN ? options->snaplen : LEAST_SNAPLEN);
    if (options->buffer_size > 0)
        pcap_set_buffer_size(pcap, options->buffer_size);
    pcap_set_promisc(pcap, options->promisc);
    pcap_set_rfmon(pcap, options->monitor);
    pcap_set_timeout(pcap, options->to_ms);
    if (!options->microseconds)
        pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO); /* not granted: source_init sees */
    bool has_type = set_timestamp_type(pcap, options->timestamp_type, error);
    int status = pcap_activate(pcap); /* in any case: before, pcap_close leaks a descriptor (1.10.3) */
    if (!has_type)
        return false;
    if (status < 0)
        return activation_failed(pcap, status, error);
    if (!set_link_type(pcap, options->link_type, error) || !set_direction(pcap, options->direction, error))
        return false;
    return pcap_setnonblock(pcap, 1, words) == 0 || capture_error_set_libpcap(error, words);
}

pcap_t *live_device_open(const struct live_options *options, struct capture_error *error)
{
    char words[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = pcap_create(options->device, words);
    if (pcap == NULL) {
        capture_error_set_libpcap(error, words);
        return NULL;
    }
    if (activate(pcap, options, error))
        return pcap;
    pcap_close(pcap);
    return NULL;
}
