/* The walk over a list of items: see item_list.h. */
#include "item_list.h"

bool item_next(const struct item_format *format, struct bytes_view list, uint32_t *offset, struct item *item)
{
    return *offset < list.length && format->next(list, offset, item);
}

bool item_take(struct bytes_view list, uint32_t *offset, struct item *item, uint32_t kind,
               uint32_t header_length, uint32_t length)
{
    if (length < header_length || length > list.length - *offset)
        return false;
    item->kind = kind;
    item->bytes = view_first(view_from(list, *offset), length);
    item->value = view_from(item->bytes, header_length);
    *offset += length;
    return true;
}

bool item_next_option(struct bytes_view list, uint32_t *offset, struct item *item)
{
    enum { END_OF_LIST = 0, NO_OPERATION = 1 };
    uint8_t kind = view_u8(list, *offset);
    if (kind == END_OF_LIST)
        return false;
    if (kind == NO_OPERATION)
        return item_take(list, offset, item, kind, 1, 1);
    return item_take(list, offset, item, kind, 2, view_u8(list, *offset + 1));
}

bool item_next_ipv6_option(struct bytes_view list, uint32_t *offset, struct item *item)
{
    enum { PAD1 = 0 };
    uint8_t kind = view_u8(list, *offset);
    if (kind == PAD1)
        return item_take(list, offset, item, kind, 1, 1);
    return item_take(list, offset, item, kind, 2, 2U + view_u8(list, *offset + 1));
}

struct bit_range item_list_bits(const struct item_format *format, struct bytes_view view, uint32_t offset,
                                uint32_t count)
{
    struct bytes_view list = view_from(view, offset);
    uint32_t end = 0;
    struct item item;
    while (count > 0 && item_next(format, list, &end, &item))
        count--;
    return bits_of_bytes(view, offset, end);
}

const struct item_type *item_type_of(const struct item_format *format, uint32_t kind)
{
    for (size_t i = 0; i < format->type_count; i++)
        if (format->types[i].kind == kind)
            return &format->types[i];
    return NULL;
}
