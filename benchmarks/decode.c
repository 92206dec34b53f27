/* Times the decoder alone, no Python and no libpcap in the timed part: decode_packet over the packets of a
 * file that lie in memory. Prints nanoseconds a packet, of TCP over IPv4 and of all, as JSON. Usage: decode
 * FILE ROUNDS */
#define _DEFAULT_SOURCE /* u_int, for pcap.h; clock_gettime */
#include "decode.h"
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct sample {
    struct packet head;
    const uint8_t *bytes;
};

static struct decoder decoder;

static void fail(const char *what)
{
    fprintf(stderr, "decode: %s\n", what);
    exit(1);
}

static size_t load(pcap_t *pcap, struct sample **samples)
{
    struct pcap_pkthdr *header;
    const u_char *bytes;
    size_t count = 0, room = 0;
    while (pcap_next_ex(pcap, &header, &bytes) == 1) {
        if (count == room &&
            (*samples = realloc(*samples, (room = 2 * room + 64) * sizeof(**samples))) == NULL)
            fail("out of memory");
        uint8_t *copy = malloc(header->caplen);
        if (copy == NULL)
            fail("out of memory");
        memcpy(copy, bytes, header->caplen);
        (*samples)[count++] = (struct sample){
            {.caplen = header->caplen, .wire_len = header->len, .link_type = (uint32_t)pcap_datalink(pcap)},
            copy};
    }
    return count;
}

static uint64_t decode_all(const struct sample *samples, size_t count)
{
    _Alignas(struct packet) char block[PACKET_HEAD_MAX];
    struct packet *packet = (struct packet *)block;
    uint64_t layers = 0;
    for (size_t i = 0; i < count; i++) {
        *packet = samples[i].head;
        decode_packet(&decoder, packet, samples[i].bytes);
        layers += packet->layer_count;
    }
    return layers;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double nanoseconds_a_packet(const struct sample *samples, size_t count, int rounds)
{
    double *times = calloc((size_t)rounds, sizeof(*times));
    if (times == NULL || count == 0)
        fail("out of memory, or no packets");
    for (int i = 0; i < rounds; i++) {
        struct timespec before, after;
        clock_gettime(CLOCK_MONOTONIC, &before);
        if (decode_all(samples, count) < count)
            fail("a packet has no layers");
        clock_gettime(CLOCK_MONOTONIC, &after);
        times[i] = ((double)(after.tv_sec - before.tv_sec) * 1e9 + (double)(after.tv_nsec - before.tv_nsec)) /
                   (double)count;
    }
    qsort(times, (size_t)rounds, sizeof(*times), compare);
    double median = times[rounds / 2];
    free(times);
    return median;
}

static size_t keep_tcp(struct sample *samples, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (samples[i].head.caplen > 23 && memcmp(samples[i].bytes + 12, "\x08\0\x45", 3) == 0 &&
            samples[i].bytes[23] == 6)
            samples[kept++] = samples[i];
    return kept;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    struct sample *samples = NULL;
    int rounds = argc == 3 ? atoi(argv[2]) : 0;
    if (rounds < 1)
        fail("usage: decode FILE ROUNDS");
    pcap_t *pcap = pcap_open_offline(argv[1], error);
    if (pcap == NULL)
        fail(error);
    size_t count = load(pcap, &samples);
    pcap_close(pcap);
    decoder_init(&decoder);
    double all = nanoseconds_a_packet(samples, count, rounds);
    count = keep_tcp(samples, count);
    double tcp = nanoseconds_a_packet(samples, count, rounds);
    printf("{\"all\": %.3f, \"tcp\": %.3f}\n", all, tcp);
    return 0;
}
