/* GENEVE: frames and packets of any ethertype inside UDP datagrams, with options.
 * RFC 8926. */
#include "../item_list.h"
#include "../number_names.h"
#include "../protocol.h"

enum { MIN_HEADER = 8 };

static enum measure_result geneve_measure(struct bytes_view bytes, struct measurement *result)
{
    uint8_t version_and_length = view_u8(bytes, 0);
    if (version_and_length >> 6 != 0)
        return MEASURE_BAD_VERSION;
    result->header_length = MIN_HEADER + (version_and_length & 0x3fU) * 4;
    result->selector = SELECT_ETHERTYPE;
    result->next = view_u16(bytes, 2);
    return MEASURE_OK;
}

static const struct binding geneve_bindings[] = {
    {SELECT_UDP_PORT, 6081},
};

/* An option's kind is its class and its type, which the class gives a meaning. */
static bool next_option(struct bytes_view list, uint32_t *offset, struct item *item)
{
    uint32_t kind = view_u32(list, *offset) >> 8;
    return item_take(list, offset, item, kind, 4, 4 + (view_u8(list, *offset + 3) & 0x1fU) * 4);
}

static const struct field option_fields[] = {
    {"option_class", "Class", "Whose option it is (RFC 8926 3.5, IANA)", FIELD_UINT, .bits = {0, 16}},
    {"type", "Type", "Which of the class's it is (RFC 8926 3.5)", FIELD_UINT, .bits = {16, 8}},
    {"critical", "Critical", "Who does not know the option drops the packet (RFC 8926 3.5)", FIELD_BOOL,
     .bits = {16, 1}},
    {"flags", "Flags", "Three bits, to be 0 (RFC 8926 3.5)", FIELD_UINT, .bits = {24, 3}},
    {"length", "Length", "Of the data, in 4-byte units (RFC 8926 3.5)", FIELD_UINT, .bits = {27, 5}},
};

static const struct item_format geneve_options = {.next = next_option, .fields = ROWS(option_fields)};

static bool has_options(struct bytes_view header)
{
    return header.length > MIN_HEADER;
}

static const char *const geneve_flags[] = {"oam", "critical", "rsv2", "rsv3", "rsv4", "rsv5", "rsv6", "rsv7"};

static const struct field geneve_fields[] = {
    {"_version", "Version", "0 (RFC 8926 3.4)", FIELD_UINT, .bits = {0, 2}},
    {"_opt_len", "Options Length", "Of all options, in 4-byte units (RFC 8926 3.4)", FIELD_UINT,
     .bits = {2, 6}},
    {"flags", "Flags", "O: control packet; C: critical options are present (RFC 8926 3.4)", FIELD_FLAGS,
     .bits = {8, 8}, .flag_names = geneve_flags},
    {"_proto_type", "Protocol Type", "Ethertype of what follows (RFC 8926 3.4)", FIELD_UINT, .bits = {16, 16},
     .names = &ethertype_names},
    {"vni", "Network Identifier", "Which virtual network it belongs to (RFC 8926 3.4)", FIELD_UINT,
     .bits = {32, 24}, .in_summary = true},
    {"reserved", "Reserved", "To be 0 (RFC 8926 3.4)", FIELD_UINT, .bits = {56, 8}},
    {"options", "Options", "One by one; kind is class and type in one number (RFC 8926 3.5)", FIELD_ITEMS,
     .bits = {64, 0}, .present = has_options, .items = &geneve_options},
};

const struct protocol protocol_geneve = {
    .name = "GENEVE",
    .doc = "Generic Network Virtualization Encapsulation (RFC 8926).",
    .osi_layer = 5,
    .min_header = MIN_HEADER,
    .measure = geneve_measure,
    .bindings = ROWS(geneve_bindings),
    .fields = ROWS(geneve_fields),
};
