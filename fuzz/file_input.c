/* One input of the fuzzer of capture files, read: see file_input.h. */
#include "file_input.h"
#include "promise.h"
#include "replay.h"
#include "walk_index.h"
#include <string.h>

static struct file_way way_of(const uint8_t *head)
{
    static const size_t read_sizes[] = {GROWING_READS, 29, 4096, SIZE_MAX};
    static const size_t before[] = {0, 1, 4, 20, 36, 100, 200, 400};
    static const enum damage_policy policies[] = {DAMAGE_IS_TOLD, DAMAGE_ENDS_IT, DAMAGE_IS_SKIPPED,
                                                  DAMAGE_IS_TOLD};
    enum { ALWAYS = 3 };
    return (struct file_way){
        .read_size = read_sizes[head[0] & 3],
        .on_damage = policies[head[0] >> 2 & 3],
        .waits = head[0] >> 4 & 1,
        .has_batches = head[0] >> 5 & 1,
        .keeps_memory = head[0] >> 6 == ALWAYS,
        .before = before[head[1] & 7],
        .place = (enum file_place)(head[1] >> 3 & 3),
        .table_is_full = head[1] >> 5 & 1,
    };
}

/* Now and then: files cost more than all else. */
static bool is_indexed(const uint8_t *head)
{
    return head[1] >> 6 == 3;
}

static void promise_same(const struct file_outcome *one, const struct file_outcome *other, bool notices)
{
    promise(one->packets == other->packets, "a file has as many packets, however it is read");
    promise(one->packets_digest == other->packets_digest, "packets are the same, however a file is read");
    promise(one->has_failed == other->has_failed, "a file fails, or not, however it is read");
    promise(one->failure.kind == other->failure.kind, "a file fails in one way, however it is read");
    if (!notices)
        return;
    promise(strcmp(one->failure.text, other->failure.text) == 0, "a failure has the same words");
    promise(one->failure.file_offset == other->failure.file_offset &&
                one->failure.packet_number == other->failure.packet_number,
            "a failure is at the same place");
    promise(one->notices_digest == other->notices_digest, "notices are the same, however a file is read");
}

/* Where the compressed data is damaged is told as exactly as the sizes of reads allow. */
static bool is_compressed(const uint8_t *content, size_t size)
{
    static const uint8_t magics[3][2] = {{0x1f, 0x8b}, {0x28, 0xb5}, {0xfd, '7'}};
    for (unsigned i = 0; size >= 2 && i < 3; i++)
        if (memcmp(content, magics[i], 2) == 0)
            return true;
    return size >= 2 && (content[0] & 0xf0) == 0x50; /* a zstd skippable frame */
}

void walk_file_input(const uint8_t *data, size_t size)
{
    const uint8_t *content = data + FILE_HEAD_LENGTH;
    size -= FILE_HEAD_LENGTH;
    struct file_way way = way_of(data);
    struct file_way plain = {.read_size = way.read_size == 4096 ? 1000 : 4096, .on_damage = way.on_damage};
    if (way.on_damage == DAMAGE_IS_SKIPPED)
        plain.on_damage = DAMAGE_IS_TOLD;
    struct file_outcome one = walk_file(content, size, &way), other = walk_file(content, size, &plain);
    if (!one.is_too_long && !other.is_too_long)
        promise_same(&one, &other, plain.on_damage == way.on_damage && !is_compressed(content, size));
    if (is_indexed(data) && !is_compressed(content, size))
        walk_index(content, size, plain.on_damage, &other);
}

void replay_input(const uint8_t *data, size_t size)
{
    if (size >= FILE_HEAD_LENGTH)
        walk_file_input(data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    replay_input(data, size);
    return 0;
}
