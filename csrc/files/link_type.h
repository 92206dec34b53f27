/* Link types have two numbers: libpcap's own, which differ between systems (DLT), and those that files carry
 * (LINKTYPE). https://www.tcpdump.org/linktypes.html */
#ifndef UMPA_FILES_LINK_TYPE_H
#define UMPA_FILES_LINK_TYPE_H

#include <stdint.h>

/* What both return when there is no memory to find out; no link type has this number. */
#define LINK_TYPE_NO_MEMORY UINT32_MAX

/* A number that libpcap does not know is the same on both sides. Not for each packet: they ask libpcap, which
 * takes microseconds. */
uint32_t link_type_to_file(uint32_t dlt);
uint32_t link_type_from_file(uint32_t linktype);

/* The longest packet that libpcap, and we, believe in; of a DLT. */
static inline uint32_t link_type_caplen_max(uint32_t dlt)
{
    enum { DBUS = 231, USB_LINUX = 189, USB_LINUX_MMAPPED = 220, USBPCAP = 249, EBHSCR = 279 };
    enum { USUAL = 262144, MIB = 1 << 20 };
    switch (dlt) {
    case DBUS:
    case USB_LINUX:
    case USB_LINUX_MMAPPED:
    case USBPCAP:
        return 128 * MIB;
    case EBHSCR:
        return 8 * MIB;
    default:
        return USUAL;
    }
}

#endif
