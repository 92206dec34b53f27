/* Walks every prefix of every packet of capture files, and whole packets at every address modulo 8. */
#include "capture_packets.h"

enum { READ_PREFIX_MAX = 256 };

static void walk_prefixes(const struct decoder *decoder, const struct captured *packet)
{
    struct captured prefix = *packet;
    for (prefix.caplen = 0; prefix.caplen < packet->caplen; prefix.caplen++)
        walk_counted(decoder, &prefix, prefix.caplen <= READ_PREFIX_MAX ? WALK_TEXTS : WALK_LAYERS);
    for (prefix.alignment = 0; prefix.alignment < 8; prefix.alignment++)
        walk_counted(decoder, &prefix, WALK_TEXTS);
}

int main(int argc, char **argv)
{
    return visit_captures(argc, argv, walk_prefixes);
}
