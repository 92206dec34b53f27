/* Walks every packet of capture files with each byte of its headers changed, and with each two bytes of them
 * made a length of 0, 1 and 65,535. With --all-values first, each byte takes all other values; else those
 * that matter to lengths, counts and flags. Changed are bytes up to CONTENTS bytes behind the last header,
 * where lists and quoted packets lie. */
#include "../../fuzz/promise.h"
#include "capture_packets.h"
#include <string.h>

enum { CONTENTS = 32 };

static bool all_values;

/* A packet of which bytes may be changed. */
struct mutable_packet {
    const struct decoder *decoder;
    struct captured captured;
    uint8_t *bytes;
};

static void walk_mutation(struct mutable_packet *packet, uint32_t offset, uint32_t width, unsigned value)
{
    uint8_t saved[2];
    memcpy(saved, packet->bytes + offset, width);
    for (uint32_t i = 0; i < width; i++)
        packet->bytes[offset + i] = (uint8_t)(value >> 8 * (width - 1 - i));
    packet->captured.alignment = (packet->captured.alignment + 1) % 8;
    walk_counted(packet->decoder, &packet->captured, WALK_FIELDS);
    memcpy(packet->bytes + offset, saved, width);
}

static void change_to_all_values(struct mutable_packet *packet, uint32_t offset)
{
    for (unsigned change = 1; change < 256; change++)
        walk_mutation(packet, offset, 1, packet->bytes[offset] ^ change);
}

static void change_to_some_values(struct mutable_packet *packet, uint32_t offset)
{
    static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
    uint8_t own = packet->bytes[offset];
    for (size_t i = 0; i < sizeof(values); i++)
        walk_mutation(packet, offset, 1, values[i]);
    for (unsigned bit = 0; bit < 8; bit++)
        walk_mutation(packet, offset, 1, own ^ 1U << bit);
    walk_mutation(packet, offset, 1, own + 1U);
    walk_mutation(packet, offset, 1, own - 1U);
}

static void change_lengths(struct mutable_packet *packet, uint32_t offset)
{
    static const uint16_t lengths[] = {0, 1, UINT16_MAX};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
        walk_mutation(packet, offset, 2, lengths[i]);
}

static void walk_mutations(const struct decoder *decoder, const struct captured *original)
{
    struct mutable_packet packet = {decoder, *original, allocate(original->caplen)};
    memcpy(packet.bytes, original->bytes, original->caplen);
    packet.captured.bytes = packet.bytes;

    uint32_t end = walk_counted(decoder, original, WALK_TEXTS) + CONTENTS;
    if (end > original->caplen)
        end = original->caplen;
    for (uint32_t offset = 0; offset < end; offset++) {
        if (all_values)
            change_to_all_values(&packet, offset);
        else
            change_to_some_values(&packet, offset);
        if (offset + 1 < end)
            change_lengths(&packet, offset);
    }
    free(packet.bytes);
}

int main(int argc, char **argv)
{
    all_values = argc > 1 && strcmp(argv[1], "--all-values") == 0;
    if (all_values)
        argv[1] = argv[0];
    return visit_captures(argc - all_values, argv + all_values, walk_mutations);
}
