/* ARP and RARP, for addresses of any size: one of six bytes is a MAC, one of four an IPv4 address, another is
 * bytes.
 * RFC 826, 903. */
#include "../number_names.h"
#include "../protocol.h"

enum {
    FIXED_LENGTH = 8,
    MAC_LENGTH = 6,
    IPV4_LENGTH = 4,
};

static uint32_t hardware_size(struct bytes_view header)
{
    return view_u8(header, 4);
}

static uint32_t protocol_size(struct bytes_view header)
{
    return view_u8(header, 5);
}

static enum measure_result arp_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = FIXED_LENGTH + 2 * (hardware_size(bytes) + protocol_size(bytes));
    result->total_length = result->header_length;
    return MEASURE_OK;
}

static bool has_macs(struct bytes_view header)
{
    return hardware_size(header) == MAC_LENGTH;
}

static bool has_other_hardware(struct bytes_view header)
{
    return hardware_size(header) != 0 && !has_macs(header);
}

static bool has_ipv4_addresses(struct bytes_view header)
{
    return protocol_size(header) == IPV4_LENGTH;
}

static bool has_other_protocol(struct bytes_view header)
{
    return protocol_size(header) != 0 && !has_ipv4_addresses(header);
}

static struct bit_range sender_hardware(struct bytes_view header)
{
    return (struct bit_range){FIXED_LENGTH * 8, hardware_size(header) * 8};
}

static struct bit_range sender_protocol(struct bytes_view header)
{
    return (struct bit_range){(FIXED_LENGTH + hardware_size(header)) * 8, protocol_size(header) * 8};
}

static struct bit_range target_hardware(struct bytes_view header)
{
    return (struct bit_range){(FIXED_LENGTH + hardware_size(header) + protocol_size(header)) * 8,
                              hardware_size(header) * 8};
}

static struct bit_range target_protocol(struct bytes_view header)
{
    return (struct bit_range){(FIXED_LENGTH + 2 * hardware_size(header) + protocol_size(header)) * 8,
                              protocol_size(header) * 8};
}

static const struct binding arp_bindings[] = {
    {SELECT_ETHERTYPE, 0x0806},
    {SELECT_ETHERTYPE, 0x8035}, /* RARP */
};

static const struct value_name opcodes[] = {
    {1, "request"},
    {2, "reply"},
    {3, "reverse_request"},
    {4, "reverse_reply"},
    {5, "drarp_request"},
    {6, "drarp_reply"},
    {7, "drarp_error"},
    {8, "inarp_request"},
    {9, "inarp_reply"},
    {10, "nak"},
    {11, "mars_request"},
    {12, "mars_multi"},
    {13, "mars_mserv"},
    {14, "mars_join"},
    {15, "mars_leave"},
    {16, "mars_nak"},
    {17, "mars_unserv"},
    {18, "mars_sjoin"},
    {19, "mars_sleave"},
    {20, "mars_grouplist_request"},
    {21, "mars_grouplist_reply"},
    {22, "mars_redirect_map"},
    {23, "mapos_unarp"},
    {24, "experimental_1"},
    {25, "experimental_2"},
};
static const struct value_names opcode_names = {ROWS(opcodes)};

static const struct field arp_fields[] = {
    {"hwtype", "Hardware Type", "Kind of link, 1 for Ethernet (RFC 826, ar$hrd)", FIELD_UINT, .bits = {0, 16},
     .names = &arphrd_names},
    {"prototype", "Protocol Type", "Ethertype of the addresses asked for (RFC 826, ar$pro)", FIELD_UINT,
     .bits = {16, 16}, .names = &ethertype_names},
    {"_hwsize", "Hardware Size", "Bytes of a hardware address (RFC 826, ar$hln)", FIELD_UINT,
     .bits = {32, 8}},
    {"_protosize", "Protocol Size", "Bytes of a protocol address (RFC 826, ar$pln)", FIELD_UINT,
     .bits = {40, 8}},
    {"opcode", "Opcode", "1 request, 2 reply (RFC 826, ar$op); RARP: 3 and 4 (RFC 903)", FIELD_UINT,
     .bits = {48, 16}, .names = &opcode_names},
    {"srchw_mac", "Sender MAC Address", "Hardware address of the sender (RFC 826, ar$sha)", FIELD_MAC,
     .present = has_macs, .locate = sender_hardware},
    {"srchw", "Sender Hardware Address", "Hardware address of the sender, not of 6 bytes (RFC 826, ar$sha)",
     FIELD_BYTES, .present = has_other_hardware, .locate = sender_hardware},
    {"srcproto_ipv4", "Sender IP Address", "Protocol address of the sender (RFC 826, ar$spa)", FIELD_IPV4,
     .in_summary = true, .present = has_ipv4_addresses, .locate = sender_protocol},
    {"srcproto", "Sender Protocol Address",
     "Protocol address of the sender, not of 4 bytes (RFC 826, ar$spa)", FIELD_BYTES,
     .present = has_other_protocol, .locate = sender_protocol},
    {"dsthw_mac", "Target MAC Address", "Hardware address of the target (RFC 826, ar$tha)", FIELD_MAC,
     .present = has_macs, .locate = target_hardware},
    {"dsthw", "Target Hardware Address", "Hardware address of the target, not of 6 bytes (RFC 826, ar$tha)",
     FIELD_BYTES, .present = has_other_hardware, .locate = target_hardware},
    {"dstproto_ipv4", "Target IP Address", "Protocol address of the target (RFC 826, ar$tpa)", FIELD_IPV4,
     .in_summary = true, .present = has_ipv4_addresses, .locate = target_protocol},
    {"dstproto", "Target Protocol Address",
     "Protocol address of the target, not of 4 bytes (RFC 826, ar$tpa)", FIELD_BYTES,
     .present = has_other_protocol, .locate = target_protocol},
};

const struct protocol protocol_arp = {
    .name = "ARP",
    .doc = "Address Resolution Protocol (RFC 826), and Reverse ARP (RFC 903).",
    .osi_layer = 3,
    .min_header = FIXED_LENGTH,
    .measure = arp_measure,
    .bindings = ROWS(arp_bindings),
    .fields = ROWS(arp_fields),
};
