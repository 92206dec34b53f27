/* The Internet checksum (RFC 1071), with and without a pseudo-header, and CRC32c (RFC 9260, appendix A). */
#include "checksum.h"
#include "addresses.h"
#include "decode.h"

/* Ones' complement sum of 16-bit words; an odd last byte counts as if a zero followed. */
static uint32_t add_words(uint32_t sum, struct bytes_view view)
{
    uint64_t wide = sum;
    for (uint32_t offset = 0; offset < view.length; offset += 2)
        wide += view_u16(view, offset);
    while (wide >> 16 != 0)
        wide = (wide & 0xffff) + (wide >> 16);
    return (uint32_t)wide;
}

bool checksum_adds_up(struct bytes_view bytes)
{
    return add_words(0, bytes) == 0xffff;
}

static uint32_t add_number(uint32_t sum, uint32_t number)
{
    uint8_t bytes[] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                       (uint8_t)number};
    return add_words(sum, (struct bytes_view){bytes, sizeof(bytes)});
}

/* The reflected polynomial 0x82f63b78, four bits at a time; the checksum itself counts as zeros. */
static uint32_t crc32c(struct bytes_view view, uint32_t checksum_offset)
{
    static const uint32_t of_nibble[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
        0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
    uint32_t crc = 0xffffffff;
    for (uint32_t offset = 0; offset < view.length; offset++) {
        crc ^= offset - checksum_offset < 4 ? 0 : view.bytes[offset];
        crc = crc >> 4 ^ of_nibble[crc & 0xf];
        crc = crc >> 4 ^ of_nibble[crc & 0xf];
    }
    return ~crc;
}

static enum checksum_verdict verify_crc32c(struct bytes_view layer, uint32_t checksum_offset)
{
    uint32_t told = (uint32_t)view_u8(layer, checksum_offset) | /* least significant byte first */
                    (uint32_t)view_u8(layer, checksum_offset + 1) << 8 |
                    (uint32_t)view_u8(layer, checksum_offset + 2) << 16 |
                    (uint32_t)view_u8(layer, checksum_offset + 3) << 24;
    if (told == crc32c(layer, checksum_offset))
        return CHECKSUM_GOOD;
    return told == 0 ? CHECKSUM_UNKNOWN : CHECKSUM_BAD;
}

/* `seed` is the sum of the pseudo-header: all that a system writes which leaves the rest to its card. */
static enum checksum_verdict verify_internet(struct bytes_view covered, uint32_t checksum_offset,
                                             uint32_t seed)
{
    uint32_t told = view_u16(covered, checksum_offset);
    if (add_words(seed, covered) == 0xffff)
        return CHECKSUM_GOOD;
    return told == 0 || told == seed ? CHECKSUM_UNKNOWN : CHECKSUM_BAD;
}

/* Whether the layer's contents are all here, neither cut nor a fragment of them. */
static bool is_whole(const struct packet *packet, unsigned index, const uint8_t *bytes)
{
    uint32_t end = packet->caplen;
    bool whole = packet->caplen >= packet->wire_len;
    for (unsigned i = 0; i <= index; i++) {
        const struct layer *layer = packet_layers(packet) + i;
        struct measurement found = decode_measurement(packet, i, bytes);
        if (found.total_length != 0)
            whole = (uint64_t)layer->offset + found.total_length <= end;
        if (found.is_fragment)
            return false;
        end = layer->end;
    }
    return whole;
}

enum checksum_verdict checksum_of_layer(const struct packet *packet, unsigned index, const uint8_t *bytes)
{
    const struct layer *layer = packet_layers(packet) + index;
    const struct protocol *protocol = protocols[layer->protocol];
    struct bytes_view covered = layer_whole(layer, bytes);
    uint32_t seed = 0;

    if (protocol->checksum == CHECKSUM_OF_HEADER)
        return verify_internet(layer_header(layer, bytes), protocol->checksum_offset, 0);
    if (protocol->checksum == CHECKSUM_NONE || !is_whole(packet, index, bytes))
        return CHECKSUM_UNKNOWN;
    if (protocol->checksum == CHECKSUM_CRC32C)
        return verify_crc32c(covered, protocol->checksum_offset);
    if (protocol->checksum == CHECKSUM_WITH_ADDRESSES) {
        struct addresses addresses = addresses_behind(packet, index, bytes);
        struct measurement chosen = decode_selection(packet, index, bytes);
        if (addresses.source.length == 0 || chosen.selector != SELECT_IP_PROTOCOL)
            return CHECKSUM_UNKNOWN;
        seed = add_words(add_words(0, addresses.source), addresses.destination);
        seed = add_number(add_number(seed, covered.length), chosen.next);
    }
    if (protocol->checksum_coverage != NULL) {
        uint32_t coverage = protocol->checksum_coverage(covered);
        if (coverage == 0 || coverage > covered.length)
            return CHECKSUM_UNKNOWN;
        covered = view_first(covered, coverage);
    }
    return verify_internet(covered, protocol->checksum_offset, seed);
}
