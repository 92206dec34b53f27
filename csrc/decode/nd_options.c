/* Table of Neighbor Discovery's options: see nd_options.h. */
#include "nd_options.h"
#include "protocol.h"

enum {
    REDIRECTED_HEADER = 4,
    REDIRECTED_HEADER_LENGTH = 8, /* of the option, before the packet */
};

/* A byte of kind, one of length in units of 8 bytes. */
static bool next_option(struct bytes_view list, uint32_t *offset, struct item *item)
{
    return item_take(list, offset, item, view_u8(list, *offset), 2, view_u8(list, *offset + 1) * 8U);
}

static bool is_of_ethernet(struct bytes_view option)
{
    return option.length == 8;
}

static const struct field link_address_fields[] = {
    {"linkaddr", "Link-layer address", "Of 6 bytes; others are in value (RFC 4861 4.6.1)", FIELD_MAC,
     .bits = {16, 48}, .present = is_of_ethernet},
};

static const struct field prefix_fields[] = {
    {"prefix_length", "Prefix Length", "Bits of the prefix that count (RFC 4861 4.6.2)", FIELD_UINT,
     .bits = {16, 8}},
    {"l", "On-link flag", "The prefix is on the link (RFC 4861 4.6.2)", FIELD_BOOL, .bits = {24, 1}},
    {"a", "Autonomous flag", "Addresses may be made of it (RFC 4861 4.6.2)", FIELD_BOOL, .bits = {25, 1}},
    {"r", "Router address flag", "It is a router's whole address (RFC 6275 7.2)", FIELD_BOOL,
     .bits = {26, 1}},
    {"valid_lifetime", "Valid Lifetime", "Seconds; all ones: for ever (RFC 4861 4.6.2)", FIELD_UINT,
     .bits = {32, 32}},
    {"pref_lifetime", "Preferred Lifetime", "Seconds; all ones: for ever (RFC 4861 4.6.2)", FIELD_UINT,
     .bits = {64, 32}},
    {"prefix", "Prefix", "The prefix, zeros behind it (RFC 4861 4.6.2)", FIELD_IPV6, .bits = {128, 128}},
};

static const struct field redirected_fields[] = {
    {"packet", "Redirected Packet", "As much as fits (RFC 4861 4.6.3)", FIELD_BYTES, .bits = {64, 0}},
};

static const struct field mtu_fields[] = {
    {"mtu", "MTU", "Bytes that everybody on the link can take (RFC 4861 4.6.4)", FIELD_UINT,
     .bits = {32, 32}},
};

static const struct field shortcut_fields[] = {
    {"shortcut_limit", "Shortcut Limit", "Hops at most to a target for a shortcut (RFC 2491 5.2)", FIELD_UINT,
     .bits = {16, 8}},
};

static const struct field interval_fields[] = {
    {"interval", "Advertisement Interval", "Milliseconds at most between advertisements (RFC 6275 7.3)",
     FIELD_UINT, .bits = {32, 32}},
};

static const struct field home_agent_fields[] = {
    {"preference", "Home Agent Preference", "The higher the better (RFC 6275 7.4)", FIELD_UINT,
     .bits = {32, 16}},
    {"lifetime", "Home Agent Lifetime", "Seconds (RFC 6275 7.4)", FIELD_UINT, .bits = {48, 16}},
};

static const struct field address_list_fields[] = {
    {"addresses", "Addresses", "Those of the interface (RFC 3122 2.2)", FIELD_LIST, .bits = {64, 0},
     .element = FIELD_IPV6, .element_width = 128},
};

static const struct field pad_length_fields[] = {
    {"pad_length", "Pad Length", "Bytes of padding at the end (RFC 3971 5.1)", FIELD_UINT, .bits = {16, 8}},
};

static const struct field signature_fields[] = {
    {"key_hash", "Key Hash", "Which public key (RFC 3971 5.2)", FIELD_BYTES, .bits = {32, 128}},
};

static const struct field timestamp_fields[] = {
    {"timestamp", "Timestamp", "Since 1970 UTC, in 1/65536 of a second (RFC 3971 5.3.1)", FIELD_UINT,
     .bits = {64, 64}},
};

static const struct field nonce_fields[] = {
    {"nonce", "Nonce", "Matches answers to solicitations (RFC 3971 5.3.2)", FIELD_BYTES, .bits = {16, 0}},
};

static const struct field trust_anchor_fields[] = {
    {"name_type", "Name Type", "1: DER-encoded X.501, 2: domain name (RFC 3971 6.4.3)", FIELD_UINT,
     .bits = {16, 8}},
    {"pad_length", "Pad Length", "Bytes of padding at the end (RFC 3971 6.4.3)", FIELD_UINT, .bits = {24, 8}},
};

static const struct field certificate_fields[] = {
    {"cert_type", "Certificate Type", "1: X.509v3 (RFC 3971 6.4.4)", FIELD_UINT, .bits = {16, 8}},
};

static const struct field handover_address_fields[] = {
    {"option_code", "Option-Code", "Whose address it is (RFC 5568 6.4.1)", FIELD_UINT, .bits = {16, 8}},
    {"prefix_length", "Prefix Length", "Bits of the prefix (RFC 5568 6.4.1)", FIELD_UINT, .bits = {24, 8}},
    {"address", "IPv6 Address", "Address or prefix (RFC 5568 6.4.1)", FIELD_IPV6, .bits = {64, 128}},
};

static const struct field handover_link_fields[] = {
    {"option_code", "Option-Code", "Whose link-layer address it is (RFC 5568 6.4.3)", FIELD_UINT,
     .bits = {16, 8}},
};

static const struct field handover_answer_fields[] = {
    {"option_code", "Option-Code", "0 (RFC 5568 6.4.5)", FIELD_UINT, .bits = {16, 8}},
    {"status", "Status", "What became of the unsolicited advertisement (RFC 5568 6.4.5)", FIELD_UINT,
     .bits = {24, 8}},
};

static const struct field map_fields[] = {
    {"distance", "Distance", "Hops to the anchor point (RFC 5380 5)", FIELD_UINT, .bits = {16, 4}},
    {"preference", "Preference", "The higher the better (RFC 5380 5)", FIELD_UINT, .bits = {20, 4}},
    {"r", "RCoA Flag", "A regional care-of address shall be made (RFC 5380 5)", FIELD_BOOL, .bits = {24, 1}},
    {"valid_lifetime", "Valid Lifetime", "Seconds; all ones: for ever (RFC 5380 5)", FIELD_UINT,
     .bits = {32, 32}},
    {"address", "Global Address", "Of the mobility anchor point (RFC 5380 5)", FIELD_IPV6, .bits = {64, 128}},
};

static const struct value_name preferences[] = {{0, "medium"}, {1, "high"}, {2, "reserved"}, {3, "low"}};

const struct value_names nd_preference_names = {ROWS(preferences)};

static const struct field route_fields[] = {
    {"prefix_length", "Prefix Length", "Bits of the prefix that count (RFC 4191 2.3)", FIELD_UINT,
     .bits = {16, 8}},
    {"prf", "Route Preference", "Medium 0, high 1, low 3 (RFC 4191 2.3)", FIELD_UINT, .bits = {27, 2},
     .names = &nd_preference_names},
    {"lifetime", "Route Lifetime", "Seconds; all ones: for ever (RFC 4191 2.3)", FIELD_UINT,
     .bits = {32, 32}},
    {"prefix_bytes", "Prefix Bytes", "As many of its bytes as are told (RFC 4191 2.3)", FIELD_BYTES,
     .bits = {64, 0}},
    {"prefix", "Prefix", "Where all of its bytes are told (RFC 4191 2.3)", FIELD_IPV6, .bits = {64, 128}},
};

static const struct field rdnss_fields[] = {
    {"lifetime", "Lifetime", "Seconds; all ones: for ever (RFC 8106 5.1)", FIELD_UINT, .bits = {32, 32}},
    {"addresses", "Recursive DNS Servers", "Their addresses (RFC 8106 5.1)", FIELD_LIST, .bits = {64, 0},
     .element = FIELD_IPV6, .element_width = 128},
};

static const struct field flags_fields[] = {
    {"flags", "Flags", "Flags behind those of the advertisement (RFC 5175 4)", FIELD_UINT, .bits = {16, 48}},
};

static const struct field dnssl_fields[] = {
    {"lifetime", "Lifetime", "Seconds; all ones: for ever (RFC 8106 5.2)", FIELD_UINT, .bits = {32, 32}},
    {"domain_names", "Domain Names", "In DNS's encoding, padded with zeros (RFC 8106 5.2)", FIELD_BYTES,
     .bits = {64, 0}},
};

static const struct field registration_fields[] = {
    {"status", "Status", "Of the registration; 0: success (RFC 6775 4.1)", FIELD_UINT, .bits = {16, 8}},
    {"lifetime", "Registration Lifetime", "Minutes (RFC 6775 4.1)", FIELD_UINT, .bits = {48, 16}},
    {"eui64", "EUI-64", "Of the interface (RFC 6775 4.1)", FIELD_BYTES, .bits = {64, 64}},
};

static const struct field context_fields[] = {
    {"context_length", "Context Length", "Bits of the prefix that count (RFC 6775 4.2)", FIELD_UINT,
     .bits = {16, 8}},
    {"c", "Compression Flag", "It may be used to compress (RFC 6775 4.2)", FIELD_BOOL, .bits = {27, 1}},
    {"cid", "CID", "Number of the context (RFC 6775 4.2)", FIELD_UINT, .bits = {28, 4}},
    {"valid_lifetime", "Valid Lifetime", "Minutes (RFC 6775 4.2)", FIELD_UINT, .bits = {48, 16}},
    {"prefix_bytes", "Context Prefix", "8 or 16 bytes of it (RFC 6775 4.2)", FIELD_BYTES, .bits = {64, 0}},
};

static const struct field border_router_fields[] = {
    {"version_low", "Version Low", "Low 16 bits of the version (RFC 6775 4.3)", FIELD_UINT, .bits = {16, 16}},
    {"version_high", "Version High", "High 16 bits of it (RFC 6775 4.3)", FIELD_UINT, .bits = {32, 16}},
    {"valid_lifetime", "Valid Lifetime", "Minutes; 0: 10000 (RFC 6775 4.3)", FIELD_UINT, .bits = {48, 16}},
    {"address", "6LBR Address", "Of the border router (RFC 6775 4.3)", FIELD_IPV6, .bits = {64, 128}},
};

static const struct field capability_fields[] = {
    {"flags", "Flags", "What the node can do (RFC 7400 3.4; 8505 4.3)", FIELD_UINT, .bits = {16, 48}},
};

static const struct field portal_fields[] = {
    {"uri", "Captive Portal", "URI of its interface, padded with zeros (RFC 8910 2.3)", FIELD_BYTES,
     .bits = {16, 0}},
};

static const struct field pref64_fields[] = {
    {"scaled_lifetime", "Scaled Lifetime", "In units of 8 seconds (RFC 8781 4)", FIELD_UINT,
     .bits = {16, 13}},
    {"plc", "Prefix Length Code", "0 to 5: 96, 64, 56, 48, 40, 32 bits (RFC 8781 4)", FIELD_UINT,
     .bits = {29, 3}},
    {"prefix_bytes", "Prefix", "The highest 96 bits of it (RFC 8781 4)", FIELD_BYTES, .bits = {32, 96}},
};

/* IANA, IPv6 Neighbor Discovery Option Formats. */
static const struct item_type option_types[] = {
    {1, "source_link_address", ROWS(link_address_fields)},
    {2, "target_link_address", ROWS(link_address_fields)},
    {3, "prefix_information", ROWS(prefix_fields)},
    {REDIRECTED_HEADER, "redirected_header", ROWS(redirected_fields)},
    {5, "mtu", ROWS(mtu_fields)},
    {6, "nbma_shortcut_limit", ROWS(shortcut_fields)},
    {7, "advertisement_interval", ROWS(interval_fields)},
    {8, "home_agent_information", ROWS(home_agent_fields)},
    {9, "source_address_list", ROWS(address_list_fields)},
    {10, "target_address_list", ROWS(address_list_fields)},
    {11, "cga", ROWS(pad_length_fields)},
    {12, "rsa_signature", ROWS(signature_fields)},
    {13, "timestamp", ROWS(timestamp_fields)},
    {14, "nonce", ROWS(nonce_fields)},
    {15, "trust_anchor", ROWS(trust_anchor_fields)},
    {16, "certificate", ROWS(certificate_fields)},
    {17, "ip_address_prefix", ROWS(handover_address_fields)},
    {18, "new_router_prefix", ROWS(handover_address_fields)},
    {19, "link_address", ROWS(handover_link_fields)},
    {20, "advertisement_ack", ROWS(handover_answer_fields)},
    {23, "mobility_anchor_point", ROWS(map_fields)},
    {24, "route_information", ROWS(route_fields)},
    {25, "rdnss", ROWS(rdnss_fields)},
    {26, "flags_expansion", ROWS(flags_fields)},
    {27, "handover_key_request", NULL, 0},
    {28, "handover_key_reply", NULL, 0},
    {29, "handover_assist", NULL, 0},
    {30, "mobile_node_identifier", NULL, 0},
    {31, "dnssl", ROWS(dnssl_fields)},
    {32, "proxy_signature", ROWS(signature_fields)},
    {33, "address_registration", ROWS(registration_fields)},
    {34, "6lowpan_context", ROWS(context_fields)},
    {35, "authoritative_border_router", ROWS(border_router_fields)},
    {36, "6lowpan_capability", ROWS(capability_fields)},
    {37, "captive_portal", ROWS(portal_fields)},
    {38, "pref64", ROWS(pref64_fields)},
    {39, "crypto_id_parameters", NULL, 0},
    {40, "ndp_signature", NULL, 0},
    {41, "resource_directory_address", NULL, 0},
    {42, "consistent_uptime", NULL, 0},
    {138, "card_request", NULL, 0},
    {139, "card_reply", NULL, 0},
    {144, "encrypted_dns", NULL, 0},
    {253, "experiment_1", NULL, 0},
    {254, "experiment_2", NULL, 0},
};

const struct item_format nd_options = {.next = next_option, .types = ROWS(option_types)};

struct bit_range nd_redirected_packet(struct bytes_view message, uint32_t offset)
{
    struct item option;
    while (item_next(&nd_options, message, &offset, &option))
        if (option.kind == REDIRECTED_HEADER && option.bytes.length > REDIRECTED_HEADER_LENGTH)
            return bits_of_bytes(message, offset - option.bytes.length + REDIRECTED_HEADER_LENGTH,
                                 option.bytes.length - REDIRECTED_HEADER_LENGTH);
    return nowhere;
}
