/* Prints libFuzzer's dictionary: the numbers that protocols are bound to, which are found in tables and thus
 * not by comparing. */
#include "../csrc/decode/protocol.h"
#include <stdio.h>

int main(void)
{
    for (unsigned id = 0; id < PROTOCOL_COUNT; id++)
        for (size_t i = 0; i < protocols[id]->binding_count; i++) {
            uint32_t value = protocols[id]->bindings[i].value;
            if (value > 0xff)
                printf("\"\\x%02x\\x%02x\"\n", value >> 8 & 0xff, value & 0xff);
            else
                printf("\"\\x%02x\"\n\"\\x00\\x%02x\"\n", value, value);
        }
    return 0;
}
