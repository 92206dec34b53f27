/* Ends another thread's poll: see wake_pipe.h. */
#define _GNU_SOURCE /* pipe2 */
#include "wake_pipe.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

static bool open_pipe(int fds[2])
{
#if defined(__APPLE__)
    if (pipe(fds) < 0)
        return false;
    for (int end = 0; end < 2; end++) {
        fcntl(fds[end], F_SETFD, FD_CLOEXEC);
        fcntl(fds[end], F_SETFL, O_NONBLOCK);
    }
    return true;
#else
    return pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0;
#endif
}

bool wake_pipe_open(struct wake_pipe *wake, struct capture_error *error)
{
    int fds[2];
    if (!open_pipe(fds))
        return capture_error_set_errno(error, errno);
    *wake = (struct wake_pipe){.read_fd = fds[0], .write_fd = fds[1]};
    return true;
}

void wake_pipe_close(struct wake_pipe *wake)
{
    close(wake->read_fd);
    close(wake->write_fd);
}

void wake_pipe_signal(const struct wake_pipe *wake)
{
    int kept_errno = errno;
    /* EAGAIN: the pipe is full of wakes, one of which will do. */
    while (write(wake->write_fd, "", 1) < 0 && errno == EINTR)
        ;
    errno = kept_errno;
}

static void drain(const struct wake_pipe *wake)
{
    char wakes[256];
    ssize_t got;
    do
        got = read(wake->read_fd, wakes, sizeof(wakes));
    while (got == sizeof(wakes) || (got < 0 && errno == EINTR));
}

bool wake_pipe_wait(const struct wake_pipe *wake, int fd, int wait_ms, short *events,
                    struct capture_error *error)
{
    struct pollfd polled[] = {{.fd = fd, .events = POLLIN}, {.fd = wake->read_fd, .events = POLLIN}};
    *events = 0;
    if (poll(polled, 2, wait_ms) < 0)
        return errno == EINTR || capture_error_set_errno(error, errno);
    if (polled[1].revents != 0)
        drain(wake);
    *events = polled[0].revents;
    return true;
}
