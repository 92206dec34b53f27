/* What a dump shall be, and what is known beforehand of the packets that it will get. */
#ifndef UMPA_FILES_DUMP_OPTIONS_H
#define UMPA_FILES_DUMP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* The numbers are those of umpa_sniffing/dump.py. */
enum dump_format {
    DUMP_PCAP, /* in nanoseconds, unless the device's clock was asked for microseconds */
    DUMP_PCAP_MICRO,
    DUMP_PCAP_NANO,
    DUMP_PCAPNG,
};

enum dump_compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD, COMPRESSION_XZ };

struct dump_options {
    const char *path;
    const char *application; /* who writes, for pcapng */
    enum dump_format format;
    enum dump_compression compression;
    bool append;
    bool atomic;
    uint64_t rotate_bytes; /* 0, here and below: no limit */
    uint64_t rotate_packets;
    int64_t rotate_ns;
    uint32_t ring; /* files that are kept */
};

struct dump_origin {
    bool is_live;               /* the file begins at once, else with its first packet, or at its end */
    bool microseconds;          /* of a device */
    uint32_t link_type;         /* a DLT: of a pcap file that gets no packet */
    uint32_t snaplen;           /* 0: not known */
    const char *filter;         /* of a device; NULL: none */
    const char *const *sources; /* the paths of files that will be read; up to NULL, or NULL */
};

/* At the end of a live capture. */
struct dump_statistics {
    int64_t started_ns, ended_ns; /* since the epoch */
    uint64_t received;
    uint64_t dropped;
    uint64_t dropped_interface;
    uint64_t delivered;
};

#endif
