/* What went wrong below Python: a kind that decides the exception's class, an errno, and words for a person,
 * which do not name device or file: Python adds that. */
#ifndef UMPA_CAPTURE_ERROR_H
#define UMPA_CAPTURE_ERROR_H

#include <stdint.h>

enum error_kind {
    ERROR_NONE,
    ERROR_NO_MEMORY,
    ERROR_SYSTEM,        /* errno_value says what; text may say more */
    ERROR_NOT_PERMITTED, /* live capture without the privilege */
    ERROR_DEVICE,        /* errno_value is ENODEV, ENETDOWN, ... */
    ERROR_ARGUMENT,      /* only libpcap knows which values there are, and has none of this name */
    ERROR_FILTER,
    ERROR_FILE_FORMAT, /* not a capture file, or cut, or damaged */
    ERROR_LIBPCAP,     /* anything else that libpcap reports */
    ERROR_INTERRUPTED, /* the caller's own interrupt_check asked to end the wait */
};

struct capture_error {
    enum error_kind kind;
    int errno_value;
    uint64_t file_offset;   /* of ERROR_FILE_FORMAT: the byte, */
    uint64_t packet_number; /* and the packet, from 1, that is damaged; 0: it is not about one */
    const char *subject;    /* the file of several; NULL: the caller knows what it is about */
    char text[512];
};

/* All return false, so that a function can end with `return capture_error_set(...)`. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
_Bool capture_error_set(struct capture_error *error, enum error_kind kind, int errno_value,
                        const char *format, ...);

/* `words` of libpcap, unless errno says that memory is lacking: set it to 0 before the call. */
_Bool capture_error_set_or_no_memory(struct capture_error *error, enum error_kind kind, const char *words);

/* ERROR_SYSTEM (or ERROR_NO_MEMORY for ENOMEM) with strerror's words. */
_Bool capture_error_set_errno(struct capture_error *error, int errno_value);

/* Libpcap's words, which end with strerror's where a system call failed: that errno is found again. Others
 * are ERROR_LIBPCAP. */
_Bool capture_error_set_libpcap(struct capture_error *error, const char *words);

#endif
