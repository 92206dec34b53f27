/* The decode loop: the only place that checks bounds, for all protocols alike.
 * It proves min_header <= header_length <= bytes left, and that a layer never ends behind the one around it.
 */
#include "decode.h"
#include "addresses.h"

const struct protocol *const protocols[PROTOCOL_COUNT] = {
#define PROTOCOL(name) [PROTOCOL_##name] = &protocol_##name,
#include "protocol_list.h"
#undef PROTOCOL
};

enum {
    DLT_RAW_BSD = 12,
    DLT_RAW_OPENBSD = 14,
    LINKTYPE_RAW = 101,
};

const char *stop_reason_text(enum stop_reason reason)
{
    static const char *const texts[STOP_REASON_COUNT] = {
        [STOP_NONE] = "",
        [STOP_CUT_BY_SNAPLEN] = "cut by snaplen",
        [STOP_HEADER_TRUNCATED] = "header truncated",
        [STOP_LENGTH_TOO_SHORT] = "length field too short",
        [STOP_LENGTH_TOO_LONG] = "length field beyond the bytes",
        [STOP_BAD_VERSION] = "wrong version number",
        [STOP_TOO_MANY_LAYERS] = "too many layers",
    };
    return texts[reason];
}

/* Each selector's first and last place in `bound`. */
enum {
    PLACE_OF_THE_REST,
#define SELECTOR(id, name, value_count) FIRST_##id, LAST_##id = FIRST_##id + (value_count) - 1,
#include "selector_list.h"
#undef SELECTOR
};

static const struct {
    uint32_t first;
    uint32_t count;
} tables[SELECTOR_COUNT] = {
#define SELECTOR(id, name, value_count) [SELECT_##id] = {FIRST_##id, value_count},
#include "selector_list.h"
#undef SELECTOR
};

const char *selector_name(enum selector selector)
{
    static const char *const names[SELECTOR_COUNT] = {
#define SELECTOR(id, name, value_count) [SELECT_##id] = name,
#include "selector_list.h"
#undef SELECTOR
    };
    return names[selector];
}

uint32_t selector_value_count(enum selector selector)
{
    return tables[selector].count;
}

static inline uint32_t bound_index(enum selector selector, uint32_t value)
{
    return value < tables[selector].count ? tables[selector].first + value : PLACE_OF_THE_REST;
}

static inline unsigned bound_protocol(const struct decoder *decoder, enum selector selector, uint32_t value)
{
    return decoder->bound[bound_index(selector, value)];
}

enum protocol_id decoder_bound(const struct decoder *decoder, enum selector selector, uint32_t value)
{
    return (enum protocol_id)bound_protocol(decoder, selector, value);
}

void decoder_bind(struct decoder *decoder, enum selector selector, uint32_t value, enum protocol_id protocol)
{
    decoder->bound[bound_index(selector, value)] = (uint8_t)protocol;
}

void decoder_init(struct decoder *decoder)
{
    _Static_assert(PROTOCOL_payload == 0, "a value that nothing is bound to means Payload");
    _Static_assert(PROTOCOL_COUNT <= UINT8_MAX, "a layer and a table keep a protocol in a byte");
    *decoder = (struct decoder){0};
    for (unsigned id = 0; id < PROTOCOL_COUNT; id++) {
        decoder->headers[id].measure = protocols[id]->measure;
        decoder->headers[id].min_header = protocols[id]->min_header;
        for (size_t i = 0; i < protocols[id]->binding_count; i++) {
            const struct binding *binding = &protocols[id]->bindings[i];
            decoder_bind(decoder, binding->selector, binding->value, id);
        }
    }
}

__attribute__((cold)) static void note_problem(struct packet *packet, enum stop_reason reason,
                                               unsigned protocol)
{
    if (packet->stop_reason == STOP_NONE) {
        packet->stop_reason = reason & 7;
        packet->stop_protocol = (uint8_t)protocol;
    }
}

bool link_type_is_raw_ip(uint32_t link_type)
{
    return link_type == DLT_RAW_BSD || link_type == DLT_RAW_OPENBSD || link_type == LINKTYPE_RAW;
}

/* Raw IP has no link layer: the version in the first byte says what the packet is. */
static struct measurement first_selection(const struct packet *packet, struct bytes_view bytes)
{
    if (link_type_is_raw_ip(packet->link_type))
        return (struct measurement){.selector = SELECT_IP_VERSION, .next = view_u8(bytes, 0) >> 4};
    return (struct measurement){.selector = SELECT_LINK_TYPE, .next = packet->link_type};
}

static inline unsigned chosen_protocol(const struct decoder *decoder, const struct measurement *found)
{
    unsigned protocol = bound_protocol(decoder, found->selector, found->next);
    if (protocol == PROTOCOL_payload && found->next_otherwise != 0)
        protocol = bound_protocol(decoder, found->selector, found->next_otherwise);
    return protocol;
}

static unsigned first_protocol(const struct decoder *decoder, struct packet *packet, struct bytes_view bytes)
{
    struct measurement found = first_selection(packet, bytes);
    unsigned protocol = chosen_protocol(decoder, &found);
    if (protocol == PROTOCOL_payload && found.selector == SELECT_IP_VERSION && bytes.length > 0)
        note_problem(packet, STOP_BAD_VERSION, protocol);
    return protocol;
}

struct measurement decode_measurement(const struct packet *packet, unsigned index, const uint8_t *bytes)
{
    const struct layer *layer = packet_layers(packet) + index;
    uint32_t end = index == 0 ? packet->caplen : layer[-1].end;
    struct measurement found = {0};
    protocols[layer->protocol]->measure((struct bytes_view){bytes + layer->offset, end - layer->offset},
                                        &found);
    return found;
}

struct measurement decode_selection(const struct packet *packet, unsigned index, const uint8_t *bytes)
{
    return index == 0 ? first_selection(packet, (struct bytes_view){bytes, packet->caplen})
                      : decode_measurement(packet, index - 1, bytes);
}

/* Why bytes behind `end` that a header speaks of are missing: they were on the wire, or the layers around it
 * don't have them. */
static enum stop_reason missing_bytes(const struct packet *packet, uint32_t end, uint64_t wanted_end,
                                      enum stop_reason otherwise)
{
    return end == packet->caplen && wanted_end <= packet->wire_len ? STOP_CUT_BY_SNAPLEN : otherwise;
}

/* Whether a header behind the `count` layers so far may leave its length out: in IPv6, and where IP did so
 * itself, as of a packet that the card is left to segment. */
__attribute__((cold)) static bool may_lack_length(const struct packet *packet, unsigned count,
                                                  const uint8_t *bytes)
{
    enum { IPV6_ADDRESS_LENGTH = 16 };
    if (addresses_behind(packet, count, bytes).source.length == IPV6_ADDRESS_LENGTH)
        return true;
    return count > 0 && decode_measurement(packet, count - 1, bytes).total_length == 0;
}

/* Measures the header behind `count` others, at `offset`, of which `left` bytes are there at most. False when
 * it can't be taken: the problem, if it is one, has been noted. */
static bool measure_header(const struct decoder *decoder, struct packet *packet, unsigned count,
                           unsigned protocol, const uint8_t *bytes, uint32_t offset, uint32_t left,
                           struct measurement *found)
{
    uint32_t min_header = decoder->headers[protocol].min_header;
    uint32_t wanted = min_header;
    if (left >= min_header) {
        switch (decoder->headers[protocol].measure((struct bytes_view){bytes + offset, left}, found)) {
        case MEASURE_OK:
            break;
        case MEASURE_NOT_DECODED:
            return false;
        case MEASURE_BAD_VERSION:
            note_problem(packet, STOP_BAD_VERSION, protocol);
            return false;
        case MEASURE_OK_WITHOUT_LENGTH:
            if (may_lack_length(packet, count, bytes))
                break;
            /* fall through */
        case MEASURE_LENGTH_TOO_SHORT:
            note_problem(packet, STOP_LENGTH_TOO_SHORT, protocol);
            return false;
        }
        wanted = found->header_length;
        if (wanted < min_header || wanted > UINT16_MAX ||
            (found->total_length != 0 && found->total_length < wanted)) {
            note_problem(packet, STOP_LENGTH_TOO_SHORT, protocol);
            return false;
        }
    }
    if (wanted <= left)
        return true;
    note_problem(packet,
                 missing_bytes(packet, offset + left, (uint64_t)offset + wanted, STOP_HEADER_TRUNCATED),
                 protocol);
    return false;
}

uint32_t decoder_told_length(const struct decoder *decoder, struct bytes_view bytes)
{
    struct measurement found = {0};
    const struct protocol *ip = protocols[bound_protocol(decoder, SELECT_IP_VERSION, view_u8(bytes, 0) >> 4)];
    if (bytes.length >= ip->min_header)
        ip->measure(bytes, &found);
    return found.total_length > bytes.length ? found.total_length : bytes.length;
}

void decode_packet(const struct decoder *decoder, struct packet *packet, const uint8_t *bytes)
{
    struct layer *layers = (struct layer *)(packet + 1);
    unsigned count = 0;
    uint32_t offset = 0;
    uint32_t end = packet->caplen;
    bool end_is_told = false; /* by a length field; else all bytes on the wire are meant */
    bool in_fragment = false; /* lengths speak of the whole datagram */

    packet->bytes = bytes;
    packet->stop_reason = STOP_NONE;
    packet->stop_protocol = 0;
    unsigned protocol = first_protocol(decoder, packet, (struct bytes_view){bytes, end});

    while (protocol != PROTOCOL_payload) {
        struct measurement found = {0};
        if (count == MAX_LAYERS - 1) { /* the last place is the Payload's */
            note_problem(packet, STOP_TOO_MANY_LAYERS, protocol);
            break;
        }
        if (!measure_header(decoder, packet, count, protocol, bytes, offset, end - offset, &found))
            break;
        if (found.total_length != 0) {
            uint64_t told_end = (uint64_t)offset + found.total_length;
            end_is_told = true;
            if (told_end <= end)
                end = (uint32_t)told_end;
            else if (!in_fragment)
                note_problem(packet, missing_bytes(packet, end, told_end, STOP_LENGTH_TOO_LONG), protocol);
        }
        layers[count++] = (struct layer){offset, end, (uint16_t)found.header_length, (uint16_t)protocol};
        offset += found.header_length;
        in_fragment = in_fragment || found.is_fragment;
        protocol = chosen_protocol(decoder, &found);
    }
    if (!end_is_told && packet->caplen < packet->wire_len)
        note_problem(packet, STOP_CUT_BY_SNAPLEN, PROTOCOL_payload);
    if (offset < end)
        layers[count++] = (struct layer){offset, end, 0, PROTOCOL_payload};
    packet->layer_count = count & 31;
}
