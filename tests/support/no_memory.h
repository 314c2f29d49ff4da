/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of a piece of work fails, once and from then on (T-36): an error, no leak, and a
 * second try works.
 */
#ifndef TESTS_SUPPORT_NO_MEMORY_H
#define TESTS_SUPPORT_NO_MEMORY_H

#include <libhttp/error.h>

#include "support/counts.h"
#include "tap.h"

/*
 * In the work: true where the call succeeds, or is out of memory and succeeds when it is made again
 * with memory there:
 *     return AGAIN_IF_NO_MEMORY(libhttp_form_add(form, "a", -1, "b", -1));
 */
#define AGAIN_IF_NO_MEMORY(call) (no_memory_or_fine(call) || (call) == LIBHTTP_OK)

/* Whether this run has met the failing allocation. */
static bool no_memory_met;

static inline void no_memory_stop(void)
{
    no_memory_met = no_memory_met || malloc_refused() > 0;
    malloc_fail_at(0, false);
}

static inline bool no_memory_or_fine(int32_t status)
{
    if (status != LIBHTTP_OK && status != LIBHTTP_E_NO_MEMORY)
        diag("%s instead of NO_MEMORY", libhttp_error_name(status));
    if (status != LIBHTTP_OK)
        no_memory_stop();
    return status == LIBHTTP_OK;
}

/*
 * Whether `work`, which frees all it makes, is true with its n-th allocation failing; *ret_more:
 * that one was reached.
 */
static inline bool no_memory_run(bool (*work)(void), int n, bool ever_after, bool *ret_more)
{
    int64_t before = malloc_in_use();
    bool good;

    no_memory_met = false;
    malloc_fail_at(n, ever_after);
    good = work();
    no_memory_stop();
    *ret_more = no_memory_met;
    if (malloc_in_use() != before)
        diag("leaked %lld bytes with allocation %d failing", (long long)(malloc_in_use() - before),
             n);
    return good && malloc_in_use() == before;
}

static inline void no_memory_each(bool (*work)(void), const char *name)
{
    bool more = true, good = work();
    int n;

    for (n = 1; more && good && malloc_is_counted(); n++)
        good = no_memory_run(work, n, false, &more) && no_memory_run(work, n, true, &more);
    ok(good, "T-36 %s: each of %d allocations fails, and is made again", name,
       n - 2 > 0 ? n - 2 : 0);
}

#endif
