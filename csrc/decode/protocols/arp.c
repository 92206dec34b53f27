/* ARP for MAC and IPv4 addresses; with addresses of other sizes the packet stays Payload.
 * RFC 826. */
#include "../protocol.h"

enum {
    HEADER_LENGTH = 28,
    MAC_LENGTH = 6,
    IPV4_LENGTH = 4,
};

static enum measure_result arp_measure(struct bytes_view bytes, struct measurement *result)
{
    if (view_u8(bytes, 4) != MAC_LENGTH || view_u8(bytes, 5) != IPV4_LENGTH)
        return MEASURE_NOT_DECODED;
    result->header_length = HEADER_LENGTH;
    result->total_length = HEADER_LENGTH;
    return MEASURE_OK;
}

static const struct binding arp_bindings[] = {
    {SELECT_ETHERTYPE, 0x0806},
};

static const struct field arp_fields[] = {
    {"hwtype", "Hardware Type", "Kind of link, 1 for Ethernet (RFC 826, ar$hrd)", FIELD_UINT,
     .bits = {0, 16}},
    {"prototype", "Protocol Type", "Ethertype of the addresses asked for (RFC 826, ar$pro)", FIELD_UINT,
     .bits = {16, 16}},
    {"_hwsize", "Hardware Size", "Bytes of a hardware address (RFC 826, ar$hln)", FIELD_UINT,
     .bits = {32, 8}},
    {"_protosize", "Protocol Size", "Bytes of a protocol address (RFC 826, ar$pln)", FIELD_UINT,
     .bits = {40, 8}},
    {"opcode", "Opcode", "1 request, 2 reply (RFC 826, ar$op)", FIELD_UINT, .bits = {48, 16}},
    {"srchw_mac", "Sender MAC Address", "Hardware address of the sender (RFC 826, ar$sha)", FIELD_MAC,
     .bits = {64, 48}},
    {"srcproto_ipv4", "Sender IP Address", "Protocol address of the sender (RFC 826, ar$spa)", FIELD_IPV4,
     .bits = {112, 32}, .in_summary = true},
    {"dsthw_mac", "Target MAC Address", "Hardware address of the target (RFC 826, ar$tha)", FIELD_MAC,
     .bits = {144, 48}},
    {"dstproto_ipv4", "Target IP Address", "Protocol address of the target (RFC 826, ar$tpa)", FIELD_IPV4,
     .bits = {192, 32}, .in_summary = true},
};

const struct protocol protocol_arp = {
    .name = "ARP",
    .doc = "Address Resolution Protocol for MAC and IPv4 addresses (RFC 826).",
    .osi_layer = 3,
    .min_header = 8,
    .measure = arp_measure,
    .bindings = ROWS(arp_bindings),
    .fields = ROWS(arp_fields),
};
