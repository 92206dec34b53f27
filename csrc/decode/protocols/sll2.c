/* Linux cooked captures, version 2: tells the interface too.
 * https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
#include "../linux_cooked.h"
#include "../number_names.h"

enum {
    HEADER_LENGTH = 20,
    ADDRESS_OFFSET = 12,
    ADDRESS_ROOM = 8,
    MAC_LENGTH = 6,
    IPV4_LENGTH = 4,
};

static enum measure_result sll2_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = HEADER_LENGTH;
    select_linux_protocol(view_u16(bytes, 8), view_u16(bytes, 0), result);
    return MEASURE_OK;
}

static uint32_t address_length(struct bytes_view header)
{
    uint8_t told = view_u8(header, 11);
    return told < ADDRESS_ROOM ? told : ADDRESS_ROOM;
}

static bool has_mac(struct bytes_view header)
{
    return address_length(header) == MAC_LENGTH;
}

static bool has_ipv4(struct bytes_view header)
{
    return address_length(header) == IPV4_LENGTH;
}

static bool has_other_address(struct bytes_view header)
{
    return address_length(header) != 0 && !has_mac(header) && !has_ipv4(header);
}

static bool has_unused_room(struct bytes_view header)
{
    return address_length(header) < ADDRESS_ROOM;
}

static struct bit_range address_bits(struct bytes_view header)
{
    return (struct bit_range){ADDRESS_OFFSET * 8, address_length(header) * 8};
}

static struct bit_range unused_bits(struct bytes_view header)
{
    return (struct bit_range){(ADDRESS_OFFSET + address_length(header)) * 8,
                              (ADDRESS_ROOM - address_length(header)) * 8};
}

static const struct binding sll2_bindings[] = {
    {SELECT_LINK_TYPE, 276},
};

static const struct field sll2_fields[] = {
    {"_etype", "Protocol", "Ethertype, or a Linux number below 1536 (LINKTYPE_LINUX_SLL2)", FIELD_UINT,
     .bits = {0, 16}, .names = &ethertype_names},
    {"_reserved", "Reserved", "0 (LINKTYPE_LINUX_SLL2)", FIELD_UINT, .bits = {16, 16}},
    {"ifindex", "Interface index",
     "Number of the interface on the machine that captured, where socket.if_indextoname() gives its name "
     "(LINKTYPE_LINUX_SLL2)",
     FIELD_UINT, .bits = {32, 32}, .in_summary = true},
    {"_hatype", "Header Address Type", "ARPHRD_ number of the device, 1 for Ethernet (LINKTYPE_LINUX_SLL2)",
     FIELD_UINT, .bits = {64, 16}, .names = &arphrd_names},
    {"_pkttype", "Packet Type",
     "0 sent to us, 1 broadcast, 2 multicast, 3 sent to somebody else, 4 sent by us (LINKTYPE_LINUX_SLL2)",
     FIELD_UINT, .bits = {80, 8}, .names = &packet_type_names},
    {"_halen", "Header Address Length", "Bytes of the sender's link-layer address (LINKTYPE_LINUX_SLL2)",
     FIELD_UINT, .bits = {88, 8}},
    {"src", "Source", "The sender's link-layer address, of 6 bytes (LINKTYPE_LINUX_SLL2)", FIELD_MAC,
     .present = has_mac, .locate = address_bits},
    {"src_ipv4", "Source", "The sender's link-layer address, of 4 bytes (LINKTYPE_LINUX_SLL2)", FIELD_IPV4,
     .present = has_ipv4, .locate = address_bits},
    {"src_other", "Source", "The sender's link-layer address, its first 8 bytes (LINKTYPE_LINUX_SLL2)",
     FIELD_BYTES, .present = has_other_address, .locate = address_bits},
    {"_unused", "Unused", "The rest of the eight bytes kept for the address (LINKTYPE_LINUX_SLL2)",
     FIELD_BYTES, .present = has_unused_room, .locate = unused_bits},
};

const struct protocol protocol_sll2 = {
    .name = "SLL2",
    .doc = "Linux cooked capture header, version 2 (LINKTYPE_LINUX_SLL2).",
    .osi_layer = 2,
    .min_header = HEADER_LENGTH,
    .measure = sll2_measure,
    .bindings = ROWS(sll2_bindings),
    .fields = ROWS(sll2_fields),
};
