/* SPDX-License-Identifier: MIT */
/* clock: the one place that reads the time. Microseconds, monotonic; a deadline is such a time, or
 * CLOCK_NEVER. */
#ifndef LIBHTTP_BASE_CLOCK_H
#define LIBHTTP_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_NEVER INT64_MAX

int64_t clock_now(void);

/* now + milliseconds; CLOCK_NEVER for a negative number, and for one of over 140,000 years. */
static inline int64_t clock_after(int64_t now, int64_t milliseconds)
{
    if ((uint64_t)milliseconds > CLOCK_NEVER / 2000)
        return CLOCK_NEVER;
    return now + milliseconds * 1000;
}

/* Milliseconds from now to the deadline, rounded up, 0 when it has passed, -1 for CLOCK_NEVER. */
int64_t clock_left(int64_t now, int64_t deadline);

static inline int64_t clock_earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

#endif
