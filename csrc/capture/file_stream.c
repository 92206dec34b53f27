/* The bytes of a capture file, handed to libpcap as a FILE: see file_stream.h. */
#define _GNU_SOURCE /* fopencookie, O_CLOEXEC */
#include "file_stream.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#if defined(__linux__)
#include <stdio_ext.h>
#endif
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    READ_SIZE = 65536,
    PAGE = 4096,             /* read is five times slower into memory that is just off a page's start */
    PIPE_BUFFER = 8 * 65536, /* more than a record of SNAPLEN_MAX bytes */
};

struct file_stream {
    FILE *file;
    int fd;
    bool is_pipe;
    bool at_end;
    bool is_empty;
    struct interrupt_check interrupt;
    struct capture_error failure;
    uint8_t *buffer; /* stdio's for a regular file; for a pipe our own, before stdio's */

    /* Of a pipe: */
    size_t start; /* unread bytes */
    size_t end;
    size_t left_in_unit;
    uint32_t magic; /* the first four bytes */
    unsigned magic_bytes;
    enum stream_units units;
    bool is_swapped;
};

static bool fail(struct file_stream *stream, enum error_kind kind, int errno_value)
{
    capture_error_set_errno(&stream->failure, errno_value);
    if (kind != ERROR_SYSTEM)
        stream->failure.kind = kind;
    return false;
}

static bool keep_waiting(struct file_stream *stream)
{
    if (!is_interrupted(stream->interrupt))
        return true;
    fail(stream, ERROR_INTERRUPTED, EINTR);
    return capture_error_set(&stream->failure, ERROR_INTERRUPTED, EINTR,
                             "interrupted in the midst of a packet: open the file again");
}

/* One read(2). Returns -1 for "nothing there" too, when `failure` is not set. */
static ssize_t read_some(struct file_stream *stream, void *bytes, size_t size)
{
    ssize_t got = read(stream->fd, bytes, size);
    if (got > 0)
        stream->is_empty = false;
    else if (got == 0)
        stream->at_end = true;
    else if (errno != EINTR && errno != EAGAIN)
        fail(stream, ERROR_SYSTEM, errno);
    return got;
}

/* A FIFO that had no writer yet reads as ended, but does not poll so: never read before poll says to. */
static ssize_t read_waiting(struct file_stream *stream, void *bytes, size_t size)
{
    while (stream->failure.kind == ERROR_NONE && !stream->at_end) {
        struct pollfd polled = {.fd = stream->fd, .events = POLLIN};
        int ready = stream->is_pipe ? poll(&polled, 1, LONGEST_WAIT_MS) : 1;
        ssize_t got = ready > 0 ? read_some(stream, bytes, size) : -1;
        if (got >= 0)
            return got;
        if (stream->failure.kind == ERROR_NONE)
            keep_waiting(stream);
    }
    return stream->at_end ? 0 : -1;
}

static uint32_t read_u32(const uint8_t *bytes, bool is_swapped)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof(value));
    if (!is_swapped)
        return value;
    return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

/* A pcap record is 16 bytes and caplen; a pcapng block has its type and whole length first. 0: too few bytes.
 */
static size_t unit_size(const struct file_stream *stream, const uint8_t *bytes, size_t length)
{
    enum { RECORD_HEADER = 16, BLOCK_HEADER = 8 };
    if (stream->units == STREAM_PCAP_RECORDS)
        return length < RECORD_HEADER ? 0 : RECORD_HEADER + (size_t)read_u32(bytes + 8, stream->is_swapped);
    if (length < BLOCK_HEADER)
        return 0;
    uint32_t size = read_u32(bytes + 4, stream->is_swapped);
    return size < BLOCK_HEADER ? BLOCK_HEADER : size;
}

static bool is_packet(const struct file_stream *stream, const uint8_t *bytes)
{
    enum { PACKET_BLOCK = 2, SIMPLE_PACKET_BLOCK = 3, ENHANCED_PACKET_BLOCK = 6 };
    if (stream->units == STREAM_PCAP_RECORDS)
        return true;
    uint32_t type = read_u32(bytes, stream->is_swapped);
    return type == PACKET_BLOCK || type == SIMPLE_PACKET_BLOCK || type == ENHANCED_PACKET_BLOCK;
}

/* Stdio gets no byte beyond the record that libpcap reads: so `start` is where libpcap is. */
static size_t allowance(struct file_stream *stream)
{
    size_t buffered = stream->end - stream->start;
    if (stream->units == STREAM_HEADER)
        return 1;
    if (stream->units == STREAM_UNMEASURED)
        return buffered;
    if (stream->left_in_unit == 0)
        stream->left_in_unit = unit_size(stream, stream->buffer + stream->start, buffered);
    if (stream->left_in_unit == 0)
        stream->left_in_unit = buffered;
    return stream->left_in_unit < buffered ? stream->left_in_unit : buffered;
}

static ssize_t read_pipe(struct file_stream *stream, char *bytes, size_t size)
{
    if (stream->start == stream->end) {
        ssize_t got = read_waiting(stream, stream->buffer, PIPE_BUFFER);
        if (got <= 0)
            return got;
        stream->start = 0;
        stream->end = (size_t)got;
    }
    size_t allowed = allowance(stream);
    if (size > allowed)
        size = allowed;
    memcpy(bytes, stream->buffer + stream->start, size);
    if (stream->magic_bytes < sizeof(stream->magic)) { /* as long as a unit is a byte */
        memcpy((uint8_t *)&stream->magic + stream->magic_bytes, bytes, 1);
        stream->magic_bytes++;
    }
    stream->start += size;
    stream->left_in_unit -= size < stream->left_in_unit ? size : stream->left_in_unit;
    return (ssize_t)size;
}

static ssize_t read_for_libpcap(void *cookie, char *bytes, size_t size)
{
    struct file_stream *stream = cookie;
    ssize_t got = stream->is_pipe ? read_pipe(stream, bytes, size) : read_waiting(stream, bytes, size);
    if (got < 0)
        errno = stream->failure.errno_value;
    return got;
}

static int close_for_libpcap(void *cookie)
{
    struct file_stream *stream = cookie;
    int result = close(stream->fd);
    stream->fd = -1;
    return result;
}

/* There is no seek function: fclose, or exit, in a forked child would move the parent's position. */
#if defined(__linux__)
static FILE *open_file(struct file_stream *stream)
{
    FILE *file = fopencookie(stream, "r",
                             (cookie_io_functions_t){.read = read_for_libpcap, .close = close_for_libpcap});
    if (file != NULL)
        __fsetlocking(file, FSETLOCKING_BYCALLER); /* a source has one reader; libpcap reads twice a packet */
    return file;
}
#else
static int read_for_funopen(void *cookie, char *bytes, int size)
{
    return (int)read_for_libpcap(cookie, bytes, (size_t)size);
}

static FILE *open_file(struct file_stream *stream)
{
    return funopen(stream, read_for_funopen, NULL, NULL, close_for_libpcap);
}
#endif

static bool open_path(struct file_stream *stream, const char *path)
{
    struct stat status;
    /* O_NONBLOCK: opening a FIFO would wait for its writer, deaf to signals that another thread gets. */
    while ((stream->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0 && errno == EINTR)
        if (!keep_waiting(stream))
            return false;
    if (stream->fd < 0 || fstat(stream->fd, &status) < 0)
        return fail(stream, ERROR_SYSTEM, errno);
    if (S_ISDIR(status.st_mode))
        return fail(stream, ERROR_SYSTEM, EISDIR);
    stream->is_pipe = !S_ISREG(status.st_mode);
    return true;
}

static bool make_file(struct file_stream *stream)
{
    stream->buffer = aligned_alloc(PAGE, stream->is_pipe ? PIPE_BUFFER : READ_SIZE);
    if (stream->buffer == NULL || (stream->file = open_file(stream)) == NULL)
        return fail(stream, ERROR_SYSTEM, ENOMEM);
    if (!stream->is_pipe)
        setvbuf(stream->file, (char *)stream->buffer, _IOFBF, READ_SIZE);
    return true;
}

struct file_stream *file_stream_open(const char *path, struct interrupt_check interrupt,
                                     struct capture_error *error)
{
    struct file_stream *stream = calloc(1, sizeof(*stream));
    if (stream == NULL) {
        capture_error_set_errno(error, ENOMEM);
        return NULL;
    }
    stream->is_empty = true;
    stream->interrupt = interrupt;
    if (open_path(stream, path) && make_file(stream))
        return stream;
    *error = stream->failure;
    if (stream->fd >= 0)
        close(stream->fd);
    file_stream_free(stream);
    return NULL;
}

FILE *file_stream_file(const struct file_stream *stream)
{
    return stream->file;
}

void file_stream_free(struct file_stream *stream)
{
    free(stream->buffer);
    free(stream);
}

const struct capture_error *file_stream_failure(const struct file_stream *stream)
{
    return stream->failure.kind == ERROR_NONE ? NULL : &stream->failure;
}

bool file_stream_is_empty(const struct file_stream *stream)
{
    return stream->is_empty;
}

uint32_t file_stream_magic(const struct file_stream *stream)
{
    return stream->magic;
}

int file_stream_fd(const struct file_stream *stream)
{
    return stream->fd;
}

bool file_stream_is_pipe(const struct file_stream *stream)
{
    return stream->is_pipe;
}

void file_stream_set_units(struct file_stream *stream, enum stream_units units, bool is_swapped)
{
    stream->units = units;
    stream->is_swapped = is_swapped;
}

bool file_stream_has_packet(const struct file_stream *stream)
{
    const uint8_t *bytes = stream->buffer + stream->start;
    size_t left = stream->end - stream->start;
    if (stream->units == STREAM_UNMEASURED || stream->at_end || stream->failure.kind != ERROR_NONE)
        return true;
    for (;;) {
        size_t size = unit_size(stream, bytes, left);
        if (size == 0 || size > left)
            return stream->end - stream->start == PIPE_BUFFER; /* no room to wait in */
        if (is_packet(stream, bytes))
            return true;
        bytes += size;
        left -= size;
    }
}

bool file_stream_receive(struct file_stream *stream, const struct wake_pipe *wake, int wait_ms,
                         struct capture_error *error)
{
    short events;
    if (!wake_pipe_wait(wake, stream->fd, wait_ms, &events, error))
        return false;
    if (events == 0)
        return true;
    memmove(stream->buffer, stream->buffer + stream->start, stream->end - stream->start);
    stream->end -= stream->start;
    stream->start = 0;
    ssize_t got = read_some(stream, stream->buffer + stream->end, PIPE_BUFFER - stream->end);
    if (got > 0)
        stream->end += (size_t)got;
    return true;
}
