/* Makes and sets filters: see live_filter.h. */
#define _DEFAULT_SOURCE /* u_int, for pcap.h */
#include "live_filter.h"
#include "filter_program.h"
#include "kernel_filter.h"
#include "source.h"
#include <errno.h>

/* Loads from there are the kernel's, which knows more of a packet than its bytes (<linux/filter.h>). */
static bool is_for_kernel_alone(const struct bpf_program *program)
{
    for (u_int i = 0; i < program->bf_len; i++)
        if (BPF_CLASS(program->bf_insns[i].code) == BPF_LD &&
            BPF_MODE(program->bf_insns[i].code) == BPF_ABS && program->bf_insns[i].k > INT32_MAX)
            return true;
    return false;
}

/* For packets as we have them. */
static bool compile_for_callback(struct live_filter *filter, pcap_t *pcap, const char *expression,
                                 bpf_u_int32 netmask, struct capture_error *error)
{
    if (expression == NULL)
        return true;
    pcap_t *dead = pcap_open_dead(pcap_datalink(pcap), SNAPLEN_MAX);
    if (dead == NULL)
        return capture_error_set_errno(error, ENOMEM);
    bool compiled = filter_compile(dead, expression, netmask, &filter->for_callback, error);
    pcap_close(dead);
    if (!compiled || !is_for_kernel_alone(&filter->for_callback))
        return compiled;
    return capture_error_set(
        error, ERROR_FILTER, 0,
        "inbound, outbound and ifindex are for the kernel alone, neither during a capture"
        " nor in a long filter; open_live(direction=) may do");
}

bool live_filter_make(struct live_filter *filter, pcap_t *pcap, const char *expression, bpf_u_int32 netmask,
                      bool filters_again, struct capture_error *error)
{
    *filter = (struct live_filter){0};
    bool made = !filters_again || compile_for_callback(filter, pcap, expression, netmask, error);
    made = made &&
           filter_compile(pcap, expression == NULL ? "" : expression, netmask, &filter->for_kernel, error);
    filter->is_late = made && !kernel_takes_filter(&filter->for_kernel);
    if (filter->is_late && !filters_again)
        made = compile_for_callback(filter, pcap, expression, netmask, error);
    if (!made)
        live_filter_free(filter);
    return made;
}

void live_filter_free(struct live_filter *filter)
{
    pcap_freecode(&filter->for_kernel);
    pcap_freecode(&filter->for_callback);
}

/* Where there is no room for the old and the new one, all packets are let in for a moment. */
static bool attach(int fd, const struct bpf_program *program)
{
    struct bpf_insn take_all = BPF_STMT(BPF_RET | BPF_K, SNAPLEN_MAX);
    return kernel_attach_filter(fd, program) ||
           (errno == ENOMEM && kernel_attach_filter(fd, &(struct bpf_program){1, &take_all}) &&
            kernel_attach_filter(fd, program));
}

static bool set_program(pcap_t *pcap, bool is_packet_socket, const struct bpf_program *program,
                        struct capture_error *error)
{
    struct bpf_program given = *program; /* pcap_setfilter is not told that it changes nothing */
    if (is_packet_socket && kernel_has_filters())
        return attach(pcap_fileno(pcap), program) || capture_error_set_errno(error, errno);
    errno = 0;
    return pcap_setfilter(pcap, &given) == 0 ||
           capture_error_set_or_no_memory(error, ERROR_FILTER, pcap_geterr(pcap));
}

static bool set_for_all(pcap_t *pcap, bool is_packet_socket, unsigned bytes_to_take,
                        struct capture_error *error)
{
    struct bpf_insn always = BPF_STMT(BPF_RET | BPF_K, bytes_to_take);
    return set_program(pcap, is_packet_socket, &(struct bpf_program){1, &always}, error);
}

bool live_filter_set(const struct live_filter *filter, pcap_t *pcap, bool is_packet_socket,
                     struct capture_error *error)
{
    return filter->is_late ? set_for_all(pcap, is_packet_socket, SNAPLEN_MAX, error)
                           : set_program(pcap, is_packet_socket, &filter->for_kernel, error);
}

bool live_filter_drop_all(pcap_t *pcap, bool is_packet_socket, struct capture_error *error)
{
    return set_for_all(pcap, is_packet_socket, 0, error);
}
