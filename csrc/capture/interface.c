/* Where packets were captured: see interface.h. */
#include "interface.h"
#include <stdlib.h>
#include <string.h>

struct interface *interface_new(const struct interface *head, const char *source, const uint8_t *options,
                                uint32_t options_length)
{
    size_t source_size = source == NULL ? 0 : strlen(source) + 1;
    struct interface *interface = malloc(sizeof(*interface) + options_length + source_size);
    if (interface == NULL)
        return NULL;
    *interface = (struct interface){.link_type = head->link_type,
                                    .snaplen = head->snaplen,
                                    .units_per_second = head->units_per_second,
                                    .offset_seconds = head->offset_seconds,
                                    .is_swapped = head->is_swapped,
                                    .options_length = options_length};
    atomic_init(&interface->users, 1);
    if (options_length > 0)
        memcpy(interface->options, options, options_length);
    if (source != NULL)
        interface->source = memcpy(interface->options + options_length, source, source_size);
    return interface;
}

struct interface *interface_retain(struct interface *interface)
{
    atomic_fetch_add_explicit(&interface->users, 1, memory_order_relaxed);
    return interface;
}

void interface_release(struct interface *interface)
{
    if (interface != NULL && atomic_fetch_sub_explicit(&interface->users, 1, memory_order_acq_rel) == 1)
        free(interface);
}
