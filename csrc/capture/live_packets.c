/* From libpcap's callback into the batch: see live_packets.h. */
#define _DEFAULT_SOURCE /* u_int, for pcap.h */
#include "live_packets.h"
#include <errno.h>
#include <string.h>

#define NS_PER_SECOND INT64_C(1000000000)

static int64_t timestamp_ns(const struct timeval *time, int64_t fractions_per_second)
{
    return time->tv_sec * NS_PER_SECOND + time->tv_usec * (NS_PER_SECOND / fractions_per_second);
}

/* A filter can be set only once packets come: those before it would leave a gap behind them. Once the clock
 * has passed that moment, or was set back, nothing is ignored any more. */
static bool is_too_early(struct live_packets *packets, int64_t packet_ns)
{
    if (packet_ns >= packets->activated_ns && packet_ns < packets->begin_ns)
        return true;
    packets->begin_ns = 0;
    return false;
}

static bool begin_chunk(struct live_packets *packets, size_t bytes)
{
    struct chunk *chunk = slab_next_chunk(packets->slab, bytes);
    if (chunk == NULL)
        return false;
    packets->chunk = chunk;
    packets->room = chunk_room(chunk);
    chunk_add_interface(chunk, packets->interface);
    return true;
}

static bool has_room(const struct live_packets *packets, uint32_t bytes)
{
    return packets->chunk != NULL && bytes <= (size_t)(packets->chunk->end - packets->room);
}

/* Before each packet there is room for the longest: in this chunk, or in those behind it. */
static bool is_used_up(struct live_packets *packets)
{
    return !has_room(packets, packets->source->snaplen) &&
           !slab_has_chunk(packets->slab, packets->source->snaplen);
}

static void keep_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    struct live_packets *packets = (void *)user;
    struct source *source = packets->source;
    int64_t packet_ns = timestamp_ns(&header->ts, packets->fractions_per_second);
    if (packets->begin_ns != 0 && is_too_early(packets, packet_ns))
        return;
    uint32_t caplen = header->caplen;
    if (packets->cut_at != 0 && caplen > packets->cut_at)
        caplen = packets->cut_at;
    if (!has_room(packets, caplen) && !begin_chunk(packets, caplen)) {
        capture_error_set(&source->failure, ERROR_LIBPCAP, 0,
                          "a packet of %u bytes is longer than the %u that there is room for", caplen,
                          source->snaplen);
        pcap_breakloop(packets->pcap);
        return;
    }
    struct packet packet = {.bytes = packets->room,
                            .timestamp_ns = packet_ns,
                            .caplen = caplen,
                            .wire_len = header->len,
                            .link_type = source->link_type};
    if (caplen > 0)
        memcpy(packets->room, bytes, caplen);
    uint32_t appended = source->appended;
    source_append(source, &packet);
    if (source->appended > appended)
        packets->room += caplen;
    if (source_is_full(source) || is_used_up(packets)) {
        source->has_more = true;
        pcap_breakloop(packets->pcap);
    }
}

/* The memory of the batch before; where packets share that, what is behind it; else other memory. */
static bool make_room(struct live_packets *packets)
{
    struct slab *slab = packets->slab;
    bool is_ours_again = slab != NULL && slab_restart(slab);
    if (slab != NULL && !is_ours_again && !is_used_up(packets))
        return true;
    packets->chunk = NULL;
    if (is_ours_again)
        return true;
    slab_leave(slab, &packets->source->left);
    packets->slab = slab_new(0, slab != NULL);
    return packets->slab != NULL || capture_error_set_errno(&packets->source->failure, ENOMEM);
}

int live_packets_dispatch(struct live_packets *packets)
{
    if (!make_room(packets))
        return PCAP_ERROR;
    return pcap_dispatch(packets->pcap, (int)packets->source->max_packets, keep_packet, (u_char *)packets);
}

void live_packets_replace_program(struct live_packets *packets, struct bpf_program program, bool filters)
{
    struct bpf_program before = packets->program;
    packets->program = program; /* first: a child forked off meanwhile frees what it finds there */
    pcap_freecode(&before);
    packets->source->filters = filters;
    atomic_fetch_add(&packets->source->filter_generation, 1);
}

/* Of a pcapng interface description: option if_name. */
static struct interface *interface_of_device(const struct interface *head, const char *device)
{
    enum { IF_NAME = 2, NAME_MAX_LENGTH = 256 };
    uint8_t option[4 + NAME_MAX_LENGTH] = {0};
    size_t length = strlen(device);
    if (length > NAME_MAX_LENGTH)
        length = NAME_MAX_LENGTH;
    memcpy(option, (uint16_t[]){IF_NAME, (uint16_t)length}, 4);
    memcpy(option + 4, device, length);
    return interface_new(head, NULL, option, (uint32_t)(4 + (length + 3) / 4 * 4));
}

bool live_packets_init(struct live_packets *packets, struct source *source, pcap_t *pcap, const char *device,
                       struct capture_error *error)
{
    bool has_nanoseconds = pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_NANO;
    int snapshot = pcap_snapshot(pcap);
    source->link_type = (uint32_t)pcap_datalink(pcap);
    source->snaplen = snapshot > 0 && snapshot < SNAPLEN_MAX ? (uint32_t)snapshot : SNAPLEN_MAX;
    source->has_microseconds = !has_nanoseconds;
    *packets = (struct live_packets){
        .source = source, .fractions_per_second = has_nanoseconds ? NS_PER_SECOND : NS_PER_SECOND / 1000};
    struct interface head = {.link_type = source->link_type,
                             .snaplen = source->snaplen,
                             .units_per_second = (uint64_t)packets->fractions_per_second};
    packets->interface = interface_of_device(&head, device);
    if (packets->interface == NULL)
        return capture_error_set_errno(error, ENOMEM);
    packets->pcap = pcap;
    return true;
}

void live_packets_free(struct live_packets *packets, struct slab **left)
{
    pcap_close(packets->pcap);
    pcap_freecode(&packets->program);
    slab_leave(packets->slab, left);
    interface_release(packets->interface);
}
