/* Reads a file through before packets are appended to it: see existing_file.h. */
#define _POSIX_C_SOURCE 200809L
#include "existing_file.h"
#include "../capture/packet_options.h"
#include "byte_input.h"
#include "link_type.h"
#include "pcap_format.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define SECTION_HEADER_BLOCK UINT32_C(0x0a0d0d0a) /* the same in both byte orders */
#define BYTE_ORDER_MAGIC UINT32_C(0x1a2b3c4d)

enum { WINDOW_SIZE = 32768, BLOCK_EDGES = 12 };

struct walk {
    struct byte_input *input;
    uint64_t offset; /* of what is taken next */
    uint64_t packets;
    size_t start, end; /* of what is left in the window */
    struct capture_error *error;
    uint8_t window[WINDOW_SIZE];
};

enum step { STEP_TAKEN, STEP_END, STEP_CUT, STEP_FAILED };

/* The next `size` bytes, into `into` or, where it is NULL, over them. */
static enum step take(struct walk *walk, void *into, uint64_t size)
{
    uint64_t taken = 0;
    while (taken < size) {
        if (walk->start == walk->end) {
            enum input_result result =
                input_read(walk->input, walk->window, WINDOW_SIZE, &walk->end, walk->error);
            walk->start = 0;
            if (result != INPUT_BYTES)
                walk->end = 0;
            if (result == INPUT_FAILED)
                return STEP_FAILED;
            if (result != INPUT_BYTES)
                return taken == 0 ? STEP_END : STEP_CUT;
        }
        uint64_t left = size - taken;
        size_t some = walk->end - walk->start < left ? walk->end - walk->start : (size_t)left;
        if (into != NULL)
            memcpy((uint8_t *)into + taken, walk->window + walk->start, some);
        walk->start += some;
        taken += some;
    }
    walk->offset += size;
    return STEP_TAKEN;
}

static bool is_damaged(struct walk *walk, uint64_t offset, const char *what)
{
    return capture_error_set(walk->error, ERROR_FILE_FORMAT, 0,
                             "behind packet %" PRIu64 ", at byte %" PRIu64
                             ", %s: nothing can be appended to this file. Write its good packets to another "
                             "one first, read with errors='ignore', and append to that",
                             walk->packets, offset, what);
}

/* What the first bytes are; false with `error` for a file that is none of ours. */
static bool is_other(struct walk *walk, const char *wanted, const char *found)
{
    return capture_error_set(walk->error, ERROR_FILE_FORMAT, 0,
                             "%s can't be appended to this file, which is %s: write a new file, or in that "
                             "format",
                             wanted, found);
}

static const char *format_of(uint32_t magic)
{
    switch (magic) {
    case PCAP_MAGIC_NANO:
        return "pcap in nanoseconds (format='nsecpcap')";
    case PCAP_MAGIC_MICRO:
        return "pcap in microseconds (format='pcap')";
    case SECTION_HEADER_BLOCK:
        return "pcapng (format='pcapng')";
    default:
        return "no capture file of a known format";
    }
}

static uint32_t wanted_magic(const struct dump_options *options, const struct dump_origin *origin)
{
    if (options->format == DUMP_PCAPNG)
        return SECTION_HEADER_BLOCK;
    bool microseconds =
        options->format == DUMP_PCAP_MICRO || (options->format == DUMP_PCAP && origin->microseconds);
    return microseconds ? PCAP_MAGIC_MICRO : PCAP_MAGIC_NANO;
}

static bool check_pcap_header(struct walk *walk, const struct pcap_file_header *header, bool is_swapped,
                              const struct dump_origin *origin, struct existing_file *existing)
{
    uint32_t linktype = is_swapped ? swapped_u32(header->linktype) : header->linktype;
    uint32_t snaplen = is_swapped ? swapped_u32(header->snaplen) : header->snaplen;
    *existing = (struct existing_file){.is_swapped = is_swapped, .linktype = linktype, .snaplen = snaplen};
    if (!origin->is_live)
        return true; /* each packet is looked at */
    uint32_t wanted = link_type_to_file(origin->link_type);
    if (wanted == LINK_TYPE_NO_MEMORY)
        return capture_error_set_errno(walk->error, ENOMEM);
    if (linktype != wanted)
        return capture_error_set(walk->error, ERROR_FILE_FORMAT, 0,
                                 "the file that is appended to has link type %" PRIu32
                                 ", this device %" PRIu32 ": write a new file, or pcapng, which holds both",
                                 linktype, wanted);
    return (snaplen == 0 || snaplen >= origin->snaplen) ||
           capture_error_set(walk->error, ERROR_FILE_FORMAT, 0,
                             "the file that is appended to has a snaplen of %" PRIu32
                             ", smaller than the capture's %" PRIu32 ": capture with snaplen=%" PRIu32
                             ", or write a new file",
                             snaplen, origin->snaplen, snaplen);
}

static bool walk_pcap(struct walk *walk, bool is_swapped)
{
    for (;;) {
        struct pcap_record_header header;
        uint64_t offset = walk->offset;
        enum step step = take(walk, &header, sizeof(header));
        if (step == STEP_END)
            return true;
        uint32_t caplen = is_swapped ? swapped_u32(header.caplen) : header.caplen;
        if (step == STEP_TAKEN && caplen > 0 && (step = take(walk, NULL, caplen)) == STEP_END)
            step = STEP_CUT;
        if (step == STEP_FAILED)
            return false;
        if (step == STEP_CUT)
            return is_damaged(walk, offset, "a record is cut");
        walk->packets++;
    }
}

/* One block behind its type, which is given; its length is repeated at its end. */
static enum step take_block(struct walk *walk, uint32_t type, bool *is_swapped)
{
    uint32_t lengths[2] = {0}, magic = 0;
    enum step step = take(walk, &lengths[0], 4);
    uint32_t taken = 8;
    if (step == STEP_TAKEN && type == SECTION_HEADER_BLOCK) {
        step = take(walk, &magic, 4);
        taken += 4;
        *is_swapped = magic == swapped_u32(BYTE_ORDER_MAGIC);
    }
    if (step != STEP_TAKEN)
        return step;
    uint32_t total = *is_swapped ? swapped_u32(lengths[0]) : lengths[0];
    if (total < taken + 4 || total % 4 != 0)
        return STEP_CUT;
    if (total > taken + 4)
        step = take(walk, NULL, total - taken - 4);
    if (step == STEP_TAKEN)
        step = take(walk, &lengths[1], 4);
    return step == STEP_TAKEN && lengths[0] != lengths[1] ? STEP_CUT : step;
}

/* From behind the first block's type. */
static bool walk_pcapng(struct walk *walk)
{
    enum { ENHANCED = 6, SIMPLE = 3, OBSOLETE = 2 };
    uint32_t type = SECTION_HEADER_BLOCK;
    bool is_swapped = false;
    for (;;) {
        uint64_t offset = walk->offset - sizeof(type);
        enum step step = take_block(walk, type, &is_swapped);
        if (step == STEP_FAILED)
            return false;
        if (step != STEP_TAKEN)
            return is_damaged(walk, offset, "a block is cut or damaged");
        uint32_t kind = is_swapped ? swapped_u32(type) : type;
        walk->packets += kind == ENHANCED || kind == SIMPLE || kind == OBSOLETE;
        offset = walk->offset;
        step = take(walk, &type, sizeof(type));
        if (step == STEP_END)
            return true;
        if (step == STEP_FAILED)
            return false;
        if (step == STEP_CUT)
            return is_damaged(walk, offset, "a block is cut or damaged");
    }
}

static bool walk_file(struct walk *walk, const struct dump_options *options, const struct dump_origin *origin,
                      struct existing_file *existing)
{
    static const char *const names[] = {
        [COMPRESSION_NONE] = NULL,
        [COMPRESSION_GZIP] = "gzip",
        [COMPRESSION_ZSTD] = "zstd",
        [COMPRESSION_XZ] = "xz",
    };
    struct pcap_file_header header;
    uint32_t wanted = wanted_magic(options, origin);
    enum step step = take(walk, &header.magic, sizeof(header.magic));
    if (step == STEP_FAILED)
        return false;
    const char *compression = input_compression(walk->input), *ours = names[options->compression];
    if (compression != ours && (compression == NULL || ours == NULL || strcmp(compression, ours) != 0))
        return is_other(walk, ours == NULL ? "what is not compressed" : ours,
                        compression == NULL ? "not compressed" : compression);
    bool is_swapped = header.magic != wanted && swapped_u32(header.magic) == wanted;
    if (step != STEP_TAKEN)
        return is_other(walk, format_of(wanted), "no capture file");
    if (header.magic != wanted && !is_swapped)
        return is_other(walk, format_of(wanted),
                        format_of(header.magic == PCAP_MAGIC_MICRO || header.magic == PCAP_MAGIC_NANO ||
                                          header.magic == SECTION_HEADER_BLOCK
                                      ? header.magic
                                      : swapped_u32(header.magic)));
    if (wanted == SECTION_HEADER_BLOCK)
        return walk_pcapng(walk);
    step = take(walk, &header.version_major, sizeof(header) - sizeof(header.magic));
    if (step == STEP_FAILED)
        return false;
    if (step != STEP_TAKEN)
        return is_damaged(walk, 0, "the file's header is cut");
    return check_pcap_header(walk, &header, is_swapped, origin, existing) && walk_pcap(walk, is_swapped);
}

bool existing_file_check(const struct dump_options *options, const struct dump_origin *origin,
                         struct interrupt_check interrupt, struct existing_file *existing,
                         struct capture_error *error)
{
    struct stat status;
    *existing = (struct existing_file){.is_empty = true};
    if (stat(options->path, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0)
        return true; /* what is wrong with it is told when it is opened */
    struct walk walk = {.error = error};
    walk.input = input_of_path(options->path, false, interrupt, error);
    if (walk.input == NULL)
        return false;
    existing->is_empty = false;
    bool checked = walk_file(&walk, options, origin, existing);
    input_close(walk.input);
    return checked;
}
