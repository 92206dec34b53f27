/* How a wait without the GIL learns that it shall end: its caller lends it a question to ask. */
#ifndef UMPA_CAPTURE_INTERRUPT_H
#define UMPA_CAPTURE_INTERRUPT_H

#include <stdbool.h>
#include <stddef.h>

/* The longest wait between two looks at signals and at the device: a signal may go to another thread, a
 * deleted device may never wake its descriptor. */
enum { LONGEST_WAIT_MS = 90 };

/* Asked after a signal and at least every LONGEST_WAIT_MS: true ends the wait. NULL: nothing ends it. */
struct interrupt_check {
    bool (*check)(void *context);
    void *context;
};

static inline bool is_interrupted(struct interrupt_check interrupt)
{
    return interrupt.check != NULL && interrupt.check(interrupt.context);
}

#endif
