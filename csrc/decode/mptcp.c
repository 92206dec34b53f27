/* Multipath TCP's option: its subtype, and often its length, say what is in it.
 * RFC 8684 (version 1), RFC 6824 (version 0). */
#include "mptcp.h"
#include "protocol.h"

enum subtype {
    MP_CAPABLE,
    MP_JOIN,
    DSS,
    ADD_ADDR,
    REMOVE_ADDR,
    MP_PRIO,
    MP_FAIL,
    MP_FASTCLOSE,
    MP_TCPRST,
    MP_EXPERIMENTAL = 15,
};

/* By its length an MP_JOIN is the first, second or third of a handshake. */
enum { JOIN_SYN = 12, JOIN_SYN_ACK = 16, JOIN_ACK = 24 };

/* DSS's flags. */
enum { ACK_PRESENT = 1, ACK_OF_8_BYTES = 2, MAPPING_PRESENT = 4, NUMBER_OF_8_BYTES = 8 };

static const struct value_name subtype_rows[] = {
    {MP_CAPABLE, "mp_capable"},
    {MP_JOIN, "mp_join"},
    {DSS, "dss"},
    {ADD_ADDR, "add_addr"},
    {REMOVE_ADDR, "remove_addr"},
    {MP_PRIO, "mp_prio"},
    {MP_FAIL, "mp_fail"},
    {MP_FASTCLOSE, "mp_fastclose"},
    {MP_TCPRST, "mp_tcprst"},
    {MP_EXPERIMENTAL, "mp_experimental"},
};
static const struct value_names subtype_names = {ROWS(subtype_rows)};

static const struct value_name reset_reason_rows[] = {
    {0, "unspecified_error"},           {1, "mptcp_specific_error"},      {2, "lack_of_resources"},
    {3, "administratively_prohibited"}, {4, "too_much_outstanding_data"}, {5, "unacceptable_performance"},
    {6, "middlebox_interference"},
};
static const struct value_names reset_reason_names = {ROWS(reset_reason_rows)};

static enum subtype subtype_of(struct bytes_view option)
{
    return (enum subtype)(view_u8(option, 2) >> 4);
}

static bool is_capable(struct bytes_view option)
{
    return subtype_of(option) == MP_CAPABLE;
}

static bool is_capable_of_1(struct bytes_view option)
{
    return is_capable(option) && (view_u8(option, 2) & 0xfU) != 0;
}

static bool is_join(struct bytes_view option, uint32_t length)
{
    return subtype_of(option) == MP_JOIN && option.length == length;
}

static bool is_join_syn(struct bytes_view option)
{
    return is_join(option, JOIN_SYN);
}

static bool is_join_syn_ack(struct bytes_view option)
{
    return is_join(option, JOIN_SYN_ACK);
}

static bool is_join_ack(struct bytes_view option)
{
    return is_join(option, JOIN_ACK);
}

static bool is_join_of_two(struct bytes_view option)
{
    return is_join_syn(option) || is_join_syn_ack(option);
}

static bool is_dss(struct bytes_view option)
{
    return subtype_of(option) == DSS;
}

static bool is_add_addr(struct bytes_view option)
{
    return subtype_of(option) == ADD_ADDR;
}

static bool is_remove_addr(struct bytes_view option)
{
    return subtype_of(option) == REMOVE_ADDR;
}

static bool is_reset(struct bytes_view option)
{
    return subtype_of(option) == MP_TCPRST;
}

static bool has_flags(struct bytes_view option)
{
    return is_capable(option) || is_dss(option);
}

static bool has_backup(struct bytes_view option)
{
    return is_join_of_two(option) || subtype_of(option) == MP_PRIO;
}

static bool has_address_id(struct bytes_view option)
{
    return has_backup(option) || is_add_addr(option);
}

static bool has_receivers_key(struct bytes_view option)
{
    return is_capable(option) || subtype_of(option) == MP_FASTCLOSE;
}

static struct bit_range locate_receivers_key(struct bytes_view option)
{
    return (struct bit_range){is_capable(option) ? 96 : 32, 64};
}

static struct bit_range locate_random(struct bytes_view option)
{
    return (struct bit_range){is_join_syn(option) ? 64 : 96, 32};
}

static uint8_t dss_flags(struct bytes_view option)
{
    return view_u8(option, 3);
}

static bool has_ack(struct bytes_view option)
{
    return is_dss(option) && (dss_flags(option) & ACK_PRESENT) != 0;
}

static bool has_mapping(struct bytes_view option)
{
    return is_dss(option) && (dss_flags(option) & MAPPING_PRESENT) != 0;
}

static bool has_number(struct bytes_view option)
{
    return has_mapping(option) || subtype_of(option) == MP_FAIL;
}

static bool has_level_length(struct bytes_view option)
{
    return has_mapping(option) || is_capable(option);
}

static struct bit_range locate_ack(struct bytes_view option)
{
    return (struct bit_range){32, (dss_flags(option) & ACK_OF_8_BYTES) != 0 ? 64 : 32};
}

static struct bit_range locate_number(struct bytes_view option)
{
    if (!is_dss(option))
        return (struct bit_range){32, 64};
    uint32_t ack_width = has_ack(option) ? locate_ack(option).width : 0;
    return (struct bit_range){32 + ack_width, (dss_flags(option) & NUMBER_OF_8_BYTES) != 0 ? 64 : 32};
}

static struct bit_range locate_subflow_number(struct bytes_view option)
{
    struct bit_range number = locate_number(option);
    return (struct bit_range){number.offset + number.width, 32};
}

static struct bit_range locate_level_length(struct bytes_view option)
{
    return (struct bit_range){is_capable(option) ? 160 : locate_subflow_number(option).offset + 32, 16};
}

static struct bit_range locate_checksum(struct bytes_view option)
{
    return (struct bit_range){locate_level_length(option).offset + 16, 16};
}

/* ADD_ADDR: an address, then a port or not, then 8 bytes of an HMAC or not. */
enum { IPV6_LENGTH_MIN = 20 };

/* Version 0 says which IP it is, where version 1 has E among reserved bits. */
static bool has_ip_version(struct bytes_view option)
{
    uint8_t version = view_u8(option, 2) & 0xf;
    return is_add_addr(option) && (version == 4 || version == 6);
}

static bool has_echo(struct bytes_view option)
{
    return is_add_addr(option) && !has_ip_version(option);
}

static bool has_ipv4(struct bytes_view option)
{
    return is_add_addr(option) && option.length < IPV6_LENGTH_MIN;
}

static bool has_ipv6(struct bytes_view option)
{
    return is_add_addr(option) && option.length >= IPV6_LENGTH_MIN;
}

static uint32_t bytes_behind_address(struct bytes_view option)
{
    return view_from(option, has_ipv4(option) ? 8 : IPV6_LENGTH_MIN).length;
}

static bool has_port(struct bytes_view option)
{
    return is_add_addr(option) && bytes_behind_address(option) % 8 == 2;
}

static bool has_address_hmac(struct bytes_view option)
{
    return is_add_addr(option) && bytes_behind_address(option) >= 8;
}

static struct bit_range locate_port(struct bytes_view option)
{
    return (struct bit_range){has_ipv4(option) ? 64 : 160, 16};
}

static struct bit_range locate_address_hmac(struct bytes_view option)
{
    return (struct bit_range){option.length * 8 - 64, 64};
}

const struct field mptcp_fields[MPTCP_FIELD_COUNT] = {
    {"subtype", "Subtype", "What the option is for (RFC 8684 3, IANA)", FIELD_UINT, .bits = {16, 4},
     .names = &subtype_names},
    {"version", "Version", "Version of MPTCP (RFC 8684 3.1)", FIELD_UINT, .bits = {20, 4},
     .present = is_capable},
    {"flags", "Flags", "All eight flags (RFC 8684 3.1 and 3.3)", FIELD_UINT, .bits = {24, 8},
     .present = has_flags},
    {"checksumreq", "Checksum Required", "A: DSS carries checksums (RFC 8684 3.1)", FIELD_BOOL,
     .bits = {24, 1}, .present = is_capable},
    {"extensibility", "Extensibility", "B: to be 0 (RFC 8684 3.1)", FIELD_BOOL, .bits = {25, 1},
     .present = is_capable},
    {"nomoresubflows", "No More Subflows", "C: none to this address and port (RFC 8684 3.1)", FIELD_BOOL,
     .bits = {26, 1}, .present = is_capable_of_1},
    {"hmac_flag", "Use HMAC", "H: HMAC-SHA256; SHA1 in version 0 (RFC 8684 3.1)", FIELD_BOOL, .bits = {31, 1},
     .present = is_capable},
    {"sendkey", "Sender's Key", "Names and secures the connection (RFC 8684 3.1)", FIELD_UINT,
     .bits = {32, 64}, .present = is_capable},
    {"recvkey", "Receiver's Key", "Key of the other side (RFC 8684 3.1 and 3.5)", FIELD_UINT,
     .present = has_receivers_key, .locate = locate_receivers_key},
    {"backup", "Backup", "B: to be used only where the other paths fail (RFC 8684 3.2 and 3.3.8)", FIELD_BOOL,
     .bits = {23, 1}, .present = has_backup},
    {"recvtok", "Receiver's Token", "Which connection is joined (RFC 8684 3.2)", FIELD_UINT, .bits = {32, 32},
     .present = is_join_syn},
    {"sendtrunchmac", "Truncated HMAC", "Its leftmost 64 bits (RFC 8684 3.2)", FIELD_UINT, .bits = {32, 64},
     .present = is_join_syn_ack},
    {"sendrand", "Random Number", "The sender's (RFC 8684 3.2)", FIELD_UINT, .present = is_join_of_two,
     .locate = locate_random},
    {"sendhmac", "HMAC", "The sender's, 160 bits of it (RFC 8684 3.2)", FIELD_BYTES, .bits = {32, 160},
     .present = is_join_ack},
    {"datafin", "DATA_FIN", "F: no more data (RFC 8684 3.3)", FIELD_BOOL, .bits = {27, 1}, .present = is_dss},
    {"dseqn8", "8-byte Number", "m: the data sequence number is of 8 bytes (RFC 8684 3.3)", FIELD_BOOL,
     .bits = {28, 1}, .present = is_dss},
    {"dseqnpresent", "Mapping Present", "M: there is a mapping of data to the subflow (RFC 8684 3.3)",
     FIELD_BOOL, .bits = {29, 1}, .present = is_dss},
    {"dataack8", "8-byte Data ACK", "a: the data ACK is of 8 bytes (RFC 8684 3.3)", FIELD_BOOL,
     .bits = {30, 1}, .present = is_dss},
    {"dataackpresent", "Data ACK Present", "A: there is a data ACK (RFC 8684 3.3)", FIELD_BOOL,
     .bits = {31, 1}, .present = is_dss},
    {"rawdataack", "Data ACK", "Number of the data byte that is expected next (RFC 8684 3.3.2)", FIELD_UINT,
     .present = has_ack, .locate = locate_ack},
    {"rawdataseqno", "Data Sequence Number",
     "Of the first data byte that is mapped, or of where the checksum failed (RFC 8684 3.3.1 and 3.7)",
     FIELD_UINT, .present = has_number, .locate = locate_number},
    {"subflowseqno", "Subflow Sequence Number", "Counted from the subflow's first (RFC 8684 3.3.1)",
     FIELD_UINT, .present = has_mapping, .locate = locate_subflow_number},
    {"datalvllen", "Data-Level Length", "Bytes that are mapped (RFC 8684 3.3.1)", FIELD_UINT,
     .present = has_level_length, .locate = locate_level_length},
    {"checksum", "Checksum", "Of the mapped data and their pseudo-header (RFC 8684 3.3.1)", FIELD_UINT,
     .present = has_level_length, .locate = locate_checksum},
    {"ipver", "IP Version", "4 or 6, in version 0 (RFC 6824 3.4.1)", FIELD_UINT, .bits = {20, 4},
     .present = has_ip_version},
    {"echo", "Echo", "E: an address that was told comes back (RFC 8684 3.4.1)", FIELD_BOOL, .bits = {23, 1},
     .present = has_echo},
    {"addrid", "Address ID", "The sender's number for an address (RFC 8684 3.2 and 3.4.1)", FIELD_UINT,
     .bits = {24, 8}, .present = has_address_id},
    {"ipv4", "Address", "Where the sender can be reached, too (RFC 8684 3.4.1)", FIELD_IPV4, .bits = {32, 32},
     .present = has_ipv4},
    {"ipv6", "Address", "Where the sender can be reached, too (RFC 8684 3.4.1)", FIELD_IPV6,
     .bits = {32, 128}, .present = has_ipv6},
    {"port", "Port", "Where it is not that of the connection (RFC 8684 3.4.1)", FIELD_UINT,
     .present = has_port, .locate = locate_port},
    {"addaddrtrunchmac", "Truncated HMAC", "Its rightmost 64 bits (RFC 8684 3.4.1)", FIELD_UINT,
     .present = has_address_hmac, .locate = locate_address_hmac},
    {"addrids", "Address IDs", "Addresses that are no longer there (RFC 8684 3.4.2)", FIELD_LIST,
     .bits = {24, 0}, .present = is_remove_addr, .element = FIELD_UINT, .element_width = 8},
    {"reset_flags", "Flags", "U, V, W and T (RFC 8684 3.6)", FIELD_UINT, .bits = {20, 4},
     .present = is_reset},
    {"transient", "Transient", "T: the path may work again later (RFC 8684 3.6)", FIELD_BOOL, .bits = {23, 1},
     .present = is_reset},
    {"rst_reason", "Reason", "Why the subflow was reset (RFC 8684 3.6, IANA)", FIELD_UINT, .bits = {24, 8},
     .present = is_reset, .names = &reset_reason_names},
};
