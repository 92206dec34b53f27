/* LLC, and the SNAP header behind it where both service access points are SNAP's.
 * IEEE 802.2-1998 3 and 5, IEEE 802-2014 9, RFC 1042. */
#include "../ethertype.h"
#include "../number_names.h"

enum {
    MIN_HEADER = 3,
    CONTROL_OFFSET = 2,
    OUI_LENGTH = 3,
    PID_LENGTH = 2,
    UNNUMBERED = 3,                /* in a control field's two lowest bits: one byte, else two */
    UNNUMBERED_INFORMATION = 3,    /* the whole control field */
    BOTH_SNAP = 0xaaaa,            /* destination and source */
    OUI_ETHERTYPE = 0x000000,      /* RFC 1042 */
    OUI_BRIDGED_TUNNEL = 0x0000f8, /* IEEE 802.1H */
};

static uint32_t control_length(struct bytes_view header)
{
    return (view_u8(header, CONTROL_OFFSET) & 3) == UNNUMBERED ? 1 : 2;
}

static bool is_snap(struct bytes_view header)
{
    return view_u16(header, 0) == BOTH_SNAP;
}

static bool carries_information(struct bytes_view header)
{
    uint8_t control = view_u8(header, CONTROL_OFFSET);
    return (control & 1) == 0 || control == UNNUMBERED_INFORMATION;
}

static struct bit_range control_bits(struct bytes_view header)
{
    return (struct bit_range){CONTROL_OFFSET * 8, control_length(header) * 8};
}

static uint64_t read_control(struct bytes_view header)
{
    uint32_t second = control_length(header) == 2 ? view_u8(header, CONTROL_OFFSET + 1) : 0;
    return view_u8(header, CONTROL_OFFSET) | second << 8;
}

static struct bit_range oui_bits(struct bytes_view header)
{
    return (struct bit_range){(CONTROL_OFFSET + control_length(header)) * 8, OUI_LENGTH * 8};
}

static struct bit_range pid_bits(struct bytes_view header)
{
    return (struct bit_range){(CONTROL_OFFSET + control_length(header) + OUI_LENGTH) * 8, PID_LENGTH * 8};
}

static void select_by_snap(struct bytes_view snap, struct measurement *result)
{
    uint32_t oui = view_u32(snap, 0) >> 8;
    uint16_t pid = view_u16(snap, OUI_LENGTH);
    if ((oui == OUI_ETHERTYPE || oui == OUI_BRIDGED_TUNNEL) && pid >= ETHERTYPE_MIN) {
        result->selector = SELECT_ETHERTYPE;
        result->next = pid;
    }
}

static enum measure_result llc_measure(struct bytes_view bytes, struct measurement *result)
{
    uint32_t length = CONTROL_OFFSET + control_length(bytes);
    result->header_length = is_snap(bytes) ? length + OUI_LENGTH + PID_LENGTH : length;
    if (!carries_information(bytes))
        return MEASURE_OK;
    if (is_snap(bytes)) {
        select_by_snap(view_from(bytes, length), result);
    } else {
        result->selector = SELECT_LLC_SAP;
        result->next = view_u8(bytes, 0);
    }
    return MEASURE_OK;
}

static const struct binding llc_bindings[] = {
    {SELECT_ETHERTYPE, ETHERTYPE_LLC},
};

static const struct value_name saps[] = {
    {0x00, "null"},   {0x02, "llc_sublayer"}, {0x04, "sna_path"}, {0x06, "ip"},
    {0x0e, "proway"}, {0x42, "stp"},          {0x4e, "rs511"},    {0x7e, "x25"},
    {0x80, "xns"},    {0x8e, "proway_list"},  {0x98, "arp"},      {0xaa, "snap"},
    {0xbc, "vines"},  {0xe0, "ipx"},          {0xf0, "netbios"},  {0xf4, "ibm_management"},
    {0xf8, "rpl"},    {0xfe, "osi"},          {0xff, "global"},
};
static const struct value_names sap_names = {ROWS(saps)};

static const struct field llc_fields[] = {
    {"dsap", "DSAP", "Service access point of the receiver (IEEE 802.2 3.3.1)", FIELD_UINT, .bits = {0, 8},
     .names = &sap_names, .in_summary = true},
    {"ssap", "SSAP", "Service access point of the sender; lowest bit 1: a response (IEEE 802.2 3.3.1)",
     FIELD_UINT, .bits = {8, 8}, .names = &sap_names},
    {"control", "Control",
     "Kind of frame, 3 for unnumbered information; two bytes, the first the lower one, in frames that are "
     "numbered (IEEE 802.2 5.2)",
     FIELD_UINT, .locate = control_bits, .read = read_control},
    {"oui", "Organization Code", "Who assigned the protocol ID; 0: it is an ethertype (IEEE 802 9.2)",
     FIELD_UINT, .present = is_snap, .locate = oui_bits},
    {"pid", "Protocol ID", "Protocol in the space of the organization code (IEEE 802 9.2)", FIELD_UINT,
     .names = &ethertype_names, .present = is_snap, .locate = pid_bits},
};

const struct protocol protocol_llc = {
    .name = "LLC",
    .doc = "Logical Link Control (IEEE 802.2), with the header of SNAP (IEEE 802, RFC 1042).",
    .osi_layer = 2,
    .min_header = MIN_HEADER,
    .measure = llc_measure,
    .bindings = ROWS(llc_bindings),
    .fields = ROWS(llc_fields),
};
