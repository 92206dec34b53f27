/* A file being written: see dump_output.h. */
#define _DEFAULT_SOURCE /* flock */
#include "dump_output.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char part_suffix[] = ".part";
enum { TRIES_AT_MOST = 20 };

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
    if (lstat(path, &status) != 0 || S_ISREG(status.st_mode))
        return true;
    return capture_error_set(
        error, ERROR_SYSTEM, EINVAL, "atomic=True replaces regular files only, and this is %s",
        S_ISLNK(status.st_mode) ? "a symbolic link: give the path that it leads to" : "none");
}

static char *part_path_of(const char *path)
{
    size_t size = strlen(path) + sizeof(part_suffix);
    char *part_path = malloc(size);
    if (part_path != NULL)
        snprintf(part_path, size, "%s%s", path, part_suffix);
    return part_path;
}

static bool is_busy(struct capture_error *error)
{
    capture_error_set(
        error, ERROR_SYSTEM, EBUSY,
        "another dump is writing this file: give each its own path, or close the capture that has it");
    return false;
}

/* So that two dumps do not write into one file. File systems that have no locks have none. */
static bool lock(struct dump_output *output, struct capture_error *error)
{
    output->is_locked = flock(output->fd, LOCK_EX | LOCK_NB) == 0;
    return output->is_locked || errno != EWOULDBLOCK || is_busy(error);
}

static void release_replaced(struct dump_output *output)
{
    if (output->replaced_fd < 0)
        return;
    flock(output->replaced_fd, LOCK_UN);
    close(output->replaced_fd);
    output->replaced_fd = -1;
}

static bool is_at(int fd, const char *path)
{
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_dev == there.st_dev &&
           ours.st_ino == there.st_ino;
}

/* Nor may one write what the other replaces. False: one does. */
static bool lock_replaced(struct dump_output *output)
{
    if (output->replaced_fd >= 0 && is_at(output->replaced_fd, output->path))
        return true;
    release_replaced(output);
    const int flags = O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW;
    int fd = open(output->path, O_RDONLY | flags);
    if (fd < 0 && errno == EACCES)
        fd = open(output->path, O_WRONLY | flags);
    if (fd < 0)
        return true;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        bool is_free = errno != EWOULDBLOCK;
        close(fd);
        return is_free;
    }
    output->replaced_fd = fd;
    return true;
}

static bool open_standard_output(struct dump_output *output, struct capture_error *error)
{
    struct stat status;
    output->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    output->waits = fstat(output->fd, &status) == 0 && !S_ISREG(status.st_mode);
    return output->fd >= 0 || capture_error_set_errno(error, errno);
}

static bool open_file(struct dump_output *output, const char *path, struct capture_error *error)
{
    int no_link = output->part_path != NULL ? O_NOFOLLOW : 0;
    struct stat status;
    for (int tries = 0; tries < TRIES_AT_MOST; tries++) {
        output->fd = open_for_writing(path, O_EXCL);
        output->is_new = output->fd >= 0;
        if (!output->is_new)
            output->fd = open_for_writing(path, no_link);
        if (output->fd < 0) {
            capture_error_set_errno(error, errno);
            if (error->errno_value == ENXIO)
                capture_error_set(error, ERROR_SYSTEM, ENXIO,
                                  "no process reads this FIFO: start the reader first");
            return false;
        }
        output->can_cut = fstat(output->fd, &status) == 0 && S_ISREG(status.st_mode);
        if (!output->can_cut)
            return true;
        if (!lock(output, error)) {
            output->is_new = false;
            return false;
        }
        /* The name may have become another file's before we had the lock: a part's, which is finished. */
        if (is_at(output->fd, path))
            return true;
        close(output->fd);
        output->fd = -1;
    }
    return capture_error_set(error, ERROR_SYSTEM, EBUSY, "other programs keep replacing this file");
}

bool output_open(struct dump_output *output, char *path, bool is_atomic, struct capture_error *error)
{
    *output = (struct dump_output){.fd = -1, .path = path, .replaced_fd = -1};
    if (strcmp(path, "-") == 0) {
        if (open_standard_output(output, error))
            return true;
    } else if (!is_atomic) {
        if (open_file(output, path, error))
            return true;
    } else if (can_be_replaced(path, error)) {
        output->part_path = part_path_of(path);
        if (output->part_path == NULL)
            capture_error_set_errno(error, ENOMEM);
        else if (open_file(output, output->part_path, error) && (lock_replaced(output) || is_busy(error)))
            return true;
    }
    output_abandon(output, true);
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
    return output->can_cut && is_at(output->fd, path);
}

/* Of bytes that a descriptor which waits takes at once, where it takes any. */
static size_t at_once(const struct dump_output *output, size_t size)
{
    return output->waits && size > PIPE_BUF ? PIPE_BUF : size;
}

size_t output_write(struct dump_output *output, const uint8_t *bytes, size_t size,
                    struct interrupt_check interrupt)
{
    size_t written = 0;
    while (written < size) {
        struct pollfd polled = {.fd = output->fd, .events = POLLOUT};
        bool is_ready = !output->waits || poll(&polled, 1, LONGEST_WAIT_MS) > 0;
        ssize_t result = is_ready ? write(output->fd, bytes + written, at_once(output, size - written)) : -1;
        if (!is_ready)
            errno = EAGAIN;
        if (result == 0) { /* of a device that takes nothing, and does not say why */
            errno = EIO;
            break;
        }
        if (result < 0 && errno != EINTR && errno != EAGAIN)
            break;
        if (result > 0)
            written += (size_t)result;
        else if (errno == EAGAIN && !output->waits)
            poll(&polled, 1, LONGEST_WAIT_MS);
        if (written < size && is_interrupted(interrupt)) {
            errno = EAGAIN;
            break;
        }
    }
    return written;
}

void output_cut(struct dump_output *output)
{
    if (output->can_cut &&
        (ftruncate(output->fd, output->whole) != 0 || lseek(output->fd, output->whole, SEEK_SET) < 0))
        output->can_cut = false; /* what failed before this is what counts */
}

static void forget(struct dump_output *output)
{
    free(output->path);
    free(output->part_path);
    *output = (struct dump_output){.fd = -1, .replaced_fd = -1};
}

/* Before the file is closed: forked children have it open, too. */
static void unlock(struct dump_output *output)
{
    if (output->is_locked)
        flock(output->fd, LOCK_UN);
    release_replaced(output);
}

/* What replaces a file is as secret as that was. */
static void take_mode(const struct dump_output *output)
{
    struct stat status;
    if (stat(output->path, &status) == 0)
        (void)!fchmod(output->fd, status.st_mode & 07777);
}

static bool replace(struct dump_output *output)
{
    if (!lock_replaced(output)) {
        errno = EBUSY;
        return false;
    }
    take_mode(output);
    return fsync(output->fd) == 0 && rename(output->part_path, output->path) == 0;
}

bool output_finish(struct dump_output *output, bool is_complete)
{
    bool is_named = !is_complete || output->part_path == NULL || replace(output);
    int fd = output->fd, replace_errno = errno;
    unlock(output);
    output->fd = -1;
    output->can_cut = output->is_locked = false;
    /* Network file systems may say here that a write failed. */
    bool closed = close(fd) == 0 || errno == EINTR;
    if (!is_named)
        errno = replace_errno;
    if (!is_named || !closed)
        return false;
    forget(output);
    return true;
}

void output_abandon(struct dump_output *output, bool is_ours)
{
    if (is_ours && output->is_new)
        unlink(output->part_path != NULL ? output->part_path : output->path);
    if (is_ours)
        unlock(output);
    if (output->fd >= 0)
        close(output->fd);
    if (output->replaced_fd >= 0) /* a forked child's copy: the parent's lock stays */
        close(output->replaced_fd);
    forget(output);
}
