/* A fuzzer that keeps to some link types: TARGET_LINK_TYPES, a list; empty for any that the input says.
 * The group is the mutator's business, so that an input means the same to all targets and to the replay. */
#include "fuzz_input.h"

/* libFuzzer's. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static const uint32_t link_types[] = {TARGET_LINK_TYPES};
enum { LINK_TYPE_COUNT = sizeof(link_types) / sizeof(link_types[0]) };

static void set_link_type(uint8_t *head, uint32_t link_type)
{
    for (unsigned i = 0; i < 4; i++)
        head[i] = (uint8_t)(link_type >> (24 - 8 * i));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    if (size < FUZZ_HEAD_LENGTH || max_size == FUZZ_HEAD_LENGTH) {
        for (size_t i = size; i < FUZZ_HEAD_LENGTH; i++)
            data[i] = 0;
        size = FUZZ_HEAD_LENGTH;
    }
    if (seed % 16 == 0) { /* the head is worth a change now and then */
        LLVMFuzzerMutate(data, FUZZ_HEAD_LENGTH, FUZZ_HEAD_LENGTH);
        data[7] |= seed / 16 % 4 == 0 ? 0xf8 : 0; /* and so are all texts */
    } else
        size = FUZZ_HEAD_LENGTH + LLVMFuzzerMutate(data + FUZZ_HEAD_LENGTH, size - FUZZ_HEAD_LENGTH,
                                                   max_size - FUZZ_HEAD_LENGTH);
    if (LINK_TYPE_COUNT > 0)
        set_link_type(data, link_types[seed / 16 % LINK_TYPE_COUNT]);
    return size;
}
