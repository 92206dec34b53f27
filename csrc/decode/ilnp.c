/* The locators of a locator update: see ilnp.h. */
#include "ilnp.h"
#include "protocol.h"

static bool next_locator(struct bytes_view list, uint32_t *offset, struct item *item)
{
    return item_take(list, offset, item, 0, 0, 12);
}

static const struct field locator_fields[] = {
    {"locator", "Locator", "Upper half of an address (RFC 6743 3)", FIELD_UINT, .bits = {0, 64}},
    {"preference", "Preference", "The lower the better (RFC 6743 3)", FIELD_UINT, .bits = {64, 16}},
    {"lifetime", "Lifetime", "Seconds for which it is good (RFC 6743 3)", FIELD_UINT, .bits = {80, 16}},
};

static const struct item_type locator_types[] = {{0, "locator", ROWS(locator_fields)}};

const struct item_format ilnp_locators = {.next = next_locator, .types = ROWS(locator_types)};
