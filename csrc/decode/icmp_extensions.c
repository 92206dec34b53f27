/* Objects of the extension structure of ICMP and ICMPv6: see icmp_extensions.h. */
#include "icmp_extensions.h"
#include "protocol.h"

enum {
    ERROR_HEADER = 8,
    STRUCTURE_HEADER = 4,
    STRUCTURE_VERSION = 2,
    OBJECT_HEADER = 4,
};

struct bit_range icmp_quoted_packet(struct bytes_view message, uint32_t extension)
{
    uint32_t end = extension < message.length ? extension : message.length;
    return end <= ERROR_HEADER ? nowhere : (struct bit_range){ERROR_HEADER * 8, (end - ERROR_HEADER) * 8};
}

struct bit_range icmp_extension_list(struct bytes_view message, uint32_t extension)
{
    return view_u8(message, extension) >> 4 != STRUCTURE_VERSION
               ? nowhere
               : (struct bit_range){(extension + STRUCTURE_HEADER) * 8, 0};
}

static bool next_object(struct bytes_view list, uint32_t *offset, struct item *item)
{
    return item_take(list, offset, item, view_u8(list, *offset + 2), OBJECT_HEADER, view_u16(list, *offset));
}

static const struct field object_fields[] = {
    {"length", "Length", "Bytes of the object, this header included (RFC 4884 7.1)", FIELD_UINT,
     .bits = {0, 16}},
    {"ctype", "C-Type", "Kind within the class (RFC 4884 7.1, IANA)", FIELD_UINT, .bits = {24, 8}},
};

/* Class 1: the label stack of the packet that is quoted. */

static bool next_label(struct bytes_view list, uint32_t *offset, struct item *item)
{
    return item_take(list, offset, item, 0, 0, 4);
}

static const struct field label_fields[] = {
    {"label", "Label", "The label (RFC 4950 3)", FIELD_UINT, .bits = {0, 20}},
    {"exp", "Experimental", "Experimental use, traffic class now (RFC 4950 3)", FIELD_UINT, .bits = {20, 3}},
    {"s", "Stack bit", "The stack's last label (RFC 4950 3)", FIELD_BOOL, .bits = {23, 1}},
    {"ttl", "Time to live", "Hops that are left (RFC 4950 3)", FIELD_UINT, .bits = {24, 8}},
};

static const struct item_type label_types[] = {{0, "label", ROWS(label_fields)}};

static const struct item_format label_stack = {.next = next_label, .types = ROWS(label_types)};

static const struct field mpls_fields[] = {
    {"stack", "Label Stack", "The labels, the outermost first (RFC 4950 3)", FIELD_ITEMS, .bits = {32, 0},
     .items = &label_stack},
};

/* Class 2: an interface, by those of index, address, name and MTU whose bits the C-Type has set. They follow
 * each other in this order. */

enum {
    HAS_INDEX = 0x08,
    HAS_ADDRESS = 0x04,
    HAS_NAME = 0x02,
    HAS_MTU = 0x01,
    AFI_IPV4 = 1,
    AFI_IPV6 = 2,
};

static bool interface_has(struct bytes_view object, uint8_t what)
{
    return (view_u8(object, 3) & what) != 0;
}

static bool has_index(struct bytes_view object)
{
    return interface_has(object, HAS_INDEX);
}

static uint32_t address_at(struct bytes_view object)
{
    return has_index(object) ? OBJECT_HEADER + 4 : OBJECT_HEADER;
}

/* 0 for an unknown family: nobody can tell where what follows begins. */
static uint32_t address_length(struct bytes_view object)
{
    uint16_t family = view_u16(object, address_at(object));
    return family == AFI_IPV4 ? 4 : family == AFI_IPV6 ? 16 : 0;
}

static struct bit_range locate_afi(struct bytes_view object)
{
    return interface_has(object, HAS_ADDRESS) ? (struct bit_range){address_at(object) * 8, 16} : nowhere;
}

static struct bit_range locate_address(struct bytes_view object, uint32_t length)
{
    return interface_has(object, HAS_ADDRESS) && address_length(object) == length
               ? (struct bit_range){(address_at(object) + 4) * 8, length * 8}
               : nowhere;
}

static struct bit_range locate_ipv4(struct bytes_view object)
{
    return locate_address(object, 4);
}

static struct bit_range locate_ipv6(struct bytes_view object)
{
    return locate_address(object, 16);
}

/* Beyond the object where that can't be told. */
static uint32_t name_at(struct bytes_view object)
{
    if (!interface_has(object, HAS_ADDRESS))
        return address_at(object);
    if (address_length(object) == 0)
        return object.length;
    return address_at(object) + 4 + address_length(object);
}

/* Its length counts the byte that tells it, too. */
static struct bit_range locate_name(struct bytes_view object)
{
    uint32_t at = name_at(object);
    uint8_t length = view_u8(object, at);
    return interface_has(object, HAS_NAME) && length > 1 ? (struct bit_range){(at + 1) * 8, (length - 1U) * 8}
                                                         : nowhere;
}

static struct bit_range locate_mtu(struct bytes_view object)
{
    uint32_t at = name_at(object);
    if (interface_has(object, HAS_NAME))
        at += view_u8(object, at);
    return interface_has(object, HAS_MTU) ? (struct bit_range){at * 8, 32} : nowhere;
}

static const struct value_name roles[] = {
    {0, "incoming"},
    {1, "sub_ip"},
    {2, "outgoing"},
    {3, "next_hop"},
};

static const struct value_names role_names = {ROWS(roles)};

static const struct field interface_fields[] = {
    {"role", "Interface Role", "What it was to the packet (RFC 5837 4.1)", FIELD_UINT, .bits = {24, 2},
     .names = &role_names},
    {"ifindex", "Interface Index", "Its number on that system (RFC 5837 4.1)", FIELD_UINT, .bits = {32, 32},
     .present = has_index},
    {"afi", "Address Family", "IANA address family of the address (RFC 5837 4.2)", FIELD_UINT,
     .locate = locate_afi},
    {"ipv4", "IPv4 Address", "Its address, of family 1 (RFC 5837 4.2)", FIELD_IPV4, .locate = locate_ipv4},
    {"ipv6", "IPv6 Address", "Its address, of family 2 (RFC 5837 4.2)", FIELD_IPV6, .locate = locate_ipv6},
    {"if_name", "Interface Name", "Its name in UTF-8, padded with zeros (RFC 5837 4.3)", FIELD_BYTES,
     .locate = locate_name},
    {"mtu", "MTU", "Bytes that it carries at once (RFC 5837 4.1)", FIELD_UINT, .locate = locate_mtu},
};

/* Class 3: the interface that an extended echo asks for. */

enum { BY_NAME = 1, BY_INDEX = 2, BY_ADDRESS = 3 };

static bool is_by_name(struct bytes_view object)
{
    return view_u8(object, 3) == BY_NAME;
}

static bool is_by_index(struct bytes_view object)
{
    return view_u8(object, 3) == BY_INDEX;
}

static bool is_by_address(struct bytes_view object)
{
    return view_u8(object, 3) == BY_ADDRESS;
}

static bool is_by_ipv4(struct bytes_view object)
{
    return is_by_address(object) && view_u16(object, 4) == AFI_IPV4;
}

static bool is_by_ipv6(struct bytes_view object)
{
    return is_by_address(object) && view_u16(object, 4) == AFI_IPV6;
}

static const struct field identification_fields[] = {
    {"if_name", "Interface Name", "Its name, padded with zeros (RFC 8335 2.1)", FIELD_BYTES, .bits = {32, 0},
     .present = is_by_name},
    {"ifindex", "Interface Index", "Its number on that system (RFC 8335 2.1)", FIELD_UINT, .bits = {32, 32},
     .present = is_by_index},
    {"afi", "Address Family", "IANA address family of the address (RFC 8335 2.1)", FIELD_UINT,
     .bits = {32, 16}, .present = is_by_address},
    {"addr_length", "Address Length", "Bytes of the address (RFC 8335 2.1)", FIELD_UINT, .bits = {48, 8},
     .present = is_by_address},
    {"ipv4", "IPv4 Address", "Its address, of family 1 (RFC 8335 2.1)", FIELD_IPV4, .bits = {64, 32},
     .present = is_by_ipv4},
    {"ipv6", "IPv6 Address", "Its address, of family 2 (RFC 8335 2.1)", FIELD_IPV6, .bits = {64, 128},
     .present = is_by_ipv6},
};

/* IANA, ICMP Extension Object Classes. */
static const struct item_type object_types[] = {
    {1, "mpls_label_stack", ROWS(mpls_fields)},
    {2, "interface_information", ROWS(interface_fields)},
    {3, "interface_identification", ROWS(identification_fields)},
};

const struct item_format icmp_extension_objects = {
    .next = next_object,
    .types = ROWS(object_types),
    .fields = ROWS(object_fields),
};
