/* What a pcap file is made of, as it is written: draft-ietf-opsawg-pcap. */
#ifndef UMPA_FILES_PCAP_FORMAT_H
#define UMPA_FILES_PCAP_FORMAT_H

#include <stdint.h>

#define PCAP_MAGIC_MICRO UINT32_C(0xa1b2c3d4)
#define PCAP_MAGIC_NANO UINT32_C(0xa1b23c4d)

enum {
    PCAP_FORMAT_MAJOR = 2,
    PCAP_FORMAT_MINOR = 4,
    PCAP_LINKTYPE_MAX = 0x03ffffff, /* the bits above tell of a frame check sequence */
};

struct pcap_file_header {
    uint32_t magic;
    uint16_t version_major, version_minor;
    uint32_t unused[2]; /* once the time zone, and the accuracy of times */
    uint32_t snaplen;
    uint32_t linktype;
};

struct pcap_record_header {
    uint32_t seconds;
    uint32_t fraction; /* of a second: nano- or microseconds */
    uint32_t caplen;
    uint32_t wire_len;
};

#endif
