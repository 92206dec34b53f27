/* Packets of capture files: see capture_packets.h. */
#define _DEFAULT_SOURCE /* pcap.h needs u_int and the like */
#include "capture_packets.h"
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

static struct {
    unsigned long long files, refused, cut, packets, walks;
} count;

static const struct captured *walked;

static void tell_what_was_walked(void)
{
    if (walked == NULL)
        return;
    fprintf(stderr, "packet %llu, link type %u, %u bytes of %u, alignment %u:\n", count.packets + 1,
            walked->link_type, walked->caplen, walked->wire_len, walked->alignment);
    for (uint32_t i = 0; i < walked->caplen; i++)
        fprintf(stderr, "%02x", walked->bytes[i]);
    fputc('\n', stderr);
}

/* Of the sanitizers' runtime; absent where the program is built without. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

uint32_t walk_counted(const struct decoder *decoder, const struct captured *packet, enum walk_depth depth)
{
    walked = packet;
    uint32_t headers_end = walk_packet(decoder, packet, depth);
    walked = NULL;
    count.walks++;
    return headers_end;
}

static bool is_decoded(const struct decoder *decoder, uint32_t link_type)
{
    struct packet packet[1 + MAX_LAYERS] = {{.caplen = 1, .wire_len = 1, .link_type = link_type}};
    decode_packet(decoder, packet, (const uint8_t[]){0});
    return packet->stop_reason != STOP_NONE; /* one byte is too few for all that is decoded */
}

static void visit_all_link_types(const struct decoder *decoder, struct captured packet, packet_visitor *visit)
{
    uint32_t own = packet.link_type;
    for (packet.link_type = 0; packet.link_type < selector_value_count(SELECT_LINK_TYPE); packet.link_type++)
        if (packet.link_type != own && is_decoded(decoder, packet.link_type))
            visit(decoder, &packet);
}

static void visit_file(const struct decoder *decoder, const char *path, bool all_link_types,
                       packet_visitor *visit)
{
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *bytes;
    int result;
    pcap_t *file = pcap_open_offline(path, error);
    if (file == NULL) {
        count.refused++;
        return;
    }
    while ((result = pcap_next_ex(file, &header, &bytes)) == 1) {
        struct captured packet = {bytes, header->caplen, header->len, (uint32_t)pcap_datalink(file), 0};
        visit(decoder, &packet);
        if (all_link_types)
            visit_all_link_types(decoder, packet, visit);
        count.packets++;
    }
    count.cut += result == PCAP_ERROR;
    count.files++;
    pcap_close(file);
}

int visit_captures(int argc, char **argv, packet_visitor *visit)
{
    static struct decoder decoder;
    bool all_link_types = argc > 1 && strcmp(argv[1], "--all-link-types") == 0;
    decoder_init(&decoder);
    if (__sanitizer_set_death_callback != NULL)
        __sanitizer_set_death_callback(tell_what_was_walked);
    for (int i = 1 + all_link_types; i < argc; i++)
        visit_file(&decoder, argv[i], all_link_types, visit);
    printf(
        "%s: %llu walks of %llu packets of %llu files; libpcap refused %llu files and stopped within %llu\n",
        strrchr(argv[0], '/') + 1, count.walks, count.packets, count.files, count.refused, count.cut);
    return count.packets == 0;
}
