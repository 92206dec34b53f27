/* Lists of ICMP's router advertisement: see icmp_router_advertisement.h. */
#include "icmp_router_advertisement.h"
#include "protocol.h"

enum { ROUTER_ENTRY_LENGTH = 8 };

static bool next_router(struct bytes_view list, uint32_t *offset, struct item *item)
{
    return item_take(list, offset, item, 0, 0, ROUTER_ENTRY_LENGTH);
}

static const struct field router_fields[] = {
    {"router_address", "Router address", "Of the sender's on this link (RFC 1256 3)", FIELD_IPV4,
     .bits = {0, 32}},
    {"pref_level", "Preference level", "As a default router, the higher the better (RFC 1256 3)", FIELD_INT,
     .bits = {32, 32}},
};

static const struct item_type router_types[] = {{0, "router", ROWS(router_fields)}};

const struct item_format icmp_routers = {.next = next_router, .types = ROWS(router_types)};

/* Entries of any other size are not known. */
static uint32_t router_count(struct bytes_view message)
{
    return view_u8(message, 5) * 4 == ROUTER_ENTRY_LENGTH ? view_u8(message, 4) : 0;
}

struct bit_range icmp_router_list(struct bytes_view message, uint32_t offset)
{
    return item_list_bits(&icmp_routers, message, offset, router_count(message));
}

static const struct field mobility_agent_fields[] = {
    {"seq", "Sequence Number", "Advertisements since the agent began (RFC 5944 2.1.1)", FIELD_UINT,
     .bits = {16, 16}},
    {"life", "Registration Lifetime", "Seconds at most that it grants (RFC 5944 2.1.1)", FIELD_UINT,
     .bits = {32, 16}},
    {"flags", "Flags", "R B H F M G r T U X I, most significant first (RFC 5944 2.1.1)", FIELD_UINT,
     .bits = {48, 16}},
    {"coa", "Care-Of Addresses", "Addresses that a foreign agent offers (RFC 5944 2.1.1)", FIELD_LIST,
     .bits = {64, 0}, .element = FIELD_IPV4, .element_width = 32},
};

static const struct field prefix_lengths_fields[] = {
    {"prefixlength", "Prefix Lengths", "Bits of the network in each address told (RFC 5944 2.1.2)",
     FIELD_LIST, .bits = {16, 0}, .element = FIELD_UINT, .element_width = 8},
};

/* IANA, Extensions appearing in Mobile IP Router Discovery Messages. */
static const struct item_type mobility_extension_types[] = {
    {0, "padding", NULL, 0},
    {16, "mobility_agent", ROWS(mobility_agent_fields)},
    {19, "prefix_lengths", ROWS(prefix_lengths_fields)},
    {24, "challenge", NULL, 0},
};

const struct item_format icmp_mobility_extensions = {.next = item_next_ipv6_option,
                                                     .types = ROWS(mobility_extension_types)};

struct bit_range icmp_mobility_list(struct bytes_view message, uint32_t offset)
{
    uint32_t begin = offset + view_u8(message, 4) * view_u8(message, 5) * 4U;
    return (struct bit_range){begin * 8, 0};
}
