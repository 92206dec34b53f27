/* Names of the number spaces that more than one protocol uses. */
#ifndef UMPA_DECODE_NUMBER_NAMES_H
#define UMPA_DECODE_NUMBER_NAMES_H

#include "field.h"

extern const struct value_names ethertype_names;   /* IANA, IEEE 802 Numbers */
extern const struct value_names ip_protocol_names; /* IANA, Protocol Numbers */
extern const struct value_names packet_type_names; /* Linux, if_packet.h */
extern const struct value_names arphrd_names;      /* IANA, ARP Hardware Types; Linux, if_arp.h */

#endif
