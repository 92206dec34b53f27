/* The pcap format, in all variants that libpcap reads.
 * Format: draft-ietf-opsawg-pcap; older versions, and longer record headers, as libpcap knows them. */
#include "file_reader.h"
#include "pcap_format.h"
#include <string.h>

enum {
    FILE_HEADER = 24,
    RECORD_HEADER = 16,
    LONG_RECORD_HEADER = 24, /* of magic 0xa1b2cd34: interface, protocol and packet type behind the lengths */
};

enum { DAY = 86400, TEN_YEARS = 3650 * DAY, ANY_TIME = -1 };

enum lengths_order { CAPLEN_FIRST, WIRE_LEN_FIRST, SHORTER_FIRST };

/* Versions 2.0 to 2.2 and DG/UX's 543.0 have the lengths in the other order, 2.3 in either. */
static bool set_version(struct file_reader *reader, unsigned major, unsigned minor)
{
    if (major == 543 && minor == 0)
        reader->lengths_order = WIRE_LEN_FIRST;
    else if (major != 2 || minor > 4)
        return false;
    else
        reader->lengths_order = minor < 3 ? WIRE_LEN_FIRST : minor == 3 ? SHORTER_FIRST : CAPLEN_FIRST;
    return true;
}

static enum reader_result pcap_begin(struct file_reader *reader)
{
    enum { MICROSECONDS = 0xa1b2c3d4, NANOSECONDS = 0xa1b23c4d, LONG_RECORDS = 0xa1b2cd34 };
    const uint8_t *header = reader->start;
    reader->is_swapped = false;
    uint32_t magic = reader_u32(reader, header);
    reader->is_swapped = magic != MICROSECONDS && magic != NANOSECONDS && magic != LONG_RECORDS;
    magic = reader->magic = reader_u32(reader, header);
    reader->record_header = magic == LONG_RECORDS ? LONG_RECORD_HEADER : RECORD_HEADER;
    reader->fraction_ns = magic == NANOSECONDS ? 1 : 1000;
    reader->fraction_max = magic == NANOSECONDS ? 999999999 : 999999;
    reader->last_seconds = ANY_TIME;
    reader->trusted_end = 0;
    unsigned major = reader_u16(reader, header + 4), minor = reader_u16(reader, header + 6);
    if (!set_version(reader, major, minor)) {
        capture_error_set(&reader->error, ERROR_FILE_FORMAT, 0,
                          "a pcap file of version %u.%u: only 2.0 to 2.4 are known", major, minor);
        return READER_DAMAGED;
    }
    struct interface head = {.link_type = reader_u32(reader, header + 20) & PCAP_LINKTYPE_MAX,
                             .snaplen = reader_u32(reader, header + 16)};
    struct reader_interface *interface = reader_add_interface(reader, &head, NULL, 0);
    if (interface == NULL)
        return READER_NO_MEMORY;
    reader_set_time_unit(interface, false, magic == NANOSECONDS ? 9 : 6, 0);
    reader->start += FILE_HEADER;
    reader->sections = 1;
    return READER_PACKET;
}

struct lengths {
    uint32_t caplen;
    uint32_t wire_len;
};

static inline struct lengths record_lengths(const struct file_reader *reader, const uint8_t *record)
{
    uint32_t first = reader_u32(reader, record + 8), second = reader_u32(reader, record + 12);
    if (reader->lengths_order == WIRE_LEN_FIRST || (reader->lengths_order == SHORTER_FIRST && first > second))
        return (struct lengths){second, first};
    return (struct lengths){first, second};
}

/* A record as most are, of a time near to another one, or of any: what stands for nothing in a packet's bytes
 * seldom looks like one. */
static bool looks_like_record(const struct file_reader *reader, const uint8_t *record, int64_t near_seconds,
                              int64_t seconds_apart)
{
    enum { LONGEST_USUAL = 66000 };
    struct lengths lengths = record_lengths(reader, record);
    int64_t seconds = reader_u32(reader, record);
    return lengths.caplen > 0 && lengths.caplen <= LONGEST_USUAL && lengths.caplen <= lengths.wire_len &&
           lengths.wire_len <= 64 * LONGEST_USUAL && reader_u32(reader, record + 4) <= reader->fraction_max &&
           (near_seconds == ANY_TIME
                ? seconds > 0
                : seconds - near_seconds < seconds_apart && near_seconds - seconds < seconds_apart);
}

/* What is a record in no file: too long, or a page of zeros. */
static bool is_no_record(const struct file_reader *reader, const uint8_t *record)
{
    static const uint8_t zeros[RECORD_HEADER];
    return record_lengths(reader, record).caplen > reader->interfaces->caplen_max ||
           memcmp(record, zeros, sizeof(zeros)) == 0;
}

/* A record of `size` bytes that looks like none, or not of this time, behind some that did. It is one where
 * its length leads to what looks like a record, to the file's end, or to a few more that are such. */
static enum reader_result check_odd_record(struct file_reader *reader, size_t size)
{
    enum { ENOUGH = 4 };
    const uint8_t *record = reader->start;
    size_t left = (size_t)(reader->end - record), header = reader->record_header, at = size;
    int64_t seconds = reader_u32(reader, record);
    if (reader_offset(reader) < reader->trusted_end)
        return READER_PACKET;
    for (int more = 0; more < ENOUGH; more++) {
        if (left < at + header && !reader->at_end)
            return reader_lacks(reader, at + header, "a record");
        if (left < at + header)
            break;
        if (is_no_record(reader, record + at))
            return reader_damaged(reader, "what can hardly be a record, before what can't be one");
        if (looks_like_record(reader, record + at, reader->last_seconds, TEN_YEARS) ||
            looks_like_record(reader, record + at, seconds, TEN_YEARS))
            break;
        at += header + record_lengths(reader, record + at).caplen;
    }
    reader->trusted_end = reader_offset(reader) + at;
    return READER_PACKET;
}

/* Notes the time of a record that looks like one; one that does not is checked. */
static enum reader_result be_wary(struct file_reader *reader, const uint8_t *record, size_t size)
{
    bool is_near = looks_like_record(reader, record, reader->last_seconds, TEN_YEARS);
    enum reader_result result =
        is_near || reader->last_seconds == ANY_TIME ? READER_PACKET : check_odd_record(reader, size);
    if (result == READER_PACKET && (is_near || looks_like_record(reader, record, ANY_TIME, 0)))
        reader->last_seconds = reader_u32(reader, record);
    return result;
}

/* As by cat: its time zone, 0, would be taken for the length of a packet. */
static bool is_file_header(const struct file_reader *reader, const uint8_t *record)
{
    return reader_u32(reader, record) == reader->magic && reader_u16(reader, record + 4) == 2 &&
           reader_u16(reader, record + 6) == 4 && reader_u32(reader, record + 8) == 0;
}

static enum reader_result pcap_next(struct file_reader *reader, struct packet *packet)
{
    const uint8_t *record = reader->start;
    size_t left = (size_t)(reader->end - record), header = reader->record_header;
    const struct reader_interface *interface = reader->interfaces;
    if (left < header)
        return left == 0 && reader->at_end ? READER_END : reader_lacks(reader, header, "a record's header");
    struct lengths lengths = record_lengths(reader, record);
    if (lengths.caplen > interface->caplen_max)
        return reader_damaged(reader, "a record of %u bytes, where %u are the most", lengths.caplen,
                              interface->caplen_max);
    if (left - header < lengths.caplen)
        return reader_lacks(reader, header + lengths.caplen, "a record");
    uint32_t seconds = reader_u32(reader, record), fraction = reader_u32(reader, record + 4);
    if (is_file_header(reader, record))
        return reader_damaged(reader,
                              "another pcap file begins here: keep them apart, and read a list of files");
    if (reader->is_wary) {
        enum reader_result result = be_wary(reader, record, header + lengths.caplen);
        if (result != READER_PACKET)
            return result;
    }
    packet->bytes = record + header;
    packet->timestamp_ns = seconds * INT64_C(1000000000) + fraction * (int64_t)reader->fraction_ns;
    packet->caplen = lengths.caplen;
    packet->wire_len = lengths.wire_len;
    packet->link_type = interface->shared->link_type;
    packet->flags = 0;
    reader->start = record + header + lengths.caplen;
    reader->packets++;
    return READER_PACKET;
}

/* Two records, one behind the other; or one that ends with the file, and is of the time of the last good one.
 */
static enum reader_result pcap_recover(struct file_reader *reader)
{
    size_t header = reader->record_header;
    if (reader_offset(reader) == reader->damaged_at && reader->start < reader->end)
        reader->start++;
    for (;; reader->start++) {
        size_t left = (size_t)(reader->end - reader->start);
        if (left < header) {
            reader->needed = header;
            if (!reader->at_end)
                return READER_NEEDS_BYTES;
            reader->start = reader->end;
            return READER_END;
        }
        if (!looks_like_record(reader, reader->start, reader->last_seconds, TEN_YEARS))
            continue;
        size_t next = header + record_lengths(reader, reader->start).caplen;
        if (left < next + header && !reader->at_end) {
            reader->needed = next + header;
            return READER_NEEDS_BYTES;
        }
        int64_t seconds = reader_u32(reader, reader->start);
        bool is_last = left == next && reader->last_seconds != ANY_TIME &&
                       looks_like_record(reader, reader->start, reader->last_seconds, DAY);
        if (is_last ||
            (left >= next + header && looks_like_record(reader, reader->start + next, seconds, TEN_YEARS)))
            return READER_PACKET;
    }
}

const struct file_format pcap_format = {"pcap", FILE_HEADER, pcap_begin, pcap_next, pcap_recover};
