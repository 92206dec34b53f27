/* IPv6's fragment header. A fragment that does not begin its packet carries Payload.
 * RFC 8200 4.5. */
#include "../number_names.h"
#include "../protocol.h"

enum {
    HEADER_LENGTH = 8,
    FRAGMENT_OFFSET_MASK = 0xfff8,
    MORE_FRAGMENTS = 0x0001,
};

static enum measure_result fraghdr_measure(struct bytes_view bytes, struct measurement *result)
{
    uint16_t offset_and_more = view_u16(bytes, 2);
    result->header_length = HEADER_LENGTH;
    result->is_fragment = (offset_and_more & MORE_FRAGMENTS) != 0;
    if ((offset_and_more & FRAGMENT_OFFSET_MASK) == 0) {
        result->selector = SELECT_IP_PROTOCOL;
        result->next = view_u8(bytes, 0);
    }
    return MEASURE_OK;
}

static const struct binding fraghdr_bindings[] = {
    {SELECT_IP_PROTOCOL, 44},
};

static const struct field fraghdr_fields[] = {
    {"_nxt", "Next Header", "IANA protocol number of the packet's first header (RFC 8200 4.5)", FIELD_UINT,
     .bits = {0, 8}, .names = &ip_protocol_names},
    {"_reserved_octet", "Reserved Octet", "0 (RFC 8200 4.5)", FIELD_UINT, .bits = {8, 8}},
    {"offset", "Offset", "Place of this fragment in its packet, in units of 8 bytes (RFC 8200 4.5)",
     FIELD_UINT, .bits = {16, 13}},
    {"_reserved_bits", "Reserved Bits", "0 (RFC 8200 4.5)", FIELD_UINT, .bits = {29, 2}},
    {"more", "More Fragments", "This is not the last one (RFC 8200 4.5)", FIELD_BOOL, .bits = {31, 1}},
    {"_ident", "Identification", "Tells the fragments of one packet (RFC 8200 4.5)", FIELD_UINT,
     .bits = {32, 32}},
};

const struct protocol protocol_fraghdr = {
    .name = "FRAGHDR",
    .doc = "IPv6 fragment header (RFC 8200 4.5).",
    .osi_layer = 3,
    .min_header = HEADER_LENGTH,
    .measure = fraghdr_measure,
    .bindings = ROWS(fraghdr_bindings),
    .fields = ROWS(fraghdr_fields),
};
