/* Compiles BPF expressions: see filter_program.h. */
#define _DEFAULT_SOURCE /* u_int, for pcap.h */
#include "filter_program.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool filter_compile(pcap_t *pcap, const char *expression, bpf_u_int32 netmask, struct bpf_program *program,
                    struct capture_error *error)
{
    *program = (struct bpf_program){0};
    if (strlen(expression) > FILTER_LENGTH_MAX)
        return capture_error_set(error, ERROR_FILTER, 0, "longer than %d bytes", FILTER_LENGTH_MAX);
    /* Libpcap's scanner ends the process where it has no memory: better to have none here.
     * volatile: or the compiler sees that nothing is made of it, and leaves it out. */
    void *volatile reserve = malloc(FILTER_LENGTH_MAX);
    if (reserve == NULL)
        return capture_error_set_errno(error, ENOMEM);
    free(reserve);
    errno = 0;
    if (pcap_compile(pcap, program, expression, 1, netmask) != 0)
        return capture_error_set_or_no_memory(error, ERROR_FILTER, pcap_geterr(pcap));
    return true;
}
