/* The addresses of a datagram: the innermost IP header sets both, the headers behind it may set others. */
#include "addresses.h"

struct addresses addresses_behind(const struct packet *packet, unsigned layer_count, const uint8_t *bytes)
{
    struct addresses addresses = {0};
    for (unsigned i = 0; i < layer_count; i++) {
        const struct layer *layer = packet_layers(packet) + i;
        const struct protocol *protocol = protocols[layer->protocol];
        if (protocol->give_addresses != NULL)
            protocol->give_addresses(layer_header(layer, bytes), &addresses);
    }
    return addresses;
}
