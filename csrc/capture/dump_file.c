/* A pcap file being written, in whole records: see dump_file.h. */
#define _GNU_SOURCE /* fmemopen, O_CLOEXEC */
#include "dump_file.h"
#include "source.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_HEADER_SIZE = 24, BUFFER_FULL = 65536 };

#define NS_PER_SECOND INT64_C(1000000000)

struct record_header {
    uint32_t seconds;
    uint32_t fraction; /* of a second: nano- or microseconds */
    uint32_t caplen;
    uint32_t wire_len;
};

enum { BUFFER_SIZE = sizeof(struct record_header) + SNAPLEN_MAX };

struct dump_file {
    int fd;
    bool can_cut;
    int64_t fraction_ns;
    pid_t owner; /* a forked child has a copy of the buffer, which is not its own to write */
    off_t whole; /* bytes of whole records in the file, and its header */
    uint64_t packets_written;
    struct capture_error failure;
    size_t used;
    uint8_t buffer[BUFFER_SIZE]; /* whole records only */
};

/* Libpcap itself writes it: the numbers for link types in files (LINKTYPE) are not those in memory (DLT). */
static bool make_file_header(uint8_t header[FILE_HEADER_SIZE], uint32_t link_type, uint32_t snaplen,
                             bool microseconds, struct capture_error *error)
{
    bool made = false;
    uint8_t memory[FILE_HEADER_SIZE + 1]; /* fmemopen ends with a NUL where there is room */
    pcap_t *pcap = pcap_open_dead_with_tstamp_precision((int)link_type, (int)snaplen,
                                                        microseconds ? PCAP_TSTAMP_PRECISION_MICRO
                                                                     : PCAP_TSTAMP_PRECISION_NANO);
    FILE *stream = fmemopen(memory, sizeof(memory), "wb");
    if (pcap == NULL || stream == NULL) {
        capture_error_set_errno(error, ENOMEM);
        goto done;
    }
    pcap_dumper_t *dumper = pcap_dump_fopen(pcap, stream);
    if (dumper == NULL) {
        capture_error_set(error, ERROR_LIBPCAP, 0, "link type %" PRIu32 " can't be dumped: %s", link_type,
                          pcap_geterr(pcap));
        goto done;
    }
    made = pcap_dump_flush(dumper) == 0 && pcap_dump_ftell(dumper) == FILE_HEADER_SIZE;
    pcap_dump_close(dumper);
    stream = NULL;
    if (made)
        memcpy(header, memory, FILE_HEADER_SIZE);
    else
        capture_error_set(error, ERROR_LIBPCAP, 0, "libpcap made no file header");
done:
    if (stream != NULL)
        fclose(stream);
    if (pcap != NULL)
        pcap_close(pcap);
    return made;
}

static int open_for_writing(const char *path)
{
    int fd;
    /* O_NONBLOCK: a FIFO that nobody reads fails with ENXIO, and a full pipe with EAGAIN, where they would
     * wait. */
    do
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0666);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/* Returns how many bytes are in the file; fewer than `size` with errno, which is EAGAIN after an interrupt.
 */
static size_t write_all(int fd, const uint8_t *bytes, size_t size, struct interrupt_check interrupt)
{
    size_t written = 0;
    while (written < size) {
        ssize_t result = write(fd, bytes + written, size - written);
        if (result >= 0) {
            written += (size_t)result;
            continue;
        }
        if (errno != EINTR && errno != EAGAIN)
            break;
        if (errno == EAGAIN)
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, LONGEST_WAIT_MS);
        if (is_interrupted(interrupt)) {
            errno = EAGAIN;
            break;
        }
    }
    return written;
}

static bool fail(struct dump_file *dump, int errno_value, struct capture_error *error)
{
    struct capture_error words;
    capture_error_set_errno(&words, errno_value);
    if (errno_value == EAGAIN)
        capture_error_set(&words, ERROR_SYSTEM, EAGAIN, "the reader of this pipe does not keep up");
    const char *plural = dump->packets_written == 1 ? " is" : "s are";
    capture_error_set(&dump->failure, words.kind, errno_value,
                      "%.400s: %" PRIu64 " packet%s safely in the file", words.text, dump->packets_written,
                      plural);
    if (dump->can_cut && ftruncate(dump->fd, dump->whole) != 0)
        dump->can_cut = false; /* what failed before this is what counts */
    *error = dump->failure;
    return false;
}

struct dump_file *dump_file_open(const char *path, uint32_t link_type, uint32_t snaplen, bool microseconds,
                                 struct interrupt_check interrupt, struct capture_error *error)
{
    uint8_t header[FILE_HEADER_SIZE];
    if (!make_file_header(header, link_type, snaplen, microseconds, error))
        return NULL;
    struct dump_file *dump = malloc(sizeof(*dump));
    if (dump == NULL) {
        capture_error_set_errno(error, ENOMEM);
        return NULL;
    }
    dump->fd = open_for_writing(path);
    dump->fraction_ns = microseconds ? 1000 : 1;
    dump->owner = getpid();
    dump->whole = 0;
    dump->packets_written = 0;
    dump->failure.kind = ERROR_NONE;
    dump->used = 0;
    if (dump->fd < 0) {
        capture_error_set_errno(error, errno);
        if (error->errno_value == ENXIO)
            capture_error_set(error, ERROR_SYSTEM, ENXIO,
                              "no process reads this FIFO: start the reader first");
        free(dump);
        return NULL;
    }
    struct stat status;
    dump->can_cut = fstat(dump->fd, &status) == 0 && S_ISREG(status.st_mode);
    if (write_all(dump->fd, header, sizeof(header), interrupt) < sizeof(header)) {
        fail(dump, errno, error);
        close(dump->fd);
        free(dump);
        return NULL;
    }
    dump->whole = FILE_HEADER_SIZE;
    return dump;
}

bool dump_file_has_room(const struct dump_file *dump, const struct packet *packet)
{
    if (dump->failure.kind != ERROR_NONE)
        return false;
    return dump->used == 0 || dump->used + sizeof(struct record_header) + packet->caplen <= BUFFER_FULL;
}

/* The format has 32 bits, in which libpcap before 1.10.5 sees a sign. */
static uint32_t file_seconds(int64_t seconds)
{
    if (seconds > UINT32_MAX)
        return UINT32_MAX;
    return (uint32_t)(seconds < INT32_MIN ? INT32_MIN : seconds);
}

void dump_file_append(struct dump_file *dump, const struct packet *packet, const uint8_t *bytes)
{
    if (dump->failure.kind != ERROR_NONE)
        return;
    int64_t seconds = packet->timestamp_ns / NS_PER_SECOND;
    int64_t nanoseconds = packet->timestamp_ns % NS_PER_SECOND;
    if (nanoseconds < 0) {
        nanoseconds += NS_PER_SECOND;
        seconds--;
    }
    struct record_header header = {file_seconds(seconds), (uint32_t)(nanoseconds / dump->fraction_ns),
                                   packet->caplen, packet->wire_len};
    memcpy(dump->buffer + dump->used, &header, sizeof(header));
    dump->used += sizeof(header);
    if (packet->caplen > 0)
        memcpy(dump->buffer + dump->used, bytes, packet->caplen);
    dump->used += packet->caplen;
}

/* Counts the records that lie wholly in the first `written` bytes of the buffer. */
static void count_whole_records(struct dump_file *dump, size_t written)
{
    size_t offset = 0;
    while (offset < written) {
        struct record_header header;
        memcpy(&header, dump->buffer + offset, sizeof(header));
        offset += sizeof(header) + header.caplen;
        if (offset > written)
            break;
        dump->whole += (off_t)(sizeof(header) + header.caplen);
        dump->packets_written++;
    }
}

bool dump_file_is_waiting(const struct dump_file *dump)
{
    return dump->used > 0;
}

bool dump_file_flush(struct dump_file *dump, struct interrupt_check interrupt, struct capture_error *error)
{
    if (dump->failure.kind != ERROR_NONE) {
        *error = dump->failure;
        return false;
    }
    if (getpid() != dump->owner)
        return capture_error_set(error, ERROR_SYSTEM, EBADF, "the dump file belongs to the parent process");
    size_t size = dump->used;
    size_t written = write_all(dump->fd, dump->buffer, size, interrupt);
    int write_errno = errno;
    dump->used = 0;
    count_whole_records(dump, written);
    return written == size || fail(dump, write_errno, error);
}

bool dump_file_close(struct dump_file *dump, struct interrupt_check interrupt, struct capture_error *error)
{
    bool mine = getpid() == dump->owner;
    bool flushed = !mine || dump_file_flush(dump, interrupt, error);
    /* Network file systems may say here that a write failed. */
    dump->can_cut = false;
    if (close(dump->fd) < 0 && errno != EINTR && mine && flushed)
        flushed = fail(dump, errno, error);
    free(dump);
    return flushed;
}
