/* One-line summaries: see summary.h. */
#include "summary.h"
#include "protocol.h"

static void put_set_flags(struct text_sink *sink, const struct field *field, uint64_t value)
{
    const char *separator = "";
    for (unsigned i = 0; i < field->bits.width; i++)
        if (field_flag(field, value, i)) {
            text_put_string(sink, separator);
            text_put_string(sink, field->flag_names[i]);
            separator = "|";
        }
}

/* As in the tree, but on one line: flags by name, and how many bytes instead of the bytes. */
static void put_value(struct text_sink *sink, const struct field *field, struct bytes_view view)
{
    if (field->kind == FIELD_FLAGS && field_uint(field, view) != 0) {
        put_set_flags(sink, field, field_uint(field, view));
    } else if (field->kind == FIELD_BYTES || field->kind == FIELD_BIG_UINT) {
        text_put_byte_count(sink, field_bytes(field, view).length);
    } else {
        field_put_text(sink, field, view);
    }
}

size_t summary_of_layer(const struct layer *layer, const uint8_t *bytes, char *buffer, size_t capacity)
{
    struct text_sink sink = {buffer, capacity, 0};
    const struct protocol *protocol = protocols[layer->protocol];

    text_put_string(&sink, "<");
    text_put_string(&sink, protocol->name);
    for (size_t i = 0; i < protocol->field_count; i++) {
        const struct field *field = &protocol->fields[i];
        struct bytes_view view = field_view(field, layer, bytes);
        if (field->hidden || field->kind == FIELD_PADDING || !field_is_present(field, view))
            continue;
        text_put_string(&sink, " ");
        text_put_string(&sink, field->name);
        text_put_string(&sink, "=");
        put_value(&sink, field, view);
    }
    text_put_string(&sink, ">");
    return sink.length;
}

size_t summary_of_packet(const struct packet *packet, const uint8_t *bytes, const char *link_type,
                         char *buffer, size_t capacity)
{
    struct text_sink sink = {buffer, capacity, 0};
    text_put_string(&sink, "<Packet ");
    text_put_byte_count(&sink, packet->wire_len);
    if (link_type != NULL) {
        text_put_string(&sink, " of ");
        text_put_string(&sink, link_type);
    }
    for (unsigned i = 0; i < packet->layer_count; i++) {
        const struct layer *layer = packet_layers(packet) + i;
        const struct protocol *protocol = protocols[layer->protocol];
        const char *separator = " ";
        text_put_string(&sink, i == 0 ? ": " : " / ");
        text_put_string(&sink, protocol->name);
        for (size_t row = 0; row < protocol->field_count; row++) {
            const struct field *field = &protocol->fields[row];
            struct bytes_view view = field_view(field, layer, bytes);
            if (!field->in_summary || !field_is_present(field, view))
                continue;
            text_put_string(&sink, separator);
            put_value(&sink, field, view);
            separator = " > ";
        }
    }
    text_put_string(&sink, ">");
    return sink.length;
}
