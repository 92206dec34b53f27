/* A trial of a filter on a socket of its own: see kernel_filter.h. Linux counts the size of all filters of a
 * socket (net.core.optmem_max), and libpcap has one of a single instruction attached when it sets ours. */
#define _DEFAULT_SOURCE /* u_int, for pcap.h */
#include "kernel_filter.h"
#include <pcap/pcap.h>

#if defined(__linux__)
#include <sys/socket.h>
#include <unistd.h>

/* As <linux/filter.h> has it, whose macros are those of libpcap once more. */
struct kernel_program {
    unsigned short length;
    struct bpf_insn *instructions;
};

static bool attach(int fd, struct bpf_insn *instructions, unsigned length)
{
    struct kernel_program program = {(unsigned short)length, instructions};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

bool kernel_takes_filter(const struct bpf_program *program)
{
    struct bpf_insn drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true; /* what hinders us will hinder libpcap, which has the words for it */
    bool taken = program->bf_len <= UINT16_MAX && attach(fd, &drop_all, 1) &&
                 attach(fd, program->bf_insns, program->bf_len);
    close(fd);
    return taken;
}

#else

bool kernel_takes_filter(const struct bpf_program *program)
{
    (void)program;
    return true;
}

#endif
