/* Filters of files with several link types: see file_filters.h. */
#define _DEFAULT_SOURCE /* strdup; u_int, for pcap.h */
#include "file_filters.h"
#include "../capture/devices.h"
#include "../capture/filter_program.h"
#include "../capture/source.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct file_filter {
    struct file_filter *next;
    uint32_t link_type;
    bool is_impossible; /* libpcap has no such filter for this link type: */
    bool is_told;
    struct capture_error why;
    struct bpf_program program;
};

bool file_filters_init(struct file_filters *filters, const char *expression, struct capture_error *error)
{
    *filters = (struct file_filters){.expression = expression == NULL ? NULL : strdup(expression)};
    return expression == NULL || filters->expression != NULL || capture_error_set_errno(error, ENOMEM);
}

void file_filters_free(struct file_filters *filters)
{
    while (filters->first != NULL) {
        struct file_filter *filter = filters->first;
        filters->first = filter->next;
        pcap_freecode(&filter->program);
        free(filter);
    }
    free(filters->expression);
}

static struct file_filter *find(struct file_filters *filters, uint32_t link_type)
{
    struct file_filter *filter = filters->first;
    while (filter != NULL && filter->link_type != link_type)
        filter = filter->next;
    return filter;
}

static bool compile(const char *expression, uint32_t link_type, struct bpf_program *program,
                    struct capture_error *error)
{
    pcap_t *dead = pcap_open_dead((int)link_type, SNAPLEN_MAX);
    if (dead == NULL)
        return capture_error_set_errno(error, ENOMEM);
    bool compiled = filter_compile(dead, expression, PCAP_NETMASK_UNKNOWN, program, error);
    pcap_close(dead);
    return compiled;
}

bool file_filters_compiles(const struct file_filters *filters, uint32_t link_type,
                           struct capture_error *error)
{
    struct bpf_program program;
    if (!compile(filters->expression, link_type, &program, error))
        return false;
    pcap_freecode(&program);
    return true;
}

bool file_filters_suit_none(const struct file_filters *filters, struct capture_error *error)
{
    if (filters->suits_some || filters->first_error.kind == ERROR_NONE)
        return false;
    *error = filters->first_error;
    return true;
}

static struct file_filter *add(struct file_filters *filters, uint32_t link_type)
{
    struct file_filter *filter = calloc(1, sizeof(*filter));
    if (filter == NULL)
        return NULL;
    filter->link_type = link_type;
    filter->is_impossible = !compile(filters->expression, link_type, &filter->program, &filter->why);
    filter->next = filters->first;
    filters->first = filter;
    if (!filter->is_impossible)
        filters->suits_some = true;
    else if (filters->first_error.kind == ERROR_NONE)
        filters->first_error = filter->why;
    return filter;
}

enum filter_verdict file_filters_know(struct file_filters *filters, uint32_t link_type,
                                      struct capture_error *error)
{
    struct file_filter *filter = find(filters, link_type);
    if (filter == NULL && (filter = add(filters, link_type)) == NULL) {
        capture_error_set_errno(error, ENOMEM);
        return FILTER_IS_IMPOSSIBLE;
    }
    filters->last_used = filter;
    if (filter->is_impossible)
        *error = filter->why;
    return filter->is_impossible ? FILTER_IS_IMPOSSIBLE : FILTER_MATCHES;
}

enum filter_verdict file_filters_match(struct file_filters *filters, const struct packet *packet,
                                       struct capture_error *error)
{
    struct file_filter *filter = filters->last_used;
    if (filter == NULL || filter->link_type != packet->link_type) {
        if (file_filters_know(filters, packet->link_type, error) == FILTER_IS_IMPOSSIBLE &&
            error->kind != ERROR_FILTER)
            return FILTER_IS_IMPOSSIBLE;
        filter = filters->last_used;
    }
    if (!filter->is_impossible)
        return filter_matches(&filter->program, packet) ? FILTER_MATCHES : FILTER_DIFFERS;
    if (filter->is_told)
        return FILTER_DIFFERS;
    filter->is_told = true;
    *error = filter->why;
    return FILTER_IS_IMPOSSIBLE;
}

void file_filters_tell_impossible(const struct file_filters *filters, uint32_t link_type,
                                  const struct capture_error *why, struct capture_error *notice)
{
    char number[sizeof("DLT 4294967295")];
    const char *name = link_type_name((int)link_type);
    snprintf(number, sizeof(number), "DLT %" PRIu32, link_type);
    capture_error_set(
        notice, ERROR_FILTER, 0,
        "packets of link type %s do not match the filter '%.120s', which is not for that type: %.200s",
        name == NULL ? number : name, filters->expression, why->text);
}
