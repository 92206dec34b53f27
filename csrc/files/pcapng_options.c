/* Reads options, and copies them from one byte order into another: see pcapng_options.h. */
#include "pcapng_options.h"

/* Where a value begins with numbers: `count` of `width` bytes each. */
struct numbers {
    uint16_t code;
    uint8_t block; /* enum option_block, or ANY_BLOCK */
    uint8_t width, count;
};

enum { ANY_BLOCK = 255 };

static const struct numbers known[] = {
    {8, INTERFACE_BLOCK, 8, 1},  /* if_speed */
    {10, INTERFACE_BLOCK, 4, 1}, /* if_tzone */
    {14, INTERFACE_BLOCK, 8, 1}, /* if_tsoffset */
    {16, INTERFACE_BLOCK, 8, 1}, /* if_txspeed */
    {17, INTERFACE_BLOCK, 8, 1}, /* if_rxspeed */
    {2, PACKET_BLOCK, 4, 1},     /* epb_flags */
    {4, PACKET_BLOCK, 8, 1},     /* epb_dropcount */
    {5, PACKET_BLOCK, 8, 1},     /* epb_packetid */
    {6, PACKET_BLOCK, 4, 1},     /* epb_queue */
    {8, PACKET_BLOCK, 4, 2},     /* epb_processid_threadid */
    {2988, ANY_BLOCK, 4, 1},     /* custom: the number of the enterprise */
    {2989, ANY_BLOCK, 4, 1},     {19372, ANY_BLOCK, 4, 1}, {19373, ANY_BLOCK, 4, 1},
};

bool option_take(struct raw_options *options, struct option *option)
{
    if (options->length < 4)
        return false;
    *option = (struct option){u16_at(options->bytes, options->is_swapped),
                              u16_at(options->bytes + 2, options->is_swapped), options->bytes + 4};
    if (option->code == OPT_ENDOFOPT || option->length > options->length - 4)
        return false;
    size_t size = option_size(option->length);
    if (size > options->length)
        size = options->length;
    options->bytes += size;
    options->length -= (uint32_t)size;
    return true;
}

bool option_find(struct raw_options options, uint16_t code, struct option *option)
{
    while (option_take(&options, option))
        if (option->code == code)
            return true;
    return false;
}

bool options_have(struct raw_options options, uint16_t code)
{
    struct option option;
    return option_find(options, code, &option);
}

void option_append(struct write_buffer *buffer, uint16_t code, const void *value, size_t length)
{
    if (length > UINT16_MAX)
        return;
    buffer_append_u16(buffer, code);
    buffer_append_u16(buffer, (uint16_t)length);
    buffer_append(buffer, value, length);
    buffer_pad(buffer, length);
}

void option_append_text(struct write_buffer *buffer, uint16_t code, const char *text)
{
    option_append(buffer, code, text, strlen(text));
}

void option_append_end(struct write_buffer *buffer)
{
    option_append(buffer, OPT_ENDOFOPT, NULL, 0);
}

static void turn_around(uint8_t *bytes, size_t width)
{
    for (size_t i = 0; i < width / 2; i++) {
        uint8_t byte = bytes[i];
        bytes[i] = bytes[width - 1 - i];
        bytes[width - 1 - i] = byte;
    }
}

static void swap_numbers(enum option_block block, const struct option *option, uint8_t *value)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const struct numbers *numbers = &known[i];
        if (numbers->code != option->code || (numbers->block != block && numbers->block != ANY_BLOCK))
            continue;
        size_t length = (size_t)numbers->count * numbers->width;
        bool has_rest = numbers->block == ANY_BLOCK; /* behind the enterprise's number */
        if (option->length != length && !(has_rest && option->length > length))
            continue;
        for (size_t start = 0; start < length; start += numbers->width)
            turn_around(value + start, numbers->width);
    }
}

static bool is_among(uint16_t code, const uint16_t codes[])
{
    while (*codes != 0 && *codes != code)
        codes++;
    return *codes == code;
}

void options_copy(struct write_buffer *buffer, enum option_block block, struct raw_options options,
                  const uint16_t left_out[])
{
    struct option option;
    while (option_take(&options, &option)) {
        if (is_among(option.code, left_out))
            continue;
        option_append(buffer, option.code, option.value, option.length);
        if (options.is_swapped)
            swap_numbers(block, &option, buffer->bytes + buffer->used - option_size(option.length) + 4);
    }
}
