/* The loopback of the BSDs and of macOS: the address family, in the byte order of the machine that captured
 * (NULL) or of the network (LOOP).
 * https://www.tcpdump.org/linktypes/LINKTYPE_NULL.html */
#include "../protocol.h"

enum { HEADER_LENGTH = 4 };

/* Families are small numbers: in the wrong order they are beyond 16 bits. */
static uint64_t read_family(struct bytes_view header)
{
    uint32_t family = view_u32(header, 0);
    if (family <= UINT16_MAX)
        return family;
    return family >> 24 | (family >> 8 & 0xff00) | (family << 8 & 0xff0000) | family << 24;
}

static enum measure_result null_measure(struct bytes_view bytes, struct measurement *result)
{
    result->header_length = HEADER_LENGTH;
    switch (read_family(bytes)) {
    case 2:
        result->selector = SELECT_IP_VERSION;
        result->next = 4;
        break;
    case 10: /* Linux */
    case 24: /* NetBSD, OpenBSD, Npcap */
    case 28: /* FreeBSD */
    case 30: /* macOS */
        result->selector = SELECT_IP_VERSION;
        result->next = 6;
        break;
    default:
        break;
    }
    return MEASURE_OK;
}

static const struct binding null_bindings[] = {
    {SELECT_LINK_TYPE, 0},
    {SELECT_LINK_TYPE, 108}, /* DLT_LOOP */
};

static const struct value_name families[] = {
    {0, "unspecified"}, {2, "ip"},           {7, "osi"},           {10, "ipv6_linux"},  {16, "appletalk"},
    {23, "ipx"},        {24, "ipv6_netbsd"}, {28, "ipv6_freebsd"}, {30, "ipv6_darwin"},
};
static const struct value_names family_names = {ROWS(families)};

static const struct field null_fields[] = {
    {"family", "Family",
     "The system's number of the address family, whichever way it is written (LINKTYPE_NULL)", FIELD_UINT,
     .bits = {0, 32}, .read = read_family, .names = &family_names},
};

const struct protocol protocol_null = {
    .name = "NULL",
    .doc = "BSD loopback header (LINKTYPE_NULL, LINKTYPE_LOOP).",
    .osi_layer = 2,
    .min_header = HEADER_LENGTH,
    .measure = null_measure,
    .bindings = ROWS(null_bindings),
    .fields = ROWS(null_fields),
};
