/* Writes pcap, in micro- or nanoseconds. Format: draft-ietf-opsawg-pcap; this machine's byte order, or that
 * of the file that is appended to. */
#include "../capture/packet_options.h"
#include "../capture/source.h"
#include "link_type.h"
#include "pcap_format.h"
#include "record_writer.h"
#include <errno.h>
#include <inttypes.h>

#define NS_PER_SECOND INT64_C(1000000000)

struct pcap_writer {
    struct record_writer base;
    uint32_t magic;
    uint32_t fraction_ns;
    uint32_t snaplen;    /* of a new file */
    uint32_t linktype;   /* of the file */
    uint32_t link_type;  /* the DLT that was last found to be that */
    uint32_t caplen_max; /* of a file that is appended to */
    bool is_swapped;
};

static uint32_t in_file(const struct pcap_writer *pcap, uint32_t value)
{
    return pcap->is_swapped ? swapped_u32(value) : value;
}

static bool pcap_begin(struct record_writer *writer, struct write_buffer *buffer, uint32_t link_type,
                       const struct existing_file *existing, struct capture_error *error)
{
    struct pcap_writer *pcap = (void *)writer;
    if (!buffer_reserve(buffer, sizeof(struct pcap_file_header)))
        return capture_error_set_errno(error, ENOMEM);
    if (existing != NULL) {
        pcap->link_type = existing->link_type;
        pcap->linktype = link_type_to_file(existing->link_type);
        pcap->is_swapped = existing->is_swapped;
        pcap->fraction_ns = existing->fraction_ns;
        pcap->caplen_max = existing->snaplen == 0 ? UINT32_MAX : existing->snaplen;
        return pcap->linktype != LINK_TYPE_NO_MEMORY || capture_error_set_errno(error, ENOMEM);
    }
    pcap->link_type = link_type;
    pcap->linktype = link_type_to_file(link_type);
    pcap->is_swapped = false;
    pcap->caplen_max = UINT32_MAX;
    struct pcap_file_header header = {.magic = pcap->magic,
                                      .version_major = PCAP_FORMAT_MAJOR,
                                      .version_minor = PCAP_FORMAT_MINOR,
                                      .snaplen = pcap->snaplen,
                                      .linktype = pcap->linktype};
    if (pcap->linktype == LINK_TYPE_NO_MEMORY)
        return capture_error_set_errno(error, ENOMEM);
    if (pcap->linktype > PCAP_LINKTYPE_MAX)
        return capture_error_set(error, ERROR_FILE_FORMAT, 0,
                                 "a pcap file has 26 bits for a link type, in which %" PRIu32 " does not fit",
                                 pcap->linktype);
    buffer_append(buffer, &header, sizeof(header));
    return true;
}

/* Some DLTs have the same number in files, or are such a number. */
static bool is_link_type(struct pcap_writer *pcap, uint32_t link_type, struct capture_error *error)
{
    if (link_type == pcap->link_type)
        return true;
    uint32_t linktype = link_type_to_file(link_type);
    if (linktype == LINK_TYPE_NO_MEMORY)
        return capture_error_set_errno(error, ENOMEM);
    if (linktype != pcap->linktype)
        return capture_error_set(error, ERROR_FILE_FORMAT, 0,
                                 "a pcap file has one link type, and this one's is %" PRIu32
                                 ": a packet of link type %" PRIu32
                                 " does not fit; write pcapng, which holds both",
                                 pcap->linktype, linktype);
    pcap->link_type = link_type;
    return true;
}

static bool pcap_takes(struct pcap_writer *pcap, const struct packet *packet, struct capture_error *error)
{
    if (!is_link_type(pcap, packet->link_type, error))
        return false;
    if (packet->caplen > pcap->caplen_max)
        return capture_error_set(error, ERROR_FILE_FORMAT, 0,
                                 "the file that is appended to has a snaplen of %" PRIu32
                                 ": a packet of %" PRIu32 " bytes does not fit; write a new file",
                                 pcap->caplen_max, packet->caplen);
    if (packet->timestamp_ns < 0 || packet->timestamp_ns / NS_PER_SECOND > UINT32_MAX)
        return capture_error_set(error, ERROR_FILE_FORMAT, 0,
                                 "a pcap file has times from 1970 to 2106: a packet of %" PRId64
                                 " ns since 1970 does not fit; write pcapng, which has them all",
                                 packet->timestamp_ns);
    return true;
}

static bool pcap_append(struct record_writer *writer, struct write_buffer *buffer,
                        const struct packet *packet, struct interface *interface, struct capture_error *error)
{
    struct pcap_writer *pcap = (void *)writer;
    (void)interface;
    if (!pcap_takes(pcap, packet, error))
        return false;
    if (!buffer_reserve(buffer, sizeof(struct pcap_record_header) + packet->caplen))
        return capture_error_set_errno(error, ENOMEM);
    uint32_t seconds = (uint32_t)(packet->timestamp_ns / NS_PER_SECOND);
    uint32_t nanoseconds = (uint32_t)(packet->timestamp_ns % NS_PER_SECOND);
    struct pcap_record_header header = {
        .seconds = in_file(pcap, seconds),
        .fraction = in_file(pcap, nanoseconds / pcap->fraction_ns),
        .caplen = in_file(pcap, packet->caplen),
        .wire_len = in_file(pcap, packet->wire_len),
    };
    buffer_append(buffer, &header, sizeof(header));
    buffer_append(buffer, packet->bytes, packet->caplen);
    return true;
}

static bool pcap_end(struct record_writer *writer, struct write_buffer *buffer,
                     const struct dump_statistics *statistics, struct capture_error *error)
{
    (void)writer;
    (void)buffer;
    (void)statistics;
    (void)error;
    return true;
}

static size_t pcap_size(const struct packet *packet)
{
    return sizeof(struct pcap_record_header) + packet->caplen;
}

static size_t pcap_length(const struct record_writer *writer, const uint8_t *record, bool *is_packet)
{
    struct pcap_record_header header;
    memcpy(&header, record, sizeof(header));
    *is_packet = true;
    return sizeof(header) + in_file((const void *)writer, header.caplen);
}

static void pcap_free(struct record_writer *writer)
{
    free(writer);
}

struct record_writer *pcap_writer_new(const struct dump_options *options, const struct dump_origin *origin)
{
    static const struct record_format format = {
        .begin = pcap_begin,
        .append = pcap_append,
        .end = pcap_end,
        .size = pcap_size,
        .length = pcap_length,
        .free = pcap_free,
    };
    bool microseconds =
        options->format == DUMP_PCAP_MICRO || (options->format == DUMP_PCAP && origin->microseconds);
    struct pcap_writer *pcap = malloc(sizeof(*pcap));
    if (pcap == NULL)
        return NULL;
    *pcap = (struct pcap_writer){
        .base.format = &format,
        .magic = microseconds ? PCAP_MAGIC_MICRO : PCAP_MAGIC_NANO,
        .fraction_ns = microseconds ? 1000 : 1,
        .snaplen = origin->snaplen == 0 ? SNAPLEN_MAX : origin->snaplen,
    };
    return &pcap->base;
}
