/* A field's value as text, for the printed tree and the one-line summaries. */
#include "field.h"
#include "item_list.h"

static void put_list(struct text_sink *sink, const struct field *list, struct bytes_view view)
{
    struct bit_range bits = field_bits(list, view);
    for (uint32_t i = 0; i < bits.width / list->element_width; i++) {
        struct field element = field_of_element(list, bits, i);
        if (i > 0)
            text_put_string(sink, ", ");
        field_put_text(sink, &element, view);
    }
}

/* name=value of the rows that an item has, behind `separator` the first. */
static const char *put_item_fields(struct text_sink *sink, const struct field *fields, size_t count,
                                   struct bytes_view item, const char *separator)
{
    for (size_t i = 0; i < count; i++) {
        if (fields[i].hidden || !field_is_present(&fields[i], item))
            continue;
        text_put_string(sink, separator);
        text_put_string(sink, fields[i].name);
        text_put_string(sink, "=");
        field_put_text(sink, &fields[i], item);
        separator = " ";
    }
    return separator;
}

/* mss(mss=1460), nop, 254(4 bytes): a kind without a name is told by its number. */
static void put_items(struct text_sink *sink, const struct item_format *format, struct bytes_view list)
{
    uint32_t offset = 0;
    struct item item;
    for (const char *comma = ""; item_next(format, list, &offset, &item); comma = ", ") {
        const struct item_type *type = item_type_of(format, item.kind);
        const char *separator = "(";
        text_put_string(sink, comma);
        if (type == NULL)
            text_put_uint(sink, item.kind);
        else
            text_put_string(sink, type->name);
        separator = put_item_fields(sink, format->fields, format->field_count, item.bytes, separator);
        if (type != NULL)
            separator = put_item_fields(sink, type->fields, type->field_count, item.bytes, separator);
        if (separator[0] == ' ') {
            text_put_string(sink, ")");
        } else if (item.value.length > 0) {
            text_put_string(sink, "(");
            text_put_byte_count(sink, item.value.length);
            text_put_string(sink, ")");
        }
    }
}

void field_put_text(struct text_sink *sink, const struct field *field, struct bytes_view view)
{
    char text[TEXT_VALUE_MAX];
    switch (field->kind) {
    case FIELD_UINT:
    case FIELD_FLAGS:
    case FIELD_BOOL:
        text_put_uint(sink, field_uint(field, view));
        break;
    case FIELD_INT:
        text_put_int(sink, field_int(field, view));
        break;
    case FIELD_NAME: {
        const char *name = field_value_name(field, view);
        text_put_string(sink, name == NULL ? "?" : name);
        break;
    }
    case FIELD_MAC:
        text_put(sink, text, text_of_mac(field_bytes(field, view).bytes, text));
        break;
    case FIELD_IPV4:
        text_put(sink, text, text_of_ipv4(field_bytes(field, view).bytes, text));
        break;
    case FIELD_IPV6:
        text_put(sink, text, text_of_ipv6(field_bytes(field, view).bytes, text));
        break;
    case FIELD_BIG_UINT:
        text_put_big_uint(sink, field_bytes(field, view));
        break;
    case FIELD_BYTES:
        text_put_escaped(sink, field_bytes(field, view));
        break;
    case FIELD_PADDING:
        text_put_string(sink, "0 (auto - 0)");
        break;
    case FIELD_LIST:
        put_list(sink, field, view);
        break;
    case FIELD_ITEMS:
        put_items(sink, field->items, field_bytes(field, view));
        break;
    case FIELD_PACKET:
        text_put_byte_count(sink, field_bytes(field, view).length);
        break;
    }
}
