/* Where packets were captured: one description for all packets of an interface, counted. A pcap file has one
 * interface without a name, a pcapng file any number, a device itself is one. */
#ifndef UMPA_CAPTURE_INTERFACE_H
#define UMPA_CAPTURE_INTERFACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct interface {
    atomic_uint users;
    uint32_t link_type;        /* libpcap's DLT */
    uint32_t snaplen;          /* 0: none is told */
    uint64_t units_per_second; /* of the timestamps where they came from; 0: more than 64 bits hold */
    int64_t offset_seconds;    /* that the file adds to them; it is in timestamp_ns already */
    const char *source;        /* a file's path; NULL: a device */
    bool is_swapped;           /* numbers in `options` are not in this machine's byte order */
    uint32_t options_length;
    uint8_t options[]; /* of the pcapng block that describes it, without opt_endofopt; a device has if_name */
};

/* Used once, by the caller; copies source and options. NULL: no memory. */
struct interface *interface_new(const struct interface *head, const char *source, const uint8_t *options,
                                uint32_t options_length);
struct interface *interface_retain(struct interface *interface);

/* NULL is fine. */
void interface_release(struct interface *interface);

#endif
