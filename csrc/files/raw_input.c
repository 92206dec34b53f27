/* Reads descriptors without waiting, and functions: see raw_input.h. */
#define _POSIX_C_SOURCE 200809L /* strdup, O_CLOEXEC */
#include "raw_input.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool take_fd(struct raw_input *raw, int fd, struct capture_error *error)
{
    struct stat status;
    raw->fd = fd;
    if (fstat(fd, &status) < 0)
        return capture_error_set_errno(error, errno);
    if (S_ISDIR(status.st_mode))
        return capture_error_set_errno(error, EISDIR);
    raw->is_regular = S_ISREG(status.st_mode);
    if (!raw->follow) /* else it may well be written meanwhile */
        file_in_use_enter(&raw->in_use, fd);
    return true;
}

/* O_NONBLOCK: opening a FIFO would wait for its writer, deaf to signals that another thread gets. */
static int open_path(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

bool raw_open_path(struct raw_input *raw, const char *path, bool follow, struct interrupt_check interrupt,
                   struct capture_error *error)
{
    int fd;
    *raw = (struct raw_input){.fd = -1, .follow = follow};
    if (follow && (raw->path = strdup(path)) == NULL)
        return capture_error_set_errno(error, ENOMEM);
    while ((fd = open_path(path)) < 0 && errno == EINTR)
        if (is_interrupted(interrupt))
            return capture_error_set(error, ERROR_INTERRUPTED, EINTR,
                                     "interrupted while the file was opened: open it again");
    if (fd < 0)
        return capture_error_set_errno(error, errno);
    return take_fd(raw, fd, error);
}

bool raw_open_fd(struct raw_input *raw, int fd, bool follow, struct capture_error *error)
{
    *raw = (struct raw_input){.fd = fd, .follow = follow};
    if (!take_fd(raw, fd, error))
        return false;
    off_t start = raw->is_regular ? lseek(fd, 0, SEEK_CUR) : 0;
    raw->start = raw->position = start < 0 ? 0 : (uint64_t)start;
    return true;
}

void raw_open_function(struct raw_input *raw, struct input_function function)
{
    *raw = (struct raw_input){.fd = -1, .function = function};
}

static enum input_result fail(struct capture_error *error, int errno_value)
{
    capture_error_set_errno(error, errno_value);
    return INPUT_FAILED;
}

static enum input_result count(struct raw_input *raw, size_t size, size_t *got)
{
    *got = size;
    raw->position += size;
    return INPUT_BYTES;
}

static enum input_result read_function(struct raw_input *raw, uint8_t *bytes, size_t size, size_t *got,
                                       struct capture_error *error)
{
    ptrdiff_t result = raw->function.read(raw->function.context, bytes, size, error);
    if (result > 0)
        return count(raw, (size_t)result, got);
    if (result == INPUT_FUNCTION_NOTHING)
        return INPUT_NOTHING;
    return result == 0 ? INPUT_END : INPUT_FAILED;
}

/* A FIFO that had no writer yet reads as ended, but does not poll so: never read before poll says to. */
static enum input_result read_fd(struct raw_input *raw, uint8_t *bytes, size_t size, size_t *got,
                                 struct capture_error *error)
{
    ssize_t result;
    do {
        struct pollfd polled = {.fd = raw->fd, .events = POLLIN};
        if (!raw->is_regular && poll(&polled, 1, 0) <= 0)
            return INPUT_NOTHING;
        result = read(raw->fd, bytes, size);
    } while (result < 0 && errno == EINTR);
    if (result > 0)
        return count(raw, (size_t)result, got);
    if (result == 0)
        return INPUT_END;
    return errno == EAGAIN || errno == EWOULDBLOCK ? INPUT_NOTHING : fail(error, errno);
}

static enum input_result restart(struct raw_input *raw, const char *words, struct capture_error *error)
{
    raw->start = raw->position = 0;
    raw->last_size = 0;
    capture_error_set(error, ERROR_NONE, 0, "%s: reading it anew from its beginning", words);
    return INPUT_RESTARTED;
}

static enum input_result restart_truncated(struct raw_input *raw, struct capture_error *error)
{
    return lseek(raw->fd, 0, SEEK_SET) < 0 ? fail(error, errno)
                                           : restart(raw, "the file was truncated", error);
}

/* The path leads to another file. One that has vanished may still come back. */
static bool is_replaced(const struct raw_input *raw, const struct stat *ours)
{
    struct stat other;
    return raw->path != NULL && stat(raw->path, &other) == 0 &&
           (other.st_dev != ours->st_dev || other.st_ino != ours->st_ino);
}

static enum input_result open_replacement(struct raw_input *raw, struct capture_error *error)
{
    int fd = open_path(raw->path);
    if (fd < 0 && (errno == ENOENT || errno == EINTR))
        return INPUT_NOTHING;
    int errno_value = errno;
    close(raw->fd);
    raw->fd = fd;
    if (fd >= 0 ? take_fd(raw, fd, error) : capture_error_set_errno(error, errno_value))
        return restart(raw, "the file was replaced by another one", error);
    struct capture_error reason = *error;
    capture_error_set(error, reason.kind, reason.errno_value,
                      "the file was replaced by another one, which can't be read: %.400s", reason.text);
    return INPUT_FAILED;
}

static void remember(struct raw_input *raw, const uint8_t *bytes, size_t size)
{
    size_t most = sizeof(raw->last), fresh = size < most ? size : most;
    size_t kept = raw->last_size < most - fresh ? raw->last_size : most - fresh;
    memmove(raw->last, raw->last + raw->last_size - kept, kept);
    memcpy(raw->last + kept, bytes + size - fresh, fresh);
    raw->last_size = kept + fresh;
}

/* It was truncated, and had grown beyond where we were before we looked: what we read last is not there. */
static bool is_written_anew(const struct raw_input *raw, size_t got)
{
    uint8_t there[sizeof(raw->last)];
    off_t offset = (off_t)(raw->position - got - raw->last_size);
    ssize_t size = pread(raw->fd, there, raw->last_size, offset);
    return size >= 0 && ((size_t)size != raw->last_size || memcmp(there, raw->last, raw->last_size) != 0);
}

static enum input_result read_grown(struct raw_input *raw, uint8_t *bytes, size_t size, size_t *got,
                                    struct capture_error *error)
{
    enum input_result result = read_fd(raw, bytes, size, got, error);
    if (result != INPUT_BYTES)
        return result;
    if (is_written_anew(raw, *got)) {
        *got = 0;
        return restart_truncated(raw, error);
    }
    remember(raw, bytes, *got);
    return INPUT_BYTES;
}

static enum input_result read_followed(struct raw_input *raw, uint8_t *bytes, size_t size, size_t *got,
                                       struct capture_error *error)
{
    struct stat ours;
    enum input_result result = read_grown(raw, bytes, size, got, error);
    if (result != INPUT_END)
        return result;
    if (fstat(raw->fd, &ours) < 0)
        return fail(error, errno);
    if ((uint64_t)ours.st_size < raw->position)
        return restart_truncated(raw, error);
    if (!is_replaced(raw, &ours))
        return INPUT_NOTHING;
    result = read_grown(raw, bytes, size, got, error); /* what was written before it was replaced */
    return result == INPUT_END ? open_replacement(raw, error) : result;
}

enum input_result raw_read(struct raw_input *raw, uint8_t *bytes, size_t size, size_t *got,
                           struct capture_error *error)
{
    if (raw->ended)
        return INPUT_END;
    if (raw->follow && raw->is_regular)
        return read_followed(raw, bytes, size, got, error);
    enum input_result result = raw->function.read != NULL ? read_function(raw, bytes, size, got, error)
                                                          : read_fd(raw, bytes, size, got, error);
    raw->ended = result == INPUT_END;
    return result;
}

void raw_close(struct raw_input *raw)
{
    file_in_use_leave(&raw->in_use);
    if (raw->fd >= 0)
        close(raw->fd);
    if (raw->function.close != NULL)
        raw->function.close(raw->function.context);
    free(raw->path);
}
