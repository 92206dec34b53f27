/* ICMPv6's types, and which of them are alike in what they have behind the first four bytes. */
#ifndef UMPA_DECODE_ICMPV6_TYPES_H
#define UMPA_DECODE_ICMPV6_TYPES_H

#include "bytes_view.h"
#include <stdbool.h>

/* IANA, ICMPv6 Parameters. */
enum {
    DESTINATION_UNREACHABLE = 1,
    PACKET_TOO_BIG = 2,
    TIME_EXCEEDED = 3,
    PARAMETER_PROBLEM = 4,
    ECHO_REQUEST = 128,
    ECHO_REPLY = 129,
    LISTENER_QUERY = 130,
    LISTENER_REPORT = 131,
    LISTENER_DONE = 132,
    ROUTER_SOLICITATION = 133,
    ROUTER_ADVERTISEMENT = 134,
    NEIGHBOR_SOLICITATION = 135,
    NEIGHBOR_ADVERTISEMENT = 136,
    REDIRECT = 137,
    ROUTER_RENUMBERING = 138,
    NODE_INFORMATION_QUERY = 139,
    NODE_INFORMATION_REPLY = 140,
    INVERSE_SOLICITATION = 141,
    INVERSE_ADVERTISEMENT = 142,
    LISTENER_REPORT_V2 = 143,
    HOME_AGENT_REQUEST = 144,
    HOME_AGENT_REPLY = 145,
    MOBILE_PREFIX_SOLICITATION = 146,
    MOBILE_PREFIX_ADVERTISEMENT = 147,
    CERTIFICATION_PATH_SOLICITATION = 148,
    CERTIFICATION_PATH_ADVERTISEMENT = 149,
    EXPERIMENTAL_MOBILITY = 150,
    MULTICAST_ROUTER_ADVERTISEMENT = 151,
    MULTICAST_ROUTER_SOLICITATION = 152,
    MULTICAST_ROUTER_TERMINATION = 153,
    FAST_HANDOVER = 154,
    LOCATOR_UPDATE = 156,
    DUPLICATE_ADDRESS_REQUEST = 157,
    DUPLICATE_ADDRESS_CONFIRMATION = 158,
    EXTENDED_ECHO_REQUEST = 160,
    EXTENDED_ECHO_REPLY = 161,
};

static inline bool has_identifier(struct bytes_view message)
{
    uint8_t type = view_u8(message, 0);
    return type == ECHO_REQUEST || type == ECHO_REPLY;
}

static inline bool has_mtu(struct bytes_view message)
{
    return view_u8(message, 0) == PACKET_TOO_BIG;
}

static inline bool has_pointer(struct bytes_view message)
{
    return view_u8(message, 0) == PARAMETER_PROBLEM;
}

static inline bool is_router_advertisement(struct bytes_view message)
{
    return view_u8(message, 0) == ROUTER_ADVERTISEMENT;
}

static inline bool is_neighbor_advertisement(struct bytes_view message)
{
    return view_u8(message, 0) == NEIGHBOR_ADVERTISEMENT;
}

static inline bool has_destination(struct bytes_view message)
{
    return view_u8(message, 0) == REDIRECT;
}

static inline bool has_target(struct bytes_view message)
{
    return view_u8(message, 0) == NEIGHBOR_SOLICITATION || is_neighbor_advertisement(message) ||
           has_destination(message);
}

static inline bool is_extensible(struct bytes_view message)
{
    uint8_t type = view_u8(message, 0);
    return type == DESTINATION_UNREACHABLE || type == TIME_EXCEEDED;
}

static inline bool is_extended_echo_request(struct bytes_view message)
{
    return view_u8(message, 0) == EXTENDED_ECHO_REQUEST;
}

static inline bool is_extended_echo_reply(struct bytes_view message)
{
    return view_u8(message, 0) == EXTENDED_ECHO_REPLY;
}

static inline bool is_extended_echo(struct bytes_view message)
{
    return is_extended_echo_request(message) || is_extended_echo_reply(message);
}

static inline bool is_listener_query(struct bytes_view message)
{
    return view_u8(message, 0) == LISTENER_QUERY;
}

static inline bool is_listener_report_v2(struct bytes_view message)
{
    return view_u8(message, 0) == LISTENER_REPORT_V2;
}

static inline bool has_group(struct bytes_view message)
{
    uint8_t type = view_u8(message, 0);
    return is_listener_query(message) || type == LISTENER_REPORT || type == LISTENER_DONE;
}

static inline bool is_of_listeners(struct bytes_view message)
{
    return has_group(message) || is_listener_report_v2(message);
}

static inline bool is_node_information(struct bytes_view message)
{
    uint8_t type = view_u8(message, 0);
    return type == NODE_INFORMATION_QUERY || type == NODE_INFORMATION_REPLY;
}

static inline bool is_router_renumbering(struct bytes_view message)
{
    return view_u8(message, 0) == ROUTER_RENUMBERING;
}

static inline bool is_home_agent_reply(struct bytes_view message)
{
    return view_u8(message, 0) == HOME_AGENT_REPLY;
}

static inline bool is_mobile_prefix_advertisement(struct bytes_view message)
{
    return view_u8(message, 0) == MOBILE_PREFIX_ADVERTISEMENT;
}

static inline bool is_certification_path_advertisement(struct bytes_view message)
{
    return view_u8(message, 0) == CERTIFICATION_PATH_ADVERTISEMENT;
}

static inline bool is_multicast_router_advertisement(struct bytes_view message)
{
    return view_u8(message, 0) == MULTICAST_ROUTER_ADVERTISEMENT;
}

static inline bool is_locator_update(struct bytes_view message)
{
    return view_u8(message, 0) == LOCATOR_UPDATE;
}

static inline bool is_duplicate_address(struct bytes_view message)
{
    uint8_t type = view_u8(message, 0);
    return type == DUPLICATE_ADDRESS_REQUEST || type == DUPLICATE_ADDRESS_CONFIRMATION;
}

static inline bool has_subtype(struct bytes_view message)
{
    uint8_t type = view_u8(message, 0);
    return type == EXPERIMENTAL_MOBILITY || type == FAST_HANDOVER;
}

#endif
