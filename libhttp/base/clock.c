/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>

int64_t clock_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_left(int64_t now, int64_t deadline)
{
    if (deadline == CLOCK_NEVER)
        return -1;
    return deadline <= now ? 0 : (deadline - now + 999) / 1000;
}
