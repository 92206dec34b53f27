/* Names of the types and codes of ICMP and ICMPv6. A code's name is found by type << 8 | code. */
#ifndef UMPA_DECODE_ICMP_NAMES_H
#define UMPA_DECODE_ICMP_NAMES_H

#include "field.h"

extern const struct value_names icmp_type_names; /* IANA, ICMP Parameters */
extern const struct value_names icmp_code_names;
extern const struct value_names icmpv6_type_names; /* IANA, ICMPv6 Parameters */
extern const struct value_names icmpv6_code_names;
extern const struct value_names extended_echo_state_names; /* RFC 8335 3 */

#endif
