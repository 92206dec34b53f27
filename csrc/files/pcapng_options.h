/* Options of pcapng blocks, read and written: draft-ietf-opsawg-pcapng, 3.5. */
#ifndef UMPA_FILES_PCAPNG_OPTIONS_H
#define UMPA_FILES_PCAPNG_OPTIONS_H

#include "../capture/packet_options.h"
#include "write_buffer.h"

enum {
    OPT_ENDOFOPT = 0,
    OPT_COMMENT = 1,
    SHB_HARDWARE = 2,
    SHB_OS = 3,
    SHB_USERAPPL = 4,
    IF_TSRESOL = 9,
    IF_FILTER = 11,
    IF_OS = 12,
    IF_TSOFFSET = 14,
    EPB_DROPCOUNT = 4,
    ISB_STARTTIME = 2,
    ISB_ENDTIME = 3,
    ISB_IFRECV = 4,
    ISB_IFDROP = 5,
    ISB_OSDROP = 7,
    ISB_USRDELIV = 8,
};

/* Whose options: the same code means another thing in another block. */
enum option_block { INTERFACE_BLOCK, PACKET_BLOCK };

static inline size_t option_size(size_t length)
{
    return 4 + (length + 3) / 4 * 4;
}

struct option {
    uint16_t code;
    uint16_t length;
    const uint8_t *value;
};

/* Takes the next one off; false at the end, and where it is damaged. */
bool option_take(struct raw_options *options, struct option *option);

/* The first one of this code. */
bool option_find(struct raw_options options, uint16_t code, struct option *option);
bool options_have(struct raw_options options, uint16_t code);

/* All below need room for what they append. A value that is longer than an option can be is left out. */
void option_append(struct write_buffer *buffer, uint16_t code, const void *value, size_t length);
void option_append_text(struct write_buffer *buffer, uint16_t code, const char *text);
void option_append_end(struct write_buffer *buffer);

/* Appends the options in this machine's byte order, without opt_endofopt and without `left_out`, which ends
 * with 0: at most their length and 3 bytes. What is damaged, and all behind it, is left out. */
void options_copy(struct write_buffer *buffer, enum option_block block, struct raw_options options,
                  const uint16_t left_out[]);

#endif
