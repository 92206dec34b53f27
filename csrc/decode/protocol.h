/* What a protocol file has to say of its protocol: a field table, a way to measure a header, and bindings.
 * protocol_list.h names all protocols; see docs/adding-a-protocol.rst. */
#ifndef UMPA_DECODE_PROTOCOL_H
#define UMPA_DECODE_PROTOCOL_H

#include "bytes_view.h"
#include "field.h"
#include "packet.h"
#include <stdbool.h>
#include <stddef.h>

enum protocol_id {
#define PROTOCOL(name) PROTOCOL_##name,
#include "protocol_list.h"
#undef PROTOCOL
    PROTOCOL_COUNT
};

/* In which number space a header says what follows it: see selector_list.h. */
enum selector {
    SELECT_NOTHING, /* what follows is Payload */
#define SELECTOR(id, name, value_count) SELECT_##id,
#include "selector_list.h"
#undef SELECTOR
    SELECTOR_COUNT
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
    uint32_t next_otherwise; /* where nothing is bound to `next` */
    bool is_fragment; /* contents go on in other packets: what they say of their length may lie beyond this
                         one */
};

enum measure_result {
    MEASURE_OK,
    MEASURE_NOT_DECODED, /* a variant that this decoder leaves as Payload: nothing is wrong with it */
    MEASURE_BAD_VERSION,
    MEASURE_LENGTH_TOO_SHORT,  /* where the loop can't see it: it knows header_length and total_length */
    MEASURE_OK_WITHOUT_LENGTH, /* where IP allows it; else too short */
};

typedef enum measure_result (*measure_function)(struct bytes_view bytes, struct measurement *result);

enum checksum_kind {
    CHECKSUM_NONE,
    CHECKSUM_OF_HEADER,      /* the Internet checksum (RFC 1071) of the header alone */
    CHECKSUM_OF_LAYER,       /* of header and contents */
    CHECKSUM_WITH_ADDRESSES, /* of both, behind a pseudo-header: IP's addresses, and the number by which IP
                                named this layer */
    CHECKSUM_CRC32C,         /* of both (RFC 9260 6.8) */
};

/* Between whom a datagram goes, in the end: what its upper layers' pseudo-header has. */
struct addresses {
    struct bytes_view source;
    struct bytes_view destination;
};

struct protocol {
    const char *name; /* as printed; its lower case is the attribute's name */
    const char *doc;
    uint8_t osi_layer;
    uint16_t min_header; /* measure is called only where this many bytes are there */
    measure_function measure;
    const struct binding *bindings;
    size_t binding_count;
    const struct field *fields;
    size_t field_count;
    enum checksum_kind checksum;
    uint16_t checksum_offset; /* bytes from the header's first one to the checksum */
    /* How many bytes of the layer, given whole, the checksum covers; 0: it has none. NULL: all. */
    uint32_t (*checksum_coverage)(struct bytes_view layer);
    /* Sets the addresses that this header has, of those of the headers before it. NULL: it has none. */
    void (*give_addresses)(struct bytes_view header, struct addresses *addresses);
};

#define ROWS(table) table, sizeof(table) / sizeof(table[0])

#define PROTOCOL(name) extern const struct protocol protocol_##name;
#include "protocol_list.h"
#undef PROTOCOL

/* Indexed by protocol_id. */
extern const struct protocol *const protocols[PROTOCOL_COUNT];

#endif
