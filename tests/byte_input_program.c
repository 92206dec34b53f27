/* Does with a byte_input what standard input says, for tests/byte_inputs.py; a sanitizer watches.
 *
 * - path FOLLOW LENGTH, and the path: opens it
 * - fd NUMBER FOLLOW: opens an inherited descriptor
 * - function HOW PIECE LENGTH, and the bytes: opens a function, which gives at most PIECE bytes at a time.
 *   HOW: 0; 1: each second call gives nothing; 2: it fails at the end
 * - read SIZE: one input_read
 * - all SIZE: reads up to anything but bytes, and nothing of a function
 * - about: input_fd, input_compression, input_random_access_fd
 * - close
 * - lacking N, with failing_malloc.c: of the input's allocations, the Nth from now on fails; the text is what
 *   was left of the N before
 *
 * Each is answered with "RESULT BYTES TEXT\n" (two lengths), then the bytes and the text. */
#include "files/byte_input.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern void allocations_arm(long first, long last) __attribute__((weak));
extern long allocations_disarm(void) __attribute__((weak));

static long lacking; /* above 0: allocations up to the one that fails */

struct bytes {
    uint8_t *start;
    size_t length;
};

struct function {
    struct bytes bytes;
    size_t given;
    size_t piece;
    int how;
    bool gave_nothing;
    bool ended;
};

static void check(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void begin_call(void)
{
    if (lacking > 0)
        allocations_arm(lacking, lacking);
}

static void end_call(void)
{
    if (lacking > 0)
        lacking -= allocations_disarm();
}

static struct bytes take(size_t length)
{
    struct bytes bytes = {malloc(length + 1), length};
    check(bytes.start != NULL && fread(bytes.start, 1, length, stdin) == length, "the command is cut");
    bytes.start[length] = 0;
    return bytes;
}

static void reply(const char *result, struct bytes bytes, const char *text)
{
    printf("%s %zu %zu\n", result, bytes.length, strlen(text));
    if (bytes.length > 0)
        fwrite(bytes.start, 1, bytes.length, stdout);
    fputs(text, stdout);
    fflush(stdout);
}

static ptrdiff_t give(void *context, uint8_t *bytes, size_t size, struct capture_error *error)
{
    struct function *function = context;
    check(!function->ended, "read after the end");
    function->gave_nothing = function->how == 1 && !function->gave_nothing;
    if (function->gave_nothing)
        return INPUT_FUNCTION_NOTHING;
    size_t left = function->bytes.length - function->given;
    size_t got = left < function->piece ? left : function->piece;
    if (got > size)
        got = size;
    memcpy(bytes, function->bytes.start + function->given, got);
    function->given += got;
    function->ended = got == 0;
    if (got == 0 && function->how == 2) {
        capture_error_set(error, ERROR_SYSTEM, 5, "the function failed");
        return -1;
    }
    return (ptrdiff_t)got;
}

static void forget(void *context)
{
    struct function *function = context;
    free(function->bytes.start);
    free(function);
}

static struct byte_input *open_function(int how, size_t piece, size_t length, struct capture_error *error)
{
    struct function *function = calloc(1, sizeof(*function));
    check(function != NULL, "no memory");
    *function = (struct function){.bytes = take(length), .piece = piece, .how = how};
    begin_call();
    struct byte_input *input =
        input_of_function((struct input_function){give, forget, function, true}, error);
    end_call();
    return input;
}

/* Bytes are put exactly where they are asked for: the sanitizer sees one more. */
static enum input_result read_once(struct byte_input *input, size_t size, struct bytes *all,
                                   struct capture_error *error)
{
    size_t got;
    uint8_t *bytes = malloc(size);
    check(bytes != NULL, "no memory");
    begin_call();
    enum input_result result = input_read(input, bytes, size, &got, error);
    end_call();
    check((result == INPUT_BYTES) == (got > 0) && got <= size, "result and length do not agree");
    if (got > 0) {
        all->start = realloc(all->start, all->length + got);
        check(all->start != NULL, "no memory");
        memcpy(all->start + all->length, bytes, got);
        all->length += got;
    }
    free(bytes);
    return result;
}

static void answer_read(struct byte_input *input, size_t size, bool to_the_end, bool is_function)
{
    static const char *const names[] = {"bytes", "nothing", "end", "restarted", "failed"};
    struct capture_error error = {0};
    struct bytes all = {NULL, 0};
    enum input_result result;
    do
        result = read_once(input, size, &all, &error);
    while (to_the_end && (result == INPUT_BYTES || (result == INPUT_NOTHING && is_function)));
    reply(names[result], all, error.text);
    free(all.start);
}

static void answer_about(const struct byte_input *input)
{
    char text[100];
    const char *compression = input_compression(input);
    snprintf(text, sizeof(text), "%d %s %d", input_fd(input), compression == NULL ? "none" : compression,
             input_random_access_fd(input));
    reply("about", (struct bytes){NULL, 0}, text);
}

int main(void)
{
    char command[100];
    struct byte_input *input = NULL;
    bool is_function = false;
    while (fgets(command, sizeof(command), stdin) != NULL) {
        int first;
        size_t size, length;
        struct capture_error error = {0};
        bool opens = true;
        if (sscanf(command, "path %d %zu", &first, &length) == 2) {
            struct bytes path = take(length);
            begin_call();
            input = input_of_path((char *)path.start, first != 0, (struct interrupt_check){0}, &error);
            end_call();
            free(path.start);
        } else if (sscanf(command, "fd %d %zu", &first, &size) == 2) {
            input = input_of_fd(first, size != 0, &error);
        } else if (sscanf(command, "function %d %zu %zu", &first, &size, &length) == 3) {
            input = open_function(first, size, length, &error);
        } else {
            opens = false;
        }
        if (opens) {
            is_function = strncmp(command, "function", 8) == 0;
            reply(input == NULL ? "refused" : "opened", (struct bytes){NULL, 0}, error.text);
        } else if (sscanf(command, "read %zu", &size) == 1) {
            answer_read(input, size, false, is_function);
        } else if (sscanf(command, "all %zu", &size) == 1) {
            answer_read(input, size, true, is_function);
        } else if (sscanf(command, "lacking %zu", &size) == 1) {
            char left[30];
            snprintf(left, sizeof(left), "%ld", lacking);
            lacking = (long)size;
            reply("lacking", (struct bytes){NULL, 0}, left);
        } else if (strcmp(command, "about\n") == 0) {
            answer_about(input);
        } else {
            check(strcmp(command, "close\n") == 0, command);
            input_close(input);
            input = NULL;
            reply("closed", (struct bytes){NULL, 0}, "");
        }
    }
    return 0;
}
