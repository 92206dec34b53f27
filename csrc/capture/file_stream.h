/* A FILE for libpcap over a descriptor of our own: large aligned reads of regular files; a pipe's reads can
 * be interrupted, and a pipe is only asked for packets that are there. */
#ifndef UMPA_CAPTURE_FILE_STREAM_H
#define UMPA_CAPTURE_FILE_STREAM_H

#include "source.h"
#include "wake_pipe.h"
#include <stdio.h>

struct file_stream;

/* Does not wait for a FIFO's writer: that is part of the first read. */
struct file_stream *file_stream_open(const char *path, struct interrupt_check interrupt,
                                     struct capture_error *error);

/* To be closed, by pcap_close or fclose, before file_stream_free. */
FILE *file_stream_file(const struct file_stream *stream);
void file_stream_free(struct file_stream *stream);

int file_stream_fd(const struct file_stream *stream);

/* Why the last read failed, NULL when none did: libpcap's words hide the errno. */
const struct capture_error *file_stream_failure(const struct file_stream *stream);

/* Not one byte could be read. */
bool file_stream_is_empty(const struct file_stream *stream);

/* Anything but a regular file: reading it may block. */
bool file_stream_is_pipe(const struct file_stream *stream);

/* Of a pipe whose header has been read: its first four bytes, in this machine's order. */
uint32_t file_stream_magic(const struct file_stream *stream);

/* What a pipe holds, told once libpcap has read the header; up to then it gets byte after byte. */
enum stream_units {
    STREAM_HEADER,
    STREAM_PCAP_RECORDS,
    STREAM_PCAPNG_BLOCKS,
    STREAM_UNMEASURED, /* only libpcap knows where a packet ends: its reads may block */
};
void file_stream_set_units(struct file_stream *stream, enum stream_units units, bool is_swapped);

/* Of a pipe, between two packets: whether its buffer holds a packet to its end, so that libpcap will not
 * block. True as well for the end, an error, and a packet larger than the buffer. */
bool file_stream_has_packet(const struct file_stream *stream);

/* Of a pipe: waits like wake_pipe_wait, then reads what is there into the buffer. */
bool file_stream_receive(struct file_stream *stream, const struct wake_pipe *wake, int wait_ms,
                         struct capture_error *error);

#endif
