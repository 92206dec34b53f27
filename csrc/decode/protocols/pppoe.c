/* PPP over Ethernet: in the session stage PPP follows, in discovery the contents are tags.
 * RFC 2516; 4638 (maximum payload), 5578 (credits and metrics). */
#include "../item_list.h"
#include "../protocol.h"

enum {
    HEADER_LENGTH = 6,
    LINK_TYPE_PPP = 9,
    VERSION_1_TYPE_1 = 0x11,
    CODE_SESSION = 0,
    TAG_END_OF_LIST = 0,
    TAG_HEADER = 4,
};

static bool is_discovery(struct bytes_view layer)
{
    return view_u8(layer, 1) != CODE_SESSION;
}

static enum measure_result pppoe_measure(struct bytes_view bytes, struct measurement *result)
{
    if (view_u8(bytes, 0) != VERSION_1_TYPE_1)
        return MEASURE_BAD_VERSION;
    result->header_length = HEADER_LENGTH;
    result->total_length = HEADER_LENGTH + (uint32_t)view_u16(bytes, 4);
    if (!is_discovery(bytes)) {
        result->selector = SELECT_LINK_TYPE;
        result->next = LINK_TYPE_PPP;
    }
    return MEASURE_OK;
}

static const struct binding pppoe_bindings[] = {
    {SELECT_ETHERTYPE, 0x8863}, /* discovery */
    {SELECT_ETHERTYPE, 0x8864}, /* session */
    {SELECT_LINK_TYPE, 51},     /* DLT_PPP_ETHER */
};

static bool next_tag(struct bytes_view list, uint32_t *offset, struct item *item)
{
    uint16_t kind = view_u16(list, *offset);
    if (kind == TAG_END_OF_LIST)
        return false;
    return item_take(list, offset, item, kind, TAG_HEADER,
                     TAG_HEADER + (uint32_t)view_u16(list, *offset + 2));
}

static const struct field vendor_fields[] = {
    {"vendor_id", "Vendor ID", "Enterprise number of the vendor (RFC 2516, appendix A)", FIELD_UINT,
     .bits = {32, 32}},
};
static const struct field credits_fields[] = {
    {"fcn", "FCN", "Credits granted with this frame (RFC 5578 7)", FIELD_UINT, .bits = {32, 16}},
    {"bcn", "BCN", "Credits that the sender has left (RFC 5578 7)", FIELD_UINT, .bits = {48, 16}},
};
static const struct field metrics_fields[] = {
    {"mdr_units", "MDR Units", "max_drate is in 0 kbit/s, 1 Mbit/s, 2 Gbit/s, 3 Tbit/s (RFC 5578 7)",
     FIELD_UINT, .bits = {43, 2}},
    {"cdr_units", "CDR Units", "The same of curr_drate (RFC 5578 7)", FIELD_UINT, .bits = {45, 2}},
    {"r", "Receive Only", "True: the link only receives (RFC 5578 7)", FIELD_BOOL, .bits = {47, 1}},
    {"rlq", "Relative Link Quality", "Percent (RFC 5578 7)", FIELD_UINT, .bits = {48, 8}},
    {"resource", "Resource", "Percent, as of a battery (RFC 5578 7)", FIELD_UINT, .bits = {56, 8}},
    {"latency", "Latency", "Milliseconds (RFC 5578 7)", FIELD_UINT, .bits = {64, 16}},
    {"curr_drate", "Current Data Rate", "In cdr_units (RFC 5578 7)", FIELD_UINT, .bits = {80, 16}},
    {"max_drate", "Maximum Data Rate", "In mdr_units (RFC 5578 7)", FIELD_UINT, .bits = {96, 16}},
};
static const struct field sequence_fields[] = {
    {"seq_num", "Sequence Number", "Matches answers to questions (RFC 5578 7)", FIELD_UINT, .bits = {32, 16}},
};
static const struct field credit_scale_fields[] = {
    {"credit_scale", "Credit Scale Factor", "Bytes of a credit (RFC 5578 7)", FIELD_UINT, .bits = {32, 16}},
};
static const struct field max_payload_fields[] = {
    {"max_payload", "PPP-Max-Payload", "Bytes that a PPP frame may carry (RFC 4638 3)", FIELD_UINT,
     .bits = {32, 16}},
};

static const struct item_type tag_types[] = {
    {0x0101, "service_name", NULL, 0},
    {0x0102, "ac_name", NULL, 0},
    {0x0103, "host_uniq", NULL, 0},
    {0x0104, "ac_cookie", NULL, 0},
    {0x0105, "vendor_specific", ROWS(vendor_fields)},
    {0x0106, "credits", ROWS(credits_fields)},
    {0x0107, "metrics", ROWS(metrics_fields)},
    {0x0108, "sequence_number", ROWS(sequence_fields)},
    {0x0109, "credit_scale_factor", ROWS(credit_scale_fields)},
    {0x0110, "relay_session_id", NULL, 0},
    {0x0111, "hurl", NULL, 0},
    {0x0112, "motm", NULL, 0},
    {0x0120, "ppp_max_payload", ROWS(max_payload_fields)},
    {0x0121, "ip_route_add", NULL, 0},
    {0x0201, "service_name_error", NULL, 0},
    {0x0202, "ac_system_error", NULL, 0},
    {0x0203, "generic_error", NULL, 0},
};
static const struct item_format tag_format = {next_tag, ROWS(tag_types), NULL, 0};

static const struct value_name codes[] = {
    {0x00, "session"}, {0x07, "pado"}, {0x09, "padi"}, {0x0a, "padg"}, {0x0b, "padc"}, {0x0c, "padq"},
    {0x19, "padr"},    {0x65, "pads"}, {0xa7, "padt"}, {0xd3, "padm"}, {0xd4, "padn"},
};
static const struct value_names code_names = {ROWS(codes)};

static const struct field pppoe_fields[] = {
    {"_version", "Version", "1 (RFC 2516 4)", FIELD_UINT, .bits = {0, 4}},
    {"_type", "Type", "1 (RFC 2516 4)", FIELD_UINT, .bits = {4, 4}},
    {"code", "Code", "0 in a session, else the kind of discovery packet (RFC 2516 4)", FIELD_UINT,
     .bits = {8, 8}, .names = &code_names},
    {"session_id", "Session ID", "With both MAC addresses it names a session (RFC 2516 4)", FIELD_UINT,
     .bits = {16, 16}, .in_summary = true},
    {"_payload_length", "Payload Length", "Bytes behind this header (RFC 2516 4)", FIELD_UINT,
     .bits = {32, 16}},
    {"tags", "PPPoE Tags", "What a discovery packet says (RFC 2516 5, appendix A)", FIELD_ITEMS,
     .bits = {48, 0}, .in_contents = true, .present = is_discovery, .items = &tag_format},
};

const struct protocol protocol_pppoe = {
    .name = "PPPOE",
    .doc = "PPP over Ethernet, session and discovery (RFC 2516); the tags of discovery are its Payload too.",
    .osi_layer = 2,
    .min_header = HEADER_LENGTH,
    .measure = pppoe_measure,
    .bindings = ROWS(pppoe_bindings),
    .fields = ROWS(pppoe_fields),
};
