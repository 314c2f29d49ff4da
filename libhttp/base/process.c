/* SPDX-License-Identifier: MIT */
#include "base/process.h"

#include <pthread.h>
#include <stdatomic.h>

atomic_uint process_forks;
static atomic_int lookups;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The parent's threads are not in the child: its look-ups neither. */
static void after_fork(void)
{
    atomic_fetch_add_explicit(&process_forks, 1, memory_order_relaxed);
    atomic_store_explicit(&lookups, 0, memory_order_relaxed);
}

static void watch(void)
{
    pthread_atfork(NULL, NULL, after_fork);
}

void process_watch_forks(void)
{
    pthread_once(&once, watch);
}

void process_lookup_abandoned(void)
{
    atomic_fetch_add(&lookups, 1);
}

void process_lookup_ended(void)
{
    atomic_fetch_sub(&lookups, 1);
}

int process_lookups(void)
{
    return atomic_load(&lookups);
}
