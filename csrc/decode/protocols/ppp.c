/* PPP, with address and control of its HDLC-like framing or without, its protocol number of two bytes or
 * compressed to one. Cisco's HDLC, which serial captures mix with it, stays Payload.
 * RFC 1661 2, 1662 3. */
#include "../protocol.h"

enum {
    ADDRESS_ALL_STATIONS = 0xff,
    CISCO_UNICAST = 0x0f,
    CISCO_MULTICAST = 0x8f,
};

static bool has_address(struct bytes_view header)
{
    return view_u8(header, 0) == ADDRESS_ALL_STATIONS;
}

/* Of a number's bytes only the last one is odd (RFC 1661 2). */
static struct bit_range protocol_bits(struct bytes_view header)
{
    uint32_t offset = has_address(header) ? 2 : 0;
    uint32_t length = (view_u8(header, offset) & 1) != 0 ? 1 : 2;
    return (struct bit_range){offset * 8, length * 8};
}

static enum measure_result ppp_measure(struct bytes_view bytes, struct measurement *result)
{
    struct bit_range protocol = protocol_bits(bytes);
    uint8_t first = view_u8(bytes, 0);
    if (first == CISCO_UNICAST || first == CISCO_MULTICAST)
        return MEASURE_NOT_DECODED;
    result->header_length = (protocol.offset + protocol.width) / 8;
    result->selector = SELECT_PPP_PROTOCOL;
    result->next = (uint32_t)view_bits(bytes, protocol.offset, protocol.width);
    return MEASURE_OK;
}

static const struct binding ppp_bindings[] = {
    {SELECT_LINK_TYPE, 9},
    {SELECT_LINK_TYPE, 50},     /* DLT_PPP_SERIAL */
    {SELECT_ETHERTYPE, 0x880b}, /* RFC 2637 4.1 */
};

static const struct value_name ppp_protocols[] = {
    {0x0021, "ipv4"},
    {0x0023, "osi"},
    {0x0025, "xns"},
    {0x0027, "decnet"},
    {0x0029, "appletalk"},
    {0x002b, "ipx"},
    {0x002d, "vj_compressed"},
    {0x002f, "vj_uncompressed"},
    {0x0031, "bridging"},
    {0x003d, "multilink"},
    {0x0057, "ipv6"},
    {0x0059, "mux"},
    {0x00fb, "compressed_link"},
    {0x00fd, "compressed"},
    {0x0281, "mpls"},
    {0x0283, "mpls_multicast"},
    {0x8021, "ipcp"},
    {0x8023, "osinlcp"},
    {0x8027, "dncp"},
    {0x8029, "atcp"},
    {0x802b, "ipxcp"},
    {0x8031, "bcp"},
    {0x8053, "ecp"},
    {0x8057, "ipv6cp"},
    {0x80fb, "ccp_link"},
    {0x80fd, "ccp"},
    {0x8281, "mplscp"},
    {0xc021, "lcp"},
    {0xc023, "pap"},
    {0xc025, "lqr"},
    {0xc029, "cbcp"},
    {0xc02b, "bacp"},
    {0xc02d, "bap"},
    {0xc223, "chap"},
    {0xc227, "eap"},
};
static const struct value_names ppp_protocol_names = {ROWS(ppp_protocols)};

static const struct field ppp_fields[] = {
    {"address", "Address", "255, all stations; compressed away where both sides agreed (RFC 1662 3.1)",
     FIELD_UINT, .bits = {0, 8}, .present = has_address},
    {"control", "Control", "3, unnumbered information; comes with the address (RFC 1662 3.1)", FIELD_UINT,
     .bits = {8, 8}, .present = has_address},
    {"_protocol", "Protocol", "Number of what follows, of one byte or two (RFC 1661 2)", FIELD_UINT,
     .locate = protocol_bits, .names = &ppp_protocol_names},
};

const struct protocol protocol_ppp = {
    .name = "PPP",
    .doc = "Point-to-Point Protocol (RFC 1661, 1662).",
    .osi_layer = 2,
    .min_header = 1,
    .measure = ppp_measure,
    .bindings = ROWS(ppp_bindings),
    .fields = ROWS(ppp_fields),
};
