/* The records of a capture file, from bytes that somebody else has read: pcap_reader.c and pcapng_reader.c
 * parse them where they lie. No I/O, no libpcap. */
#ifndef UMPA_FILES_FILE_READER_H
#define UMPA_FILES_FILE_READER_H

#include "../capture/byte_order.h"
#include "../capture/capture_error.h"
#include "../capture/interface.h"
#include "../decode/packet.h"
#include <stddef.h>

enum reader_result {
    READER_PACKET,
    READER_NEEDS_BYTES, /* more than lie from `start` to `end`; `needed` of them would do for now */
    READER_END,
    READER_DAMAGED, /* `error` says what is wrong; reader_recover goes on behind it, where that can be done */
    READER_NO_MEMORY,
};

struct file_reader;

struct file_format {
    const char *name;
    size_t header_size;
    /* Called with header_size bytes at least, the magic is right; READER_PACKET once the first interface is
     * known. */
    enum reader_result (*begin)(struct file_reader *reader);
    enum reader_result (*next)(struct file_reader *reader, struct packet *packet);
    /* Moves `start` to what looks like the beginning of a record behind the damage: READER_PACKET. */
    enum reader_result (*recover)(struct file_reader *reader);
};

extern const struct file_format pcap_format, pcapng_format;

/* Whose packets the reader is at; more than what all packets know of it. */
struct reader_interface {
    struct interface *shared;
    bool is_unknown; /* its description was damaged: so are its packets */
    bool is_binary;  /* the unit of time is a negative power of 2, else of 10 */
    uint8_t exponent;
    int64_t offset_seconds;
    int64_t offset_ns;       /* the same, for the simple ones */
    uint64_t multiplier;     /* of units to nanoseconds; 0: they are not that simple */
    uint64_t multiplier_end; /* of the units that this is right for; 0: of none */
    uint32_t caplen_max;
    uint64_t received, dropped; /* as the file's last statistics say; UINT64_MAX: it has none */
    int chunk_index;            /* of the caller's: in its present chunk; -1: not there */
};

struct file_reader {
    const struct file_format *format; /* NULL: not known yet */
    const uint8_t *start;             /* bytes that are there and unread */
    const uint8_t *end;
    uint64_t end_offset; /* of `end`, from the file's beginning */
    bool at_end;         /* no more bytes will come */
    size_t needed;
    const char *name;                         /* for interfaces: the file's path, or NULL */
    uint32_t (*link_type)(uint32_t linktype); /* the DLT of a number in a file; NULL: they are the same */

    bool is_swapped;
    uint32_t magic;        /* pcap */
    uint8_t record_header; /* pcap: bytes */
    uint8_t lengths_order; /* pcap: old versions have the two lengths in the other order */
    uint32_t fraction_ns;  /* pcap */
    uint32_t fraction_max;
    int64_t last_seconds; /* pcap: of the last record that looked like one; -1: there is none */
    bool is_wary;         /* pcap: what looks like no record, before what is none, is damage */
    uint64_t trusted_end; /* pcap: offset of the records that were looked at so */

    struct reader_interface *interfaces; /* of the file, or of the section */
    unsigned interface_count, interface_room;
    unsigned interface_index; /* of the last packet */

    uint64_t packets; /* so far */
    uint64_t sections;
    uint8_t *section_options; /* of the section's header; NULL: it has none */
    uint32_t section_options_length;
    bool is_section_swapped;
    /* Who wants to know when a section, with its interfaces, is behind us; NULL: nobody. */
    void (*section_ends)(struct file_reader *reader);
    void *watcher;
    uint64_t damaged_at;      /* offset */
    uint32_t damaged_block;   /* pcapng: its type */
    uint32_t damaged_length;  /* and length; 0: not known */
    bool is_section_doubtful; /* its header was damaged: it has begun if a description of an interface follows
                               */
    /* pcapng: descriptions may lie in damage that left no block to be recognised. */
    enum { LOST_NONE, LOST_JUST_NOW, LOST_SOME } interfaces_lost;
    struct capture_error error;
};

/* Recognises the format: READER_PACKET once the first interface is known, or there is none. To be called
 * first, and again while it needs bytes. */
enum reader_result reader_begin(struct file_reader *reader);

static inline enum reader_result reader_next(struct file_reader *reader, struct packet *packet)
{
    return reader->format->next(reader, packet);
}

/* After READER_DAMAGED; READER_PACKET: go on by reader_next. */
static inline enum reader_result reader_recover(struct file_reader *reader)
{
    return reader->format->recover(reader);
}

/* The file that comes is another one. */
void reader_restart(struct file_reader *reader);
void reader_free(struct file_reader *reader);

static inline uint64_t reader_offset(const struct file_reader *reader)
{
    return reader->end_offset - (uint64_t)(reader->end - reader->start);
}

/* For the formats. */

static inline uint32_t reader_u32(const struct file_reader *reader, const uint8_t *bytes)
{
    return u32_at(bytes, reader->is_swapped);
}

static inline uint16_t reader_u16(const struct file_reader *reader, const uint8_t *bytes)
{
    return u16_at(bytes, reader->is_swapped);
}

static inline uint64_t reader_u64(const struct file_reader *reader, const uint8_t *bytes)
{
    uint32_t first = reader_u32(reader, bytes), second = reader_u32(reader, bytes + 4);
    const uint16_t one = 1;
    bool is_little = *(const uint8_t *)&one == 1;
    return is_little != reader->is_swapped ? (uint64_t)second << 32 | first : (uint64_t)first << 32 | second;
}

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4), cold))
#endif
enum reader_result reader_damaged_at(struct file_reader *reader, uint64_t offset, const char *format, ...);

/* Damage at `start`. */
#define reader_damaged(reader, ...) reader_damaged_at(reader, reader_offset(reader), __VA_ARGS__)

/* `what` has `needed` bytes at `start`, of which some are lacking: at the file's end that is damage. */
enum reader_result reader_lacks(struct file_reader *reader, size_t needed, const char *what);

/* NULL: no memory. The unit of its times is to be set. */
struct reader_interface *reader_add_interface(struct file_reader *reader, const struct interface *head,
                                              const uint8_t *options, uint32_t options_length);
void reader_set_time_unit(struct reader_interface *interface, bool is_binary, uint8_t exponent,
                          int64_t offset_seconds);
void reader_forget_interfaces(struct file_reader *reader);
void reader_forget_section(struct file_reader *reader);

/* Nanoseconds since the epoch; a time beyond 64 bits becomes the nearest one. */
int64_t reader_exact_timestamp(const struct reader_interface *interface, uint64_t units);

static inline int64_t reader_timestamp(const struct reader_interface *interface, uint64_t units)
{
    if (units < interface->multiplier_end)
        return (int64_t)(units * interface->multiplier) + interface->offset_ns;
    return reader_exact_timestamp(interface, units);
}

#endif
