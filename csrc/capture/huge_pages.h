/* Whether memory shall lie in pages of 2 MiB: much of it costs less so, and little of it more. Whoever
 * includes this defines _DEFAULT_SOURCE. */
#ifndef UMPA_CAPTURE_HUGE_PAGES_H
#define UMPA_CAPTURE_HUGE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

/* Whole pages. A system that has no such pages, or does not let itself be asked, does as it likes. */
static inline void huge_pages_advise(void *memory, size_t size, bool are_wanted)
{
#if defined(MADV_HUGEPAGE)
    madvise(memory, size, are_wanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
#else
    (void)memory, (void)size, (void)are_wanted;
#endif
}

#endif
