/* A libpcap handle of a live device, activated as the options say. */
#ifndef UMPA_CAPTURE_LIVE_DEVICE_H
#define UMPA_CAPTURE_LIVE_DEVICE_H

#include "source.h"
#include <pcap/pcap.h>

/* Non-blocking, without a filter. NULL with `error`. */
pcap_t *live_device_open(const struct live_options *options, struct capture_error *error);

#endif
