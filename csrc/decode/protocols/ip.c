/* IPv4. A fragment that does not begin its datagram carries Payload.
 * RFC 791. */
#include "../ip_options.h"
#include "../number_names.h"
#include "../protocol.h"

enum {
    MIN_HEADER = 20,
    FRAGMENT_OFFSET_MASK = 0x1fff,
    MORE_FRAGMENTS = 0x2000,
};

static enum measure_result ip_measure(struct bytes_view bytes, struct measurement *result)
{
    uint8_t version_and_ihl = view_u8(bytes, 0);
    if (version_and_ihl >> 4 != 4)
        return MEASURE_BAD_VERSION;
    result->header_length = (version_and_ihl & 0xfU) * 4;
    result->total_length = view_u16(bytes, 2); /* 0 where the network card is left to segment (TSO) */
    result->is_fragment = (view_u16(bytes, 6) & MORE_FRAGMENTS) != 0;
    if ((view_u16(bytes, 6) & FRAGMENT_OFFSET_MASK) == 0) {
        result->selector = SELECT_IP_PROTOCOL;
        result->next = view_u8(bytes, 9);
    }
    return MEASURE_OK;
}

/* While a source route has hops left, its last one is the destination (RFC 791 3.1, RFC 1122 3.2.1.8). */
static void ip_give_addresses(struct bytes_view header, struct addresses *addresses)
{
    struct bytes_view options = view_from(header, MIN_HEADER);
    uint32_t offset = 0;
    struct item item;

    addresses->source = view_first(view_from(header, 12), 4);
    addresses->destination = view_first(view_from(header, 16), 4);
    while (item_next(&ip_options, options, &offset, &item))
        if (item.kind == LOOSE_SOURCE_ROUTE || item.kind == STRICT_SOURCE_ROUTE) {
            uint8_t pointer = view_u8(item.bytes, 2); /* 4 for the first hop, 8 for the second */
            if (pointer >= 4 && pointer % 4 == 0 && pointer + 3U <= item.bytes.length)
                addresses->destination = view_from(item.bytes, item.bytes.length - 4);
        }
}

static const struct binding ip_bindings[] = {
    {SELECT_ETHERTYPE, 0x0800},    /* RFC 894 */
    {SELECT_IP_VERSION, 4},        /* what tells itself: raw IP, MPLS, NULL */
    {SELECT_LINK_TYPE, 228},       /* LINKTYPE_IPV4 */
    {SELECT_LLC_SAP, 0x06},        /* IEEE 802.2 */
    {SELECT_PPP_PROTOCOL, 0x0021}, /* RFC 1332 */
    {SELECT_IP_PROTOCOL, 4},       /* IP in IP (RFC 2003) */
};

static const char *const tos_flags[] = {"precedence0", "precedence1", "precedence2", "delay",
                                        "throughput",  "reliability", "reserved0",   "reserved1"};
static const char *const fragment_flags[] = {"rb", "df", "mf"};

static const struct field ip_fields[] = {
    {"_version", "Version", "4 (RFC 791 3.1)", FIELD_UINT, .bits = {0, 4}},
    {"_hdr_len", "IHL", "Header length in 32-bit words, 5 to 15 (RFC 791 3.1)", FIELD_UINT, .bits = {4, 4}},
    {"tos", "TOS", "Type of service (RFC 791 3.1); DSCP and ECN in RFC 2474 and 3168", FIELD_FLAGS,
     .bits = {8, 8}, .flag_names = tos_flags},
    {"_len", "Total Length",
     "Bytes of header and contents; 0 where segmentation was left to the card (RFC 791 3.1)", FIELD_UINT,
     .bits = {16, 16}},
    {"_id", "Identification", "Tells the fragments of one datagram (RFC 791 3.1)", FIELD_UINT,
     .bits = {32, 16}},
    {"flags", "Flags", "Reserved bit, don't fragment, more fragments (RFC 791 3.1)", FIELD_FLAGS,
     .bits = {48, 3}, .flag_names = fragment_flags},
    {"_frag_offset", "Fragment Offset",
     "Place of this fragment in its datagram, in units of 8 bytes (RFC 791 3.1)", FIELD_UINT,
     .bits = {51, 13}},
    {"ttl", "TTL", "Hops that are left (RFC 791 3.1)", FIELD_UINT, .bits = {64, 8}},
    {"_proto", "Protocol", "IANA number of what the datagram carries (RFC 791 3.1)", FIELD_UINT,
     .bits = {72, 8}, .names = &ip_protocol_names},
    {"_checksum", "Header Checksum", "As it stands in the header; checksum_ok verifies it (RFC 791 3.1)",
     FIELD_UINT, .bits = {80, 16}},
    {"src", "Source Address", "Address of the sender (RFC 791 3.1)", FIELD_IPV4, .bits = {96, 32},
     .in_summary = true},
    {"dst", "Destination Address", "Address of the receiver (RFC 791 3.1)", FIELD_IPV4, .bits = {128, 32},
     .in_summary = true},
    {"options", "Options",
     "All option bytes, padding included, as one integer; 0 when there are none (RFC 791 3.1)",
     FIELD_BIG_UINT, .bits = {160, 0}},
    {"_padding", "Padding", "Always 0: options hold the padding of a captured header", FIELD_PADDING,
     .bits = {160, 0}},
    {"dscp", "DSCP", "Differentiated services code point (RFC 2474 3)", FIELD_UINT, .bits = {8, 6},
     .hidden = true},
    {"ecn", "ECN", "Explicit congestion notification (RFC 3168 5)", FIELD_UINT, .bits = {14, 2},
     .hidden = true},
    {"option_list", "Option List", "The options one by one: kind, name, value (RFC 791 3.1, IANA)",
     FIELD_ITEMS, .bits = {160, 0}, .hidden = true, .items = &ip_options},
};

const struct protocol protocol_ip = {
    .name = "IP",
    .doc = "Internet Protocol, version 4 (RFC 791).",
    .osi_layer = 3,
    .min_header = MIN_HEADER,
    .measure = ip_measure,
    .bindings = ROWS(ip_bindings),
    .fields = ROWS(ip_fields),
    .checksum = CHECKSUM_OF_HEADER,
    .checksum_offset = 10,
    .give_addresses = ip_give_addresses,
};
