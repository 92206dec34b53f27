/* The records of a Multicast Listener Discovery report: see mld.h. */
#include "mld.h"
#include "protocol.h"

enum { RECORD_HEADER = 20 };

static bool next_record(struct bytes_view list, uint32_t *offset, struct item *item)
{
    uint32_t sources_length = view_u16(list, *offset + 2) * 16U;
    uint32_t aux_length = view_u8(list, *offset + 1) * 4U;
    return item_take(list, offset, item, view_u8(list, *offset), RECORD_HEADER,
                     RECORD_HEADER + sources_length + aux_length);
}

static struct bit_range locate_sources(struct bytes_view record)
{
    return bits_of_elements(record, RECORD_HEADER, view_u16(record, 2), 16);
}

static struct bit_range locate_aux_data(struct bytes_view record)
{
    uint32_t length = view_u8(record, 1) * 4U;
    return length == 0 ? nowhere : bits_of_bytes(record, RECORD_HEADER + view_u16(record, 2) * 16U, length);
}

static const struct field record_fields[] = {
    {"aux_data_len", "Aux Data Len", "32-bit words of auxiliary data (RFC 3810 5.2.6)", FIELD_UINT,
     .bits = {8, 8}},
    {"num_src", "Number of Sources", "Sources that follow (RFC 3810 5.2.7)", FIELD_UINT, .bits = {16, 16}},
    {"maddr", "Multicast Address", "The group (RFC 3810 5.2.8)", FIELD_IPV6, .bits = {32, 128}},
    {"saddr", "Source Addresses", "The sources (RFC 3810 5.2.9)", FIELD_LIST, .locate = locate_sources,
     .element = FIELD_IPV6, .element_width = 128},
    {"aux_data", "Auxiliary Data", "None is defined (RFC 3810 5.2.10)", FIELD_BYTES,
     .locate = locate_aux_data},
};

static const struct item_type record_types[] = {
    {1, "mode_is_include", NULL, 0},        {2, "mode_is_exclude", NULL, 0},
    {3, "change_to_include_mode", NULL, 0}, {4, "change_to_exclude_mode", NULL, 0},
    {5, "allow_new_sources", NULL, 0},      {6, "block_old_sources", NULL, 0},
};

const struct item_format mld_records = {
    .next = next_record,
    .types = ROWS(record_types),
    .fields = ROWS(record_fields),
};
