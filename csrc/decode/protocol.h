/* What a protocol file has to say of its protocol: a field table, a way to measure a header, and bindings.
 * protocol_list.h names all protocols; see docs/adding-a-protocol.rst. */
#ifndef UMPA_DECODE_PROTOCOL_H
#define UMPA_DECODE_PROTOCOL_H

#include "bytes_view.h"
#include "packet.h"
#include <stdbool.h>
#include <stddef.h>

enum protocol_id {
#define PROTOCOL(name) PROTOCOL_##name,
#include "protocol_list.h"
#undef PROTOCOL
    PROTOCOL_COUNT
};

/* The number spaces in which a header says what follows it. */
enum selector {
    SELECT_NOTHING, /* what follows is Payload */
    SELECT_LINK_TYPE,
    SELECT_ETHERTYPE,
    SELECT_IP_PROTOCOL,
    SELECT_IP_VERSION,
};

/* "In this number space, this value is me." The child names its parent's number. */
struct binding {
    enum selector selector;
    uint32_t value;
};

/* What a protocol's measure function finds in a header. All zero before it is called. */
struct measurement {
    uint32_t header_length;
    uint32_t total_length; /* header and contents, by the header's own length field; 0: it has none */
    enum selector selector;
    uint32_t next;
    bool is_fragment; /* contents go on in other packets: what they say of their length may lie beyond this
                         one */
};

enum measure_result {
    MEASURE_OK,
    MEASURE_NOT_DECODED, /* a variant that this decoder leaves as Payload: nothing is wrong with it */
    MEASURE_BAD_VERSION,
};

enum field_kind {
    FIELD_UINT,
    FIELD_FLAGS,    /* an integer whose bits have names */
    FIELD_BOOL,     /* one bit, true or false */
    FIELD_MAC,      /* 6 bytes, aa:bb:cc:dd:ee:ff */
    FIELD_IPV4,     /* 4 bytes, dotted quad */
    FIELD_IPV6,     /* 16 bytes, RFC 5952 */
    FIELD_BYTES,    /* from its offset to the header's end */
    FIELD_BIG_UINT, /* the same bytes, read as one big-endian integer */
    FIELD_PADDING,  /* printed for the original's sake: always 0, behind the header's last byte */
    FIELD_OPTIONS,  /* a list of type-length-value options, from its offset to the header's end */
};

/* One row says all there is to say of a field. Text is ASCII. */
struct field {
    const char *name;
    const char *label;
    const char *doc; /* what it is, its unit and source */
    enum field_kind kind;
    struct {
        uint16_t offset; /* from the header's first bit */
        uint16_t width;  /* 0 where the kind reaches to the header's end */
    } bits;
    bool in_summary;               /* stands in a packet's one-line repr, addresses as from > to */
    bool hidden;                   /* can be read, but is neither printed nor listed */
    const char *const *flag_names; /* FIELD_FLAGS: most significant first, `bits.width` of them */
    bool (*present)(struct bytes_view header); /* NULL: in every header */
    const struct option_format *options;       /* FIELD_OPTIONS */
};

struct protocol {
    const char *name; /* as printed; its lower case is the attribute's name */
    const char *doc;
    uint8_t osi_layer;
    uint16_t min_header; /* measure is called only where this many bytes are there */
    enum measure_result (*measure)(struct bytes_view bytes, struct measurement *result);
    const struct binding *bindings;
    size_t binding_count;
    const struct field *fields;
    size_t field_count;
};

#define ROWS(table) table, sizeof(table) / sizeof(table[0])

#define PROTOCOL(name) extern const struct protocol protocol_##name;
#include "protocol_list.h"
#undef PROTOCOL

/* Indexed by protocol_id. */
extern const struct protocol *const protocols[PROTOCOL_COUNT];

#endif
