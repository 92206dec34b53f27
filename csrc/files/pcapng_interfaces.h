/* The interfaces that a pcapng file being written has told of. Two that say the same are one; one whose times
 * can't be told in its own units is told of again, with units that can. */
#ifndef UMPA_FILES_PCAPNG_INTERFACES_H
#define UMPA_FILES_PCAPNG_INTERFACES_H

#include "../capture/interface.h"
#include "../decode/packet.h"
#include <stddef.h>

/* How times are told, the first that is exact. */
enum time_units {
    UNITS_OWN,      /* as the interface has them; nanoseconds where there is none */
    UNITS_NANO,     /* nanoseconds since the epoch */
    UNITS_NEGATIVE, /* nanoseconds since EARLIEST_SECOND */
};

#define EARLIEST_SECOND INT64_C(-9223372037) /* the first in 64 bits of nanoseconds */

struct told_interface {
    struct interface *interface; /* or NULL */
    uint32_t link_type;
    enum time_units units;
};

struct told_interfaces {
    struct told_interface *items; /* the number in the file is the index */
    uint32_t count;
    uint32_t latest; /* that a packet had */
    uint32_t *slots; /* a hash table: numbers + 1, 0 for none */
    uint32_t slot_count;
};

/* The packet's time as the file has it. */
uint64_t told_time(const struct packet *packet, const struct interface *interface, enum time_units *units);

/* Its number, which is the count where it is new. */
uint32_t told_interfaces_find(struct told_interfaces *told, const struct told_interface *wanted);

/* Right after it was not found; false: no memory. */
bool told_interfaces_add(struct told_interfaces *told, const struct told_interface *item);

/* Forgets all. */
void told_interfaces_clear(struct told_interfaces *told);

#endif
