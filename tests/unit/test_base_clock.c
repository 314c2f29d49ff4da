/* SPDX-License-Identifier: MIT */
/* clock: deadlines without overflow. */
#include "base/clock.h"
#include "tap.h"

int main(void)
{
    int64_t now = clock_now();

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
