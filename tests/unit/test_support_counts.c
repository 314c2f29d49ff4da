/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/counts.h"
#include "tap.h"

static void *wait_for_end(void *pipe_end)
{
    char byte;

    return read(*(int *)pipe_end, &byte, 1) == 0 ? NULL : pipe_end;
}

static void check_descriptors_and_threads(void)
{
    int ends[2], descriptors = count_descriptors(), threads = count_threads();
    pthread_t thread;

    is(pipe(ends), 0, "a pipe");
    is(count_descriptors(), descriptors + 2, "is two descriptors");
    pthread_create(&thread, NULL, wait_for_end, &ends[0]);
    is(count_threads(), threads + 1 + IS_TSAN, "a thread is counted");
    close(ends[1]);
    pthread_join(thread, NULL);
    close(ends[0]);
    is(count_descriptors(), descriptors, "nothing is left open");
    ok(resident_peak_kb() > 0, "the resident memory is known");
}

static void check_malloc(void)
{
    int64_t before = malloc_count(), in_use = malloc_in_use();
    void *volatile memory = malloc(1000);

    is(malloc_count() - before, 1, "malloc is counted");
    ok(malloc_in_use() - in_use >= 1000, "and its size");
    malloc_fail_at(2, false);
    memory = realloc(memory, 2000);
    ok(memory != NULL, "the first allocation succeeds");
    ok(realloc(memory, 3000) == NULL, "the second is refused");
    is(malloc_refused(), 1, "and counted");
    memory = realloc(memory, 4000);
    ok(memory != NULL, "the third succeeds");
    malloc_fail_at(1, true);
    ok(malloc(1) == NULL && calloc(1, 1) == NULL, "or all fail from then on");
    malloc_fail_at(0, false);
    free(memory);
    is(malloc_in_use(), in_use, "all is given back");
}

int main(void)
{
    check_descriptors_and_threads();
    if (malloc_is_counted())
        check_malloc();
    else
        skip("malloc is not ours here");
    return done_testing();
}
