/* One input of the fuzzers is one packet, walked through: see fuzz_input.h. */
#include "fuzz_input.h"
#include "walk_packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct decoder decoder;
    static bool ready;
    if (!ready) {
        decoder_init(&decoder);
        ready = true;
    }
    if (size < FUZZ_HEAD_LENGTH)
        return 0;
    struct bytes_view head = {data, FUZZ_HEAD_LENGTH};
    struct captured captured = {
        .bytes = data + FUZZ_HEAD_LENGTH,
        .caplen = (uint32_t)(size - FUZZ_HEAD_LENGTH),
        .wire_len = view_u32(head, 4) >> 8,
        .link_type = view_u32(head, 0),
        .alignment = view_u8(head, 7) % 8,
    };
    walk_packet(&decoder, &captured, WALK_TEXTS);
    return 0;
}
