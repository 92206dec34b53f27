/* Decodes every prefix of every packet of capture files, each prefix in a malloc block of exactly its size,
 * so that ASan sees the first byte read beyond it. Prints the trees of short prefixes and of whole packets,
 * too. Usage: decode_prefixes [--all-link-types] FILE...
 */
#define _DEFAULT_SOURCE /* pcap.h needs u_int and the like */
#include "../../csrc/decode/decode.h"
#include "../../csrc/decode/summary.h"
#include "../../csrc/decode/tree.h"
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PRINTED_PREFIX_MAX = 256, UNKNOWN_LINK_TYPE = 511 };

static struct {
    unsigned long long files, refused, cut, packets, prefixes, printed, layers;
} count;

static struct decoder decoder;

static _Noreturn void fail(const char *what, const struct packet *packet)
{
    fprintf(stderr, "decode_prefixes: %s (packet %llu, caplen %u, link type %u)\n", what, count.packets,
            packet->caplen, packet->link_type);
    abort();
}

static void *allocate(size_t size)
{
    void *block = malloc(size);
    if (block == NULL) {
        fputs("decode_prefixes: out of memory\n", stderr);
        exit(1);
    }
    return block;
}

/* What the decoder promises to all who read its spans. */
static void check_layers(const struct packet *packet)
{
    const struct layer *layers = packet_layers(packet);
    uint32_t offset = 0, end = packet->caplen;
    if (packet->layer_count > MAX_LAYERS)
        fail("too many layers", packet);
    if (packet->stop_reason >= STOP_REASON_COUNT || packet->stop_protocol >= PROTOCOL_COUNT)
        fail("no such stop reason", packet);
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct layer *layer = &layers[i];
        if (layer->protocol >= PROTOCOL_COUNT)
            fail("no such protocol", packet);
        if (layer->offset != offset)
            fail("a layer does not begin where the header before it ends", packet);
        if (layer->end > end)
            fail("a layer ends behind the one around it", packet);
        if (layer_header_end(layer) <= offset || layer_header_end(layer) > layer->end)
            fail("a header is empty or goes beyond its layer", packet);
        if (layer->header_length != 0 && layer->header_length < protocols[layer->protocol]->min_header)
            fail("a header is shorter than its protocol's least", packet);
        offset = layer_header_end(layer);
        end = layer->end;
    }
    count.layers += packet->layer_count;
}

/* Twice: to learn the length, then into a block of just that size. */
#define PRINT(write, ...)                                                                                    \
    do {                                                                                                     \
        size_t length = write(__VA_ARGS__, NULL, 0);                                                         \
        char *text = allocate(length);                                                                       \
        if (write(__VA_ARGS__, text, length) != length)                                                      \
            fail("a text's length depends on its buffer", packet);                                           \
        if (memchr(text, '\0', length) != NULL)                                                              \
            fail("a text holds a NUL", packet);                                                              \
        free(text);                                                                                          \
    } while (0)

static void print_packet(const struct packet *packet, const uint8_t *bytes)
{
    const struct layer *layers = packet_layers(packet);
    PRINT(tree_of_packet, packet, bytes, (uintptr_t)packet);
    PRINT(summary_of_packet, packet, bytes, "link type");
    for (unsigned i = 0; i < packet->layer_count; i++) {
        PRINT(tree_of_layer, &layers[i], bytes);
        PRINT(summary_of_layer, &layers[i], bytes);
    }
    count.printed++;
}

static void decode_prefix(const uint8_t *bytes, uint32_t length, uint32_t wire_len, uint32_t link_type,
                          bool print)
{
    struct packet *packet = allocate(PACKET_HEAD_MAX);
    uint8_t *copy = allocate(length);
    if (length != 0)
        memcpy(copy, bytes, length);
    *packet = (struct packet){.caplen = length, .wire_len = wire_len, .link_type = link_type};
    decode_packet(&decoder, packet, copy);
    check_layers(packet);
    if (print)
        print_packet(packet, copy);
    free(copy);
    free(packet);
    count.prefixes++;
}

static void decode_prefixes(const uint8_t *bytes, const struct pcap_pkthdr *header, uint32_t link_type)
{
    for (uint32_t length = 0; length <= header->caplen; length++)
        decode_prefix(bytes, length, header->len, link_type,
                      length <= PRINTED_PREFIX_MAX || length == header->caplen);
}

static void decode_file(const char *path, bool all_link_types)
{
    static const uint32_t link_types[] = {1, 113, 12, 101, 228, 229, UNKNOWN_LINK_TYPE};
    char error[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *bytes;
    int result;
    pcap_t *file = pcap_open_offline(path, error);
    if (file == NULL) {
        count.refused++;
        return;
    }
    uint32_t own = (uint32_t)pcap_datalink(file);
    while ((result = pcap_next_ex(file, &header, &bytes)) == 1) {
        decode_prefixes(bytes, header, own);
        for (size_t i = 0; all_link_types && i < sizeof(link_types) / sizeof(link_types[0]); i++)
            if (link_types[i] != own)
                decode_prefixes(bytes, header, link_types[i]);
        count.packets++;
    }
    if (result == PCAP_ERROR)
        count.cut++;
    count.files++;
    pcap_close(file);
}

int main(int argc, char **argv)
{
    bool all_link_types = argc > 1 && strcmp(argv[1], "--all-link-types") == 0;
    decoder_init(&decoder);
    for (int i = 1 + all_link_types; i < argc; i++)
        decode_file(argv[i], all_link_types);
    printf("decoded %llu prefixes of %llu packets of %llu files (%llu layers), printed %llu; "
           "libpcap refused %llu files and stopped within %llu\n",
           count.prefixes, count.packets, count.files, count.layers, count.printed, count.refused, count.cut);
    return count.packets == 0;
}
