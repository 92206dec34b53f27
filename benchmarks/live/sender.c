/* Sends numbered UDP datagrams, at a constant rate or as fast as it can:
 * sender ADDRESS PORT FRAME RATE COUNT [together]
 *
 * FRAME is the length of a whole Ethernet frame, RATE in packets a second (0: no limit), COUNT 0 means until
 * SIGTERM or the parent's end. Each payload begins with its number, from 0, and the time of its sending in ns
 * since the epoch, both 64 bits in network byte order. `together` hands the kernel many at a time and has it
 * cut them (UDP_SEGMENT), which is faster than sendmmsg; on lo they would stay whole. Prints how many it sent
 * and the seconds that it took, as JSON. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, HEADERS = 14 + 20 + 8, MESSAGE_MAX = 65000 };

#define NS_PER_SECOND 1000000000u

struct stamp {
    uint64_t number;
    uint64_t sent_ns;
};

static volatile sig_atomic_t ended;

static void end(int number)
{
    (void)number;
    ended = 1;
}

static uint64_t now_ns(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_nsec;
}

/* Sleeps until the packet of this number is due, and at random up to an interval longer: else packets could
 * come in step with the kernel's timers. */
static void sleep_until_due(uint64_t start_ns, uint64_t rate, uint64_t number)
{
    const uint64_t longest_ns = NS_PER_SECOND / 50;
    uint64_t interval_ns = NS_PER_SECOND / rate;
    uint64_t more_ns = (uint64_t)random() % (interval_ns < longest_ns ? interval_ns + 1 : longest_ns);
    uint64_t ns = start_ns + (number + 1) * NS_PER_SECOND / rate + more_ns;
    struct timespec time = {(time_t)(ns / NS_PER_SECOND), (long)(ns % NS_PER_SECOND)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

/* How many of the packets are due by now. */
static uint64_t due(uint64_t start_ns, uint64_t rate)
{
    return rate == 0 ? UINT64_MAX : (now_ns(CLOCK_MONOTONIC) - start_ns) * rate / NS_PER_SECOND;
}

static int connected(const char *address, const char *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1 ||
        connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
        perror("sender");
        exit(1);
    }
    return fd;
}

/* Sends the first `count` payloads of the buffer; how many were sent, or -1. */
static int send_payloads(int fd, char *payloads, size_t size, unsigned count, bool together)
{
    static struct iovec parts[BATCH];
    static struct mmsghdr messages[BATCH];
    if (together)
        return send(fd, payloads, count * size, 0) < 0 ? -1 : (int)count;
    for (unsigned i = 0; i < count; i++) {
        parts[i] = (struct iovec){payloads + i * size, size};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
    }
    return sendmmsg(fd, messages, count, 0);
}

int main(int argc, char **argv)
{
    static char payloads[MESSAGE_MAX];

    if (argc != 6 && (argc != 7 || strcmp(argv[6], "together") != 0)) {
        fprintf(stderr, "usage: sender ADDRESS PORT FRAME RATE COUNT [together]\n");
        return 2;
    }
    bool together = argc == 7;
    int fd = connected(argv[1], argv[2]);
    int size = atoi(argv[3]) - HEADERS;
    uint64_t rate = strtoull(argv[4], NULL, 10), count = strtoull(argv[5], NULL, 10), sent = 0;
    if (size < (int)sizeof(struct stamp) || size > MESSAGE_MAX) {
        fprintf(stderr, "sender: a frame has %zu to %d bytes\n", HEADERS + sizeof(struct stamp), MESSAGE_MAX);
        return 2;
    }
    if (together && setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)) < 0) {
        perror("sender: UDP_SEGMENT");
        return 1;
    }
    uint64_t batch_max = (uint64_t)(MESSAGE_MAX / size < BATCH ? MESSAGE_MAX / size : BATCH);
    if (count == 0)
        count = UINT64_MAX;
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = end}, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_TIMERSLACK, 1);
    uint64_t start_ns = now_ns(CLOCK_MONOTONIC);
    while (sent < count && !ended) {
        uint64_t until = due(start_ns, rate);
        if (until <= sent) {
            sleep_until_due(start_ns, rate, sent);
            continue;
        }
        uint64_t ready = (until < count ? until : count) - sent;
        unsigned batch = (unsigned)(ready < batch_max ? ready : batch_max);
        uint64_t sent_ns = htobe64(now_ns(CLOCK_REALTIME));
        for (unsigned i = 0; i < batch; i++)
            memcpy(payloads + i * (size_t)size, &(struct stamp){htobe64(sent + i), sent_ns},
                   sizeof(struct stamp));
        int result = send_payloads(fd, payloads, (size_t)size, batch, together);
        if (result > 0) {
            sent += (uint64_t)result;
        } else if (errno != EINTR) {
            perror("sender");
            return 1;
        }
    }
    double seconds = (double)(now_ns(CLOCK_MONOTONIC) - start_ns) / NS_PER_SECOND;
    printf("{\"sent\": %" PRIu64 ", \"seconds\": %.6f}\n", sent, seconds);
    return 0;
}
