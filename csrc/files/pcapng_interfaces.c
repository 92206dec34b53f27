/* Which interfaces have been told of, and in which units: see pcapng_interfaces.h. */
#include "pcapng_interfaces.h"
#include <stdlib.h>
#include <string.h>

#define NS_PER_SECOND INT64_C(1000000000)

/* fraction_ns of a second in units, rounded up: as a reader rounds down, it gets back the same nanoseconds
 * wherever the time came from such units. Long division, as the product may need 94 bits. */
static uint64_t fraction_in_units(uint64_t fraction_ns, uint64_t units_per_second)
{
    const uint64_t ns = (uint64_t)NS_PER_SECOND;
    uint64_t high = fraction_ns * (units_per_second >> 32);
    uint64_t low = (high % ns << 32) + fraction_ns * (units_per_second & UINT32_MAX);
    return (high / ns << 32) + low / ns + (low % ns != 0);
}

/* In units since `offset_seconds`; false where that is not the same time. */
static bool in_units(int64_t timestamp_ns, uint64_t units_per_second, int64_t offset_seconds,
                     uint64_t *result)
{
    int64_t seconds = timestamp_ns / NS_PER_SECOND, fraction_ns = timestamp_ns % NS_PER_SECOND, passed;
    if (fraction_ns < 0) {
        fraction_ns += NS_PER_SECOND;
        seconds--;
    }
    if (units_per_second == 0 || __builtin_sub_overflow(seconds, offset_seconds, &passed) || passed < 0)
        return false;
    uint64_t fraction = fraction_in_units((uint64_t)fraction_ns, units_per_second);
    if (units_per_second < (uint64_t)NS_PER_SECOND &&
        fraction * (uint64_t)NS_PER_SECOND / units_per_second != (uint64_t)fraction_ns)
        return false;
    return !__builtin_mul_overflow((uint64_t)passed, units_per_second, result) &&
           !__builtin_add_overflow(*result, fraction, result);
}

uint64_t told_time(const struct packet *packet, const struct interface *interface, enum time_units *units)
{
    const uint64_t ns = (uint64_t)NS_PER_SECOND;
    uint64_t result;
    *units = UNITS_OWN;
    if (in_units(packet->timestamp_ns, interface == NULL ? ns : interface->units_per_second,
                 interface == NULL ? 0 : interface->offset_seconds, &result))
        return result;
    *units = UNITS_NANO;
    if (in_units(packet->timestamp_ns, ns, 0, &result))
        return result;
    *units = UNITS_NEGATIVE;
    in_units(packet->timestamp_ns, ns, EARLIEST_SECOND, &result);
    return result;
}

static bool say_the_same(const struct interface *a, const struct interface *b)
{
    if (a == b || a == NULL || b == NULL)
        return a == b;
    return a->snaplen == b->snaplen && a->units_per_second == b->units_per_second &&
           a->offset_seconds == b->offset_seconds && a->is_swapped == b->is_swapped &&
           a->options_length == b->options_length && memcmp(a->options, b->options, a->options_length) == 0;
}

static bool are_same(const struct told_interface *a, const struct told_interface *b)
{
    return a->link_type == b->link_type && a->units == b->units && say_the_same(a->interface, b->interface);
}

/* FNV-1a. */
static uint32_t hash_of(const struct told_interface *item)
{
    uint32_t hash = (UINT32_C(2166136261) ^ item->link_type) * 16777619 ^ item->units;
    const struct interface *interface = item->interface;
    for (uint32_t i = 0; interface != NULL && i < interface->options_length; i++)
        hash = (hash ^ interface->options[i]) * 16777619;
    return hash;
}

/* Where it is, or would be. */
static uint32_t *slot_of(const struct told_interfaces *told, const struct told_interface *item)
{
    uint32_t mask = told->slot_count - 1;
    uint32_t i = hash_of(item) & mask;
    while (told->slots[i] != 0 && !are_same(&told->items[told->slots[i] - 1], item))
        i = (i + 1) & mask;
    return &told->slots[i];
}

uint32_t told_interfaces_find(struct told_interfaces *told, const struct told_interface *wanted)
{
    if (told->count == 0)
        return 0;
    const struct told_interface *latest = &told->items[told->latest];
    if (latest->interface == wanted->interface && latest->link_type == wanted->link_type &&
        latest->units == wanted->units)
        return told->latest;
    uint32_t slot = *slot_of(told, wanted);
    if (slot == 0)
        return told->count;
    return told->latest = slot - 1;
}

/* At most half of the slots are taken. */
static bool grow(struct told_interfaces *told)
{
    uint32_t slot_count = told->slot_count == 0 ? 8 : told->slot_count * 2;
    struct told_interface *items = realloc(told->items, slot_count / 2 * sizeof(*items));
    if (items == NULL)
        return false;
    told->items = items;
    uint32_t *slots = calloc(slot_count, sizeof(*slots));
    if (slots == NULL)
        return false;
    free(told->slots);
    told->slots = slots;
    told->slot_count = slot_count;
    for (uint32_t i = 0; i < told->count; i++)
        *slot_of(told, &told->items[i]) = i + 1;
    return true;
}

bool told_interfaces_add(struct told_interfaces *told, const struct told_interface *item)
{
    if (told->count == told->slot_count / 2 && !grow(told))
        return false;
    *slot_of(told, item) = told->count + 1;
    told->items[told->count] = *item;
    if (item->interface != NULL)
        interface_retain(item->interface);
    told->latest = told->count++;
    return true;
}

void told_interfaces_clear(struct told_interfaces *told)
{
    for (uint32_t i = 0; i < told->count; i++)
        interface_release(told->items[i].interface);
    free(told->items);
    free(told->slots);
    *told = (struct told_interfaces){0};
}
