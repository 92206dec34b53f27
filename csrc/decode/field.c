/* Fields by name, and their values as text: see field.h. */
#include "field.h"
#include <string.h>

struct field field_of_flag(const struct field *flags, unsigned index)
{
    return (struct field){
        .name = flags->flag_names[index],
        .label = flags->label,
        .doc = flags->doc,
        .kind = FIELD_BOOL,
        .bits = {(uint16_t)(flags->bits.offset + index), 1},
        .hidden = true,
        .present = flags->present,
    };
}

static bool find_row(const struct protocol *protocol, const char *name, struct field *found)
{
    for (size_t i = 0; i < protocol->field_count; i++)
        if (strcmp(protocol->fields[i].name, name) == 0) {
            *found = protocol->fields[i];
            return true;
        }
    return false;
}

static bool find_flag(const struct protocol *protocol, const char *name, struct field *found)
{
    for (size_t i = 0; i < protocol->field_count; i++) {
        const struct field *field = &protocol->fields[i];
        for (unsigned bit = 0; field->kind == FIELD_FLAGS && bit < field->bits.width; bit++)
            if (strcmp(field->flag_names[bit], name) == 0) {
                *found = field_of_flag(field, bit);
                return true;
            }
    }
    return false;
}

static bool find_alias(const struct protocol *protocol, const char *name, struct field *found)
{
    for (size_t i = 0; i < protocol->field_count; i++) {
        const struct field *field = &protocol->fields[i];
        if (field->name[0] == '_' && strcmp(field->name + 1, name) == 0) {
            *found = *field;
            return true;
        }
    }
    return false;
}

bool field_find(const struct protocol *protocol, const char *name, struct field *found)
{
    return find_row(protocol, name, found) || find_flag(protocol, name, found) ||
           find_alias(protocol, name, found);
}

void field_put_text(struct text_sink *sink, const struct field *field, struct bytes_view header)
{
    struct bytes_view bytes = field_bytes(field, header);
    char text[TEXT_VALUE_MAX];
    switch (field->kind) {
    case FIELD_UINT:
    case FIELD_FLAGS:
    case FIELD_BOOL:
        text_put_uint(sink, field_uint(field, header));
        break;
    case FIELD_MAC:
        text_put(sink, text, text_of_mac(bytes.bytes, text));
        break;
    case FIELD_IPV4:
        text_put(sink, text, text_of_ipv4(bytes.bytes, text));
        break;
    case FIELD_IPV6:
        text_put(sink, text, text_of_ipv6(bytes.bytes, text));
        break;
    case FIELD_BIG_UINT:
        text_put_big_uint(sink, bytes);
        break;
    case FIELD_BYTES:
    case FIELD_OPTIONS:
        text_put_escaped(sink, bytes);
        break;
    case FIELD_PADDING:
        text_put_string(sink, "0 (auto - 0)");
        break;
    }
}
