/* Fields by name, by place and by value: see field.h. */
#include "field.h"
#include "protocol.h"
#include <string.h>

const struct bit_range nowhere = {UINT32_MAX, 1};

struct bit_range bits_of_bytes(struct bytes_view view, uint32_t offset, uint32_t length)
{
    return length == 0 ? (struct bit_range){view.length * 8, 0} : (struct bit_range){offset * 8, length * 8};
}

struct bit_range bits_of_elements(struct bytes_view view, uint32_t offset, uint32_t count,
                                  uint32_t element_length)
{
    uint32_t there = view_from(view, offset).length / element_length;
    return bits_of_bytes(view, offset, (count < there ? count : there) * element_length);
}

struct field field_of_flag(const struct field *flags, unsigned index)
{
    return (struct field){
        .name = flags->flag_names[index],
        .label = flags->label,
        .doc = flags->doc,
        .kind = FIELD_BOOL,
        .bits = {flags->bits.offset + index, 1},
        .hidden = true,
        .in_contents = flags->in_contents,
        .present = flags->present,
    };
}

struct field field_of_name(const struct field *field)
{
    struct field name = *field;
    name.kind = FIELD_NAME;
    name.hidden = true;
    return name;
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

const char *field_alias(const struct field *field)
{
    return field->name[0] == '_' ? field->name + 1 : field->name;
}

static bool find_alias(const struct protocol *protocol, const char *name, struct field *found)
{
    for (size_t i = 0; i < protocol->field_count; i++)
        if (strcmp(field_alias(&protocol->fields[i]), name) == 0) {
            *found = protocol->fields[i];
            return true;
        }
    return false;
}

static bool find_value_name(const struct protocol *protocol, const char *name, struct field *found)
{
    for (size_t i = 0; i < protocol->field_count; i++) {
        const char *alias = field_alias(&protocol->fields[i]);
        size_t alias_length = strlen(alias);
        if (protocol->fields[i].names != NULL && strncmp(name, alias, alias_length) == 0 &&
            strcmp(name + alias_length, "_name") == 0) {
            *found = field_of_name(&protocol->fields[i]);
            return true;
        }
    }
    return false;
}

bool field_find(const struct protocol *protocol, const char *name, struct field *found)
{
    return find_row(protocol, name, found) || find_flag(protocol, name, found) ||
           find_alias(protocol, name, found) || find_value_name(protocol, name, found);
}

struct bit_range field_bits(const struct field *field, struct bytes_view view)
{
    uint32_t view_width = view.length * 8;
    struct bit_range bits = field->locate == NULL ? field->bits : field->locate(view);
    if (field->kind == FIELD_PADDING)
        bits.offset = view_width;
    if (bits.width == 0 && bits.offset < view_width)
        bits.width = view_width - bits.offset;
    return bits;
}

bool field_is_present(const struct field *field, struct bytes_view view)
{
    if (field->present != NULL && !field->present(view))
        return false;
    struct bit_range bits = field_bits(field, view);
    return (uint64_t)bits.offset + bits.width <= (uint64_t)view.length * 8;
}

uint64_t field_uint(const struct field *field, struct bytes_view view)
{
    if (field->read != NULL)
        return field->read(view);
    struct bit_range bits = field_bits(field, view);
    return bits.width == 0 ? 0 : view_bits(view, bits.offset, bits.width);
}

int64_t field_int(const struct field *field, struct bytes_view view)
{
    uint64_t value = field_uint(field, view);
    uint64_t sign = (uint64_t)1 << (field_bits(field, view).width - 1);
    return (int64_t)((value ^ sign) - sign);
}

const char *field_value_name(const struct field *field, struct bytes_view view)
{
    struct bit_range by = field->named_by;
    uint64_t value = by.width == 0 ? field_uint(field, view) : view_bits(view, by.offset, by.width);
    for (size_t i = 0; i < field->names->count; i++)
        if (field->names->rows[i].value == value)
            return field->names->rows[i].name;
    return NULL;
}

struct bytes_view field_bytes(const struct field *field, struct bytes_view view)
{
    struct bit_range bits = field_bits(field, view);
    return view_first(view_from(view, bits.offset / 8), bits.width / 8);
}

struct field field_of_element(const struct field *list, struct bit_range bits, uint32_t index)
{
    return (struct field){
        .name = list->name,
        .label = list->label,
        .doc = list->doc,
        .kind = list->element,
        .bits = {bits.offset + index * list->element_width, list->element_width},
    };
}
