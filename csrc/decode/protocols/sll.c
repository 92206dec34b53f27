/* Linux cooked captures, the link layer of the "any" device.
 * https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html */
#include "../linux_cooked.h"
#include "../number_names.h"

enum { HEADER_LENGTH = 16 };

static enum measure_result sll_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = HEADER_LENGTH;
    select_linux_protocol(view_u16(bytes, 2), view_u16(bytes, 14), result);
    return MEASURE_OK;
}

static const struct binding sll_bindings[] = {
    {SELECT_LINK_TYPE, 113},
};

static const struct field sll_fields[] = {
    {"_pkttype", "Packet Type",
     "0 sent to us, 1 broadcast, 2 multicast, 3 sent to somebody else, 4 sent by us (LINKTYPE_LINUX_SLL)",
     FIELD_UINT, .bits = {0, 16}, .names = &packet_type_names},
    {"_hatype", "Header Address Type", "ARPHRD_ number of the device, 1 for Ethernet (LINKTYPE_LINUX_SLL)",
     FIELD_UINT, .bits = {16, 16}, .names = &arphrd_names},
    {"_halen", "Header Address Length", "Bytes of the sender's link-layer address (LINKTYPE_LINUX_SLL)",
     FIELD_UINT, .bits = {32, 16}},
    {"src", "Source", "The first six bytes of the sender's link-layer address (LINKTYPE_LINUX_SLL)",
     FIELD_MAC, .bits = {48, 48}},
    {"_blank", "Blank", "The last two of the eight bytes kept for the address", FIELD_UINT, .bits = {96, 16}},
    {"_etype", "Protocol", "Ethertype, or a Linux number below 1536 (LINKTYPE_LINUX_SLL)", FIELD_UINT,
     .bits = {112, 16}, .names = &ethertype_names},
};

const struct protocol protocol_sll = {
    .name = "SLL",
    .doc = "Linux cooked capture header (LINKTYPE_LINUX_SLL).",
    .osi_layer = 2,
    .min_header = HEADER_LENGTH,
    .measure = sll_measure,
    .bindings = ROWS(sll_bindings),
    .fields = ROWS(sll_fields),
};
