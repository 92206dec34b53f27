/* The printed tree: see tree.h. Its lines are facts of the original's output; tests/golden holds samples. */
#include "tree.h"
#include "protocol.h"

enum {
    LAYER_NAME_WIDTH = 27,
    LABEL_WIDTH = 25,
    FLAG_NAME_WIDTH = 23,
    FIELD_NAME_WIDTH = 15,
};

static void put_label(struct text_sink *sink, const char *prefix, const struct field *field)
{
    text_put_string(sink, prefix);
    text_put_padded(sink, field->label, LABEL_WIDTH);
    text_put_string(sink, " ]\t");
}

static void put_flags(struct text_sink *sink, const struct field *field, uint64_t value)
{
    put_label(sink, "| +-[ ", field);
    text_put_string(sink, field->name);
    text_put_string(sink, "\n| | \\\n");
    for (unsigned i = 0; i < field->bits.width; i++) {
        text_put_string(sink, "| |  -{ ");
        text_put_padded(sink, field->flag_names[i], FLAG_NAME_WIDTH);
        text_put_string(sink, " }\t");
        text_put_uint(sink, field_flag(field, value, i));
        text_put_string(sink, "\n");
    }
    text_put_string(sink, "| | /\n");
    put_label(sink, "| \\-[ ", field);
    text_put_string(sink, "contains ");
    text_put_uint(sink, field->bits.width);
    text_put_string(sink, " bit flags\n");
}

static void put_field(struct text_sink *sink, const struct field *field, struct bytes_view view)
{
    if (field->kind == FIELD_FLAGS) {
        put_flags(sink, field, field_uint(field, view));
        return;
    }
    put_label(sink, "| +-[ ", field);
    text_put_padded(sink, field->name, FIELD_NAME_WIDTH);
    text_put_string(sink, " : ");
    field_put_text(sink, field, view);
    text_put_string(sink, "\n");
}

static void put_layer(struct text_sink *sink, const struct layer *layer, const uint8_t *bytes)
{
    const struct protocol *protocol = protocols[layer->protocol];
    unsigned printed = 0;

    text_put_string(sink, "+-< ");
    text_put_padded(sink, protocol->name, LAYER_NAME_WIDTH);
    text_put_string(sink, " >\n| \\\n");
    for (size_t i = 0; i < protocol->field_count; i++) {
        const struct field *field = &protocol->fields[i];
        struct bytes_view view = field_view(field, layer, bytes);
        if (field->hidden || !field_is_present(field, view))
            continue;
        put_field(sink, field, view);
        printed++;
    }
    text_put_string(sink, "\\-< ");
    text_put_padded(sink, protocol->name, LAYER_NAME_WIDTH);
    text_put_string(sink, " >\tcontains ");
    text_put_uint(sink, printed);
    text_put_string(sink, " fields\n<umit.umpa.protocols.");
    text_put_string(sink, protocol->name);
    text_put_string(sink, ".");
    text_put_string(sink, protocol->name);
    text_put_string(sink, " object at 0x");
    text_put_hex(sink, (uintptr_t)layer);
    text_put_string(sink, ">");
}

size_t tree_of_layer(const struct layer *layer, const uint8_t *bytes, char *buffer, size_t capacity)
{
    struct text_sink sink = {buffer, capacity, 0};
    put_layer(&sink, layer, bytes);
    return sink.length;
}

size_t tree_of_packet(const struct packet *packet, const uint8_t *bytes, uintptr_t address, char *buffer,
                      size_t capacity)
{
    struct text_sink sink = {buffer, capacity, 0};
    text_put_string(&sink, "Packet contains ");
    text_put_uint(&sink, packet->layer_count);
    text_put_string(&sink, " protocols\n");
    for (unsigned i = 0; i < packet->layer_count; i++) {
        put_layer(&sink, packet_layers(packet) + i, bytes);
        text_put_string(&sink, "\n");
    }
    text_put_string(&sink, "<umit.umpa._packets.Packet object at 0x");
    text_put_hex(&sink, address);
    text_put_string(&sink, ">");
    return sink.length;
}
