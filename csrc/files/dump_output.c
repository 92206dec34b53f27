/* A file being written: see dump_output.h. */
#define _POSIX_C_SOURCE 200809L
#include "dump_output.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char part_suffix[] = ".part";

static int open_for_writing(const char *path, int flags)
{
    int fd;
    /* O_NONBLOCK: a FIFO that nobody reads fails with ENXIO, and a full pipe with EAGAIN, where they would
     * wait. */
    do
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK | flags, 0666);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/* Renaming would put a file in the place of what is no file. */
static bool can_be_replaced(const char *path, struct capture_error *error)
{
    struct stat status;
    return lstat(path, &status) != 0 || S_ISREG(status.st_mode) ||
           capture_error_set(error, ERROR_SYSTEM, EINVAL,
                             "atomic=True replaces regular files only, and this is none");
}

static char *part_path_of(const char *path)
{
    size_t size = strlen(path) + sizeof(part_suffix);
    char *part_path = malloc(size);
    if (part_path != NULL)
        snprintf(part_path, size, "%s%s", path, part_suffix);
    return part_path;
}

bool output_open(struct dump_output *output, char *path, bool is_atomic, struct capture_error *error)
{
    struct stat status;
    *output = (struct dump_output){.fd = -1, .path = path};
    if (is_atomic && !can_be_replaced(path, error))
        goto failed;
    if (is_atomic && (output->part_path = part_path_of(path)) == NULL) {
        capture_error_set_errno(error, ENOMEM);
        goto failed;
    }
    const char *opened = is_atomic ? output->part_path : path;
    output->fd = open_for_writing(opened, O_EXCL);
    output->is_new = output->fd >= 0;
    if (!output->is_new)
        output->fd = open_for_writing(opened, 0);
    if (output->fd < 0) {
        capture_error_set_errno(error, errno);
        if (error->errno_value == ENXIO)
            capture_error_set(error, ERROR_SYSTEM, ENXIO,
                              "no process reads this FIFO: start the reader first");
        goto failed;
    }
    output->can_cut = fstat(output->fd, &status) == 0 && S_ISREG(status.st_mode);
    return true;
failed:
    output_abandon(output);
    return false;
}

bool output_begin(struct dump_output *output, bool appends, struct capture_error *error)
{
    output->whole = 0;
    output->is_new = false;
    if (!output->can_cut)
        return true;
    if (appends)
        output->whole = lseek(output->fd, 0, SEEK_END);
    else if (ftruncate(output->fd, 0) != 0)
        output->whole = -1;
    return output->whole >= 0 || capture_error_set_errno(error, errno);
}

bool output_is_at(const struct dump_output *output, const char *path)
{
    struct stat ours, other;
    return output->can_cut && fstat(output->fd, &ours) == 0 && stat(path, &other) == 0 &&
           ours.st_dev == other.st_dev && ours.st_ino == other.st_ino;
}

size_t output_write(struct dump_output *output, const uint8_t *bytes, size_t size,
                    struct interrupt_check interrupt)
{
    size_t written = 0;
    while (written < size) {
        ssize_t result = write(output->fd, bytes + written, size - written);
        if (result >= 0) {
            written += (size_t)result;
            continue;
        }
        if (errno != EINTR && errno != EAGAIN)
            break;
        if (errno == EAGAIN)
            poll(&(struct pollfd){.fd = output->fd, .events = POLLOUT}, 1, LONGEST_WAIT_MS);
        if (is_interrupted(interrupt)) {
            errno = EAGAIN;
            break;
        }
    }
    return written;
}

void output_cut(struct dump_output *output)
{
    if (output->can_cut && ftruncate(output->fd, output->whole) != 0)
        output->can_cut = false; /* what failed before this is what counts */
}

static void forget(struct dump_output *output)
{
    free(output->path);
    free(output->part_path);
    *output = (struct dump_output){.fd = -1};
}

bool output_finish(struct dump_output *output, bool is_complete)
{
    bool is_renamed = is_complete && output->part_path != NULL;
    int fd = output->fd;
    bool synced = !is_renamed || fsync(fd) == 0;
    int sync_errno = errno;
    output->fd = -1;
    output->can_cut = false;
    /* Network file systems may say here that a write failed. */
    bool closed = close(fd) == 0 || errno == EINTR;
    if (!synced)
        errno = sync_errno;
    if (!synced || !closed || (is_renamed && rename(output->part_path, output->path) != 0))
        return false;
    forget(output);
    return true;
}

void output_abandon(struct dump_output *output)
{
    if (output->is_new)
        unlink(output->part_path != NULL ? output->part_path : output->path);
    if (output->fd >= 0)
        close(output->fd);
    forget(output);
}
