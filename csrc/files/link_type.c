/* Between DLT and LINKTYPE: see link_type.h. Libpcap has functions for both ways, but keeps them to itself:
 * it is given a file's header, or made to write one, in memory. */
#define _GNU_SOURCE /* fmemopen */
#include "link_type.h"
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ANY_SNAPLEN = 65535 };

struct file_header {
    uint32_t magic;
    uint16_t version_major, version_minor;
    int32_t unused[2];
    uint32_t snaplen;
    uint32_t linktype;
};

/* The header goes to `stream`. */
static bool dump_header(uint32_t dlt, FILE *stream, bool *is_known)
{
    pcap_t *pcap = pcap_open_dead((int)dlt, ANY_SNAPLEN);
    if (pcap == NULL)
        return false;
    pcap_dumper_t *dumper = pcap_dump_fopen(pcap, stream);
    *is_known = dumper != NULL;
    bool made = dumper == NULL || pcap_dump_flush(dumper) == 0;
    pcap_close(pcap);
    return made;
}

uint32_t link_type_to_file(uint32_t dlt)
{
    struct file_header header[2] = {0}; /* fmemopen ends with a NUL where there is room */
    bool is_known = false;
    FILE *stream = fmemopen(header, sizeof(header), "wb");
    if (stream == NULL)
        return LINK_TYPE_NO_MEMORY;
    bool made = dump_header(dlt, stream, &is_known);
    fclose(stream);
    if (!made)
        return LINK_TYPE_NO_MEMORY;
    return is_known ? header[0].linktype : dlt;
}

uint32_t link_type_from_file(uint32_t linktype)
{
    struct file_header header = {0xa1b2c3d4, 2, 4, {0, 0}, ANY_SNAPLEN, linktype};
    char words[PCAP_ERRBUF_SIZE];
    FILE *stream = fmemopen(&header, sizeof(header), "rb");
    if (stream == NULL)
        return LINK_TYPE_NO_MEMORY;
    pcap_t *pcap = pcap_fopen_offline(stream, words);
    if (pcap == NULL) {
        fclose(stream);
        return LINK_TYPE_NO_MEMORY;
    }
    int dlt = pcap_datalink(pcap);
    pcap_close(pcap); /* and the stream */
    return (uint32_t)dlt;
}
