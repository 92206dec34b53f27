/* One input of the fuzzers is one packet, walked through: see fuzz_input.h. */
#include "fuzz_input.h"
#include "replay.h"

void walk_input(const uint8_t *data, size_t size, enum walk_depth depth)
{
    static struct decoder decoder;
    static bool ready;
    if (!ready) {
        decoder_init(&decoder);
        ready = true;
    }
    struct bytes_view head = {data, FUZZ_HEAD_LENGTH};
    struct captured captured = {
        .bytes = data + FUZZ_HEAD_LENGTH,
        .caplen = (uint32_t)(size - FUZZ_HEAD_LENGTH),
        .wire_len = view_u32(head, 4) >> 8,
        .link_type = view_u32(head, 0),
        .alignment = view_u8(head, 7) % 8,
    };
    walk_packet(&decoder, &captured, depth);
}

void replay_input(const uint8_t *data, size_t size)
{
    if (size >= FUZZ_HEAD_LENGTH)
        walk_input(data, size, WALK_TEXTS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { ALL_TEXTS = 31 };
    if (size >= FUZZ_HEAD_LENGTH) /* texts take most of the time, and are worth it now and then */
        walk_input(data, size, data[7] >> 3 == ALL_TEXTS ? WALK_TEXTS : WALK_FIELDS);
    return 0;
}
