/* Counts what the decoder does with long chains of headers: twice the bytes may take no more than twice the
 * steps, and no more stack. A step is a basic block: to be compiled with -fsanitize-coverage=trace-pc. */
#include "../../fuzz/promise.h"
#include "../../fuzz/walk_packet.h"
#include <string.h>

enum { LONGEST = 262144, SHORTEST = LONGEST / 8 };

/* A beginning, and what then follows again and again. */
static const struct chain {
    const char *name;
    uint32_t link_type;
    const char *first;
    uint32_t first_length;
    const char *repeated;
    uint32_t repeated_length;
} chains[] = {
#define CHAIN(name, link_type, first, repeated)                                                              \
    {name, link_type, first, sizeof(first) - 1, repeated, sizeof(repeated) - 1}
#define MACS "\2\0\0\0\0\1\2\0\0\0\0\2"
#define ADDRESSES6 "0123456789abcdef0123456789ABCDEF"
#define IPV6_BEFORE(next) "\x60\0\0\0\0\0" next "\x40" ADDRESSES6
    CHAIN("VLAN tags", 1, MACS, "\x81\x00\x00\x01"),
    CHAIN("802.1ad tags", 1, MACS, "\x88\xa8\x00\x01"),
    CHAIN("MPLS labels", 1, MACS "\x88\x47", "\0\0\x10\x40"),
    CHAIN("IP in IP", 101, "", "\x45\0\0\0\0\0\0\0\x40\4\0\0\x7f\0\0\1\x7f\0\0\1"),
    CHAIN("IPv6 in IPv6", 101, "", IPV6_BEFORE("\x29")),
    CHAIN("hop-by-hop headers", 229, IPV6_BEFORE("\0"), "\0\0\1\4\0\0\0\0"),
    CHAIN("destination options", 229, IPV6_BEFORE("\x3c"), "\x3c\0\1\4\0\0\0\0"),
    CHAIN("routing headers", 229, IPV6_BEFORE("\x2b"), "\x2b\0\0\0\0\0\0\0"),
    CHAIN("fragment headers", 229, IPV6_BEFORE("\x2c"), "\x2c\0\0\0\0\0\0\0"),
    CHAIN("AH", 229, IPV6_BEFORE("\x33"), "\x33\1\0\0\0\0\0\1\0\0\0\1"),
    CHAIN("Pad1 options", 229, IPV6_BEFORE("\0") "\x3b\xff", "\0"),
    CHAIN("PadN options", 229, IPV6_BEFORE("\0") "\x3b\xff", "\1\0"),
    CHAIN("empty TCP options", 229, IPV6_BEFORE("\6") "\0\1\0\2\0\0\0\0\0\0\0\0\xf0\0\0\0\0\0\0\0", "\xfe\2"),
    CHAIN("SCTP chunks", 229, IPV6_BEFORE("\x84") "\0\1\0\2\0\0\0\0\0\0\0\0", "\x0e\0\0\4"),
    CHAIN("MLDv2 records", 229, IPV6_BEFORE("\x3a") "\x8f\0\0\0\0\0\xff\xff",
          "\1\0\0\0\xff\2\0\0\0\0\0\0\0\0\0\0\0\0\0\1"),
    CHAIN("neighbour options", 229, IPV6_BEFORE("\x3a") "\x86\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0",
          "\1\1\0\0\0\0\0\0"),
    CHAIN("quotations", 229, "", IPV6_BEFORE("\x3a") "\1\0\0\0\0\0\0\0"),
};

struct cost {
    unsigned long long steps;
    uintptr_t deepest;
};

static struct cost cost;

/* The compiler has this called at every basic block but those of this file. */
void __sanitizer_cov_trace_pc(void)
{
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    cost.steps++;
    if (here < cost.deepest)
        cost.deepest = here;
}

static struct cost cost_of(const struct decoder *decoder, const struct chain *chain, uint32_t length)
{
    uint8_t *bytes = allocate(length);
    memcpy(bytes, chain->first, chain->first_length);
    for (uint32_t i = chain->first_length; i < length; i++)
        bytes[i] = (uint8_t)chain->repeated[(i - chain->first_length) % chain->repeated_length];
    struct captured captured = {bytes, length, length, chain->link_type, 0};
    cost = (struct cost){0, UINTPTR_MAX};
    walk_packet(decoder, &captured, WALK_TEXTS);
    free(bytes);
    return cost;
}

static void check_chain(const struct decoder *decoder, const struct chain *chain)
{
    struct cost before = cost_of(decoder, chain, SHORTEST);
    promise(before.steps > 0, "the decoder's steps are counted");
    unsigned long long first_step_count = before.steps;
    for (uint32_t length = SHORTEST * 2; length <= LONGEST; length *= 2) {
        struct cost now = cost_of(decoder, chain, length);
        promise(now.steps <= before.steps * 2 + before.steps / 100, chain->name);
        promise(now.deepest == before.deepest, chain->name);
        before = now;
    }
    printf("%-20s %12llu steps for %d bytes, %12llu for %d\n", chain->name, first_step_count, SHORTEST,
           before.steps, LONGEST);
}

int main(void)
{
    static struct decoder decoder;
    decoder_init(&decoder);
    for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
        check_chain(&decoder, &chains[i]);
    return 0;
}
