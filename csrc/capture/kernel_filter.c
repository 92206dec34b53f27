/* Filters on Linux's sockets: see kernel_filter.h. */
#define _DEFAULT_SOURCE /* u_int, for pcap.h */
#include "kernel_filter.h"
#include <errno.h>
#include <pcap/pcap.h>

#if defined(__linux__)
#include <sys/socket.h>
#include <unistd.h>

/* As <linux/filter.h> has it, whose macros are those of libpcap once more. */
struct kernel_program {
    unsigned short length;
    struct bpf_insn *instructions;
};

bool kernel_has_filters(void)
{
    return true;
}

bool kernel_attach_filter(int fd, const struct bpf_program *program)
{
    struct kernel_program kernels = {(unsigned short)program->bf_len, program->bf_insns};
    return program->bf_len <= UINT16_MAX &&
           setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &kernels, sizeof(kernels)) == 0;
}

/* The size of all filters of a socket counts (net.core.optmem_max), and a small one may be there. */
bool kernel_takes_filter(const struct bpf_program *program)
{
    struct bpf_insn drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true; /* what hinders us will hinder libpcap, which has the words for it */
    bool taken =
        kernel_attach_filter(fd, &(struct bpf_program){1, &drop_all}) && kernel_attach_filter(fd, program);
    close(fd);
    return taken;
}

#else

bool kernel_has_filters(void)
{
    return false;
}

bool kernel_attach_filter(int fd, const struct bpf_program *program)
{
    (void)fd;
    (void)program;
    errno = EOPNOTSUPP;
    return false;
}

bool kernel_takes_filter(const struct bpf_program *program)
{
    (void)program;
    return true;
}

#endif
