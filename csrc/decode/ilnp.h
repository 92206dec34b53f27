/* What a locator update of the Identifier-Locator Network Protocol lists.
 * RFC 6743 3. */
#ifndef UMPA_DECODE_ILNP_H
#define UMPA_DECODE_ILNP_H

#include "item_list.h"

extern const struct item_format ilnp_locators;

#endif
