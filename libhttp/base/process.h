/* SPDX-License-Identifier: MIT */
/*
 * process: what the library knows of the process it runs in, and the only mutable globals besides
 * the default TLS configuration: how often it has forked, and how many abandoned look-ups are still
 * under way.
 */
#ifndef LIBHTTP_BASE_PROCESS_H
#define LIBHTTP_BASE_PROCESS_H

#include <stdatomic.h>
#include <stdint.h>

extern atomic_uint process_forks; /* of process_generation alone */

/*
 * Changes in the child of each fork. A handle remembers the value under which it opened its
 * descriptors: where it differs, they belong to the parent.
 */
static inline uint32_t process_generation(void)
{
    return atomic_load_explicit(&process_forks, memory_order_relaxed);
}

/* Begins to count forks; called before anything is made that a child must tell from its own. */
void process_watch_forks(void);

/* Look-up threads that nobody waits for any more: one is abandoned, one of those has ended, and how
 * many there are. */
void process_lookup_abandoned(void);
void process_lookup_ended(void);
int process_lookups(void);

#endif
