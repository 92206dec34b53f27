/* A fuzzer of capture files. What it makes of a pcapng file is often put right again: else hardly a change
 * would get beyond the first length that does not agree with its double. */
#include "file_input.h"
#include <stdbool.h>
#include <string.h>

/* libFuzzer's. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static uint32_t number(const uint8_t *bytes, bool is_big)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++)
        value = value << 8 | bytes[is_big ? i : 3 - i];
    return value;
}

/* Each block gets its length a second time, at its end; one that is too long ends with the file. */
static void repair_pcapng(uint8_t *bytes, size_t size)
{
    enum { SECTION_HEADER = 0x0a0d0d0a, LEAST_BLOCK = 12, BYTE_ORDER = 8 };
    bool is_big = false;
    while (size >= LEAST_BLOCK) {
        if (number(bytes, false) == SECTION_HEADER)
            is_big = bytes[BYTE_ORDER] == 0x1a;
        uint32_t length = number(bytes + 4, is_big) / 4 * 4;
        if (length > size)
            length = (uint32_t)(size / 4 * 4);
        if (length < LEAST_BLOCK)
            length = LEAST_BLOCK;
        for (unsigned i = 0; i < 4; i++)
            bytes[4 + i] = (uint8_t)(length >> (is_big ? 24 - 8 * i : 8 * i));
        memcpy(bytes + length - 4, bytes + 4, 4);
        bytes += length;
        size -= length;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    static const uint8_t section_header[4] = {0x0a, 0x0d, 0x0d, 0x0a};
    if (size < FILE_HEAD_LENGTH || max_size == FILE_HEAD_LENGTH || seed % 16 == 0) {
        for (size_t i = size; i < FILE_HEAD_LENGTH; i++)
            data[i] = 0;
        LLVMFuzzerMutate(data, FILE_HEAD_LENGTH, FILE_HEAD_LENGTH);
        return size < FILE_HEAD_LENGTH ? FILE_HEAD_LENGTH : size;
    }
    uint8_t *content = data + FILE_HEAD_LENGTH;
    size = LLVMFuzzerMutate(content, size - FILE_HEAD_LENGTH, max_size - FILE_HEAD_LENGTH);
    if (seed / 16 % 2 == 0 && size >= 4 && memcmp(content, section_header, 4) == 0)
        repair_pcapng(content, size);
    return FILE_HEAD_LENGTH + size;
}
