/* The walk over type-length-value options: see option_list.h. */
#include "option_list.h"

bool option_next(const struct option_format *format, struct bytes_view *rest, struct option *option)
{
    if (rest->length == 0 || rest->bytes[0] == format->end_kind)
        return false;
    option->kind = rest->bytes[0];
    if (option->kind == format->padding_kind) {
        option->value = view_first(*rest, 0);
        *rest = view_from(*rest, 1);
        return true;
    }
    uint8_t length = view_u8(*rest, 1);
    if (length < 2 || length > rest->length)
        return false;
    option->value = view_from(view_first(*rest, length), 2);
    *rest = view_from(*rest, length);
    return true;
}

const char *option_name(const struct option_format *format, uint8_t kind)
{
    for (size_t i = 0; i < format->name_count; i++)
        if (format->names[i].kind == kind)
            return format->names[i].name;
    return NULL;
}
