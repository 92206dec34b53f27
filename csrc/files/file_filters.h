/* A BPF expression for the packets of a file: compiled for each link type that comes. */
#ifndef UMPA_FILES_FILE_FILTERS_H
#define UMPA_FILES_FILE_FILTERS_H

#include "../capture/capture_error.h"
#include "../decode/packet.h"
#include <stdbool.h>
#include <stdint.h>

struct file_filter;

struct file_filters {
    char *expression; /* NULL: all packets match */
    struct file_filter *first;
    struct file_filter *last_used;
    bool suits_some;                  /* of the link types that came */
    struct capture_error first_error; /* why it does not suit the first that it does not */
};

/* Copies the expression. */
bool file_filters_init(struct file_filters *filters, const char *expression, struct capture_error *error);
void file_filters_free(struct file_filters *filters);

enum filter_verdict {
    FILTER_MATCHES,
    FILTER_DIFFERS,
    FILTER_IS_IMPOSSIBLE, /* for this link type; `error` says why */
};

/* False with `error`: it can't be compiled for the link type. */
bool file_filters_compiles(const struct file_filters *filters, uint32_t link_type,
                           struct capture_error *error);

/* At the end. True with `error`: the filter suits none of the link types that came. */
bool file_filters_suit_none(const struct file_filters *filters, struct capture_error *error);

/* Whether there is, or now is, a program for the link type: FILTER_MATCHES. */
enum filter_verdict file_filters_know(struct file_filters *filters, uint32_t link_type,
                                      struct capture_error *error);

/* FILTER_IS_IMPOSSIBLE for the first packet of such a link type alone: others of it differ. */
enum filter_verdict file_filters_match(struct file_filters *filters, const struct packet *packet,
                                       struct capture_error *error);

/* Words for a warning; `why`: as file_filters_match says it. */
void file_filters_tell_impossible(const struct file_filters *filters, uint32_t link_type,
                                  const struct capture_error *why, struct capture_error *notice);

#endif
