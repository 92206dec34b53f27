/* The walk through a packet: see walk_packet.h. */
#include "walk_packet.h"
#include "../csrc/decode/checksum.h"
#include "../csrc/decode/summary.h"
#include "../csrc/decode/tree.h"
#include "exact_text.h"
#include "read_fields.h"
#include <string.h>

static void check_stop(const struct packet *packet)
{
    promise(packet->stop_reason < STOP_REASON_COUNT, "a stop reason is one of the list");
    promise(packet->stop_protocol < PROTOCOL_COUNT, "a packet stops at a protocol of the list");
    promise((packet->stop_reason == STOP_NONE) == (*stop_reason_text(packet->stop_reason) == '\0'),
            "each stop reason has a text");
}

/* What all who read spans rely on. Returns where the last header ends. */
static uint32_t check_layers(const struct packet *packet)
{
    const struct layer *layers = packet_layers(packet);
    uint32_t offset = 0, end = packet->caplen;
    promise(packet->layer_count <= MAX_LAYERS, "there are MAX_LAYERS layers at most");
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct layer *layer = &layers[i];
        bool is_payload = layer->protocol == PROTOCOL_payload;
        promise(layer->protocol < PROTOCOL_COUNT, "a layer's protocol is one of the list");
        promise(layer->offset == offset, "a layer begins where the header before it ends");
        promise(layer->end <= end, "a layer ends within the one around it");
        promise(layer_header_end(layer) > offset, "no layer is empty");
        promise(layer_header_end(layer) <= layer->end, "a header ends within its layer");
        promise((layer->header_length == 0) == is_payload, "all layers but Payload have a header");
        promise(layer->header_length >= protocols[layer->protocol]->min_header || is_payload,
                "a header has its protocol's least length");
        promise(!is_payload || i + 1U == packet->layer_count, "Payload is the last layer");
        if (is_payload)
            break;
        offset = layer_header_end(layer);
        end = layer->end;
    }
    return offset;
}

static void read_layers(const struct packet *packet, const uint8_t *bytes)
{
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct layer *layer = packet_layers(packet) + i;
        read_fields(layer, bytes);
        promise(decode_selection(packet, i, bytes).selector < SELECTOR_COUNT,
                "a layer is chosen by a selector");
        promise(checksum_of_layer(packet, i, bytes) <= CHECKSUM_BAD, "a verdict is one of the list");
    }
}

/* One step deep: packets quoted by quoted packets are the caller's to ask for. */
static void walk_quoted(const struct decoder *decoder, const struct packet *packet, const uint8_t *bytes)
{
    enum { LINKTYPE_RAW = 101 };
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct layer *layer = packet_layers(packet) + i;
        const struct protocol *protocol = protocols[layer->protocol];
        for (const struct field *field = protocol->fields; field < protocol->fields + protocol->field_count;
             field++) {
            struct bytes_view view = field_view(field, layer, bytes);
            if (field->kind != FIELD_PACKET || !field_is_present(field, view))
                continue;
            struct bytes_view quoted = field_bytes(field, view);
            uint32_t told_length = decoder_told_length(decoder, quoted);
            promise(told_length >= quoted.length, "a quoted packet was at least as long as its quotation");
            struct captured captured = {quoted.bytes, quoted.length, told_length, LINKTYPE_RAW, 0};
            walk_packet(decoder, &captured, WALK_FIELDS);
        }
    }
}

static void print_packet(const struct packet *packet, const uint8_t *bytes)
{
    WRITE_EXACTLY(tree_of_packet(packet, bytes, (uintptr_t)packet, text, capacity));
    WRITE_EXACTLY(summary_of_packet(packet, bytes, "link type", text, capacity));
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct layer *layer = packet_layers(packet) + i;
        WRITE_EXACTLY(tree_of_layer(layer, bytes, text, capacity));
        WRITE_EXACTLY(summary_of_layer(layer, bytes, text, capacity));
    }
}

uint32_t walk_packet(const struct decoder *decoder, const struct captured *captured, enum walk_depth depth)
{
    struct packet *packet = allocate(PACKET_HEAD_MAX);
    uint8_t *block = allocate(captured->alignment + captured->caplen);
    uint8_t *bytes = block + captured->alignment;

    if (captured->caplen != 0)
        memcpy(bytes, captured->bytes, captured->caplen);
    /* No more than decode_packet asks for, so that MSan sees what it leaves unset. */
    packet->timestamp_ns = 0;
    packet->caplen = captured->caplen;
    packet->wire_len = captured->wire_len;
    packet->link_type = captured->link_type;
    decode_packet(decoder, packet, bytes);
    check_stop(packet);
    uint32_t headers_end = check_layers(packet);
    if (depth >= WALK_FIELDS)
        read_layers(packet, bytes);
    if (depth >= WALK_TEXTS) {
        print_packet(packet, bytes);
        walk_quoted(decoder, packet, bytes);
    }
    free(block);
    free(packet);
    return headers_end;
}
