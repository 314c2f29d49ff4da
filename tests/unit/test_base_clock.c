/* SPDX-License-Identifier: MIT */
/* clock: deadlines without overflow. */
#include "base/clock.h"

#include <time.h>

#include "tap.h"

static int64_t microseconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * INT64_C(1000000) + ts.tv_nsec / 1000;
}

/* Each reading lies between two of the system's own. */
static bool tells_the_time(void)
{
    for (int i = 0; i < 1000; i++) {
        int64_t before = microseconds(), now = clock_now(), after = microseconds();

        if (now < before || now > after)
            return false;
    }
    return true;
}

int main(void)
{
    int64_t now = clock_now();

    ok(tells_the_time(), "it tells the system's time");

    ok(now > 0 && clock_now() >= now, "the clock runs forward");
    is(clock_after(1000, 5), 6000, "a deadline is milliseconds after now");
    is(clock_after(1000, -1), CLOCK_NEVER, "C-8 none is never");
    is(clock_after(1000, INT64_MAX), CLOCK_NEVER, "a time that can't be counted is never");
    is(clock_after(1000, INT64_MAX / 1000), CLOCK_NEVER, "nor overflows at the border");
    is(clock_left(1000, CLOCK_NEVER), -1, "never leaves -1");
    is(clock_left(6000, 6000), 0, "at the deadline nothing is left");
    is(clock_left(7000, 6000), 0, "behind it neither");
    is(clock_left(5999, 6000), 1, "a part of a millisecond is rounded up: nobody wakes too early");
    is(clock_left(1000, 6000), 5, "whole ones are counted");
    return done_testing();
}
