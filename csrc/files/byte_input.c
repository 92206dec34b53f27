/* Bytes in, decompressed where they are compressed: see byte_input.h. A file is plain, or a row of members
 * (gzip's word; zstd: frames, xz: streams), each of which is told by its magic before it is decompressed. */
#define _ISOC11_SOURCE /* aligned_alloc */
#include "byte_input.h"
#include "decompress.h"
#include "raw_input.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE = 4096, /* read is five times slower into memory that is just off a page's start */
    BUFFER_SIZE = 32 * PAGE,
    /* Then comes a look at signals: there may be gigabytes of nothing, in a zstd skippable frame. */
    READ_WITHOUT_OUTPUT = 16 << 20,
};

enum input_state {
    STATE_BEGIN,   /* whether it is compressed is not known yet */
    STATE_PLAIN,   /* what comes goes to the caller */
    STATE_MEMBER,  /* in the midst of one */
    STATE_BETWEEN, /* padding, another member, or the end */
};

struct byte_input {
    struct raw_input raw;
    enum input_state state;
    size_t room;
    uint8_t *buffer; /* read, but not taken yet: */
    size_t start;
    size_t end;
    const struct decompressor *decompressor; /* NULL: none */
    void *decompressor_state;
    bool has_output;             /* which it did not give yet */
    uint64_t padding;            /* zeros since the last member */
    bool has_given;              /* bytes, in this call: what waits is not to be asked for more */
    enum input_result last;      /* INPUT_BYTES, or what is still to be told */
    struct capture_error reason; /* of `last` */
};

/* What is not compressed needs no more than a page, to be told by its magic. */
static bool make_room(struct byte_input *input, size_t room)
{
    uint8_t *buffer = room > input->room ? aligned_alloc(PAGE, room) : input->buffer;
    if (buffer == NULL || buffer == input->buffer)
        return buffer != NULL;
    if (input->end > 0)
        memcpy(buffer, input->buffer, input->end);
    free(input->buffer);
    input->buffer = buffer;
    input->room = room;
    return true;
}

static struct byte_input *new_input(struct capture_error *error)
{
    struct byte_input *input = calloc(1, sizeof(*input));
    if (input != NULL && make_room(input, PAGE))
        return input;
    free(input);
    capture_error_set_errno(error, ENOMEM);
    return NULL;
}

static struct byte_input *opened(struct byte_input *input, bool is_open)
{
    if (is_open)
        return input;
    input_close(input);
    return NULL;
}

struct byte_input *input_of_path(const char *path, bool follow, struct interrupt_check interrupt,
                                 struct capture_error *error)
{
    struct byte_input *input = new_input(error);
    return input == NULL ? NULL : opened(input, raw_open_path(&input->raw, path, follow, interrupt, error));
}

struct byte_input *input_of_fd(int fd, bool follow, struct capture_error *error)
{
    struct byte_input *input = new_input(error);
    if (input != NULL)
        return opened(input, raw_open_fd(&input->raw, fd, follow, error));
    raw_close(&(struct raw_input){.fd = fd});
    return NULL;
}

struct byte_input *input_of_function(struct input_function function, struct capture_error *error)
{
    struct byte_input *input = new_input(error);
    if (input != NULL)
        raw_open_function(&input->raw, function);
    else
        raw_close(&(struct raw_input){.fd = -1, .function = function});
    return input;
}

void input_uses(struct byte_input *input, int fd)
{
    file_in_use_enter(&input->raw.in_use, fd);
}

static void close_decompressor(struct byte_input *input)
{
    if (input->decompressor_state != NULL)
        input->decompressor->close(input->decompressor_state);
    input->decompressor_state = NULL;
    input->decompressor = NULL;
}

void input_end(struct byte_input *input)
{
    file_in_use_leave(&input->raw.in_use);
}

void input_close(struct byte_input *input)
{
    close_decompressor(input);
    raw_close(&input->raw);
    free(input->buffer);
    free(input);
}

static enum input_result no_memory(struct byte_input *input)
{
    capture_error_set_errno(&input->reason, ENOMEM);
    return INPUT_FAILED;
}

/* The file's first byte that was not taken. */
static uint64_t position(const struct byte_input *input)
{
    return input->raw.position - (input->end - input->start);
}

#define failed(input, ...)                                                                                   \
    (capture_error_set(&(input)->reason, ERROR_FILE_FORMAT, 0, __VA_ARGS__), INPUT_FAILED)

static enum input_result ends_early(struct byte_input *input)
{
    return failed(input, "the %s data ends early, at byte %" PRIu64 " of the compressed file",
                  input->decompressor->name, input->raw.position);
}

static enum input_result is_damaged(struct byte_input *input, const char *words)
{
    return failed(input,
                  "the %s data is damaged, at or before byte %" PRIu64 " of the compressed file: %.200s",
                  input->decompressor->name, position(input), words);
}

static enum input_result is_too_large(struct byte_input *input)
{
    return failed(input, "the %s data at byte %" PRIu64 " of the compressed file needs %s",
                  input->decompressor->name, position(input), input->decompressor->limit);
}

static enum input_result is_no_member(struct byte_input *input)
{
    return failed(input,
                  "the %s data ends at byte %" PRIu64
                  " of the compressed file, but what comes there is neither %s data nor the file's end",
                  input->decompressor->name, position(input) - input->padding, input->decompressor->name);
}

static enum input_result read_more(struct byte_input *input, uint8_t *bytes, size_t size, size_t *got)
{
    if (input->has_given && input_waits(input))
        return INPUT_NOTHING;
    return raw_read(&input->raw, bytes, size, got, &input->reason);
}

/* One read, behind what was not taken yet: of a magic's few bytes, at most. */
static enum input_result fill(struct byte_input *input)
{
    size_t got = 0, room = input->state == STATE_BEGIN ? PAGE : BUFFER_SIZE;
    memmove(input->buffer, input->buffer + input->start, input->end - input->start);
    input->end -= input->start;
    input->start = 0;
    enum input_result result = read_more(input, input->buffer + input->end, room - input->end, &got);
    input->end += got;
    return result;
}

static enum input_result begin(struct byte_input *input)
{
    bool undecided;
    const struct decompressor *decompressor =
        decompressor_for(input->buffer + input->start, input->end - input->start, &undecided);
    if (undecided) {
        enum input_result result = fill(input);
        if (result != INPUT_END)
            return result;
    }
    if (decompressor == NULL) {
        input->state = STATE_PLAIN;
        return INPUT_BYTES;
    }
    input->decompressor = decompressor;
    if (decompressor->open == NULL) {
        capture_error_set(&input->reason, ERROR_FILE_FORMAT, 0,
                          "compressed with %s, but this umpa_sniffing was built without %s: install %s and "
                          "build it again, or decompress the file first",
                          decompressor->name, decompressor->library, decompressor->package);
        return INPUT_FAILED;
    }
    if (!make_room(input, BUFFER_SIZE) || (input->decompressor_state = decompressor->open()) == NULL)
        return no_memory(input);
    input->state = STATE_MEMBER;
    return INPUT_BYTES;
}

static enum input_result go_on_to_next_member(struct byte_input *input)
{
    bool undecided;
    unsigned padding_unit = input->decompressor->padding;
    for (; padding_unit != 0 && input->start < input->end && input->buffer[input->start] == 0; input->start++)
        input->padding++;
    const struct decompressor *decompressor =
        decompressor_for(input->buffer + input->start, input->end - input->start, &undecided);
    if (undecided) {
        enum input_result result = fill(input);
        if (result != INPUT_END)
            return result;
        if (input->start != input->end)
            return ends_early(input);
    }
    if (padding_unit != 0 && input->padding % padding_unit != 0)
        return is_damaged(input, "padding that is no multiple of four bytes");
    if (undecided)
        return INPUT_END;
    if (decompressor != input->decompressor)
        return is_no_member(input);
    if (!decompressor->begin_member(input->decompressor_state))
        return no_memory(input);
    input->padding = 0;
    input->state = STATE_MEMBER;
    return INPUT_BYTES;
}

static enum input_result decompress(struct byte_input *input, uint8_t *bytes, size_t size, size_t *got)
{
    const char *words = NULL;
    if (input->start == input->end && !input->has_output) {
        enum input_result result = fill(input);
        return result == INPUT_END ? ends_early(input) : result;
    }
    struct decompress_io io = {input->buffer + input->start, input->end - input->start, bytes, size};
    enum decompress_result result = input->decompressor->step(input->decompressor_state, &io, &words);
    input->start = input->end - io.in_left;
    input->has_output = io.out_left == 0;
    *got = size - io.out_left;
    switch (result) {
    case DECOMPRESS_MORE:
        return INPUT_BYTES;
    case DECOMPRESS_MEMBER_END:
        input->state = STATE_BETWEEN;
        return INPUT_BYTES;
    case DECOMPRESS_DAMAGED:
        return is_damaged(input, words);
    case DECOMPRESS_TOO_LARGE:
        return is_too_large(input);
    case DECOMPRESS_NO_MEMORY:
        break;
    }
    return no_memory(input);
}

static enum input_result read_plain(struct byte_input *input, uint8_t *bytes, size_t size, size_t *got)
{
    size_t buffered = input->end - input->start;
    if (buffered == 0)
        return read_more(input, bytes, size, got);
    *got = size < buffered ? size : buffered;
    memcpy(bytes, input->buffer + input->start, *got);
    input->start += *got;
    return INPUT_BYTES;
}

/* INPUT_BYTES: it went on, perhaps without output. Anything else may come with the last of it. */
static enum input_result go_on(struct byte_input *input, uint8_t *bytes, size_t size, size_t *got)
{
    *got = 0;
    switch (input->state) {
    case STATE_BEGIN:
        return begin(input);
    case STATE_PLAIN:
        return read_plain(input, bytes, size, got);
    case STATE_MEMBER:
        return decompress(input, bytes, size, got);
    case STATE_BETWEEN:
        return go_on_to_next_member(input);
    }
    return INPUT_END; /* not reached */
}

static void begin_anew(struct byte_input *input)
{
    close_decompressor(input);
    input->state = STATE_BEGIN;
    input->start = input->end = 0;
    input->padding = 0;
}

enum input_result input_read(struct byte_input *input, uint8_t *bytes, size_t size, size_t *got,
                             struct capture_error *error)
{
    uint64_t began = input->raw.position;
    *got = 0;
    while (input->last == INPUT_BYTES && *got < size) {
        size_t more;
        input->has_given = *got > 0;
        enum input_result result = go_on(input, bytes + *got, size - *got, &more);
        *got += more;
        if (result == INPUT_RESTARTED)
            begin_anew(input);
        if (result == INPUT_NOTHING)
            break;
        input->last = result;
        if (result == INPUT_BYTES && *got == 0 && input->raw.position - began > READ_WITHOUT_OUTPUT)
            break;
    }
    if (*got > 0)
        return INPUT_BYTES;
    enum input_result result = input->last;
    if (result == INPUT_BYTES)
        return INPUT_NOTHING;
    if (result == INPUT_FAILED || result == INPUT_RESTARTED)
        *error = input->reason;
    if (result == INPUT_RESTARTED)
        input->last = INPUT_BYTES;
    return result;
}

int input_fd(const struct byte_input *input)
{
    return input->raw.is_regular ? -1 : input->raw.fd;
}

bool input_waits(const struct byte_input *input)
{
    return input->raw.function.waits;
}

const char *input_compression(const struct byte_input *input)
{
    return input->decompressor == NULL ? NULL : input->decompressor->name;
}

int input_random_access_fd(const struct byte_input *input)
{
    const struct raw_input *raw = &input->raw;
    return raw->is_regular && raw->start == 0 && input->state == STATE_PLAIN ? raw->fd : -1;
}
