/* The devices that libpcap can capture from. No function needs the GIL. */
#ifndef UMPA_CAPTURE_DEVICES_H
#define UMPA_CAPTURE_DEVICES_H

#include "capture_error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* libpcap's own, which is opaque here. */
struct pcap_if;
struct pcap_addr;

enum { IP_TEXT_SIZE = 46, MAC_SIZE = 6 };

struct device {
    const char *name;
    const char *description;           /* NULL: none */
    const struct pcap_addr *addresses; /* for device_next_address */
    const uint8_t *mac;                /* MAC_SIZE bytes; NULL: none */
    bool loopback;
    bool wireless;
    int up; /* these three: 1, 0, or -1 where libpcap does not know */
    int running;
    int connected;
};

/* Texts as inet_ntop makes them; "" for none. */
struct device_address {
    char address[IP_TEXT_SIZE];
    char netmask[IP_TEXT_SIZE];
    char broadcast[IP_TEXT_SIZE];
    char peer[IP_TEXT_SIZE];
    int prefix_length; /* -1: no netmask, or one with holes */
};

/* In libpcap's order: the first is the one that a capture takes by default. The list may be empty, which is
 * NULL too; devices_free takes both. */
bool devices_list(struct pcap_if **list, struct capture_error *error);
void devices_free(struct pcap_if *list);

/* Describes the entry, for as long as the list lasts, and returns the next one or NULL. */
const struct pcap_if *device_read(const struct pcap_if *entry, struct device *device);

/* Takes the next IPv4 or IPv6 address from `*rest`; false when there is none left. */
bool device_next_address(const struct pcap_addr **rest, struct device_address *address);

/* Copies the default device's name; false with ERROR_DEVICE (ENODEV) when there is none. */
bool devices_first(char *name, size_t size, struct capture_error *error);

/* The link types (DLTs) that a device offers. Opens it for a moment, and takes no packet. Returns how many,
 * or -1 with `error`; link_types_free frees them. */
int device_link_types(const char *device, int **types, struct capture_error *error);
void link_types_free(int *types);

/* The DLT's name; NULL where libpcap has none. */
const char *link_type_name(int type);

#endif
