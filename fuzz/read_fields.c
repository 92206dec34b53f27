/* All fields of a layer: see read_fields.h. */
#include "read_fields.h"
#include "../csrc/decode/item_list.h"
#include "../csrc/decode/protocol.h"
#include "promise.h"

static void check_inside(struct bytes_view part, struct bytes_view whole, const char *what)
{
    promise(part.length <= whole.length && part.bytes >= whole.bytes &&
                part.bytes + part.length <= whole.bytes + whole.length,
            what);
}

/* Into no buffer: what matters here is what is read. */
static void text_of_field(const struct field *field, struct bytes_view view)
{
    field_put_text(&(struct text_sink){0}, field, view);
}

static void text_of_bytes(struct bytes_view bytes)
{
    text_put_escaped(&(struct text_sink){0}, bytes);
}

static void read_rows(const struct field *rows, size_t count, struct bytes_view view);

static void read_items(const struct item_format *format, struct bytes_view list)
{
    uint32_t offset = 0;
    struct item item;
    for (uint32_t before = 0; item_next(format, list, &offset, &item); before = offset) {
        const struct item_type *type = item_type_of(format, item.kind);
        promise(offset > before && offset <= list.length, "a walk over items goes on, within the list");
        check_inside(item.bytes, list, "an item lies in its list");
        check_inside(item.value, item.bytes, "a value lies in its item");
        text_of_bytes(item.value);
        read_rows(format->fields, format->field_count, item.bytes);
        if (type != NULL)
            read_rows(type->fields, type->field_count, item.bytes);
    }
}

static void read_flags(const struct field *flags, struct bytes_view view)
{
    for (unsigned i = 0; i < flags->bits.width; i++) {
        struct field flag = field_of_flag(flags, i);
        promise(field_is_present(&flag, view), "each of the flags is there when all are");
        promise(field_uint(&flag, view) == field_flag(flags, field_uint(flags, view), i),
                "a flag is a bit of its field");
    }
}

static void read_field(const struct field *field, struct bytes_view view)
{
    check_inside(field_bytes(field, view), view, "a present field lies in its view");
    text_of_field(field, view);
    if (field->names != NULL) {
        struct field name = field_of_name(field);
        text_of_field(&name, view);
    }
    if (field->kind == FIELD_FLAGS)
        read_flags(field, view);
    if (field->kind == FIELD_ITEMS)
        read_items(field->items, field_bytes(field, view));
}

static void read_rows(const struct field *rows, size_t count, struct bytes_view view)
{
    for (size_t i = 0; i < count; i++)
        if (field_is_present(&rows[i], view))
            read_field(&rows[i], view);
}

void read_fields(const struct layer *layer, const uint8_t *bytes)
{
    const struct protocol *protocol = protocols[layer->protocol];
    for (size_t i = 0; i < protocol->field_count; i++)
        read_rows(&protocol->fields[i], 1, field_view(&protocol->fields[i], layer, bytes));
}
